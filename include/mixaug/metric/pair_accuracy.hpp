// SPDX-License-Identifier: MIT
#pragma once
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

template <class R, class B>
double pair_accuracy(plan<R, B> const& p, id_list const& predicted, id_list const& own, id_list const& source,
                     bool batch, accuracy_options const& o) {
  plan_shape const& s = p.shape;
  check_made(s);
  same_rows("predicted", predicted.size(), s.rows);
  same_rows("class_ids", own.size(), s.samples);
  if (batch && !p.flags().local)
    fail(
        "partners lie outside the batch; give their class ids: pair_accuracy(plan, predicted, class_ids, "
        "source_class_ids)");
  if (!batch) same_rows("source_class_ids", source.size(), s.source_rows);
  if (predicted.data() == nullptr) fail("predicted", "a null pointer", text(s.rows) + " integers");
  if (own.data() == nullptr) fail("class_ids", "a null pointer", text(s.samples) + " integers");
  if (source.data() == nullptr && source.size() > 0)
    fail("source_class_ids", "a null pointer", text(s.source_rows) + " integers");
  double hits = 0.0, all = 0.0;
  for (index_t i = 0; i < s.rows; ++i) {
    double const a = static_cast<double>(p.share_self[i]) * static_cast<double>(p.weight_self[i]);
    double const b = static_cast<double>(p.share_partner[i]) * static_cast<double>(p.weight_partner[i]);
    index_t const mine = own[p.self[i]];
    if (mine != o.ignore_index) {
      all += a;
      if (predicted[i] == mine) hits += a;
    }
    bool const paired = b != 0.0 && p.partner[i] >= 0;
    index_t const other = paired ? source[p.partner[i] - s.first_of(batch)] : index_t{-1};
    if (paired && other == o.ignore_index) continue;
    all += b;
    if (paired && predicted[i] == other) hits += b;
  }
  return all > 0.0 ? hits / all : 0.0;
}

}  // namespace detail

/// Accuracy of predictions for mixed samples, in [0, 1]: a prediction of the sample's class earns share_self
/// weight_self, one of the partner's class earns share_partner weight_partner, divided by the sum of both over all
/// rows. Ids are host views (n). A side whose id is options.ignore_index is left out of both sums; 0 if no side counts.
/// Errors: sizes that differ from the plan, null pointers; partners outside the batch, if their ids are not given.
template <class R, class B, class P, class Y>
double pair_accuracy(plan<R, B> const& p, P const& predicted, Y const& class_ids, accuracy_options const& o = {}) {
  detail::id_list const own(class_ids);
  return detail::pair_accuracy(p, detail::id_list(predicted), own, own, true, o);
}
template <class R, class B, class P, class Y, class S>
requires is_tensor_view<S>
double pair_accuracy(plan<R, B> const& p, P const& predicted, Y const& class_ids, S const& source_class_ids,
                     accuracy_options const& o = {}) {
  return detail::pair_accuracy(p, detail::id_list(predicted), detail::id_list(class_ids),
                               detail::id_list(source_class_ids), false, o);
}

}  // namespace mixaug

MIXAUG_EXACT_END
