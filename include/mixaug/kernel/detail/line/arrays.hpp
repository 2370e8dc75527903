// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/detail/math/distance.hpp>
#include <mixaug/core/detail/math/exp.hpp>
#include <mixaug/core/detail/math/log.hpp>
#include <mixaug/core/random.hpp>
#include <mixaug/core/tensor_view.hpp>
#include <mixaug/kernel/detail/table_array.hpp>
#include <mixaug/kernel/kernel_options.hpp>

MIXAUG_EXACT_BEGIN

/// Arrays of an exact kernel table of one-dimensional labels, and proposals of partners from them.
///
/// Labels are sorted and divided into cells of a fixed grid, at most c h wide. The window of cell q is the cells within
/// distance `reach` R of it. A window of many elements has an alias table (Walker 1977; Vose 1991) over its cells, with
/// the weights n_k exp(-d_k^2 / 2), where d_k is the distance of cells q and k in bandwidths, and one slot for all
/// elements outside, at distance R. A draw takes a slot, an element of the slot, and accepts it with probability
/// exp(-(t^2 - d_k^2) / 2). Every label is thus accepted with a probability proportional to its own exp(-t^2 / 2): the
/// draw is exact and nothing is truncated.
namespace mixaug::detail {

/// A label in sorted order: {key, row}.
template <class T>
using kernel_element = sort_pair<T>;
/// A label by row, and its cell.
template <class T>
struct kernel_query {
  T y;
  std::uint32_t cell;
};
/// Elements [start, start of the next cell) with labels in [low, high]. The window has `count` cells, of which `back`
/// precede this cell.
template <class T, class Place = std::uint32_t>
struct kernel_cell {
  T low, high;
  Place start;
  std::uint32_t table_low;
  std::uint8_t back, count;
  std::uint16_t table_high;

  static constexpr index_t scan = (index_t{1} << 48) - 1;  ///< no alias table: the window's elements are scanned
  MIXAUG_HD index_t table() const noexcept { return static_cast<index_t>(table_low) | index_t{table_high} << 32; }
  MIXAUG_HD void set_table(index_t at) noexcept {
    table_low = static_cast<std::uint32_t>(at);
    table_high = static_cast<std::uint16_t>(at >> 32);
  }
};
inline constexpr int kernel_lanes = 16;         ///< elements that a scan handles at once; the padding of the array
inline constexpr int kernel_scan_most = 256;    ///< elements of a scanned window, at most
inline constexpr int kernel_window_most = 250;  ///< cells of a window, at most: an alias entry stores a slot in 8 bits
inline constexpr std::uint64_t alias_one = std::uint64_t{1} << 55;  ///< an entry: threshold << 8 | other slot

/// A candidate for the partner.
struct kernel_proposal {
  index_t at;      ///< sorted position
  double nearest;  ///< lower bound of the distance, in bandwidths, used as the envelope
  double coin;
};
struct kernel_window {
  index_t begin, end;
  MIXAUG_HD index_t size() const noexcept { return end - begin; }
};

/// `Elements`: where the sorted labels are: an array or, of a table that lies on several ranks (distributed/), a list
/// of which an element may not be here. `Place`: the type of positions in it.
template <class T, class Elements = kernel_element<T> const*, class Place = std::uint32_t>
struct kernel_arrays {
  using cell_type = kernel_cell<T, Place>;
  using word_of_place = std::conditional_t<sizeof(Place) == 4, scaled_word, wide_scaled_word>;
  static constexpr bool whole = std::is_pointer_v<Elements>;  ///< all elements are here

  Elements element{};
  kernel_query<T> const* query = nullptr;
  cell_type const* cell = nullptr;  ///< array of cells + 1 elements
  std::uint64_t const* alias = nullptr;
  index_t rows = 0, cells = 0;
  kernel_scale scale;
  double reach = 0.0, outside = 0.0;  ///< R and exp(-R^2 / 2)
  kernel kind = kernel::gaussian;
  bool with_self = true;
  bool quick = false;  ///< true if scans may decide in float

  /// Sets what the bandwidth and the largest |label| decide.
  void set_scale(double bandwidth, double most) noexcept {
    scale = kernel_scale::of(bandwidth, most);
    bool const plain = scale.pre == 1.0 && scale.post == 1.0;
    quick = plain && (sizeof(T) == sizeof(double) || (most < 1e37 && scale.inverse > 1e-30 && scale.inverse < 1e30));
  }
  /// Sets the reach of windows, as the number of rows decides, or as given where that is > 0.
  void set_reach(double given) noexcept {
    // All rows outside add at most 1/32 of the row's own weight to the proposals.
    reach = given > 0.0 ? given : std::sqrt(2.0 * precise_log(32.0 * static_cast<double>(rows)));
    outside = precise_falling_exp(-0.5 * reach * reach);
  }
  /// True if an element that was read is not here yet. What is computed with it is not used.
  MIXAUG_HD bool missed() const noexcept {
    if constexpr (whole)
      return false;
    else
      return element.missed();
  }

  MIXAUG_HD kernel_window window(cell_type const& c, index_t q) const noexcept {
    index_t const first = q - c.back;
    return {index_t{cell[first].start}, index_t{cell[first + c.count].start}};
  }
  /// Returns the slot of an alias table that 64 random bits select.
  MIXAUG_HD index_t slot(cell_type const& c, std::uint64_t bits) const noexcept {
    scaled_word const w(bits, index_t{c.count} + 1);
    std::uint64_t const entry = alias[c.table() + w.high];
    return w.low >> 9 < entry >> 8 ? w.high : static_cast<index_t>(entry & 0xFFu);
  }
  /// Proposes an element of the slot.
  MIXAUG_HD kernel_proposal propose(cell_type const& c, index_t q, index_t slot, std::uint64_t bits) const noexcept {
    if (slot == c.count) return propose_outside(window(c, q), reach, bits);
    index_t const k = q - c.back + slot, start = cell[k].start;
    word_of_place const w(bits, index_t{cell[k + 1].start} - start);
    double const nearest = k < q   ? scale(to_double(c.low), to_double(cell[k].high))
                           : k > q ? scale(to_double(cell[k].low), to_double(c.high))
                                   : 0.0;
    return {start + w.high, nearest, w.unit()};
  }
  MIXAUG_HD kernel_proposal propose_outside(kernel_window const& in, double at, std::uint64_t bits) const noexcept {
    word_of_place const w(bits, rows - in.size());
    return {w.high < in.begin ? w.high : w.high + in.size(), at, w.unit()};
  }
  /// True if the proposal is accepted: coin < exp(-x). The bounds 1 - x and 1 - x + x^2 / 2, with a margin for
  /// rounding, decide most cases.
  MIXAUG_HD bool accepts(double y, double other, kernel_proposal const& p) const noexcept {
    double const t = scale(y, other), x = 0.5 * (t - p.nearest) * (t + p.nearest), least = 1.0 - x;
    if (p.coin < least - 1e-12) return true;
    if (p.coin > least + 0.5 * x * x + 1e-12) return false;
    return p.coin < precise_falling_exp(-x);
  }
  /// Returns the first sorted position whose label is >= y.
  MIXAUG_HD index_t position(double y) const noexcept {
    if constexpr (!whole) return element.position(y);
    index_t at = 0;
    for (index_t n = rows; n > 0;) {
      index_t const half = n / 2;
      bool const right = to_double(element[at + half].key) < y;
      at = right ? at + half + 1 : at;
      n = right ? n - half - 1 : half;
    }
    return at;
  }
  /// Returns the first cell with high >= y; it contains y if low <= y.
  MIXAUG_HD index_t cell_from(double y) const noexcept {
    index_t at = 0;
    for (index_t n = cells; n > 0;) {
      index_t const half = n / 2;
      bool const right = to_double(cell[at + half].high) < y;
      at = right ? at + half + 1 : at;
      n = right ? n - half - 1 : half;
    }
    return at;
  }
};

}  // namespace mixaug::detail

MIXAUG_EXACT_END
