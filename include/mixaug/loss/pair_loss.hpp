// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/step/labels.hpp>

namespace mixaug {
namespace detail {

template <class T, class Plan>
struct pair_loss_body {
  Plan plan;
  T const *self, *partner;
  T* out;
  index_t self_stride, partner_stride, out_stride;

  MIXAUG_HD void operator()(index_t i, index_t lane, index_t) const noexcept {
    if (lane != 0) return;
    T const a = static_cast<T>(plan.share_self.data[i]) * static_cast<T>(plan.weight_self.data[i]);
    T const b = static_cast<T>(plan.share_partner.data[i]) * static_cast<T>(plan.weight_partner.data[i]);
    T loss = a == T{0} ? T{0} : a * self[i * self_stride];
    if (b != T{0}) loss = add_product<T>(b, partner[i * partner_stride], loss);
    out[i * out_stride] = loss;
  }
};

}  // namespace detail

/// The pair form of any loss, per row (n):
/// out(i) = share_self weight_self loss_self(i) + share_partner weight_partner loss_partner(i),
/// where loss_self is the loss against the sample's label and loss_partner against the partner's. A side whose
/// coefficient is 0 is not read. Equals the loss of the mixed label for losses linear in it (cross entropy).
template <backend Be, class R, class B, space S, class L, class P, class Out>
void pair_loss(Be const& be, plan<R, B, S> const& p, L const& loss_self, P const& loss_partner, Out const& out) {
  detail::check_spaces<Be, S, L, P, Out>();
  detail::check_writable<Out>();
  using T = std::remove_const_t<typename Out::element>;
  static_assert((std::is_same_v<T, float> || std::is_same_v<T, double>)&&detail::same_element<Out, L, P> &&
                    L::rank == 1 && P::rank == 1 && Out::rank == 1,
                "mixaug: losses are views (n) of float, or all of double");
  detail::check_made(p.shape);
  detail::five const fa = detail::label_extents(loss_self, "loss_self"),
                     fb = detail::label_extents(loss_partner, "loss_partner");
  detail::five const fo = detail::label_extents(out, "the output");
  detail::same_rows("loss_self", loss_self.extent[0], p.shape.rows);
  detail::same_rows("loss_partner", loss_partner.extent[0], p.shape.rows);
  detail::same_rows("the output", out.extent[0], p.shape.rows);
  detail::check_output("the output", fo);
  detail::check_apart("the output", out.data, fo, "loss_self", loss_self.data, fa, "");
  detail::check_apart("the output", out.data, fo, "loss_partner", loss_partner.data, fb, "");
  be.rows(detail::pair_loss_body<T, plan_view<R, S>>{p.view(), loss_self.data, loss_partner.data, out.data,
                                                     loss_self.stride[0], loss_partner.stride[0], out.stride[0]},
          p.shape.rows);
}

/// What to multiply the two losses' gradients by: d out(i) / d loss_self(i) and d out(i) / d loss_partner(i).
struct pair_coefficient {
  float self, partner;
};
template <class R, class B>
pair_coefficient pair_coefficients(plan<R, B> const& p, index_t i) noexcept {
  return {p.share_self[i] * p.weight_self[i], p.share_partner[i] * p.weight_partner[i]};
}

inline namespace MIXAUG_JOIN(v0_default_, MIXAUG_BACKEND) {
  template <class R, class B, space S, class L, class P, class Out>
  void pair_loss(plan<R, B, S> const& p, L const& loss_self, P const& loss_partner, Out const& out) {
    mixaug::pair_loss(default_backend{}, p, loss_self, loss_partner, out);
  }
}  // namespace )

}  // namespace mixaug
