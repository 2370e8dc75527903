// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/loss/detail/cross_entropy_checks.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {

/// Options of soft_target_cross_entropy.
struct soft_target_options {
  reduction reduce = reduction::none;  ///< mean: divides the gradient by n (losses are those of the rows)
  double scale = 1.0;                  ///< factor of the gradient, such as a loss scale
};

namespace detail {

/// The target of cross_entropy_items.hpp: a number for each class, and a weight for the row.
template <class T>
struct soft_target {
  static constexpr bool reads_targets = true;
  class_rows<T const> targets;
  T const* weights;  // null: 1
  index_t weight_stride;
  double scale;

  struct row {
    double weight;
    T times;  // w times scale
    bool read;
  };

  MIXAUG_HD row begin(index_t i) const noexcept {
    double const w = weights == nullptr ? 1.0 : static_cast<double>(weights[i * weight_stride]);
    return {w, static_cast<T>(w * scale), w != 0.0};
  }
  /// Sums sum_c t_c (m - z_c), where t_c is not 0; the second sum is that of t.
  MIXAUG_HD bool sums() const noexcept { return true; }
  MIXAUG_HD T first(T z, T m, T t, T sum) const noexcept {
    T const more = add_product<T>(t, m - z, sum);
    return t == T{0} ? sum : more;
  }

  /// w (sum(t) log S + sum_c t_c (m - z_c))
  MIXAUG_HD double loss(row const& r, index_t, row_sums<T> const& s, double log_sum) const noexcept {
    return r.weight * add_product<double>(s.second, log_sum, s.first);
  }
  MIXAUG_HD T factor(row const& r, row_sums<T> const& s) const noexcept {
    return static_cast<T>(r.weight * scale * s.second / s.sum);
  }
  MIXAUG_HD T gradient(row const& r, T e, T factor, T t) const noexcept {
    return add_product<T>(e, factor, -(r.times * t));
  }
  MIXAUG_HD T at(row const&, index_t, T g) const noexcept { return g; }
  void correct(row const&, class_row<T> const&) const noexcept {}
};

template <class Be, class Z, class Y, class W, class Loss, class Grad>
void soft_target_cross_entropy_from(Be const& be, Z const& logits, Y const& targets, W const* weights,
                                    Loss const& losses, Grad const* grad, soft_target_options const& o) {
  using T = std::remove_const_t<typename Z::element>;
  constexpr bool types = same_element<Z, Y, W> && Y::rank == 2 && W::rank == 1;
  static_assert(types,
                "mixaug: soft targets (n, classes) and weights (n) are of the logits' type; class ids go to "
                "pair_cross_entropy");
  check_spaces<Be, Be::memory, Y, W>();
  if constexpr (check_logit_types<Be, Z, Loss, Grad>() && types && Y::memory == Be::memory && W::memory == Be::memory) {
    if (logits.extent[0] == 0) {  // a rank without rows
      same_rows("targets", targets.extent[0], 0);
      if (weights != nullptr) same_rows("weights", weights->extent[0], 0);
      return no_logits(logits, losses, grad);
    }
    logit_operands<Z, Loss, Grad> const all(logits, losses, grad, logits.extent[0]);
    layout5 const ft = label_extents(targets, "targets");
    same_rows("targets", targets.extent[0], logits.extent[0]);
    if (targets.extent[1] != all.classes())
      fail("targets", "of width " + text(targets.extent[1]), "width " + text(all.classes()) + " as the logits");
    all.beside(targets, ft, "the targets");
    check_scale<T>(o.scale);
    soft_target<T> target{{targets.data, targets.stride[0], targets.stride[1]},
                          nullptr,
                          0,
                          gradient_scale(o.reduce, o.scale, logits.extent[0])};
    if (weights != nullptr) {
      layout5 const fw = label_extents(*weights, "weights");
      same_rows("weights", weights->extent[0], logits.extent[0]);
      all.beside(*weights, fw, "the weights");
      if constexpr (W::memory == space::host)
        for (index_t i = 0; i < weights->extent[0]; ++i)
          if (T const w = (*weights)(i); !(w >= T{0} && w <= (std::numeric_limits<T>::max)()))
            fail("weights(" + text(i) + ")", text(static_cast<double>(w)), "a finite number >= 0");
      target.weights = weights->data, target.weight_stride = weights->stride[0];
    }
    run_cross_entropy(be, all.template job<T>(target));
  }
}

template <class Z>
using no_weights_of = tensor_view<std::remove_const_t<typename Z::element> const, 1, Z::memory>;

}  // namespace detail

/// Cross entropy against soft targets (n, classes), such as those of soft_labels, with a weight for each row:
///   losses(i) = -w_i sum_c t_ic log softmax(z_i)_c,  gradient w_i (softmax(z_i) sum_c t_ic - t_i).
/// Targets need not sum to 1 and are not checked: NaN gives NaN in its own row.
///   soft_target_cross_entropy(backend, logits, targets, losses[, grad_logits][, options])
///   soft_target_cross_entropy(backend, logits, targets, weights, losses[, grad_logits][, options])
/// Rows of zeros (both labels ignored by soft_labels) have loss and gradient 0, and count in the mean; to exclude them,
/// use reduction::sum with scale = 1 / (number of other rows).
/// All views are of one type, float or double, with any strides. Logits as for pair_cross_entropy: -infinity masks a
/// class; if its target is 0 the loss stays finite. A row of weight 0 has loss and gradient 0. Of 0 rows nothing is
/// read, and views may be null.
/// Errors: shapes, null pointers, weights that are negative or not finite (not checked on a device), an output that
/// shares memory with another operand.
template <backend Be, class Z, class Y, class L>
requires(is_tensor_view<Z>&& is_tensor_view<Y>&& is_tensor_view<L>) void soft_target_cross_entropy(
    Be const& be, Z const& logits, Y const& targets, L const& losses, soft_target_options const& o = {}) {
  detail::no_weights_of<Z> const* const even = nullptr;
  detail::no_gradient_of<Z> const* const none = nullptr;
  detail::soft_target_cross_entropy_from(be, logits, targets, even, losses, none, o);
}
template <backend Be, class Z, class Y, class V, class W>
requires(is_tensor_view<Z>&& is_tensor_view<Y>&& is_tensor_view<V>&& is_tensor_view<W>) void soft_target_cross_entropy(
    Be const& be, Z const& logits, Y const& targets, V const& weights_or_losses, W const& losses_or_grad,
    soft_target_options const& o = {}) {
  if constexpr (W::rank == 1) {
    detail::no_gradient_of<Z> const* const none = nullptr;
    detail::soft_target_cross_entropy_from(be, logits, targets, &weights_or_losses, losses_or_grad, none, o);
  } else {
    detail::no_weights_of<Z> const* const even = nullptr;
    detail::soft_target_cross_entropy_from(be, logits, targets, even, weights_or_losses, &losses_or_grad, o);
  }
}
template <backend Be, class Z, class Y, class W, class L, class G>
requires(is_tensor_view<Z>&& is_tensor_view<Y>&& is_tensor_view<W>&& is_tensor_view<L>&&
             is_tensor_view<G>) void soft_target_cross_entropy(Be const& be, Z const& logits, Y const& targets,
                                                               W const& weights, L const& losses, G const& grad_logits,
                                                               soft_target_options const& o = {}) {
  detail::soft_target_cross_entropy_from(be, logits, targets, &weights, losses, &grad_logits, o);
}

MIXAUG_DEFAULT_BEGIN
template <class Z, class Y, class L>
requires(is_tensor_view<Z>&& is_tensor_view<Y>&& is_tensor_view<L>) void soft_target_cross_entropy(
    Z const& logits, Y const& targets, L const& losses, soft_target_options const& o = {}) {
  mixaug::soft_target_cross_entropy(default_backend{}, logits, targets, losses, o);
}
template <class Z, class Y, class V, class W>
requires(is_tensor_view<Z>&& is_tensor_view<Y>&& is_tensor_view<V>&& is_tensor_view<W>) void soft_target_cross_entropy(
    Z const& logits, Y const& targets, V const& weights_or_losses, W const& losses_or_grad,
    soft_target_options const& o = {}) {
  mixaug::soft_target_cross_entropy(default_backend{}, logits, targets, weights_or_losses, losses_or_grad, o);
}
template <class Z, class Y, class W, class L, class G>
requires(is_tensor_view<Z>&& is_tensor_view<Y>&& is_tensor_view<W>&& is_tensor_view<L>&&
             is_tensor_view<G>) void soft_target_cross_entropy(Z const& logits, Y const& targets, W const& weights,
                                                               L const& losses, G const& grad_logits,
                                                               soft_target_options const& o = {}) {
  mixaug::soft_target_cross_entropy(default_backend{}, logits, targets, weights, losses, grad_logits, o);
}
MIXAUG_DEFAULT_END

}  // namespace mixaug

MIXAUG_EXACT_END
