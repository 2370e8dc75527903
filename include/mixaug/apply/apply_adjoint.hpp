// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/apply/apply.hpp>
#include <mixaug/backend/default.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {
namespace detail {

enum class adjoint_of { batch, self, source, gathered };

/// One gradient to be written.
template <class X>
struct adjoint_target {
  X const& grad;
  adjoint_of what;
  char const* name;

  layout5 check(auto const& p, layout5 const& fg, auto const& grad_out, bool any_size) const {
    plan_shape const& s = p.shape;
    if (what == adjoint_of::source && empty_source(s, grad)) {
      layout5 none;
      none.extent[0] = 0;
      return none;
    }
    layout5 const f = checked(grad, s, any_size, name);
    index_t const rows = what == adjoint_of::source ? s.source_rows : what == adjoint_of::gathered ? s.rows : s.samples;
    if (f.extent[0] != rows) fail(name, text(f.extent[0]) + " rows", text(rows) + " rows");
    same_extents(name, f, fg, "grad_out");
    if (what == adjoint_of::batch && !p.flags().local)
      fail(
          "partners lie outside the batch; give their gradients a place: apply_adjoint(plan, grad_out, grad_x, "
          "grad_source)");
    written_memory<X>(name, grad, f).check_apart("grad_out", grad_out, fg, "");
    return f;
  }
  template <class Backend, class R, class B, space S, class G>
  void run(Backend const& be, plan<R, B, S> const& p, G const& grad_out, layout5 const& fg, layout5 const& f) const {
    using T = std::remove_const_t<typename G::element>;
    if (what == adjoint_of::source && p.shape.source_rows == 0) return;
    adjoint_body<T, R, B, S> body;
    bool const inside = interleaved(fg) && interleaved(f);
    body.grad = to_rows<T const>(grad_out, fg, inside), body.out = to_rows<T>(grad, f, inside);
    if (R::constant_field && body.grad.flat() && body.out.flat())
      body.grad = body.grad.flattened(), body.out = body.out.flattened();
    body.plan = p.view(), body.blend = p.blend;
    body.source_first = p.shape.first_of(what == adjoint_of::batch);
    body.to_self = what == adjoint_of::batch || what == adjoint_of::self;
    body.to_source = what == adjoint_of::batch || what == adjoint_of::source;
    body.gathered = what == adjoint_of::gathered;
    run_adjoint(be, body, f.extent[0]);
  }
};

/// Refuses two gradients that share memory.
template <class X, class Y>
void check_two(layout5 const* f, adjoint_target<X> const& first, adjoint_target<Y> const& second) {
  if (f[1].extent[0] == 0) return;
  written_memory<Y>(second.name, second.grad, f[1]).check_apart(first.name, first.grad, f[0], "");
}

/// Checks all gradients, then writes them.
template <class Backend, class R, class B, space S, class G, class... X>
void adjoint_into(Backend const& be, plan<R, B, S> const& p, G const& grad_out, adjoint_target<X> const&... to) {
  check_spaces<Backend, S, G, X...>();
  (check_writable<X>(), ...);
  using T = std::remove_const_t<typename G::element>;
  static_assert(same_element<G, X...>, "mixaug: the gradients have one element type");
  static_assert(is_real<T>, "mixaug: gradients are float, double, float16 or bfloat16");
  if constexpr (S == Backend::memory && G::memory == S &&
                ((X::memory == S && !std::is_const_v<typename X::element>)&&...) && same_element<G, X...> &&
                is_real<T>) {
    if (made_empty(p.shape) && ((to.what != adjoint_of::source) && ...)) {
      same_rows("grad_out", grad_out.extent[0], 0);
      return (same_rows(to.name, to.grad.extent[0], 0), ...);
    }
    layout5 const fg = checked(grad_out, p.shape, p.constant_field(), "grad_out");
    if (fg.extent[0] != p.shape.rows)
      fail("grad_out", text(fg.extent[0]) + " rows", text(p.shape.rows) + " rows, as the plan has");
    layout5 const f[] = {to.check(p, fg, grad_out, p.constant_field())...};
    if constexpr (sizeof...(X) == 2) check_two(f, to...);
    layout5 const* at = f;
    (to.run(be, p, grad_out, fg, *at++), ...);
  }
}

}  // namespace detail

/// The transpose of apply, for training with hidden-layer mixing: <apply(x), g> = <x, adjoint(g)>.
///   apply_adjoint(backend, plan, grad_out, grad_x)                         the batch is its own source
///   apply_adjoint(backend, plan, grad_out, grad_x, grad_source)            a second source
///   apply_adjoint(backend, plan, grad_out, grad_x, gathered(grad_rows))    rows in partner order
/// Gradients are overwritten, not accumulated. If a sample is the partner of several rows, their parts are summed in
/// ascending order of the rows, so the bits depend neither on the threads nor on the backend (if the hardware has fma).
/// Elements are float, double, float16 and bfloat16; sums of 16-bit floats are kept in float.
/// Errors: shapes that differ, partners outside the batch without a place for their gradients, memory that overlaps.
template <backend Backend, class R, class B, space S, class G, class X>
requires(is_batch<G>&& is_batch<X>) void apply_adjoint(Backend const& be, plan<R, B, S> const& p, G const& grad_out,
                                                       X const& grad_x) {
  detail::adjoint_into(be, p, grad_out, detail::adjoint_target<X>{grad_x, detail::adjoint_of::batch, "grad_x"});
}
template <backend Backend, class R, class B, space S, class G, class X, class Src>
requires(is_batch<G>&& is_batch<X>&& is_batch<Src>) void apply_adjoint(Backend const& be, plan<R, B, S> const& p,
                                                                       G const& grad_out, X const& grad_x,
                                                                       Src const& grad_source) {
  detail::adjoint_into(be, p, grad_out, detail::adjoint_target<X>{grad_x, detail::adjoint_of::self, "grad_x"},
                       detail::adjoint_target<Src>{grad_source, detail::adjoint_of::source, "grad_source"});
}
template <backend Backend, class R, class B, space S, class G, class X, class Src>
void apply_adjoint(Backend const& be, plan<R, B, S> const& p, G const& grad_out, X const& grad_x,
                   gathered_rows<Src> const& grad_rows) {
  detail::adjoint_into(
      be, p, grad_out, detail::adjoint_target<X>{grad_x, detail::adjoint_of::self, "grad_x"},
      detail::adjoint_target<Src>{grad_rows.view, detail::adjoint_of::gathered, "the gathered gradient"});
}

MIXAUG_DEFAULT_BEGIN
/// The same on the default backend.
template <class R, class B, space S, class... Views>
void apply_adjoint(plan<R, B, S> const& p, Views const&... views) {
  constexpr bool operands =
      (sizeof...(Views) == 2 || sizeof...(Views) == 3) && (detail::is_batch_operand<Views> && ...);
  static_assert(operands,
                "mixaug: apply_adjoint(plan, grad_out, grad_x) and apply_adjoint(plan, grad_out, grad_x, "
                "grad_source) take views; wrap a pointer with its extents");
  if constexpr (operands) mixaug::apply_adjoint(default_backend{}, p, views...);
}
MIXAUG_DEFAULT_END

}  // namespace mixaug

MIXAUG_EXACT_END
