// SPDX-License-Identifier: MIT
#pragma once
#include <cfloat>
#include <mixaug/plan/inputs.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::detail {

/// Loss weights that planning writes: from the views given with the batch, or from an object that has a weight for each
/// row of the data set; 1 if neither is given.
struct loss_weights {
  /// Refuses lists that lack a row. `apart`: partners may be rows of the global batch outside the call.
  template <class In>
  void check(In const& in, key const& k, bool apart) const {
    apart = apart && in.shape.own_source;
    if (in.row_weights.given()) {
      if (in.row_weights.rows() == 0)
        fail("the object of weights", "without rows (made from counts, or empty)",
             "one made from the groups of the whole data set; or the batch's own weights, as weights(view)");
      need(in.places, "the object of weights", "the rows of the batch", "index(v)");
      if (apart && in.places.size() != k.global)
        fail("index", text(in.places.size()) + " rows",
             text(k.global) + " rows, for partners are rows of the global batch");
    } else if (apart && in.loss_weights.given() && in.loss_weights.size() != k.global) {
      fail("weights", text(in.loss_weights.size()) + " rows",
           text(k.global) + " rows, for partners are rows of the global batch");
    }
  }
  /// Refuses sample i or its partner (-1 = none) if an object of weights has no valid weight for it.
  template <class In>
  void check(In const& in, key const& k, index_t i, index_t partner) const {
    if (!in.row_weights.given()) return;
    check_entry(in, entry(in, k, i));
    if (partner >= 0 && in.shape.own_source)
      check_entry(in, entry(in, k, partner - k.first));
    else if (partner >= 0)
      check_row(in, partner, false, i);
  }
  template <class In>
  float of_sample(In const& in, key const& k, index_t local) const {
    if (in.row_weights.given()) return in.row_weights[in.places[entry(in, k, local)]];
    auto const& w = in.loss_weights;
    return w.given() ? static_cast<float>(w.at(w.size() == k.global ? local + k.first : local)) : 1.0f;
  }
  template <class In>
  float of_partner(In const& in, key const& k, index_t partner) const {
    if (in.shape.own_source) return of_sample(in, k, partner - k.first);
    if (in.row_weights.given()) return in.row_weights[partner];
    return in.source_loss_weights.given() ? static_cast<float>(in.source_loss_weights.at(partner)) : 1.0f;
  }

 private:
  /// Index into `index` of the entry that holds a row's place in the data set; `index` has the rows of the batch or of
  /// the global batch.
  template <class In>
  static index_t entry(In const& in, key const& k, index_t local) {
    return in.places.size() == k.global ? local + k.first : local;
  }
  template <class In>
  static void check_entry(In const& in, index_t at) {
    check_row(in, in.places[at], true, at);
  }
  template <class In>
  static void check_row(In const& in, index_t row, bool indexed, index_t at) {
    if (row < 0 || row >= in.row_weights.rows())
      fail(indexed ? "index(" + text(at) + ")" : "the partner of row " + text(at), text(row),
           "a row that has a weight, in [0, " + text(in.row_weights.rows()) + ")");
    float const w = in.row_weights[row];
    if (!(w >= 0.0f && w <= FLT_MAX))
      fail("the weight of row " + text(row), text(static_cast<double>(w)), "a finite float >= 0");
  }
};

}  // namespace mixaug::detail

MIXAUG_EXACT_END
