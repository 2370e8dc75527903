// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/apply/labels.hpp>
#include <mixaug/loss/reduction.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {
namespace detail {

/// Coefficient of a row's loss on one side: label share times weight.
template <class T, class Plan>
MIXAUG_HD T self_coefficient(Plan const& p, index_t i) noexcept {
  return static_cast<T>(p.share_self.data[i]) * static_cast<T>(p.weight_self.data[i]);
}
template <class T, class Plan>
MIXAUG_HD T partner_coefficient(Plan const& p, index_t i) noexcept {
  return static_cast<T>(p.share_partner.data[i]) * static_cast<T>(p.weight_partner.data[i]);
}

/// Divisors of the two sides of a mean; for a side without rows, which adds nothing, the divisor is 1.
struct pair_divisors {
  double self = 1.0, partner = 1.0;
  pair_divisors(reduction r, pair_counts const& counts, index_t rows) {
    check_counts(counts);
    if (r != reduction::mean) return;
    self = static_cast<double>(counts.given() ? greater(1, counts.self) : rows);
    partner = static_cast<double>(counts.given() ? greater(1, counts.partner) : rows);
  }
};

/// Returns the loss of row i, with the partner's side multiplied by `ratio`. `Flat`: losses are contiguous, so that the
/// loop over rows vectorises.
template <class T, class Plan, bool Flat>
struct pair_loss_term {
  Plan plan;
  T const *self, *partner;
  index_t self_stride, partner_stride;
  T ratio = T{1};

  MIXAUG_HD T operator()(index_t i) const noexcept {
    T const a = self_coefficient<T>(plan, i), b = partner_coefficient<T>(plan, i) * ratio;
    T const own = self[Flat ? i : i * self_stride], other = partner[Flat ? i : i * partner_stride];
    T const loss = a == T{0} ? T{0} : a * own, both = add_product<T>(b, other, loss);
    return b == T{0} ? loss : both;
  }
};

template <class T, class Plan>
struct pair_loss_body {
  pair_loss_term<T, Plan, false> term;
  T* out;
  index_t out_stride;
  MIXAUG_HD void operator()(index_t i, index_t lane, index_t) const noexcept {
    if (lane == 0) out[i * out_stride] = term(i);
  }
};

template <class T, class Plan>
struct pair_gradient_body {
  Plan plan;
  T *self, *partner;
  index_t self_stride, partner_stride;
  T self_divisor, partner_divisor;
  MIXAUG_HD void operator()(index_t i, index_t lane, index_t) const noexcept {
    if (lane != 0) return;
    self[i * self_stride] = self_coefficient<T>(plan, i) / self_divisor;
    partner[i * partner_stride] = partner_coefficient<T>(plan, i) / partner_divisor;
  }
};

/// The sum over no rows.
template <class T>
struct zero_sum_body {
  T* out;
  MIXAUG_HD void operator()(index_t, index_t lane, index_t) const noexcept {
    if (lane == 0) *out = T{0};
  }
};

/// Checks the types of the losses and of the output.
template <class Be, space S, class Out, class... Views>
constexpr bool check_loss_types() {
  check_spaces<Be, S, Out, Views...>();
  check_writable<Out>();
  using T = std::remove_const_t<typename Out::element>;
  constexpr bool types = (std::is_same_v<T, float> || std::is_same_v<T, double>)&&same_element<Out, Views...> &&
                         Out::rank == 1 && ((Views::rank == 1) && ...);
  static_assert(types, "mixaug: losses are views (n) of float, or all of double");
  return types && S == Be::memory && Out::memory == S && ((Views::memory == S) && ...);
}

/// Checks the operands of a sum over the 0 rows of a plan; a mean over them has no value.
template <class L, class P, class Out>
void check_no_losses(L const& loss_self, P const& loss_partner, Out const& out, reduction r,
                     pair_counts const& counts) {
  same_rows("loss_self", loss_self.extent[0], 0);
  same_rows("loss_partner", loss_partner.extent[0], 0);
  check_counts(counts);
  if (r == reduction::mean && !counts.given())
    fail(
        "the mean over a plan of 0 rows has no value; use reduction::none or sum, and divide by the rows of the global "
        "batch, or give their numbers as counts");
  same_rows("the output", out.extent[0], 1);
  label_extents(out, "the output");
}

/// Checks loss_self and loss_partner, and an output of `rows` rows.
template <class L, class P, class Out>
void check_losses(plan_shape const& s, L const& loss_self, P const& loss_partner, Out const& out, index_t rows) {
  check_made(s);
  layout5 const fa = label_extents(loss_self, "loss_self"), fb = label_extents(loss_partner, "loss_partner");
  layout5 const fo = label_extents(out, "the output");
  same_rows("loss_self", loss_self.extent[0], s.rows);
  same_rows("loss_partner", loss_partner.extent[0], s.rows);
  same_rows("the output", out.extent[0], rows);
  check_output("the output", fo);
  check_apart("the output", out.data, fo, "loss_self", loss_self.data, fa, "");
  check_apart("the output", out.data, fo, "loss_partner", loss_partner.data, fb, "");
}

}  // namespace detail

/// The pair form of any loss, per row (n):
/// out(i) = share_self weight_self loss_self(i) + share_partner weight_partner loss_partner(i),
/// where loss_self is the loss against the sample's label and loss_partner against the partner's. A side whose
/// coefficient is 0 is left out, whatever its loss. It equals the loss of the mixed label if the loss is linear in the
/// label (cross entropy). With weights it is the loss of UMIX (2209.08928): lambda w_i l_i + (1 - lambda) w_j l_j.
template <backend Be, class R, class B, space S, class L, class P, class Out>
void pair_loss(Be const& be, plan<R, B, S> const& p, L const& loss_self, P const& loss_partner, Out const& out) {
  if constexpr (detail::check_loss_types<Be, S, Out, L, P>()) {
    using T = std::remove_const_t<typename Out::element>;
    using columns = plan_view<R, S>;
    if (detail::made_empty(p.shape)) return detail::same_rows("the output", out.extent[0], 0);
    detail::check_losses(p.shape, loss_self, loss_partner, out, p.shape.rows);
    detail::pair_loss_term<T, columns, false> const term{p.view(), loss_self.data, loss_partner.data,
                                                         loss_self.stride[0], loss_partner.stride[0]};
    detail::run_rows(be, detail::pair_loss_body<T, columns>{term, out.data, out.stride[0]}, p.shape.rows);
  }
}

/// The same, reduced in one pass to one number, out (1): the sum or the mean over the rows, summed in double in a fixed
/// order (equal bits on every backend and number of threads). reduction::none: out (n), as above. The mean divides by n
/// or, if some rows carry no label (their losses are 0), each side by its own number of rows in `counts`: sum_i a_i
/// loss_self(i) / counts.self + sum_i b_i loss_partner(i) / counts.partner. The sum over a plan of 0 rows is 0, as is
/// its mean by counts; the mean of nothing is refused.
template <backend Be, class R, class B, space S, class L, class P, class Out>
void pair_loss(Be const& be, plan<R, B, S> const& p, L const& loss_self, P const& loss_partner, Out const& out,
               reduction r, pair_counts const& counts = {}) {
  if (r == reduction::none) return pair_loss(be, p, loss_self, loss_partner, out);
  if constexpr (detail::check_loss_types<Be, S, Out, L, P>()) {
    using T = std::remove_const_t<typename Out::element>;
    using columns = plan_view<R, S>;
    if (detail::made_empty(p.shape)) {
      detail::check_no_losses(loss_self, loss_partner, out, r, counts);
      return detail::run_rows(be, detail::zero_sum_body<T>{out.data}, 1);
    }
    detail::check_losses(p.shape, loss_self, loss_partner, out, 1);
    index_t const n = p.shape.rows, sa = loss_self.stride[0], sb = loss_partner.stride[0];
    detail::pair_divisors const by(r, counts, n);
    double const divisor = by.self;
    T const ratio = static_cast<T>(by.self / by.partner);
    T const *const a = loss_self.data, *const b = loss_partner.data;
    if (sa == 1 && sb == 1)
      detail::sum_rows(be, detail::pair_loss_term<T, columns, true>{p.view(), a, b, sa, sb, ratio}, n, divisor,
                       out.data);
    else
      detail::sum_rows(be, detail::pair_loss_term<T, columns, false>{p.view(), a, b, sa, sb, ratio}, n, divisor,
                       out.data);
  }
}

/// Factors of the gradients of the two losses: d out(i) / d loss_self(i) and d out(i) / d loss_partner(i).
struct pair_coefficient {
  float self, partner;
};
/// Returns the two coefficients of row i: label share times weight.
template <class R, class B>
pair_coefficient pair_coefficients(plan<R, B> const& p, index_t i) noexcept {
  return {p.share_self[i] * p.weight_self[i], p.share_partner[i] * p.weight_partner[i]};
}
/// Writes the coefficients of all rows, in the memory of the backend: the gradient of the (reduced) pair loss with
/// respect to the two losses, (n) each; reduction::mean divides by n, or by `counts`.
template <backend Be, class R, class B, space S, class A, class C>
void pair_loss_gradients(Be const& be, plan<R, B, S> const& p, A const& grad_self, C const& grad_partner,
                         reduction r = reduction::none, pair_counts const& counts = {}) {
  detail::check_writable<C>();
  if constexpr (detail::check_loss_types<Be, S, A, C>()) {
    using T = std::remove_const_t<typename A::element>;
    detail::check_made(p.shape);
    if (detail::made_empty(p.shape)) return detail::same_rows("grad_self", grad_self.extent[0], 0);
    detail::layout5 const fa = detail::label_extents(grad_self, "grad_self"),
                          fb = detail::label_extents(grad_partner, "grad_partner");
    detail::same_rows("grad_self", grad_self.extent[0], p.shape.rows);
    detail::same_rows("grad_partner", grad_partner.extent[0], p.shape.rows);
    detail::check_output("grad_self", fa);
    detail::check_output("grad_partner", fb);
    detail::check_apart("grad_partner", grad_partner.data, fb, "grad_self", grad_self.data, fa, "");
    detail::pair_divisors const by(r, counts, p.shape.rows);
    detail::run_rows(be,
                     detail::pair_gradient_body<T, plan_view<R, S>>{
                         p.view(), grad_self.data, grad_partner.data, grad_self.stride[0], grad_partner.stride[0],
                         static_cast<T>(by.self), static_cast<T>(by.partner)},
                     p.shape.rows);
  }
}

MIXAUG_DEFAULT_BEGIN
template <class R, class B, space S, class L, class P, class Out>
void pair_loss(plan<R, B, S> const& p, L const& loss_self, P const& loss_partner, Out const& out,
               reduction r = reduction::none, pair_counts const& counts = {}) {
  mixaug::pair_loss(default_backend{}, p, loss_self, loss_partner, out, r, counts);
}
template <class R, class B, space S, class A, class C>
void pair_loss_gradients(plan<R, B, S> const& p, A const& grad_self, C const& grad_partner,
                         reduction r = reduction::none, pair_counts const& counts = {}) {
  mixaug::pair_loss_gradients(default_backend{}, p, grad_self, grad_partner, r, counts);
}
MIXAUG_DEFAULT_END

}  // namespace mixaug

MIXAUG_EXACT_END
