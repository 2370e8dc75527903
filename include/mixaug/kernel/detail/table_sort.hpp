// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/kernel/detail/table_array.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::detail {

/// Keys as unsigned numbers of the same order. Labels must not contain -0; NaN and infinities come first or last.
template <class Key>
using ordered_word = std::conditional_t<sizeof(Key) == 4, std::uint32_t, std::uint64_t>;
template <class Key>
MIXAUG_HD ordered_word<Key> ordered(Key key) noexcept {
  using word = ordered_word<Key>;
  constexpr word sign = word{1} << (8 * sizeof(Key) - 1);
  word u;
  std::memcpy(&u, &key, sizeof u);
  if constexpr (std::is_floating_point_v<Key>) return u ^ (u >= sign ? static_cast<word>(~word{0}) : sign);
  return std::is_signed_v<Key> ? u ^ sign : u;
}
template <class Key>
MIXAUG_HD Key of_ordered(ordered_word<Key> u) noexcept {
  using word = ordered_word<Key>;
  constexpr word sign = word{1} << (8 * sizeof(Key) - 1);
  if constexpr (std::is_floating_point_v<Key>)
    u ^= u >= sign ? sign : static_cast<word>(~word{0});
  else if constexpr (std::is_signed_v<Key>)
    u ^= sign;
  Key key;
  std::memcpy(&key, &u, sizeof key);
  return key;
}

/// A stable sort on host threads. Keys are divided by their leading bits into ranges of about as many pairs each. Each
/// pair is moved to its range once; then each range is sorted by the bits that differ in it while it is in cache (radix
/// sort, least significant digits first). The result is that of any stable sort, for any number of parts.
template <class Key>
struct pair_sort {
  using word = ordered_word<Key>;
  static constexpr int digits = 2048, most_bits = 11;
  static constexpr index_t range_least = 8192;
  struct range {
    index_t begin, end;
    int bits;  ///< bits that differ within the range
    word low;
  };
  sort_pair<Key>*a, *b;
  index_t n, parts;
  word low = 0;
  int shift = 0;
  word* ends = nullptr;            ///< the smallest and the largest word of each part
  std::uint32_t* count = nullptr;  ///< (parts, digits); then the position of the next pair of that range
  std::uint16_t* range_of = nullptr;
  range* ranges = nullptr;

  index_t digit(Key key) const noexcept { return static_cast<index_t>((ordered(key) - low) >> shift); }
  static int bit_width(word v) noexcept {
    int bits = 0;
    for (; v != 0; v >>= 1) ++bits;
    return bits;
  }

  void find_ends(index_t part) const noexcept {
    part_range const r(n, parts, part);
    word least = ~word{0}, most = 0;
    for (index_t i = r.begin; i < r.end; ++i) {
      word const v = ordered(a[i].key);
      least = v < least ? v : least;
      most = v > most ? v : most;
    }
    ends[2 * part] = least, ends[2 * part + 1] = most;
  }
  void count_digits(index_t part) const noexcept {
    part_range const r(n, parts, part);
    std::uint32_t* const c = count + part * digits;
    std::memset(c, 0, digits * sizeof *c);
    for (index_t i = r.begin; i < r.end; ++i) ++c[digit(a[i].key)];
  }
  /// Assigns digits to ranges, and turns counts into positions; returns the number of ranges.
  index_t cut() const noexcept {
    index_t const least = greater(range_least, n / digits);
    index_t made = 0, at = 0;
    for (index_t d = 0, first = -1, last = 0; d < digits; ++d) {
      range_of[d] = static_cast<std::uint16_t>(made);
      index_t const before = at, begin = made == 0 ? 0 : ranges[made - 1].end;
      for (index_t p = 0; p < parts; ++p) at += count[p * digits + d];
      if (at > before) last = d, first = first < 0 ? d : first;
      if (at == begin || (at - begin < least && at < n)) continue;
      ranges[made++] = {begin, at, shift + bit_width(static_cast<word>(last - first)),
                        low + (static_cast<word>(first) << shift)};
      first = -1;
    }
    for (index_t p = 0; p < parts; ++p)  // in place: the index of a range is never above those of its digits
      for (index_t d = 0, before = -1; d < digits; ++d) {
        std::uint32_t const here = count[p * digits + d];
        index_t const r = range_of[d];
        count[p * digits + r] = r == before ? count[p * digits + r] + here : here;
        before = r;
      }
    for (index_t r = 0; r < made; ++r) {
      auto next = static_cast<std::uint32_t>(ranges[r].begin);
      for (index_t p = 0; p < parts; ++p) {
        std::uint32_t const here = count[p * digits + r];
        count[p * digits + r] = next;
        next += here;
      }
    }
    return made;
  }
  void deal(index_t part) const noexcept {
    part_range const r(n, parts, part);
    std::uint32_t* const next = count + part * digits;
    for (index_t i = r.begin; i < r.end; ++i) b[next[range_of[digit(a[i].key)]]++] = a[i];
  }
  void sort_one(index_t r) const noexcept { sort_range(ranges[r], a, b); }
  /// Sorts one range of `here`, with `spare` as spare memory, by an even number of moves.
  static void sort_range(range const& r, sort_pair<Key>* here, sort_pair<Key>* spare) noexcept {
    int const moves = 2 * ((r.bits + 2 * most_bits - 1) / (2 * most_bits));
    int const width = moves == 0 ? 0 : (r.bits + moves - 1) / moves;
    word const mask = (word{1} << width) - 1;
    std::uint32_t next[2][digits];
    for (int m = 0; m < moves; m += 2) {
      int const first = m * width, second = first + width;
      for (auto& counts : next) std::memset(counts, 0, sizeof *counts << width);
      for (index_t i = r.begin; i < r.end; ++i) {
        word const v = ordered(here[i].key) - r.low;
        ++next[0][v >> first & mask], ++next[1][v >> second & mask];
      }
      for (auto& counts : next) {
        auto at = static_cast<std::uint32_t>(r.begin);
        for (word d = 0; d <= mask; ++d) {
          std::uint32_t const count_of = counts[d];
          counts[d] = at;
          at += count_of;
        }
      }
      for (index_t i = r.begin; i < r.end; ++i)
        spare[next[0][(ordered(here[i].key) - r.low) >> first & mask]++] = here[i];
      for (index_t i = r.begin; i < r.end; ++i)
        here[next[1][(ordered(spare[i].key) - r.low) >> second & mask]++] = spare[i];
    }
  }
};

template <class Key, void (pair_sort<Key>::*Step)(index_t) const noexcept>
struct sort_step {
  pair_sort<Key> const* sort;
  void operator()(index_t part) const noexcept { (sort->*Step)(part); }
};
/// Sorts n pairs. Returns true if the result is in b, false if it is in a.
template <class Key, class Backend>
bool sort_pairs(Backend const& be, index_t lanes, sort_pair<Key>* a, sort_pair<Key>* b, index_t n) {
  using sort = pair_sort<Key>;
  sort s{a, b, n, lanes};
  auto const ends = host_array<typename sort::word>(2 * lanes);
  s.ends = ends.data();
  run_parts(be, lanes, lanes, sort_step<Key, &sort::find_ends>{&s});
  typename sort::word most = 0;
  s.low = ends.data()[0];
  for (index_t p = 0; p < lanes; ++p) {
    s.low = s.ends[2 * p] < s.low ? s.ends[2 * p] : s.low;
    most = s.ends[2 * p + 1] > most ? s.ends[2 * p + 1] : most;
  }
  int const bits = sort::bit_width(static_cast<typename sort::word>(most - s.low));
  s.shift = bits > sort::most_bits ? bits - sort::most_bits : 0;
  if (n <= 2 * sort::range_least) {
    sort::sort_range({0, n, bits, s.low}, a, b);
    return false;
  }
  auto const count = host_array<std::uint32_t>(lanes * sort::digits);
  auto const range_of = host_array<std::uint16_t>(sort::digits);
  auto const ranges = host_array<typename sort::range>(sort::digits);
  s.count = count.data(), s.range_of = range_of.data(), s.ranges = ranges.data();
  run_parts(be, lanes, lanes, sort_step<Key, &sort::count_digits>{&s});
  index_t const made = s.cut();
  if (made > 1) {
    run_parts(be, lanes, lanes, sort_step<Key, &sort::deal>{&s});
    s.a = b, s.b = a;
  }
  run_parts(be, lanes, made, sort_step<Key, &sort::sort_one>{&s});
  return made > 1;
}

}  // namespace mixaug::detail

MIXAUG_EXACT_END
