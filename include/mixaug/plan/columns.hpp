// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/assert.hpp>
#include <mixaug/core/error.hpp>
#include <mixaug/core/random.hpp>
#include <mixaug/core/workspace.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {

/// The rows and extents that a plan was made for.
struct plan_shape {
  index_t rows = 0;             ///< rows of the output
  index_t samples = 0;          ///< rows of the batch
  index_t source_rows = 0;      ///< rows that `partner` indexes: the global batch, or a second source (0 or more)
  index_t source_first = 0;     ///< number of the second source's row 0: its rows are [source_first, + source_rows)
  index_t first = 0;            ///< global row of sample 0
  int spatial = 0;              ///< spatial dimensions: 0 features, 1 signals, 2 images, 3 volumes
  index_t size[3] = {1, 1, 1};  ///< depth, height, width; leading 1s if there are fewer dimensions
  bool own_source = true;       ///< partners are rows of the global batch itself

  /// Number of row 0 of the rows that partners are read from: the batch's own (`own`), or those of the source.
  MIXAUG_HD constexpr index_t first_of(bool own) const noexcept { return own ? first : source_first; }
  /// True if `row` is a row of the source, or -1 for none.
  constexpr bool has_partner(index_t row) const noexcept {
    return row == -1 || (row >= source_first && row < source_first + source_rows);
  }
  /// Pixels of a row; INT64_MAX on overflow, which planning refuses.
  MIXAUG_HD constexpr index_t pixels() const noexcept {
    return detail::saturating_multiply(detail::saturating_multiply(size[0], size[1]), size[2]);
  }
  friend constexpr bool operator==(plan_shape const&, plan_shape const&) = default;
};

/// Write access to a column: none, or for rules while they plan and for plan::edit.
enum class access : unsigned char { read, write };

/// One decision for each row. The memory space is part of the type, so that the host cannot index a device column.
template <class T, space S, access A = access::read>
struct column {
  using element = std::conditional_t<A == access::write, T, T const>;
  element* data = nullptr;
  index_t size = 0;  ///< number of elements
  /// Element i, asserted to be one of the column (core/assert.hpp).
  template <class Index>
  constexpr element& operator[](Index i) const noexcept {
    static_assert(
        S == space::host || detail::always_false<Index>,
        "mixaug: this column lives on the device; bring the plan to the host with download(backend, plan, host_plan)");
    MIXAUG_ASSERT(static_cast<index_t>(i) >= 0 && static_cast<index_t>(i) < size);
    return data[i];
  }
};

/// Permitted uses of a plan. They follow from what the method's options allow at any step, not from what
/// this step drew.
struct plan_flags {
  bool blends = false;   ///< m may lie strictly between 0 and 1, or the source be interpolated, so ids cannot be mixed
  bool local = false;    ///< all partners are rows of the batch that the call planned
  bool moved = false;    ///< some row may read its source at another place than it writes
  bool in_order = true;  ///< row i of the output is sample i, so that rows may be written in place
  friend constexpr bool operator==(plan_flags const&, plan_flags const&) = default;
};

/// Treatment of label coefficients when the field changes by an edit or by another resolution.
enum class shares : unsigned char {
  kept,    ///< unchanged: labels belong to the images
  derived  ///< the true shares of the pixels, for rows that have a partner, whatever the label rule was
};

/// How numbers of a field that are finer than the pixels are read at another resolution. Boxes and cells have corners,
/// which are rounded either way.
enum class field : unsigned char {
  nearest,  ///< the number at each pixel's place: 0 and 1 stay 0 and 1
  average   ///< the mean over each pixel's area, so that pixels at the borders of a mask blend
};

/// One step of the order in which rows can be written in place.
struct inplace_step {
  static constexpr index_t none = -1, saved = -2;
  index_t row;       ///< the row to write
  index_t source;    ///< row of the batch that it reads; none: reads no row; saved: the row kept aside
  index_t kept_for;  ///< row that reads `row` later (the last of a cycle), so keep `row` aside first; or none
  bool last;         ///< the last step of its connected component: components are independent
};

/// The columns of a plan. Trivially copyable; passed by value to kernel bodies, which read `.data`.
template <class Region, space S = space::host, access A = access::read>
struct plan_view {
  plan_shape shape;
  typename Region::layout layout{};
  column<std::uint8_t, S, A> choice;   ///< index of the method of one_of (0 for a single method)
  column<index_t, S, A> self;          ///< row of the batch (by default 0..n-1)
  column<index_t, S, A> partner;       ///< row of the source; -1 = none
  column<float, S, A> ratio;           ///< the drawn lambda: weight of the sample itself
  column<float, S, A> share_self;      ///< label coefficient of the sample
  column<float, S, A> share_partner;   ///< label coefficient of the partner
  column<float, S, A> weight_self;     ///< loss weight of the sample's label
  column<float, S, A> weight_partner;  ///< loss weight of the partner's label
  typename Region::template columns<S, A> region;
  // Derived from the columns above, for the adjoint and for in-place mixing:
  column<index_t, S, A> rows_by_partner;  ///< rows ordered by partner, then row
  column<index_t, S, A> rows_by_self;     ///< rows ordered by self, then row
  column<inplace_step, S, A> order;

  void place(detail::column_layout& put, plan_shape const& s, typename Region::layout const& l) noexcept {
    shape = s;
    layout = l;
    put(choice, s.rows);
    put(self, s.rows);
    put(partner, s.rows);
    put(ratio, s.rows);
    put(share_self, s.rows);
    put(share_partner, s.rows);
    put(weight_self, s.rows);
    put(weight_partner, s.rows);
    region.place(put, l, s);
    put(rows_by_partner, s.rows);
    put(rows_by_self, s.rows);
    put(order, s.rows);
  }
  MIXAUG_HD auto state(index_t i) const noexcept { return region.state_of(i, ratio.data[i], choice.data[i]); }
};

namespace detail {
/// True if the plan was made for 0 rows of a global batch: views of its rows have 0 rows too, and any pointer.
inline bool made_empty(plan_shape const& s) noexcept { return s.rows == 0 && (s.source_rows > 0 || !s.own_source); }
inline void check_made(plan_shape const& s) {
  if (s.rows == 0 && !made_empty(s))
    fail("the plan", "empty (default-constructed, or moved from)",
         "a plan that make_plan(method, x, key) or read_plan(stream) made");
}
}  // namespace detail

}  // namespace mixaug

MIXAUG_EXACT_END
