// SPDX-License-Identifier: MIT
#pragma once
#include <cfloat>
#include <mixaug/weight/detail/uncertainty_acts.hpp>
#include <mixaug/weight/uncertainty.hpp>

MIXAUG_EXACT_BEGIN

/// Members of uncertainty_of: each checks its arguments, then runs a body over rows.
namespace mixaug {
namespace detail {

inline void check_weight_scale(char const* name, double v) {
  if (!(v >= 0.0 && v <= 3e38)) fail(name, text(v), "a finite number >= 0");
}
/// True if eta u + c is a float for every u in [0, 1].
inline bool weighs_in_float(double eta, double c) noexcept { return eta + c <= static_cast<double>(FLT_MAX); }

}  // namespace detail

namespace weight {

template <space S>
uncertainty_of<S>::uncertainty_of(uncertainty_options const& o, index_t rows) : options_(o), rows_(rows) {
  if (rows <= 0 || rows > (index_t{1} << 48))
    detail::fail("the record's rows", detail::text(rows), "a number of samples");
  if (o.first_epoch < 0 || o.first_epoch > (index_t{1} << 48))
    detail::fail("first_epoch", detail::text(o.first_epoch), "an epoch >= 0");
  if (o.epochs < 1 || o.epochs > 65535)
    detail::fail("epochs", detail::text(o.epochs), "the length of the window, in [1, 65535]");
  detail::check_weight_scale("eta", o.eta), detail::check_weight_scale("c", o.c);
  if (!detail::weighs_in_float(o.eta, o.c))
    detail::fail("eta + c", detail::text(o.eta + o.c), "a weight that a float can hold");
  if (o.normalise == weight::normalise::groups_one)
    detail::fail("normalise", "groups_one", "none or mean_one: samples have no groups here");
  counters_.reserve(allocated(), false);
  std::size_t const words = static_cast<std::size_t>(mark_words()) * sizeof(std::uint64_t);
  std::memset(marks_.reserve(words), 0, words);
}

/// Returns true if the epoch is in the window, and marks it as recorded.
template <space S>
bool uncertainty_of<S>::begin(index_t epoch) {
  if (!in_window(epoch)) return false;
  index_t const k = epoch - options_.first_epoch;
  recorded_ = recorded_ + static_cast<index_t>(!has_epoch(epoch));
  reinterpret_cast<std::uint64_t*>(marks_.data())[k / 64] |= std::uint64_t{1} << (k % 64);
  fitted_ = false;
  return true;
}

template <space S>
template <backend Be, class P, class L>
void uncertainty_of<S>::record(Be const& be, index_t epoch, P const& predictions, L const& labels, index_t first_row) {
  detail::check_memory<uncertainty_of, P, L>(), detail::check_ids<P, L>();
  static_assert(Be::memory == S, "mixaug: the backend does not reach the record's counters");
  check_made();
  if (epoch < 0) detail::fail("epoch", detail::text(epoch), "a number >= 0");
  detail::check_list(labels, "labels");
  detail::check_list(predictions, "predictions", labels.extent[0], "the labels");
  if (labels.extent[0] > rows_)
    detail::fail("labels", "of " + detail::text(labels.extent[0]) + " elements",
                 "at most " + detail::text(rows_) + ", as the record has rows");
  if (first_row < 0 || first_row > rows_ - labels.extent[0])
    detail::fail("first_row", detail::text(first_row),
                 "in [0, " + detail::text(rows_ - labels.extent[0]) + "]: the record has " + detail::text(rows_) +
                     " rows, the batch " + detail::text(labels.extent[0]));
  if (!begin(epoch)) return;
  detail::with_counter(options_.epochs, options_.unvisited,
                       detail::record_rows_act<Be, P, L>{be, counters_.data(), predictions, labels, first_row});
}
template <space S>
template <backend Be, class Ids, class P, class L>
requires is_tensor_view<L>
void uncertainty_of<S>::record(Be const& be, index_t epoch, Ids const& ids, P const& predictions, L const& labels) {
  detail::check_memory<uncertainty_of, Ids, P, L>(), detail::check_ids<Ids, P, L>();
  static_assert(Be::memory == S, "mixaug: the backend does not reach the record's counters");
  check_made();
  if (epoch < 0) detail::fail("epoch", detail::text(epoch), "a number >= 0");
  detail::check_list(labels, "labels");
  detail::check_list(predictions, "predictions", labels.extent[0], "the labels");
  detail::check_list(ids, "ids", labels.extent[0], "the labels");
  detail::check_range(ids, "ids", rows_, "a row of the record");
  if (!begin(epoch)) return;
  detail::with_counter(options_.epochs, options_.unvisited,
                       detail::record_ids_act<Be, Ids, P, L>{be, counters_.data(), rows_, ids, predictions, labels});
}

template <space S>
detail::weight_rule uncertainty_of<S>::plain_rule() const {
  check_made();
  if (recorded_ == 0)
    detail::fail("the record",
                 "without an epoch of its window [" + detail::text(options_.first_epoch) + ", " +
                     detail::text(options_.first_epoch + options_.epochs) + ")",
                 "at least one: call record(backend, epoch, ...) before weights are read");
  return {options_.eta, options_.c, 0.0, static_cast<double>(recorded_), nullptr, false};
}
template <space S>
detail::weight_rule uncertainty_of<S>::rule() const {
  detail::weight_rule r = plain_rule();
  if (options_.normalise != weight::normalise::mean_one) return r;
  if (!fitted_)
    detail::fail("the mean of the weights", "not known",
                 "fit(backend) after the last record, merge or load, for normalise::mean_one");
  r.mean = mean();
  return r;
}
template <space S>
template <backend Be>
void uncertainty_of<S>::fit(Be const& be) {
  static_assert(Be::memory == S, "mixaug: the backend does not reach the record's counters");
  if (options_.normalise != weight::normalise::mean_one)
    detail::fail("normalise", "none", "mean_one where fit(backend) is called");
  detail::weight_rule const plain = plain_rule();
  fitted_ = false;
  mean_.reserve(static_cast<std::size_t>(detail::sum_shape::scratch(rows_)) * sizeof(double), false);
  detail::with_counter(options_.epochs, options_.unvisited,
                       detail::mean_act<Be>{be, counters_.data(), plain, rows_, mean()});
  if constexpr (S == space::host)
    if (!(*mean() > 0.0))
      detail::fail("the mean of the weights", detail::text(*mean()),
                   "a number > 0: with c = 0 some sample must be uncertain");
  fitted_ = true;
}

template <space S>
double uncertainty_of<S>::u(index_t row) const requires(S == space::host) {
  detail::weight_rule const r = plain_rule();
  if (row < 0 || row >= rows_)
    detail::fail("the row", detail::text(row), "a row of the record in [0, " + detail::text(rows_) + ")");
  double u = 0.0;
  detail::with_counter(options_.epochs, options_.unvisited,
                       detail::uncertainty_act{counters_.data(), row, r.epochs, &u});
  return u;
}
template <space S>
template <backend Be, class Out>
void uncertainty_of<S>::weights_by(Be const& be, detail::weight_rule const& r, Out const& out) const {
  detail::check_memory<uncertainty_of, Out>(), detail::check_numbers<Out>();
  static_assert(Be::memory == S, "mixaug: the backend does not reach the record's counters");
  check_made();
  detail::check_list(out, "the output", rows_, "the record has rows"), detail::check_output_list(out, "the output");
  detail::with_counter(options_.epochs, options_.unvisited,
                       detail::weigh_rows_act<Be, Out>{be, counters_.data(), r, out});
}
template <space S>
template <backend Be, class Ids, class Out>
void uncertainty_of<S>::weights_by(Be const& be, detail::weight_rule const& r, Ids const& ids, Out const& out) const {
  detail::check_memory<uncertainty_of, Ids, Out>(), detail::check_ids<Ids>(), detail::check_numbers<Out>();
  static_assert(Be::memory == S, "mixaug: the backend does not reach the record's counters");
  check_made();
  detail::check_list(ids, "ids");
  detail::check_list(out, "the output", ids.extent[0], "ids"), detail::check_output_list(out, "the output");
  detail::check_lists_apart(out, ids, "ids"), detail::check_range(ids, "ids", rows_, "a row of the record");
  detail::with_counter(options_.epochs, options_.unvisited,
                       detail::weigh_ids_act<Be, Ids, Out>{be, counters_.data(), r, rows_, ids, out});
}

template <space S>
index_t uncertainty_of<S>::impossible_row() const requires(S == space::host) {
  index_t found = -1;
  detail::with_counter(options_.epochs, options_.unvisited,
                       detail::impossible_row_act{counters_.data(), rows_, &found});
  return found;
}
template <space S>
void uncertainty_of<S>::merge(uncertainty_of const& other) requires(S == space::host) {
  check_made(), other.check_made();
  if (&other == this) detail::fail("the record to merge", "this one", "what another process recorded");
  if (other.rows_ != rows_)
    detail::fail("the record to merge", "of " + detail::text(other.rows_) + " rows",
                 detail::text(rows_) + ", as this one");
  if (!(other.options_ == options_))
    detail::fail("the record to merge", "made with other options", "the same window, eta, c, unvisited and normalise");
  if (index_t const i = other.impossible_row(); i >= 0)
    detail::fail("row " + detail::text(i) + " of the record to merge", "of more wrong visits than visits",
                 "counters that record(backend, epoch, ...) wrote");
  detail::with_counter(options_.epochs, options_.unvisited,
                       detail::merge_act{counters_.data(), other.counters_.data(), rows_});
  std::uint64_t const* const theirs = other.marks();
  auto* const own = reinterpret_cast<std::uint64_t*>(marks_.data());
  for (index_t k = 0; k < mark_words(); ++k) own[k] |= theirs[k];
  set_marks(own);
}

}  // namespace weight
}  // namespace mixaug

MIXAUG_EXACT_END
