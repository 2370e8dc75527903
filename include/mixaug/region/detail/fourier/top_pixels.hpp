// SPDX-License-Identifier: MIT
#pragma once
#include <cstring>
#include <mixaug/core/element.hpp>

MIXAUG_EXACT_BEGIN

/// The top n of a list of floats, equal ones by their places: of two, the one that stands first is higher.
namespace mixaug::detail {

/// The bits of a finite float as a number with the opposite order: larger floats have smaller ranks, -0 that of 0.
inline std::uint32_t falling_bits(float v) noexcept {
  std::uint32_t const bits = bits_of(v), plain = bits == 0x80000000u ? 0u : bits;
  return (plain >> 31) != 0 ? plain : plain ^ 0x7FFFFFFFu;
}

/// The keys of the top n: all below `key`, and the first `ties` that equal it.
struct top_limit {
  std::uint32_t key;
  index_t ties;
};
/// Returns the limit of the n least keys, 0 < n <= count, by counting their digits of 11, 11 and 10 bits.
inline top_limit limit_of(std::uint32_t const* keys, index_t count, index_t n) noexcept {
  constexpr int shift[3] = {21, 10, 0}, width[3] = {11, 11, 10};
  std::uint32_t found = 0;
  for (int pass = 0; pass < 3; ++pass) {
    index_t counts[2048] = {};
    int const above = shift[pass] + width[pass];
    std::uint32_t const mask = (1u << width[pass]) - 1;
    for (index_t k = 0; k < count; ++k) {
      bool const same = above == 32 || keys[k] >> above == found >> above;
      counts[keys[k] >> shift[pass] & mask] += same ? 1 : 0;
    }
    std::uint32_t digit = 0;
    for (; counts[digit] < n; ++digit) n -= counts[digit];
    found |= digit << shift[pass];
  }
  return {found, n};
}

/// Writes the places of `count` keys in ascending order to `order`, equal keys in the order of their places. `spare`:
/// as many items.
inline void sort_places(std::uint32_t const* keys, index_t count, std::uint32_t* order, std::uint32_t* spare) noexcept {
  constexpr int shift[3] = {0, 11, 22};
  std::uint32_t *from = nullptr, *to = spare;
  for (int pass = 0; pass < 3; ++pass) {
    index_t first[2048] = {};
    for (index_t k = 0; k < count; ++k) ++first[keys[k] >> shift[pass] & 2047u];
    index_t before = 0;
    for (index_t& f : first) {
      index_t const here = f;
      f = before;
      before += here;
    }
    to = pass % 2 == 0 ? order : spare;
    for (index_t k = 0; k < count; ++k) {
      std::uint32_t const place = pass == 0 ? static_cast<std::uint32_t>(k) : from[k];
      to[first[keys[place] >> shift[pass] & 2047u]++] = place;
    }
    from = to;
  }
}

}  // namespace mixaug::detail

MIXAUG_EXACT_END
