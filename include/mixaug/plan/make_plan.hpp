// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/backend/backend.hpp>
#include <mixaug/plan/detail/planner.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {

/// Type of the plan of a method: its region kind and blend rule, in a memory space.
template <class M, space S = space::host>
using plan_of =
    plan<detail::list_kind<detail::recipes_t<M>>, decltype(std::declval<detail::recipes_t<M> const&>().blend()), S>;

/// Draws the plan of one step into `into`, reusing its memory: nothing is allocated after the first step of a shape.
/// `in` holds the batch and the inputs of rules (class ids, ...); `k` gives the rows and the step. Errors:
/// invalid_argument for a bad option, key or input, before the plan is modified.
template <class M, space S, class Plan>
void make_plan(M const& m, input_set<S> const& in, key const& k, Plan& into) requires is_plan<Plan> {
  if constexpr (detail::check_method<M, S>()) {
    static_assert(!detail::any_scored<detail::recipes_t<M>>,
                  "mixaug: this method reads pixels or score maps, so it is planned with a backend: "
                  "make_plan(serial{}, method, inputs, key)");
    static_assert(std::is_same_v<Plan, plan_of<M, Plan::memory>>,
                  "mixaug: this plan is of another method; declare it as plan_of<method>");
    static_assert(Plan::memory == space::host,
                  "mixaug: a device plan is made with a backend: make_plan(cuda{stream}, method, inputs, key, plan)");
    auto const recipes = detail::recipes_of(m, in, Plan::memory);
    detail::planner<std::remove_const_t<decltype(recipes)>, Plan, S>(into, recipes, in, k).draw();
  }
}

/// Returns the plan of one step.
template <class M, space S>
auto make_plan(M const& m, input_set<S> const& in, key const& k) {
  if constexpr (detail::check_method<M, S>()) {
    plan_of<M> p;
    make_plan(m, in, k, p);
    return p;
  }
}
template <class M, class X>
requires is_batch<X>
auto make_plan(M const& m, X const& x, key const& k) { return make_plan(m, inputs(x), k); }
template <class M, class X, class Plan>
void make_plan(M const& m, X const& x, key const& k, Plan& into) requires(is_plan<Plan>&& is_batch<X>) {
  make_plan(m, inputs(x), k, into);
}

/// The same with a host backend; also for methods that read pixels or score maps. Each thread computes and searches the
/// maps of one image at a time, in scratch that belongs to the plan.
template <backend Backend, class M, space S, class Plan>
void make_plan(Backend const& be, M const& m, input_set<S> const& in, key const& k,
               Plan& into) requires(is_plan<Plan>&& Backend::memory == space::host) {
  if constexpr (detail::check_method<M, S>()) {
    static_assert(std::is_same_v<Plan, plan_of<M>>,
                  "mixaug: this plan is of another method, or of another memory; declare it as plan_of<method>");
    constexpr bool reachable = S == space::host || !detail::any_scored<detail::recipes_t<M>>;
    static_assert(reachable,
                  "mixaug: this method reads pixels or score maps, and these are on the device; plan it there: "
                  "make_plan(cuda{stream}, method, inputs, key, plan)");
    if constexpr (!reachable) return;
    auto const recipes = detail::recipes_of(m, in, Plan::memory);
    using list = std::remove_const_t<decltype(recipes)>;
    detail::planner<list, Plan, S> planned(into, recipes, in, k);
    planned.draw(detail::host_scorer<Backend, list>{be, recipes, into.maps()});
  }
}
template <backend Backend, class M, space S>
auto make_plan(Backend const& be, M const& m, input_set<S> const& in,
               key const& k) requires(Backend::memory == space::host) {
  if constexpr (detail::check_method<M, S>()) {
    plan_of<M> p;
    make_plan(be, m, in, k, p);
    return p;
  }
}
template <backend Backend, class M, class X>
auto make_plan(Backend const& be, M const& m, X const& x,
               key const& k) requires(is_batch<X>&& Backend::memory == space::host) {
  return make_plan(be, m, inputs(x), k);
}
template <backend Backend, class M, class X, class Plan>
void make_plan(Backend const& be, M const& m, X const& x, key const& k,
               Plan& into) requires(is_plan<Plan>&& is_batch<X>&& Backend::memory == space::host) {
  make_plan(be, m, inputs(x), k, into);
}

/// Overloads that explain, at compile time, calls without a view of a batch or without a key.
template <class M, class X>
requires(!is_batch<X> && !detail::is_input_set<X> && !backend<M>) auto make_plan(M const&, X const&, key const&) {
  static_assert(detail::always_false<X>,
                "mixaug: make_plan(method, x, key) takes a view of the batch; wrap a pointer with its extents, "
                "nchw(pointer, {n, c, h, w}), or a container with its header of mixaug/interop/: nchw(container)");
}
template <class M, class X, class Plan>
requires(!is_batch<X> && !detail::is_input_set<X> && !backend<M> && is_plan<Plan>) void make_plan(M const&, X const&,
                                                                                                  key const&, Plan&) {
  static_assert(detail::always_false<X>,
                "mixaug: make_plan(method, x, key) takes a view of the batch; wrap a pointer with its extents, "
                "nchw(pointer, {n, c, h, w}), or a container with its header of mixaug/interop/: nchw(container)");
}
template <backend Backend, class M, class X>
requires(!is_batch<X> && !detail::is_input_set<X>) auto make_plan(Backend const&, M const&, X const&, key const&) {
  static_assert(detail::always_false<X>,
                "mixaug: make_plan(method, x, key) takes a view of the batch; wrap a pointer with its extents, "
                "nchw(pointer, {n, c, h, w}), or a container with its header of mixaug/interop/: nchw(container)");
}
template <class M, class X>
requires(!backend<M>) auto make_plan(M const&, X const&) {
  static_assert(detail::always_false<X>,
                "mixaug: make_plan(method, x, key) needs the key of the step, such as key{.seed = 42, .step = step}");
}
template <backend Backend, class M, class X>
requires(!std::is_same_v<X, key>) auto make_plan(Backend const&, M const&, X const&) {
  static_assert(detail::always_false<X>,
                "mixaug: make_plan(method, x, key) needs the key of the step, such as key{.seed = 42, .step = step}");
}

/// Returns the share of row i's pixels that come from the sample itself: the exact mean of m.
template <class R, class B>
double pixel_share(plan<R, B> const& p, index_t i) noexcept {
  return p.state(i).mean(p.shape);
}
/// Writes the share of every row to (n) floats or doubles.
/// Errors: another number of rows than the plan has, a null pointer.
template <class R, class B, class T>
void pixel_share(plan<R, B> const& p, tensor_view<T, 1> const& out) {
  if (out.data == nullptr) detail::fail("the output", "a null pointer", detail::text(p.rows()) + " numbers");
  detail::same_rows("the output", out.extent[0], p.rows());
  for (index_t i = 0; i < p.rows(); ++i) out(i) = static_cast<T>(pixel_share(p, i));
}

}  // namespace mixaug

MIXAUG_EXACT_END
