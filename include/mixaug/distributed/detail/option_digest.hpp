// SPDX-License-Identifier: MIT
#pragma once
#include <cstring>
#include <mixaug/plan/recipe.hpp>

/// Defined where the compiler can set the padding of an object to 0.
#if defined(__has_builtin) && !defined(__CUDACC__)
#  if __has_builtin(__builtin_clear_padding)
#    define MIXAUG_CLEARS_PADDING 1
#  endif
#endif

MIXAUG_EXACT_BEGIN

/// A number by which ranks see that their methods are alike: their types and, of options without pointers, the bits.
namespace mixaug::detail {

class option_digest {
 public:
  std::uint64_t value = 0xCBF29CE484222325u;  // FNV-1a (Fowler, Noll and Vo), over bytes
  void add(void const* data, std::size_t bytes) noexcept {
    auto const* const p = static_cast<unsigned char const*>(data);
    for (std::size_t k = 0; k < bytes; ++k) value = (value ^ p[k]) * 0x100000001B3u;
  }
  template <class T>
  void type() noexcept {
#if defined(__GNUC__)
    char const* const name = __PRETTY_FUNCTION__;  // it names T
    add(name, std::strlen(name));
#endif
  }
  /// Adds an option or a rule: its type and, where it is plain memory, its words of 64 bits. Words that may be an
  /// address (2^20 to 2^48), which differs between ranks, are left out; so is all of what has padding, where the
  /// compiler cannot clear it.
  template <class T>
  void option(T const& v) noexcept {
    type<T>();
    if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T>) {
      add(&v, sizeof v);
    } else {
      if constexpr (requires { v.alpha + 1.0f; }) add(&v.alpha, sizeof v.alpha);
#if defined(MIXAUG_CLEARS_PADDING)
      if constexpr (std::is_trivially_copyable_v<T> && !std::is_empty_v<T>) {
        T copy = v;
        __builtin_clear_padding(&copy);
        words(reinterpret_cast<unsigned char const*>(&copy), sizeof copy);
      }
#endif
    }
  }

 private:
  void words(unsigned char const* p, std::size_t bytes) noexcept {
    for (std::size_t at = 0; at < bytes; at += sizeof(std::uint64_t)) {
      std::uint64_t word = 0;
      std::memcpy(&word, p + at, bytes - at < sizeof word ? bytes - at : sizeof word);
      bool const address = word >= std::uint64_t{1} << 20 && word < std::uint64_t{1} << 48;
      if (!address || bytes < sizeof(void*)) add(&word, sizeof word);
    }
  }
};

/// The digest of a method's recipes.
template <class M>
std::uint64_t digest_of(M const& m) {
  option_digest d;
  auto const recipes = recipes_of(m);
  d.option(m);
  for (float w : recipes.weight) d.option(w);
  d.option(recipes.mode);
  d.option(recipes.pairing);
  recipes.each([&](auto const& r, auto) {
    d.option(r.pairing);
    d.option(r.ratio);
    d.option(r.region);
    d.option(r.blend);
    d.option(r.label);
    d.option(r.when.mode);
    d.option(r.when.prob);
    d.option(r.rows.clean);
    d.option(r.rows.mixed_weight);
    d.option(r.weight);
  });
  return d.value;
}

}  // namespace mixaug::detail

MIXAUG_EXACT_END
