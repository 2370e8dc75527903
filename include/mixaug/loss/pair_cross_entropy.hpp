// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/loss/detail/cross_entropy_checks.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {

/// Options of pair_cross_entropy: label smoothing, reduction, and samples without a label.
struct cross_entropy_options {
  float smoothing = 0.0f;              ///< s in [0, 1): the class gets 1 - s + s / C, the others s / C
  reduction reduce = reduction::none;  ///< mean: divides the gradient by n (losses are those of the rows)
  double scale = 1.0;                  ///< factor of the gradient, such as a loss scale
  std::optional<index_t> ignore_index = std::nullopt;  ///< id of samples without a label, any integer
  pair_counts counts{};  ///< divisors of mean instead of n; {}: with ignore_index counted here, on the host
};

namespace detail {

template <class U>
struct id_column {
  U const* id;
  index_t stride;
  MIXAUG_HD index_t operator[](index_t i) const noexcept { return static_cast<index_t>(id[i * stride]); }
};
template <class V>
auto id_column_of(V const& v) noexcept {
  return id_column<std::remove_const_t<typename V::element>>{v.data, v.stride[0]};
}

/// The target of cross_entropy_items.hpp: two classes, each with its coefficient.
template <class T, class Plan, class Self, class Source>
struct pair_target {
  static constexpr bool reads_targets = false;
  Plan plan;
  Self self;
  Source source;
  class_rows<T const> logits;
  index_t classes, source_first;
  double smoothing, self_scale, partner_scale;
  bool gathered;
  ignored_id ignored;

  struct row {
    double self, partner;  // a and b
    index_t y, q;          // their classes; -1: not read
    double slope;          // of the gradient: a and b, each times its scale
    T offset, own, other;  // (a + b) s / C, a (1 - s), b (1 - s), times the scale
    bool read;
  };

  MIXAUG_HD row begin(index_t i) const noexcept {
    row r;
    index_t const p = plan.partner.data[i];
    r.self = static_cast<double>(plan.share_self.data[i]) * static_cast<double>(plan.weight_self.data[i]);
    r.partner = static_cast<double>(plan.share_partner.data[i]) * static_cast<double>(plan.weight_partner.data[i]);
    if (p < 0) r.partner = 0.0;
    r.y = r.q = -1;
    if (r.self != 0.0) r.y = known(self[plan.self.data[i]], r.self);
    if (r.partner != 0.0) r.q = known(source[gathered ? i : p - source_first], r.partner);
    r.read = r.self != 0.0 || r.partner != 0.0;
    double const kept = 1.0 - smoothing;
    r.own = static_cast<T>(r.self * kept * self_scale), r.other = static_cast<T>(r.partner * kept * partner_scale);
    r.slope = add_product<double>(r.self, self_scale, r.partner * partner_scale);
    r.offset = static_cast<T>(r.slope * smoothing / static_cast<double>(classes));
    return r;
  }
  /// Smoothing needs sum_c (m - z_c).
  MIXAUG_HD bool sums() const noexcept { return smoothing != 0.0; }
  MIXAUG_HD T first(T z, T m, T, T sum) const noexcept { return sum + (m - z); }

  /// (a + b) log S + a ((1 - s) (m - z_y) + s mean(m - z)) + b ((1 - s) (m - z_q) + s mean(m - z))
  MIXAUG_HD double loss(row const& r, index_t i, row_sums<T> const& s, double log_sum) const noexcept {
    double const even = sums() ? smoothing * (s.first / static_cast<double>(classes)) : 0.0;
    double loss = (r.self + r.partner) * log_sum;
    if (r.y >= 0) loss = add_product<double>(r.self, side(i, r.y, s.most, even), loss);
    if (r.q >= 0) loss = add_product<double>(r.partner, side(i, r.q, s.most, even), loss);
    return loss;
  }
  MIXAUG_HD T factor(row const& r, row_sums<T> const& s) const noexcept { return static_cast<T>(r.slope / s.sum); }
  MIXAUG_HD T gradient(row const& r, T e, T factor, T) const noexcept { return add_product<T>(e, factor, -r.offset); }
  MIXAUG_HD T at(row const& r, index_t c, T g) const noexcept {
    if (c == r.y) g -= r.own;
    if (c == r.q) g -= r.other;
    return g;
  }
  void correct(row const& r, class_row<T> const& g) const noexcept {
    if (r.y >= 0) g[r.y] -= r.own;
    if (r.q >= 0) g[r.q] -= r.other;
  }

 private:
  MIXAUG_HD double side(index_t i, index_t y, T m, double even) const noexcept {
    double const below = static_cast<double>(m) - static_cast<double>(logits[i][y]);
    return add_product<double>(1.0 - smoothing, below, even);
  }
  /// Sets the coefficient of the ignored id to 0, and that of an id that is not a class to NaN, since ids on a device
  /// are not checked before.
  MIXAUG_HD index_t known(index_t id, double& coefficient) const noexcept {
    if (ignored(id)) {
      coefficient = 0.0;
      return -1;
    }
    if (id >= 0 && id < classes) return id;
    coefficient = static_cast<double>(float_of(0x7FC00000u));
    return -1;
  }
};

/// Counts the rows whose id is not the ignored one, on each side; a row without a partner counts.
template <class R, class B, space S, class Self, class Source>
pair_counts labelled_rows(plan<R, B, S> const& p, Self const& self, Source const& source, index_t source_first,
                          bool gathered, ignored_id ignored) {
  pair_counts n;
  if constexpr (S == space::host) {
    for (index_t i = 0; i < p.shape.rows; ++i) {
      index_t const partner = p.partner[i];
      n.self += ignored(self[p.self[i]]) ? 0 : 1;
      n.partner += partner >= 0 && ignored(source[gathered ? i : partner - source_first]) ? 0 : 1;
    }
  } else {
    fail(
        "reduction::mean with an ignore_index counts the rows that carry a label, and the host cannot read ids on a "
        "device; give their numbers as options.counts = {self, partner}");
  }
  return n;
}

template <class Be, class R, class B, space S, class Z, class Y, class Src, class Loss, class Grad>
void pair_cross_entropy_from(Be const& be, plan<R, B, S> const& p, Z const& logits, Y const& ids, Src const& source,
                             Loss const& losses, Grad const* grad, cross_entropy_options const& o, bool own,
                             bool gathered) {
  check_spaces<Be, S, Y, Src>();
  constexpr bool integers = std::is_integral_v<typename Y::element> && std::is_integral_v<typename Src::element> &&
                            Y::rank == 1 && Src::rank == 1;
  static_assert(integers, "mixaug: class ids are (n) integers; soft targets go to soft_target_cross_entropy");
  if constexpr (check_logit_types<Be, Z, Loss, Grad>() && integers && S == Be::memory && Y::memory == S &&
                Src::memory == S) {
    using T = std::remove_const_t<typename Z::element>;
    plan_shape const& s = p.shape;
    check_made(s);
    if (made_empty(s)) {
      same_rows("class_ids", ids.extent[0], 0);
      return no_logits(logits, losses, grad);
    }
    logit_operands<Z, Loss, Grad> const all(logits, losses, grad, s.rows);
    if (!(o.smoothing >= 0.0f && o.smoothing < 1.0f))
      fail("smoothing", text(static_cast<double>(o.smoothing)), "a number in [0, 1)");
    check_scale<T>(o.scale);
    check_counts(o.counts);
    ignored_id const ignored(o.ignore_index);
    all.beside(ids, check_class_ids(ids, s.samples, all.classes(), "class_ids", ignored), "the class ids");
    if (own && !p.flags().local)
      fail(
          "partners lie outside the batch; give their class ids: those of the second source (or of the global batch) "
          "go between class_ids and losses");
    index_t const rows = own ? s.samples : gathered ? s.rows : s.source_rows;
    index_t const* const partner = gathered ? p.partner.data : nullptr;
    if (!own && (gathered || !empty_source(s, source)))
      all.beside(source, check_class_ids(source, rows, all.classes(), "source_class_ids", ignored, partner),
                 "the source's class ids");
    using columns = plan_view<R, S>;
    auto const self = id_column_of(ids);
    auto const other = id_column_of(source);
    index_t const source_first = s.first_of(own);
    pair_counts counts{s.rows, s.rows};
    if (o.reduce == reduction::mean) {
      if (o.counts.given())
        counts = o.counts;
      else if (ignored.given)
        counts = labelled_rows(p, self, other, source_first, gathered, ignored);
    }
    pair_target<T, columns, std::remove_const_t<decltype(self)>, std::remove_const_t<decltype(other)>> const target{
        p.view(),
        self,
        other,
        {logits.data, logits.stride[0], logits.stride[1]},
        all.classes(),
        source_first,
        static_cast<double>(o.smoothing),
        gradient_scale(o.reduce, o.scale, counts.self),
        gradient_scale(o.reduce, o.scale, counts.partner),
        gathered,
        ignored};
    run_cross_entropy(be, all.template job<T>(target));
  }
}

/// Returns the source of the partners' classes: a view, or the view of gathered(view).
template <class V>
V const& ids_of(V const& v) noexcept {
  return v;
}
template <class V>
V const& ids_of(gathered_rows<V> const& v) noexcept {
  return v.view;
}
/// True for integer ids, and for gathered ones.
template <class V>
inline constexpr bool is_ids = false;
template <class T, int R, space S>
inline constexpr bool is_ids<tensor_view<T, R, S>> = std::is_integral_v<T>;
template <class V>
inline constexpr bool is_ids<gathered_rows<V>> = true;
template <class V>
inline constexpr bool is_gathered_ids = false;
template <class V>
inline constexpr bool is_gathered_ids<gathered_rows<V>> = true;

}  // namespace detail

/// Pair form of the cross entropy, computed from the logits (n, classes) of the mixed batch:
///   losses(i) = share_self weight_self CE(z_i, y_self) + share_partner weight_partner CE(z_i, y_partner),
///   CE(z, y) = (1 - s) (lse z - z_y) + s mean_c (lse z - z_c),
/// and its gradient (a + b) softmax(z) - a t_self - b t_partner (a, b: the two coefficients; t: smoothed one-hot
/// labels), in one pass over each row.
///   pair_cross_entropy(backend, plan, logits, class_ids, losses[, grad_logits][, options])
///   pair_cross_entropy(backend, plan, logits, class_ids, source_class_ids, losses[, grad_logits][, options])
/// class_ids (n) are any integers; the partners' ids are those of the batch, of a second source, or gathered(ids), of
/// which rows without a partner are not read.
/// float or double, any strides, the same bits on every backend if the hardware has fma. Logits may have any size.
/// -infinity masks a class: its probability is 0, and so is its gradient unless it is a label (-a or -b) or there is
/// smoothing (less (a + b) s / C); the loss of a masked label, and with smoothing of every label, is +infinity. NaN,
/// +infinity, or no unmasked class give NaN in that row alone. A row whose two coefficients are 0 has loss and gradient
/// 0, whatever its logits.
/// A side whose id is options.ignore_index carries no label and no loss: its coefficient is 0. The mean of each side is
/// then taken over the rows whose id of this side carries a label (a row without a partner counts on the partner's
/// side), as by PyTorch's cross_entropy(..., ignore_index) for each of the two labels: the gradient is that of
///   sum_i a_i CE(z_i, y_self) / N_self + sum_i b_i CE(z_i, y_partner) / N_partner,
/// where a side without any label adds 0 (PyTorch: NaN). options.counts sets N_self and N_partner: those of a global
/// batch, or of ids on a device, which are not counted here.
/// Errors: shapes, null pointers, a class outside [0, classes) (on a device: a row of NaN), a scale that is not a
/// finite number of the logits' type, an output that shares memory with another operand.
template <backend Be, class R, class B, space S, class Z, class Y, class L>
requires(is_tensor_view<Z>&& is_tensor_view<Y>&& is_tensor_view<L>) void pair_cross_entropy(
    Be const& be, plan<R, B, S> const& p, Z const& logits, Y const& class_ids, L const& losses,
    cross_entropy_options const& o = {}) {
  detail::no_gradient_of<Z> const* const none = nullptr;
  detail::pair_cross_entropy_from(be, p, logits, class_ids, class_ids, losses, none, o, true, false);
}
template <backend Be, class R, class B, space S, class Z, class Y, class V, class W>
requires(is_tensor_view<Z>&& is_tensor_view<Y>&& detail::is_operand<V>&& is_tensor_view<W>) void pair_cross_entropy(
    Be const& be, plan<R, B, S> const& p, Z const& logits, Y const& class_ids, V const& source_or_losses,
    W const& losses_or_grad, cross_entropy_options const& o = {}) {
  if constexpr (detail::is_ids<V>) {
    detail::no_gradient_of<Z> const* const none = nullptr;
    detail::pair_cross_entropy_from(be, p, logits, class_ids, detail::ids_of(source_or_losses), losses_or_grad, none, o,
                                    false, detail::is_gathered_ids<V>);
  } else {
    detail::pair_cross_entropy_from(be, p, logits, class_ids, class_ids, source_or_losses, &losses_or_grad, o, true,
                                    false);
  }
}
template <backend Be, class R, class B, space S, class Z, class Y, class V, class L, class G>
requires(is_tensor_view<Z>&& is_tensor_view<Y>&& detail::is_operand<V>&& is_tensor_view<L>&&
             is_tensor_view<G>) void pair_cross_entropy(Be const& be, plan<R, B, S> const& p, Z const& logits,
                                                        Y const& class_ids, V const& source_class_ids, L const& losses,
                                                        G const& grad_logits, cross_entropy_options const& o = {}) {
  detail::pair_cross_entropy_from(be, p, logits, class_ids, detail::ids_of(source_class_ids), losses, &grad_logits, o,
                                  false, detail::is_gathered_ids<V>);
}

MIXAUG_DEFAULT_BEGIN
template <class R, class B, space S, class Z, class Y, class L>
void pair_cross_entropy(plan<R, B, S> const& p, Z const& logits, Y const& class_ids, L const& losses,
                        cross_entropy_options const& o = {}) {
  mixaug::pair_cross_entropy(default_backend{}, p, logits, class_ids, losses, o);
}
template <class R, class B, space S, class Z, class Y, class V, class W>
requires detail::is_operand<V> && is_tensor_view<W>
void pair_cross_entropy(plan<R, B, S> const& p, Z const& logits, Y const& class_ids, V const& source_or_losses,
                        W const& losses_or_grad, cross_entropy_options const& o = {}) {
  mixaug::pair_cross_entropy(default_backend{}, p, logits, class_ids, source_or_losses, losses_or_grad, o);
}
template <class R, class B, space S, class Z, class Y, class V, class L, class G>
requires is_tensor_view<G>
void pair_cross_entropy(plan<R, B, S> const& p, Z const& logits, Y const& class_ids, V const& source_class_ids,
                        L const& losses, G const& grad_logits, cross_entropy_options const& o = {}) {
  mixaug::pair_cross_entropy(default_backend{}, p, logits, class_ids, source_class_ids, losses, grad_logits, o);
}
MIXAUG_DEFAULT_END

}  // namespace mixaug

MIXAUG_EXACT_END
