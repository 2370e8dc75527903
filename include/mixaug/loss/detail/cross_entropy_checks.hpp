// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/loss/detail/cross_entropy_rows.hpp>

MIXAUG_EXACT_BEGIN

/// Checks of the arguments of the cross entropies, made before anything is written.
namespace mixaug::detail {

/// Placeholder for a gradient that is not requested.
template <class Z>
using no_gradient_of = tensor_view<std::remove_const_t<typename Z::element>, 2, Z::memory>;

template <class Be, class Z, class Loss, class Grad>
constexpr bool check_logit_types() {
  check_writable<Loss>();
  check_writable<Grad>();
  using T = std::remove_const_t<typename Z::element>;
  constexpr bool types = (std::is_same_v<T, float> || std::is_same_v<T, double>)&&same_element<Z, Loss, Grad>;
  static_assert(types, "mixaug: logits, losses and gradients are all of float, or all of double");
  constexpr bool ranks = Z::rank == 2 && Loss::rank == 1 && Grad::rank == 2;
  static_assert(ranks, "mixaug: logits and their gradient are (n, classes), losses (n)");
  constexpr bool spaces = Z::memory == Be::memory && Loss::memory == Be::memory && Grad::memory == Be::memory;
  static_assert(spaces,
                "mixaug: a device view was given to a host backend, or a host view to a device backend; wrap device "
                "pointers with on_device(view)");
  return types && ranks && spaces && !std::is_const_v<typename Loss::element> &&
         !std::is_const_v<typename Grad::element>;
}

/// Logits and the two outputs; checks their shapes, and that they share no memory. `grad`: null for no gradient.
template <class Z, class Loss, class Grad>
struct logit_operands {
  Z const& logits;
  Loss const& losses;
  Grad const* grad;
  layout5 z, l, g;

  logit_operands(Z const& logits_, Loss const& losses_, Grad const* grad_, index_t rows)
      : logits(logits_),
        losses(losses_),
        grad(grad_),
        z(label_extents(logits_, "logits")),
        l(label_extents(losses_, "losses")) {
    same_rows("logits", logits.extent[0], rows);
    same_rows("losses", losses.extent[0], rows);
    check_output("losses", l);
    check_apart("losses", losses.data, l, "the logits", logits.data, z, "");
    if (grad == nullptr) return;
    g = label_extents(*grad, "grad_logits");
    same_rows("grad_logits", grad->extent[0], rows);
    if (grad->extent[1] != classes())
      fail("grad_logits", "of width " + text(grad->extent[1]), "width " + text(classes()) + " as the logits");
    check_output("grad_logits", g);
    check_apart("grad_logits", grad->data, g, "the logits", logits.data, z, "");
    check_apart("grad_logits", grad->data, g, "the losses", losses.data, l, "");
  }
  index_t classes() const noexcept { return logits.extent[1]; }

  /// Checks one more operand, which is only read: it must not overlap the outputs.
  template <class V>
  void beside(V const& v, layout5 const& f, char const* name) const {
    check_apart("losses", losses.data, l, name, v.data, f, "");
    if (grad != nullptr) check_apart("grad_logits", grad->data, g, name, v.data, f, "");
  }
  template <class T, class Target>
  cross_entropy_job<T, Target> job(Target const& target) const noexcept {
    class_rows<T> to;
    if (grad != nullptr) to = {grad->data, grad->stride[0], grad->stride[1]};
    class_rows<T const> const from{logits.data, logits.stride[0], logits.stride[1]};
    return {target, from, to, losses.data, losses.stride[0], classes(), logits.extent[0]};
  }
};

/// Checks the views of a call of 0 rows, of which nothing is read or written.
template <class Z, class Loss, class Grad>
void no_logits(Z const& logits, Loss const& losses, Grad const* grad) {
  same_rows("logits", logits.extent[0], 0);
  same_rows("losses", losses.extent[0], 0);
  if (grad != nullptr) same_rows("grad_logits", grad->extent[0], 0);
}

/// Checks the class ids of `rows` rows: on the host each in [0, classes) or ignored; of gathered rows only those with a
/// `partner`.
template <class V>
layout5 check_class_ids(V const& ids, index_t rows, index_t classes, char const* name, ignored_id ignored,
                        index_t const* partner = nullptr) {
  layout5 const f = label_extents(ids, name);
  same_rows(name, ids.extent[0], rows);
  if constexpr (V::memory == space::host)
    for (index_t i = 0; i < rows; ++i)
      if (auto const k = static_cast<index_t>(ids(i));
          (k < 0 || k >= classes) && !ignored(k) && has_partner(partner, i))
        fail(std::string(name) + "(" + text(i) + ")", text(k),
             "a class in [0, " + text(classes) + "), the width of the logits, or the ignore_index of the options");
  return f;
}

template <class T>
void check_scale(double scale) {
  if (!(std::fabs(scale) <= static_cast<double>((std::numeric_limits<T>::max)())))
    fail("scale", text(scale), "a finite number of the logits' type");
}
/// Returns the factor of a gradient; 0 for a mean over no rows.
inline double gradient_scale(reduction r, double scale, index_t rows) noexcept {
  if (r != reduction::mean) return scale;
  return rows > 0 ? scale / static_cast<double>(rows) : 0.0;
}

}  // namespace mixaug::detail

MIXAUG_EXACT_END
