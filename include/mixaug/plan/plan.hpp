// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/error.hpp>
#include <mixaug/core/random.hpp>
#include <mixaug/core/workspace.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {

/// What a plan was made for.
struct plan_shape {
  index_t rows = 0;             ///< rows of the output
  index_t samples = 0;          ///< rows of the batch
  index_t source_rows = 0;      ///< rows that `partner` indexes: the global batch, or a second source
  index_t first = 0;            ///< global row of sample 0
  int spatial = 0;              ///< spatial dimensions: 0 features, 1 signals, 2 images, 3 volumes
  index_t size[3] = {1, 1, 1};  ///< depth, height, width; leading 1s where there are fewer
  bool own_source = true;       ///< partners are rows of the global batch itself

  /// INT64_MAX: too many to count, refused by planning.
  MIXAUG_HD constexpr index_t pixels() const noexcept {
    return detail::times(detail::times(size[0], size[1]), size[2]);
  }
  friend constexpr bool operator==(plan_shape const&, plan_shape const&) = default;
};

/// One decision a row. The memory space is in the type: a device column cannot be indexed on the host.
template <class T, space S>
struct column {
  T* data = nullptr;
  template <class Index>
  constexpr T& operator[](Index i) const noexcept {
    static_assert(
        S == space::host || detail::never<Index>,
        "mixaug: this column lives on the device; bring the plan to the host with download(backend, plan, host_plan)");
    return data[i];
  }
};

/// One step of the order in which rows can be written in place.
struct inplace_step {
  static constexpr index_t none = -1, saved = -2;
  index_t row;       ///< the row to write
  index_t source;    ///< row of the batch that it reads; none: reads no row; saved: the row kept aside
  index_t kept_for;  ///< keep `row` aside first, for this row will read it (the last of a cycle); or none
  bool last;         ///< the last step of its connected component: components are independent
};

/// The columns of a plan: trivially copyable, passed by value to kernel bodies (they read `.data`).
template <class Region, space S = space::host>
struct plan_view {
  plan_shape shape;
  typename Region::layout layout{};
  column<std::uint8_t, S> choice;   ///< which method of one_of (0 for a single method)
  column<index_t, S> self;          ///< row of the batch (by default 0..n-1)
  column<index_t, S> partner;       ///< row of the source; -1 = none
  column<float, S> ratio;           ///< the drawn lambda: weight of the sample itself
  column<float, S> share_self;      ///< label coefficient of the sample
  column<float, S> share_partner;   ///< label coefficient of the partner
  column<float, S> weight_self;     ///< loss weight of the sample's label
  column<float, S> weight_partner;  ///< loss weight of the partner's label
  typename Region::template columns<S> region;
  // Derived from the columns above, for the adjoint and for in-place mixing:
  column<index_t, S> rows_by_partner;  ///< rows ordered by partner, then row
  column<index_t, S> rows_by_self;     ///< rows ordered by self, then row
  column<inplace_step, S> order;

  void place(detail::placer& put, plan_shape const& s, typename Region::layout const& l) noexcept {
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

/// The value between drawing and applying: one block of memory with all columns, the shape and key it was
/// made for, and the blend rule. Copy it, print it, write it as text (plan/plan_text.hpp), replay it.
template <class Region, class Blend, space S = space::host>
class plan : public plan_view<Region, S> {
  using columns = plan_view<Region, S>;

 public:
  using region_kind = Region;
  using blend_rule = Blend;
  static constexpr space memory = S;

  Blend blend{};
  key drawn_with{};
  // What the method's options allow at any step, not what this step drew:
  bool blends = false;   ///< some m may lie strictly between 0 and 1, so ids cannot follow
  bool local = false;    ///< all partners are rows of the batch that the call planned
  bool moved = false;    ///< some row may read its source at another place than it writes
  bool in_order = true;  ///< row i of the output is sample i, so that rows may be written in place

  plan() = default;
  /// A plan that was moved from is empty (or holds what it was swapped with): apply refuses it by a sentence.
  plan(plan&& other) noexcept { swap(other); }
  plan& operator=(plan&& other) noexcept { return swap(other), *this; }
  /// Host plans copy; a device plan moves, and download() or upload() copy it.
  plan(plan const& other) requires(S == space::host)
      : columns(other),
        blend(other.blend),
        drawn_with(other.drawn_with),
        blends(other.blends),
        local(other.local),
        moved(other.moved),
        in_order(other.in_order),
        block_(other.block_) {
    rebase();
  }
  plan& operator=(plan const& other) requires(S == space::host) { return *this = plan(other); }

  index_t rows() const noexcept { return this->shape.rows; }

  /// Makes room for `s`; column values are lost. Allocates only when the block grows.
  void fit(plan_shape const& s, typename Region::layout const& l) {
    detail::placer measure;
    columns placed;
    placed.place(measure, s, l);
    static_cast<columns&>(*this) = columns();  // empty, should memory run out
    block_.reserve(measure.used);
    static_cast<columns&>(*this) = placed;
    rebase();
  }
  columns const& view() const noexcept { return *this; }
  /// Where stages write: the columns themselves, or the pinned staging block of a device plan.
  plan_view<Region, space::host> staging() const noexcept {
    plan_view<Region, space::host> v;
    detail::placer put{block_.staging()};
    v.place(put, this->shape, this->layout);
    return v;
  }
  workspace<S> const& block() const noexcept { return block_; }
  workspace<S>& block() noexcept { return block_; }
  /// For planning: room to sort in, and the decisions that can still be refused.
  workspace<space::host>& scratch() noexcept { return scratch_; }
  workspace<space::host>& draft() noexcept { return draft_; }
  /// Score maps, and what their detectors and searches need.
  workspace<S>& maps() noexcept { return maps_; }
  workspace<S>& steps() noexcept { return steps_; }

 private:
  void swap(plan& other) noexcept {
    std::swap(static_cast<columns&>(*this), static_cast<columns&>(other));
    std::swap(blend, other.blend), std::swap(drawn_with, other.drawn_with);
    std::swap(blends, other.blends), std::swap(local, other.local), std::swap(moved, other.moved);
    std::swap(in_order, other.in_order);
    std::swap(block_, other.block_), std::swap(scratch_, other.scratch_), std::swap(draft_, other.draft_);
    std::swap(maps_, other.maps_), std::swap(steps_, other.steps_);
  }
  void rebase() noexcept {
    detail::placer put{block_.data()};
    columns::place(put, plan_shape(this->shape), typename Region::layout(this->layout));
  }
  workspace<S> block_, maps_, steps_;
  workspace<space::host> scratch_, draft_;
};

namespace detail {
inline void check_made(plan_shape const& s) {
  if (s.rows == 0)
    fail("the plan", "empty (default-constructed, or moved from)",
         "a plan that make_plan(method, x, key) or read_plan(stream) made");
}
}  // namespace detail

template <class>
inline constexpr bool is_plan = false;
template <class R, class B, space S>
inline constexpr bool is_plan<plan<R, B, S>> = true;

}  // namespace mixaug

MIXAUG_EXACT_END
