// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/step/apply.hpp>

namespace mixaug {
namespace detail {

enum class adjoint_of { batch, self, source, gathered };

template <class Backend, class R, class B, space S, class G, class X>
void adjoint_into(Backend const& be, plan<R, B, S> const& p, G const& grad_out, X const& grad, adjoint_of what, char const* name) {
  check_spaces<Backend, S, G, X>();
  check_writable<X>();
  using T = std::remove_const_t<typename G::element>;
  static_assert(same_element<G, X>, "mixaug: the gradients have one element type");
  static_assert(is_real<T>, "mixaug: gradients are float, double, float16 or bfloat16");
  if constexpr (S == Backend::memory && G::memory == S && X::memory == S && same_element<G, X> && is_real<T>) {
    plan_shape const& s = p.shape;
    bool const any = R::constant_field;
    five const fg = checked(grad_out, s, any, "grad_out"), fx = checked(grad, s, any, name);
    index_t const rows = what == adjoint_of::source ? s.source_rows : what == adjoint_of::gathered ? s.rows : s.samples;
    if (fg.extent[0] != s.rows) fail("grad_out", text(fg.extent[0]) + " rows", text(s.rows) + " rows, as the plan has");
    if (fx.extent[0] != rows) fail(name, text(fx.extent[0]) + " rows", text(rows) + " rows");
    same_extents(name, fx, fg, "grad_out");
    if (what == adjoint_of::batch && !p.local)
      fail("partners lie outside the batch; give their gradients a place: apply_adjoint(plan, grad_out, grad_x, grad_source)");
    check_output(name, fx);
    check_apart<T>(name, grad.data, fx, "grad_out", grad_out.data, fg);
    adjoint_body<T, R, B, S> body;
    bool const inside = interleaved(fg) && interleaved(fx);
    body.grad = to_rows<T const>(grad_out.data, fg, inside), body.out = to_rows<T>(grad.data, fx, inside);
    if (any && body.grad.flat() && body.out.flat()) body.grad = body.grad.flattened(), body.out = body.out.flattened();
    body.plan = p.view(), body.blend = p.blend;
    body.source_first = what == adjoint_of::batch ? s.first : 0;
    body.to_self = what == adjoint_of::batch || what == adjoint_of::self;
    body.to_source = what == adjoint_of::batch || what == adjoint_of::source;
    body.gathered = what == adjoint_of::gathered;
    be.adjoint(body, rows);
  }
}

}  // namespace detail

/// The transpose of apply, so that hidden-layer mixing can train: <apply(x), g> = <x, adjoint(g)>.
///   apply_adjoint(backend, plan, grad_out, grad_x)                         the batch is its own source
///   apply_adjoint(backend, plan, grad_out, grad_x, grad_source)            a second source
///   apply_adjoint(backend, plan, grad_out, grad_x, gathered(grad_rows))    rows in partner order
/// Gradients are written, not added. Where a sample is the partner of several rows their parts are summed in
/// ascending order of the rows, so bits depend on neither threads nor backend (where there is fma). Float,
/// double, float16 and bfloat16; sums of 16-bit floats are kept in float.
template <backend Backend, class R, class B, space S, class G, class X>
  requires(is_tensor_view<G> && is_tensor_view<X>)
void apply_adjoint(Backend const& be, plan<R, B, S> const& p, G const& grad_out, X const& grad_x) {
  detail::adjoint_into(be, p, grad_out, grad_x, detail::adjoint_of::batch, "grad_x");
}
template <backend Backend, class R, class B, space S, class G, class X, class Src>
  requires(is_tensor_view<G> && is_tensor_view<X> && is_tensor_view<Src>)
void apply_adjoint(Backend const& be, plan<R, B, S> const& p, G const& grad_out, X const& grad_x, Src const& grad_source) {
  detail::adjoint_into(be, p, grad_out, grad_x, detail::adjoint_of::self, "grad_x");
  detail::adjoint_into(be, p, grad_out, grad_source, detail::adjoint_of::source, "grad_source");
}
template <backend Backend, class R, class B, space S, class G, class X, class Src>
void apply_adjoint(Backend const& be, plan<R, B, S> const& p, G const& grad_out, X const& grad_x, gathered_rows<Src> const& grad_rows) {
  detail::adjoint_into(be, p, grad_out, grad_x, detail::adjoint_of::self, "grad_x");
  detail::adjoint_into(be, p, grad_out, grad_rows.view, detail::adjoint_of::gathered, "the gathered gradient");
}

}  // namespace mixaug
