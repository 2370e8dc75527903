// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/apply/apply.hpp>
#include <mixaug/backend/default.hpp>
#include <mixaug/plan/detail/row_orders.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {

/// x = m * x + (1 - m) * partner, in the batch's own memory, for every partner map inside the batch, with the same bits
/// as apply. Rows that no remaining row reads are written first, then cycles, unit by unit in cache. Scratch: 32 KiB of
/// stack for each thread on the CPU, registers on CUDA. Reads and writes each row once, and only the patches where m <
/// 1. Errors: a plan with a second source, with partners outside the batch, with boxes that may move, or with rows of
/// other samples than their own (column self).
template <backend Backend, class R, class B, space S, class X>
requires(is_batch<X>) void apply_inplace(Backend const& be, plan<R, B, S> const& p, X const& x) {
  detail::check_spaces<Backend, S, X>();
  detail::check_writable<X>();
  static_assert(B::same_place,
                "mixaug: this blend reads the source at another place than it writes, so it cannot run in place; use "
                "apply with a second buffer");
  using T = typename X::element;
  if constexpr (S == Backend::memory && X::memory == S && !std::is_const_v<T> && B::same_place) {
    plan_shape const& s = p.shape;
    if (detail::made_empty(s)) return detail::same_rows("x", x.extent[0], 0);
    bool const any = p.constant_field();
    detail::layout5 const f = detail::checked(x, s, any, "x");
    if (f.extent[0] != s.samples)
      detail::fail("x", detail::text(f.extent[0]) + " rows",
                   detail::text(s.samples) + " rows, for which the plan was made");
    if (s.rows != s.samples)
      detail::fail("this plan has " + detail::text(s.rows) + " rows for " + detail::text(s.samples) +
                   " samples, which cannot be written in place; use apply with an output of its own");
    if (!p.flags().local)
      detail::fail(
          "apply_inplace mixes a batch with itself, and this plan's partners lie outside the batch (a second source, "
          "or the global batch); use apply(plan, x, source, out)");
    bool in_order = p.flags().in_order;
    if constexpr (S == space::host) in_order = detail::rows_in_order(p.view());
    if (!in_order)
      detail::fail(
          "this plan's rows are not the samples in their order (its column self is not 0, 1, 2, ...), which cannot be "
          "written in place; use apply with an output of its own");
    if (p.flags().moved)
      detail::fail(
          "this plan may paste pixels at another place than it reads them, which cannot be done in place; use apply "
          "with a second buffer");
    detail::written_memory<X>("x", x, f);
    detail::check_element<T>(p, f.extent[1]);
    detail::mix_body<T, R, B, S> body;
    body.out = detail::to_rows<T>(x, f, detail::interleaved(f));
    if (R::constant_field && body.out.flat() && !p.blend.per_channel(0)) body.out = body.out.flattened();
    body.x = body.source = detail::to_rows<T const>(x, f, detail::interleaved(f));
    body.plan = p.view(), body.blend = p.blend, body.source_first = s.first;
    body.stream = detail::larger_than_cache(body.out);
    detail::run_inplace(be, body);
  }
}

MIXAUG_DEFAULT_BEGIN
/// The same on the default backend.
template <class R, class B, space S, class X>
void apply_inplace(plan<R, B, S> const& p, X const& x) {
  mixaug::apply_inplace(default_backend{}, p, x);
}
MIXAUG_DEFAULT_END

}  // namespace mixaug

MIXAUG_EXACT_END
