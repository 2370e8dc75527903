// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/kernel/detail/line/nearest_search.hpp>
#include <mixaug/kernel/detail/line/window_scan.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::detail {

/// Draws from an exact kernel table of one-dimensional labels: the partner of a query y is row j with probability K((y
/// - y_j) / h) / sum over ALL rows. Uses the random numbers `slot << 20 | attempt` of the query's row.
template <class T, class Elements = kernel_element<T> const*, class Place = std::uint32_t>
struct kernel_line_view : kernel_arrays<T, Elements, Place> {
  using arrays = kernel_arrays<T, Elements, Place>;
  using typename arrays::cell_type;
  using typename arrays::word_of_place;
  using window_scan = kernel_scan<T, arrays>;
  static constexpr int attempts = 256;                   ///< proposals from the tables, before kernel_far is used
  static constexpr int self_attempts = 16;               ///< how many of them may be the row itself
  static constexpr int tophat_attempts = 8;              ///< before the ends of the range are searched
  static constexpr index_t undecided = -2, nearer = -3;  ///< rejected; to be searched by distance

  /// Returns the partner's row; -1 if there is none (tophat: no row within h; no row but `self`). `self` is the row
  /// that must not be drawn (its label is y), or -1; `slot` is the index of the partner. Returns -1 if y is not finite.
  MIXAUG_HD index_t draw(double y, index_t self, random const& draw, std::uint32_t slot) const noexcept {
    if (!(std::fabs(y) <= 0x1.fffffffffffffp1023)) return -1;
    index_t const q = this->cell_from(y);
    bool const inside = q < this->cells && to_double(this->cell[q].low) <= y;
    return draw_in(inside ? q : -1, y, self, draw, slot);
  }
  /// The same for a label of the table.
  MIXAUG_HD index_t draw_row(index_t row, random const& draw, std::uint32_t slot) const noexcept {
    auto const& own = this->query[row];
    return draw_in(own.cell, to_double(own.y), this->with_self ? -1 : row, draw, slot);
  }
  /// The same for a known cell (-1 = none). `failed` attempts were made before, of which `own` drew self.
  MIXAUG_HD index_t draw_in(index_t q, double y, index_t self, random const& draw, std::uint32_t slot, int failed = 0,
                            int own = 0) const noexcept {
    std::uint64_t const number = std::uint64_t{slot} << 20;
    if (this->kind == kernel::tophat) return tophat(q, y, self, draw, number);
    if (q >= 0 && this->cell[q].count > 0) {
      auto const& c = this->cell[q];
      bool const scan = c.table() == cell_type::scan;
      for (int k = failed; k < attempts && own < self_attempts; ++k) {
        std::uint64_t const first = draw.bits(number + static_cast<unsigned>(k)),
                            second = draw.bits(number + static_cast<unsigned>(k), 1);
        index_t const row =
            scan ? scanned(this->window(c, q), y, self, first, second) : proposed(c, q, y, first, second);
        if (this->missed()) return -1;
        if (row == nearer) break;
        if (row != undecided && row != self) return row;
        own += row == self;
      }
    }
    return kernel_far<T, arrays>{*this, y, self}(draw, number + attempts);
  }
  /// Makes one proposal from a cell with an alias table: returns a row, or `undecided`.
  MIXAUG_HD index_t proposed(cell_type const& c, index_t q, double y, std::uint64_t first,
                             std::uint64_t second) const noexcept {
    auto const p = this->propose(c, q, this->slot(c, first), second);
    auto const e = this->element[p.at];
    return this->accepts(y, to_double(e.key), p) ? index_t{e.row} : undecided;
  }
  /// The same for a window that is scanned; may also return `nearer`.
  MIXAUG_HD index_t scanned(kernel_window const& in, double y, index_t self, std::uint64_t first,
                            std::uint64_t second) const noexcept {
    index_t const at = window_scan{*this, y, self, in}.pick(random::unit(first));
    if (at == window_scan::none) return nearer;
    if (at < in.size()) return index_t{(this->element + in.begin)[at].row};
    if (in.size() == this->rows) return undecided;  // rounding of the sum
    auto const p = this->propose_outside(in, this->reach, second);
    auto const e = this->element[p.at];
    return this->accepts(y, to_double(e.key), p) ? index_t{e.row} : undecided;
  }

 private:
  /// Draws uniformly among the rows within h: tries elements of the window, then searches the ends of the range.
  MIXAUG_HD index_t tophat(index_t q, double y, index_t self, random const& draw, std::uint64_t number) const noexcept {
    kernel_window in{0, this->rows};
    if (q >= 0 && this->cell[q].count > 0) {
      in = this->window(this->cell[q], q);
      for (int k = 0; k < tophat_attempts; ++k) {
        auto const e =
            this->element[in.begin + word_of_place(draw.bits(number + static_cast<unsigned>(k)), in.size()).high];
        if (this->missed()) return -1;
        if (this->scale.within(y, to_double(e.key)) && e.row != self) return index_t{e.row};
      }
    }
    in = {end_of(in, y, false), end_of(in, y, true)};
    bool const own = self >= 0;  // its label is y
    index_t const n = in.size() - own;
    if (n <= 0) return -1;
    index_t const at = in.begin + word_of_place(draw.bits(number + tophat_attempts), n).high;
    index_t const row = this->element[at].row;
    return own && row == self ? index_t{this->element[in.end - 1].row} : row;  // the last element replaces self
  }
  /// Returns the first element of the window that is not left of y - h or, with `right`, that is right of y + h.
  MIXAUG_HD index_t end_of(kernel_window const& in, double y, bool right) const noexcept {
    index_t at = in.begin;
    for (index_t n = in.size(); n > 0;) {
      index_t const half = n / 2;
      double const v = to_double(this->element[at + half].key);
      if (this->missed()) break;
      bool const before = right ? v <= y || this->scale.within(y, v) : v < y && !this->scale.within(y, v);
      at = before ? at + half + 1 : at;
      n = before ? n - half - 1 : half;
    }
    return at;
  }
};

}  // namespace mixaug::detail

MIXAUG_EXACT_END
