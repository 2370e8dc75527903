// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/tensor_view.hpp>
#include <mixaug/plan/concepts.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::label {

/// Label coefficients lean towards the rarer class (Remix, Chou et al., ECCV 2020 workshops, arXiv 2007.03943).
/// With n_i and n_j samples of the two classes in the data set, and lambda the part of the sample's pixels:
///   self = 0        if n_i >= kappa n_j and lambda < tau,
///   self = 1        if n_j >= kappa n_i and 1 - lambda < tau,
///   self = lambda   otherwise;
/// partner = 1 - self. Where both hold (kappa = 1 and equal counts) the first does. Reads class_ids, with a second
/// source also source_class_ids; `class_counts` (C) are the samples of each class in the data set. For plans whose
/// regions are placed on a device, devices cannot call it.
/// Errors: kappa < 1 or not finite, tau outside [0, 1], class_counts or class ids missing, an id outside [0, C), a
/// count below 1 for a class that occurs; at a row whose partner lies outside the rows for which class ids are given.
struct remix {
  float kappa = 3.0f;
  float tau = 0.5f;
  tensor_view<std::int64_t const, 1> class_counts{};
  /// The class ids that planning found in the inputs.
  detail::id_list ids{}, source_ids{};

  static constexpr bool on_device = false;
  template <class In>
  void read(In const& in, space) noexcept {
    ids = in.ids, source_ids = in.source_ids;
  }
  void check(plan_shape const& s) const {
    if (!(kappa >= 1.0f && detail::finite(kappa)))
      detail::fail("label::remix's kappa", detail::text(static_cast<double>(kappa)), "a finite number >= 1");
    if (!(tau >= 0.0f && tau <= 1.0f))
      detail::fail("label::remix's tau", detail::text(static_cast<double>(tau)), "a number in [0, 1]");
    if (class_counts.data == nullptr || class_counts.extent[0] < 1)
      detail::fail("label::remix's class_counts", class_counts.data == nullptr ? "a null pointer" : "empty",
                   "the number of samples of each class in the data set");
    detail::need(ids, "label::remix", "class ids", "class_ids(v)");
    check_ids("class_ids", ids);
    if (s.own_source || s.source_rows == 0) return;
    detail::need(source_ids, "label::remix", "class ids of the second source", "source_class_ids(v)");
    check_ids("source_class_ids", source_ids);
  }
  label_shares operator()(row_facts const& row, double pixel_share) const {
    float const share = static_cast<float>(pixel_share);
    if (row.partner < 0) return {share, 1.0f - share};
    row_of_batch const sample = detail::sample_of(row);
    double const mine = count(ids[detail::given_row(sample, ids.size())]), other = count(partner_class(row));
    double const lambda = pixel_share, least = static_cast<double>(tau), times = static_cast<double>(kappa);
    if (mine >= times * other && lambda < least) return {0.0f, 1.0f};
    if (other >= times * mine && 1.0 - lambda < least) return {1.0f, 0.0f};
    return {share, 1.0f - share};
  }

 private:
  double count(index_t c) const noexcept { return static_cast<double>(class_counts(c)); }
  index_t partner_class(row_facts const& row) const {
    plan_shape const& s = row.shape;
    if (!s.own_source) return source_ids[row.partner - s.source_first];
    index_t const at = ids.size() == s.source_rows ? row.partner : row.partner - s.first;
    if (at < 0 || at >= ids.size())
      detail::fail("the partner of row " + detail::text(row.row) + ", row " + detail::text(row.partner) +
                   " of the global batch, has no class id; give class ids for all " + detail::text(s.source_rows) +
                   " rows of the global batch");
    return ids[at];
  }
  void check_ids(char const* name, detail::id_list const& list) const {
    index_t const classes = class_counts.extent[0];
    for (index_t i = 0; i < list.size(); ++i) {
      index_t const c = list[i];
      if (c < 0 || c >= classes)
        detail::fail(std::string(name) + "(" + detail::text(i) + ")", detail::text(c),
                     "a class in [0, " + detail::text(classes) + "), as label::remix's class_counts has");
      if (class_counts(c) < 1)
        detail::fail("label::remix's class_counts(" + detail::text(c) + ")", detail::text(class_counts(c)),
                     "at least one sample, for " + std::string(name) + "(" + detail::text(i) + ") is of that class");
    }
  }
};

}  // namespace mixaug::label

MIXAUG_EXACT_END
