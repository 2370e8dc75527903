// SPDX-License-Identifier: MIT
#pragma once
#include <cstring>
#include <mixaug/blend/erase.hpp>
#include <mixaug/distributed/detail/members.hpp>
#include <mixaug/plan/recipe.hpp>
#include <mixaug/region/puzzle.hpp>

MIXAUG_EXACT_BEGIN

/// A number by which ranks see that their methods are alike: the types and values of their options.
namespace mixaug::detail {

/// True for a pointer to data, whose address differs between ranks; texts are part of the program.
template <class T>
inline constexpr bool points_to_data = std::is_pointer_v<T> && !std::is_same_v<T, char const*>;

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
  /// Adds an option, a rule or a method: its type, and its value member by member, so that padding does not count. Of
  /// views of data, which are each rank's own, and of what is no plain struct of at most 20 numbers and such structs
  /// (private members, a base with members) the type alone is added.
  template <class T>
  void option(T const& v) noexcept {
    type<T>();
    if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T>)
      add(&v, sizeof v);
    else if constexpr (requires { v.visit([](auto const&) {}); })  // a detector chosen at run time
      v.visit([&](auto const& chosen) { option(chosen); });
    else if constexpr (requires { v.has_value(), *v; }) {
      option(v.has_value());
      if (v.has_value()) option(*v);
    } else if constexpr (has_named_members<T>())
      with_members(v, [&](auto const&... members) {
        if constexpr (!(points_to_data<std::remove_cvref_t<decltype(members)>> || ...)) (member(members), ...);
      });
  }
  void option(fill_value const& v) noexcept {
    for (int k = 0; k < 4 && k < v.count; ++k) option(v.value[k]);
  }
  void option(block_list const& v) noexcept {
    for (int k = 0; k < block_list::most && k < v.count; ++k) option(v.side[k]);
  }

 private:
  template <class T>
  void member(T const& v) noexcept {
    if constexpr (!std::is_pointer_v<T>) option(v);
  }
  template <class T, std::size_t N>
  void member(T const (&v)[N]) noexcept {
    for (T const& one : v) member(one);
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
    d.option(r.when);
    d.option(r.saliency);
    d.option(r.rows);
    d.option(r.weight);
  });
  return d.value;
}

}  // namespace mixaug::detail

MIXAUG_EXACT_END
