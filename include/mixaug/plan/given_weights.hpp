// SPDX-License-Identifier: MIT
#pragma once
#include <cfloat>
#include <mixaug/plan/concepts.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::weight {

/// The weights that were given with the batch: inputs(x).weights(v), a view or an object that has a weight for each row
/// of the data set, and source_weights(v) for the rows of a second source; 1 if none were given. The weight stage of
/// every method that names no other.
/// Errors: an object of weights without rows, without index(v), or without a valid weight for a row that is read;
/// weights of the batch alone where partners may be rows of the global batch outside the call.
struct given : rule {
  template <class Task>
  void check(Task const& task) const {
    auto const& in = task.in;
    bool const apart = task.apart && in.shape.own_source;
    if (in.row_weights.given()) {
      if (in.row_weights.rows() == 0)
        detail::fail("the object of weights", "without rows (made from counts, or empty)",
                     "one made from the groups of the whole data set; or the batch's own weights, as weights(view)");
      detail::need(in.places, "the object of weights", "the rows of the batch", "index(v)");
      if (apart && in.places.size() != task.key.global)
        detail::fail("index", detail::text(in.places.size()) + " rows",
                     detail::text(task.key.global) + " rows, for partners are rows of the global batch");
    } else if (apart && in.loss_weights.given() && in.loss_weights.size() != task.key.global) {
      detail::fail("weights", detail::text(in.loss_weights.size()) + " rows",
                   detail::text(task.key.global) + " rows, for partners are rows of the global batch");
    }
  }
  template <class Task>
  float of_sample(Task const& task, index_t i) const {
    if (task.in.row_weights.given()) {
      index_t const at = global_or_local(task, task.in.places.size(), i);
      return of_row(task, task.in.places[at], true, at);
    }
    auto const& w = task.in.loss_weights;
    return w.given() ? static_cast<float>(w.at(global_or_local(task, w.size(), i))) : 1.0f;
  }
  template <class Task>
  float of_partner(Task const& task, index_t i, index_t partner) const {
    if (task.in.shape.own_source) return of_sample(task, partner - task.key.first);
    if (task.in.row_weights.given()) return of_row(task, partner, false, i);
    auto const& w = task.in.source_loss_weights;
    return w.given() ? static_cast<float>(w.at(partner - task.in.shape.source_first)) : 1.0f;
  }

 private:
  /// Index of sample i in a list of the rows of the batch, or of the global batch.
  template <class Task>
  static index_t global_or_local(Task const& task, index_t rows, index_t i) {
    return rows == task.key.global ? i + task.key.first : i;
  }
  template <class Task>
  static float of_row(Task const& task, index_t row, bool indexed, index_t at) {
    auto const& all = task.in.row_weights;
    if (row < 0 || row >= all.rows())
      detail::fail(indexed ? "index(" + detail::text(at) + ")" : "the partner of row " + detail::text(at),
                   detail::text(row), "a row that has a weight, in [0, " + detail::text(all.rows()) + ")");
    float const w = all[row];
    if (!(w >= 0.0f && w <= FLT_MAX))
      detail::fail("the weight of row " + detail::text(row), detail::text(static_cast<double>(w)),
                   "a finite float >= 0");
    return w;
  }
};

}  // namespace mixaug::weight

MIXAUG_EXACT_END
