// SPDX-License-Identifier: MIT
#pragma once
#include <limits>
#include <mixaug/core/error.hpp>
#include <mixaug/metric/pair_accuracy.hpp>
#include <vector>

MIXAUG_EXACT_BEGIN

namespace mixaug {

/// Accuracies of groups (subpopulations, domains), counted batch by batch, in particular that of the worst group, which
/// papers on subpopulation shift report (UMIX, 2209.08928; group DRO, 1911.08731).
///   group_accuracy m(4);
///   m.update(predictions, class_ids, group_ids);  // (n) integers each, of any type, on the host
///   m.worst(), m.average()
/// Counts are integers, so that neither the order of the batches nor their sizes matter. All accuracies are in [0, 1].
/// The accuracy of a group without samples is NaN, and the worst group is chosen among the others.
class group_accuracy {
 public:
  explicit group_accuracy(index_t groups) {
    if (groups <= 0) detail::fail("group_accuracy's number of groups", detail::text(groups), "at least 1");
    cells_.resize(static_cast<std::size_t>(groups));
  }

  /// Counts a batch: a row is correct if its prediction equals its class id; rows with class id options.ignore_index
  /// are not counted. Of 0 rows nothing is read. Errors: sizes that differ, null pointers, a group outside [0, groups)
  /// of a row that is counted; then nothing is counted.
  template <class P, class Y, class G>
  requires(is_tensor_view<P>&& is_tensor_view<Y>&& is_tensor_view<G>) void update(P const& predictions,
                                                                                  Y const& class_ids,
                                                                                  G const& group_ids,
                                                                                  accuracy_options const& o = {}) {
    static_assert(P::rank == 1 && Y::rank == 1 && G::rank == 1,
                  "mixaug: predictions, class ids and group ids are (n); of class scores take the largest first");
    if constexpr (P::rank == 1 && Y::rank == 1 && G::rank == 1)
      add(detail::id_list(predictions), detail::id_list(class_ids), detail::id_list(group_ids), o);
  }

  index_t groups() const noexcept { return static_cast<index_t>(cells_.size()); }
  index_t count(index_t g) const { return cell(g).count; }      ///< samples of a group
  index_t correct(index_t g) const { return cell(g).correct; }  ///< correctly predicted samples of a group
  index_t total() const noexcept {
    index_t all = 0;
    for (tally const& c : cells_) all += c.count;
    return all;
  }

  /// Correct samples over all samples; NaN before the first.
  double average() const noexcept {
    tally all;
    for (tally const& c : cells_) all.count += c.count, all.correct += c.correct;
    return ratio(all);
  }
  /// Returns the accuracy of group g; NaN if the group is empty.
  double accuracy(index_t g) const { return ratio(cell(g)); }
  /// The lowest accuracy of a group that has samples; NaN before the first sample.
  double worst() const noexcept {
    index_t const g = worst_group();
    return g < 0 ? ratio({}) : ratio(cells_[static_cast<std::size_t>(g)]);
  }
  /// Returns that group, the first of equal ones; -1 before the first sample.
  index_t worst_group() const noexcept {
    index_t found = -1;
    double least = 2.0;
    for (index_t g = 0; g < groups(); ++g)
      if (tally const& c = cells_[static_cast<std::size_t>(g)]; c.count > 0 && ratio(c) < least)
        least = ratio(c), found = g;
    return found;
  }
  /// Returns sum_g shares(g) accuracy(g) / sum_g shares(g) over the groups that have samples: the average for a
  /// population with other group shares, as reported for Waterbirds with those of its training set. `shares`: (groups)
  /// numbers of any type, such as counts; finite, not negative. NaN if no group with samples has a share.
  template <class V>
  double adjusted_average(V const& shares) const {
    static_assert(V::rank == 1 && V::memory == space::host, "mixaug: shares are (groups), one a group, on the host");
    static_assert(std::is_arithmetic_v<typename V::element>, "mixaug: shares are numbers");
    detail::same_rows("shares", shares.extent[0], groups());
    if (shares.data == nullptr) detail::fail("shares", "a null pointer", detail::text(groups()) + " numbers");
    double sum = 0.0, all = 0.0;
    for (index_t g = 0; g < groups(); ++g) {
      auto const share = static_cast<double>(shares(g));
      if (!(share >= 0.0 && share <= (std::numeric_limits<double>::max)()))
        detail::fail("shares(" + detail::text(g) + ")", detail::text(share), "a finite number >= 0");
      if (count(g) > 0) sum += share * accuracy(g), all += share;
    }
    return all > 0.0 ? sum / all : std::numeric_limits<double>::quiet_NaN();
  }

  /// Adds the counts of another thread or rank; both have the same groups.
  void merge(group_accuracy const& other) {
    if (&other == this) detail::fail("the merged group_accuracy", "this one", "what another thread or rank counted");
    if (other.groups() != groups())
      detail::fail("the merged group_accuracy", "of " + detail::text(other.groups()) + " groups",
                   detail::text(groups()) + " groups");
    for (std::size_t g = 0; g < cells_.size(); ++g)
      cells_[g].count += other.cells_[g].count, cells_[g].correct += other.cells_[g].correct;
  }
  /// Adds counts of group g: `count` samples, of which `correct` were predicted correctly. Errors: a group outside
  /// [0, groups), numbers < 0, more correct samples than samples.
  void add_counts(index_t g, index_t count, index_t correct) {
    cell(g);
    if (correct < 0 || count < correct)
      detail::fail("the counts of group " + detail::text(g),
                   detail::text(count) + " samples, " + detail::text(correct) + " of them correct",
                   "0 <= correct <= count");
    tally& c = cells_[static_cast<std::size_t>(g)];
    c.count += count, c.correct += correct;
  }
  /// Discards all samples; frees no memory.
  void reset() noexcept {
    for (tally& c : cells_) c = {};
  }

 private:
  struct tally {
    index_t count = 0, correct = 0;
  };
  static double ratio(tally const& c) noexcept {
    return c.count > 0 ? static_cast<double>(c.correct) / static_cast<double>(c.count)
                       : std::numeric_limits<double>::quiet_NaN();
  }
  tally const& cell(index_t g) const {
    if (g < 0 || g >= groups()) detail::fail("the group", detail::text(g), "a group in [0, " + range_end());
    return cells_[static_cast<std::size_t>(g)];
  }
  std::string range_end() const { return detail::text(groups()) + ")"; }

  void add(detail::id_list const& predicted, detail::id_list const& own, detail::id_list const& group,
           accuracy_options const& o) {
    index_t const n = predicted.size();
    detail::same_rows("class_ids", own.size(), n);
    detail::same_rows("group_ids", group.size(), n);
    if (n == 0) return;
    if (predicted.data() == nullptr) detail::fail("predictions", "a null pointer", detail::text(n) + " integers");
    if (own.data() == nullptr) detail::fail("class_ids", "a null pointer", detail::text(n) + " integers");
    if (group.data() == nullptr) detail::fail("group_ids", "a null pointer", detail::text(n) + " integers");
    for (index_t i = 0; i < n; ++i)
      if (index_t const g = group[i]; (g < 0 || g >= groups()) && own[i] != o.ignore_index)
        detail::fail("group_ids(" + detail::text(i) + ")", detail::text(g), "a group in [0, " + range_end());
    for (index_t i = 0; i < n; ++i) {
      if (own[i] == o.ignore_index) continue;
      tally& c = cells_[static_cast<std::size_t>(group[i])];
      c.count += 1, c.correct += predicted[i] == own[i] ? 1 : 0;
    }
  }

  std::vector<tally> cells_;
};

}  // namespace mixaug

MIXAUG_EXACT_END
