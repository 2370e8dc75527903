// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/plan/columns.hpp>
#include <mixaug/plan/detail/edited.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {

namespace detail {

/// Gives planning, reading and rescaling write access to the columns and flags of a plan.
struct plan_writer {
  template <class Plan>
  static plan_flags& flags(Plan& p) noexcept {
    return p.flags_;
  }
  /// Returns the columns in the plan's own memory.
  template <class Plan>
  static auto columns(Plan& p) noexcept {
    return p.writable();
  }
  /// Returns the columns that the host writes: the plan's own, or those of the pinned staging block of a device plan.
  template <class Plan>
  static auto staging(Plan& p) noexcept {
    return p.staging();
  }
};

}  // namespace detail

/// The decisions of one step, between drawing and applying: one block of memory with all columns, the shape and key it
/// was made for, and the blend rule. It can be copied, printed, written as text (plan/plan_text.hpp) and replayed. Its
/// columns are read-only; edit() changes them and recomputes what is derived from them.
template <class Region, class Blend, space S = space::host>
class plan : public plan_view<Region, S> {
  using columns = plan_view<Region, S>;

 public:
  using region_kind = Region;
  using blend_rule = Blend;
  static constexpr space memory = S;

  Blend blend{};
  key drawn_with{};

  plan() = default;
  /// A plan that was moved from is empty (or holds what it was swapped with); apply refuses it with a message.
  plan(plan&& other) noexcept { swap(other); }
  plan& operator=(plan&& other) noexcept { return swap(other), *this; }
  /// Host plans can be copied; device plans only moved, and copied by download() or upload().
  plan(plan const& other) requires(S == space::host)
      : columns(other), blend(other.blend), drawn_with(other.drawn_with), flags_(other.flags_), block_(other.block_) {
    rebase();
  }
  plan& operator=(plan const& other) requires(S == space::host) { return *this = plan(other); }

  index_t rows() const noexcept { return this->shape.rows; }
  plan_flags const& flags() const noexcept { return flags_; }
  /// True if m is one number for each row, whatever is drawn, so that the plan fits views of every size and rank.
  bool constant_field() const noexcept {
    if constexpr (requires { Region::constant_field_of(this->layout); })
      return Region::constant_field_of(this->layout);
    else
      return Region::constant_field;
  }

  /// Allocates columns for `s`; column values are lost. Allocates only when the block grows.
  void fit(plan_shape const& s, typename Region::layout const& l) {
    detail::column_layout measure;
    columns placed;
    placed.place(measure, s, l);
    static_cast<columns&>(*this) = columns();  // empty, in case the allocation fails
    block_.reserve(measure.used);
    static_cast<columns&>(*this) = placed;
    rebase();
  }
  columns const& view() const noexcept { return *this; }
  /// Calls f(columns), whose members are those of the plan and may be written; then checks the columns and recomputes
  /// what depends on them: the orders that apply_adjoint and apply_inplace follow, and the flags. Label shares are kept
  /// as written unless `labels` asks for derived ones. Errors: invalid_argument for a row that no plan may have; in
  /// this case, and if f throws, the plan is unchanged. For host plans: copy a device plan to the host with download(),
  /// edit it, and upload() it.
  template <class F>
  void edit(F const& f, shares labels = shares::kept) requires(S == space::host) {
    plan next(*this);
    plan_view<Region, S, access::write> const v = next.writable();
    f(v);
    detail::check_edited(v, next, next.flags_, labels);
    swap(next);
  }
  workspace<S> const& block() const noexcept { return block_; }
  workspace<S>& block() noexcept { return block_; }
  /// For planning: memory to sort in, and the decisions that may still be refused.
  workspace<space::host>& scratch() noexcept { return scratch_; }
  workspace<space::host>& draft() noexcept { return draft_; }
  /// Memory of score maps, and of their detectors and searches.
  workspace<S>& maps() noexcept { return maps_; }
  workspace<S>& steps() noexcept { return steps_; }

 private:
  friend struct detail::plan_writer;
  plan_view<Region, S, access::write> writable() noexcept { return placed<S>(block_.data()); }
  plan_view<Region, space::host, access::write> staging() noexcept { return placed<space::host>(block_.staging()); }
  template <space To>
  plan_view<Region, To, access::write> placed(std::byte* base) const noexcept {
    plan_view<Region, To, access::write> v;
    detail::column_layout put{base};
    v.place(put, this->shape, this->layout);
    return v;
  }
  void swap(plan& other) noexcept {
    std::swap(static_cast<columns&>(*this), static_cast<columns&>(other));
    std::swap(blend, other.blend);
    std::swap(drawn_with, other.drawn_with);
    std::swap(flags_, other.flags_);
    std::swap(block_, other.block_);
    std::swap(scratch_, other.scratch_);
    std::swap(draft_, other.draft_);
    std::swap(maps_, other.maps_);
    std::swap(steps_, other.steps_);
  }
  void rebase() noexcept {
    detail::column_layout put{block_.data()};
    columns::place(put, plan_shape(this->shape), typename Region::layout(this->layout));
  }
  plan_flags flags_;
  workspace<S> block_, maps_, steps_;
  workspace<space::host> scratch_, draft_;
};

/// True if a type is a plan.
template <class>
inline constexpr bool is_plan = false;
template <class R, class B, space S>
inline constexpr bool is_plan<plan<R, B, S>> = true;

}  // namespace mixaug

MIXAUG_EXACT_END
