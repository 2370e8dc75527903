// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/apply/apply.hpp>
#include <mixaug/core/error.hpp>
#include <mixaug/plan/inputs.hpp>
#include <optional>

MIXAUG_EXACT_BEGIN

namespace mixaug {

/// Options of the accuracies.
struct accuracy_options {
  std::optional<index_t> ignore_index = std::nullopt;  ///< id of samples without a label, any integer
};

namespace detail {

/// What the prediction of one row earns: the weight of each side that counts, and whether it is right.
struct pair_hits {
  double self = 0.0, partner = 0.0;
  bool self_right = false, partner_right = false;
};
/// The sums over rows, in their order.
struct pair_hit_sums {
  double hits = 0.0, all = 0.0;
  void add(pair_hits const& row) noexcept {
    all += row.self;
    if (row.self_right) hits += row.self;
    all += row.partner;
    if (row.partner_right) hits += row.partner;
  }
  double accuracy() const noexcept { return all > 0.0 ? hits / all : 0.0; }
};

template <class R, class B>
void check_predictions(plan<R, B> const& p, id_list const& predicted, id_list const& own, id_list const& source,
                       bool batch, bool is_gathered) {
  plan_shape const& s = p.shape;
  check_made(s);
  same_rows("predicted", predicted.size(), s.rows);
  same_rows("class_ids", own.size(), s.samples);
  if (batch && !p.flags().local)
    fail(
        "partners lie outside the batch; give their class ids: pair_accuracy(plan, predicted, class_ids, "
        "source_class_ids)");
  if (!batch) same_rows("source_class_ids", source.size(), is_gathered ? s.rows : s.source_rows);
  if (predicted.data() == nullptr && s.rows > 0) fail("predicted", "a null pointer", text(s.rows) + " integers");
  if (own.data() == nullptr && s.samples > 0) fail("class_ids", "a null pointer", text(s.samples) + " integers");
  if (source.data() == nullptr && source.size() > 0)
    fail("source_class_ids", "a null pointer", text(source.size()) + " integers");
}
/// The hits of row i; `partner`: the id of its partner, if it has one.
template <class R, class B>
pair_hits hits_of(plan<R, B> const& p, index_t i, index_t predicted, index_t self, index_t partner,
                  accuracy_options const& o) noexcept {
  double const a = static_cast<double>(p.share_self[i]) * static_cast<double>(p.weight_self[i]);
  double const b = static_cast<double>(p.share_partner[i]) * static_cast<double>(p.weight_partner[i]);
  bool const paired = b != 0.0 && p.partner[i] >= 0;
  pair_hits h;
  if (self != o.ignore_index) h.self = a, h.self_right = predicted == self;
  if (!paired || partner != o.ignore_index) h.partner = b, h.partner_right = paired && predicted == partner;
  return h;
}

template <class R, class B>
double pair_accuracy(plan<R, B> const& p, id_list const& predicted, id_list const& own, id_list const& source,
                     bool batch, bool is_gathered, accuracy_options const& o) {
  check_predictions(p, predicted, own, source, batch, is_gathered);
  index_t const first = p.shape.first_of(batch);
  pair_hit_sums sums;
  for (index_t i = 0; i < p.shape.rows; ++i) {
    index_t const partner = p.partner[i];
    index_t const other = partner < 0 ? index_t{-1} : source[is_gathered ? i : partner - first];
    sums.add(hits_of(p, i, predicted[i], own[p.self[i]], other, o));
  }
  return sums.accuracy();
}

}  // namespace detail

/// Accuracy of predictions for mixed samples, in [0, 1]: a prediction of the sample's class earns share_self
/// weight_self, one of the partner's class earns share_partner weight_partner, divided by the sum of both over all
/// rows. Ids are host views (n); the partners' are those of the batch, of a second source, or gathered(ids), of which
/// rows without a partner are not read. A side whose id is options.ignore_index is left out of both sums; 0 if no side
/// counts, also for a plan of 0 rows.
/// Errors: sizes that differ from the plan, null pointers; partners outside the batch, if their ids are not given.
template <class R, class B, class P, class Y>
double pair_accuracy(plan<R, B> const& p, P const& predicted, Y const& class_ids, accuracy_options const& o = {}) {
  detail::id_list const own(class_ids);
  return detail::pair_accuracy(p, detail::id_list(predicted), own, own, true, false, o);
}
template <class R, class B, class P, class Y, class S>
requires is_tensor_view<S>
double pair_accuracy(plan<R, B> const& p, P const& predicted, Y const& class_ids, S const& source_class_ids,
                     accuracy_options const& o = {}) {
  return detail::pair_accuracy(p, detail::id_list(predicted), detail::id_list(class_ids),
                               detail::id_list(source_class_ids), false, false, o);
}
template <class R, class B, class P, class Y, class S>
double pair_accuracy(plan<R, B> const& p, P const& predicted, Y const& class_ids, gathered_rows<S> const& partner_ids,
                     accuracy_options const& o = {}) {
  return detail::pair_accuracy(p, detail::id_list(predicted), detail::id_list(class_ids),
                               detail::id_list(partner_ids.view), false, true, o);
}

}  // namespace mixaug

MIXAUG_EXACT_END
