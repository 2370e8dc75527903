// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/loss/detail/cross_entropy_checks.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {
namespace detail {

/// Row i: the softmax of the partner's logits, and the weight omega (1 - share_self).
template <class T, class Plan>
struct history_targets_body {
  Plan plan;
  class_rows<T const> logits;
  class_rows<T> targets;
  T* weights;
  index_t weight_stride, classes, source_first;
  double omega;

  MIXAUG_HD void operator()(index_t i, index_t lane, index_t lanes) const noexcept {
    index_t const partner = plan.partner.data[i];
    double const share = 1.0 - static_cast<double>(plan.share_self.data[i]);
    bool const read = partner >= 0 && share > 0.0;
    if (lane == 0) weights[i * weight_stride] = static_cast<T>(read ? omega * share : 0.0);
    class_row<T> const to = targets[i];
    if (!read) {
      for (index_t c = lane; c < classes; c += lanes) to[c] = T{0};
      return;
    }
    class_row<T const> const from = logits[partner - source_first];
    T most = minus_infinity<T>;
    for (index_t c = 0; c < classes; ++c) most = larger(most, from[c]);
    double sum = 0.0;
    for (index_t c = 0; c < classes; ++c) sum += static_cast<double>(softmax_exp(from[c] - most));
    for (index_t c = lane; c < classes; c += lanes)
      to[c] = static_cast<T>(static_cast<double>(softmax_exp(from[c] - most)) / sum);
  }
};

}  // namespace detail

/// What the consistency term of RecursiveMix (arXiv 2203.06844, section 3.2) compares with: for each row of the plan
/// the softmax of the logits that the network gave its partner in the step before, `targets` (rows, classes), and omega
/// (1 - share_self), `weights` (rows). Rows without a partner, or whose box is empty, get zeros. With the logits of the
/// averages of roi_align, the term is
///   history_targets(backend, plan, old_logits, targets, weights, omega)
///   soft_target_cross_entropy(backend, roi_logits, targets, weights, losses, grad, {.reduce = reduction::mean})
/// `old_logits` (source rows, classes); all views are of one type, float or double. The published omega is 0.5 on
/// ImageNet and 0.1 on CIFAR.
/// Errors: other shapes, null pointers, memory that overlaps, omega negative or not finite.
template <backend Be, class R, class B, space S, class Z, class Y, class W>
requires(is_tensor_view<Z>&& is_tensor_view<Y>&& is_tensor_view<W>) void history_targets(
    Be const& be, plan<R, B, S> const& p, Z const& old_logits, Y const& targets, W const& weights, double omega = 0.5) {
  using T = std::remove_const_t<typename Z::element>;
  constexpr bool types = detail::same_element<Z, Y, W> && Z::rank == 2 && Y::rank == 2 && W::rank == 1 &&
                         (std::is_same_v<T, float> || std::is_same_v<T, double>);
  static_assert(types,
                "mixaug: the history's logits and targets are (n, classes), weights (n), all float or all double");
  detail::check_spaces<Be, S, Z, Y, W>();
  detail::check_writable<Y>();
  detail::check_writable<W>();
  if constexpr (types && S == Be::memory && Z::memory == S && Y::memory == S && W::memory == S) {
    plan_shape const& s = p.shape;
    detail::check_made(s);
    if (detail::made_empty(s)) {
      detail::same_rows("the targets", targets.extent[0], 0);
      return detail::same_rows("the weights", weights.extent[0], 0);
    }
    if (s.own_source)
      detail::fail("the plan pairs inside its batch, and history_targets reads logits of a second source, the history");
    if (!(omega >= 0.0 && omega <= 3e38)) detail::fail("omega", detail::text(omega), "a finite number >= 0");
    bool const empty = detail::empty_source(s, old_logits);
    detail::layout5 const ft = detail::label_extents(targets, "the targets"),
                          fw = detail::label_extents(weights, "the weights");
    detail::layout5 const fz = empty ? detail::layout5{} : detail::label_extents(old_logits, "the history's logits");
    detail::same_rows("the targets", targets.extent[0], s.rows);
    detail::same_rows("the weights", weights.extent[0], s.rows);
    if (!empty) {
      detail::same_rows("the history's logits", old_logits.extent[0], s.source_rows);
      if (old_logits.extent[1] != targets.extent[1])
        detail::fail("the targets", "of width " + detail::text(targets.extent[1]),
                     detail::text(old_logits.extent[1]) + ", the classes of the history's logits");
      detail::check_apart("the targets", targets.data, ft, "the history's logits", old_logits.data, fz, "");
      detail::check_apart("the weights", weights.data, fw, "the history's logits", old_logits.data, fz, "");
    }
    detail::check_output("the targets", ft);
    detail::check_output("the weights", fw);
    detail::check_apart("the weights", weights.data, fw, "the targets", targets.data, ft, "");
    using view = std::remove_cvref_t<decltype(p.view())>;
    detail::run_rows(
        be,
        detail::history_targets_body<T, view>{p.view(),
                                              {old_logits.data, old_logits.stride[0], old_logits.stride[1]},
                                              {targets.data, targets.stride[0], targets.stride[1]},
                                              weights.data,
                                              weights.stride[0],
                                              targets.extent[1],
                                              s.source_first,
                                              omega},
        s.rows);
  }
}

MIXAUG_DEFAULT_BEGIN
/// The same on the default backend.
template <class R, class B, space S, class Z, class Y, class W>
requires(is_tensor_view<Z>&& is_tensor_view<Y>&& is_tensor_view<W>) void history_targets(
    plan<R, B, S> const& p, Z const& old_logits, Y const& targets, W const& weights, double omega = 0.5) {
  mixaug::history_targets(default_backend{}, p, old_logits, targets, weights, omega);
}
MIXAUG_DEFAULT_END

}  // namespace mixaug

MIXAUG_EXACT_END
