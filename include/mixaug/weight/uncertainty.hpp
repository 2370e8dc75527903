// SPDX-License-Identifier: MIT
#pragma once
#include <cfloat>
#include <mixaug/plan/concepts.hpp>
#include <mixaug/weight/detail/record_items.hpp>
#include <mixaug/weight/normalise.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {
namespace weight {

/// Treatment of a sample that no recorded epoch visited: always wrong, as UMIX publishes it, or weight c.
enum class unvisited : unsigned char { as_wrong, ignore };

/// Options of uncertainty: the window of epochs that is recorded, and the linear map from u to the weight.
struct uncertainty_options {
  index_t first_epoch = 0;                                    ///< T_s
  index_t epochs = 1;                                         ///< T, at most 65535: the window is [T_s, T_s + T)
  double eta = 1.0, c = 1.0;                                  ///< >= 0, together at most FLT_MAX
  weight::unvisited unvisited = weight::unvisited::as_wrong;  ///< treatment of samples that no recorded epoch visited
  weight::normalise normalise = weight::normalise::none;      ///< mean_one: over the data set, computed by fit(backend)
  friend bool operator==(uncertainty_options const&, uncertainty_options const&) = default;
};

}  // namespace weight

namespace detail {

/// Calls act(counter) for the narrowest counter of a window of `epochs` <= 65535.
template <class Act>
void with_counter(index_t epochs, weight::unvisited policy, Act const& act) {
  if (policy == weight::unvisited::as_wrong)
    return epochs <= 255 ? act(visit_counter<std::uint8_t, 0>{}) : act(visit_counter<std::uint16_t, 0>{});
  if (epochs <= 15) return act(visit_counter<std::uint8_t, 4>{});
  epochs <= 255 ? act(visit_counter<std::uint16_t, 8>{}) : act(visit_counter<std::uint32_t, 16>{});
}
inline index_t counter_bytes(index_t epochs, weight::unvisited policy) noexcept {
  if (policy == weight::unvisited::as_wrong) return epochs <= 255 ? 1 : 2;
  return epochs <= 15 ? 1 : epochs <= 255 ? 2 : 4;
}

inline void check_weight_scale(char const* name, double v) {
  if (!(v >= 0.0 && v <= 3e38)) fail(name, text(v), "a finite number >= 0");
}
/// True if eta u + c is a float for every u in [0, 1].
inline bool weighs_in_float(double eta, double c) noexcept { return eta + c <= static_cast<double>(FLT_MAX); }

template <class View>
using element_of = std::remove_const_t<typename View::element>;

}  // namespace detail

namespace weight {

/// UMIX's weights (arXiv 2209.08928, eq. 5 and 6): u_i = 1 - (epochs of the window in which sample i was classified
/// correctly) / (epochs recorded), w_i = eta u_i + c. Stores a counter of 1, 2 or 4 bytes for each sample (1 byte for T
/// <= 255, with unvisited::ignore for T <= 15) and computes weights when they are read.
///   * An epoch counts as recorded from its first call on; epochs outside the window change nothing. Read weights
///     between epochs: during one, samples that are still to come count as unvisited in it.
///   * A sample visited twice in an epoch (drawn with replacement) counts twice; counters saturate, u stays in [0, 1],
///     and the order of visits does not matter. unvisited::ignore: u_i = wrong visits / visits, 0 if there are none;
///     exact up to 15, 255 or 65535 visits of a sample (T <= 15, <= 255, longer). With more visits u is biased upwards,
///     because the number of visits saturates before that of wrong visits; if samples are visited more than T times,
///     choose a longer window.
/// Records have the same bits on every backend. S: memory space of the counters.
template <space S>
class uncertainty_of {
 public:
  static constexpr space memory = S;

  uncertainty_of() = default;
  uncertainty_of(uncertainty_of const&) = default;
  uncertainty_of(uncertainty_of&&) noexcept = default;
  uncertainty_of& operator=(uncertainty_of&&) noexcept = default;
  /// If the allocation fails, this record is unchanged.
  uncertainty_of& operator=(uncertainty_of const& other) requires(S == space::host) {
    return *this = uncertainty_of(other);
  }
  /// Makes a record without visits. To make one on a device, or in parallel, pass a backend.
  uncertainty_of(index_t rows, uncertainty_options const& o) requires(S == space::host) : uncertainty_of(o, rows) {
    std::memset(counters_.data(), 0, allocated());
  }
  template <backend Be>
  uncertainty_of(Be const& be, index_t rows, uncertainty_options const& o) : uncertainty_of(o, rows) {
    static_assert(Be::memory == S, "mixaug: the record lives where its backend reaches; see uncertainty_of<space>");
    index_t const words = static_cast<index_t>(allocated() / 8);
    detail::run_rows(be, detail::clear_words{reinterpret_cast<std::uint64_t*>(counters_.data()), words},
                     detail::ceil_div(words, detail::record_block));
  }

  index_t rows() const noexcept { return rows_; }
  uncertainty_options const& options() const noexcept { return options_; }
  bool in_window(index_t epoch) const noexcept {
    return epoch >= options_.first_epoch && epoch - options_.first_epoch < options_.epochs;
  }
  /// Returns the number of epochs of the window recorded so far; weights average over these.
  index_t recorded() const noexcept { return recorded_; }
  bool has_epoch(index_t epoch) const noexcept {
    if (rows_ == 0 || !in_window(epoch)) return false;
    index_t const k = epoch - options_.first_epoch;
    return (marks()[k / 64] >> (k % 64) & 1u) != 0;
  }

  /// Records rows [first_row, first_row + n): predictions and labels (n), integers of any type. Of n = 0, a rank
  /// without rows, only the epoch is recorded, and views may be null.
  template <backend Be, class P, class L>
  void record(Be const& be, index_t epoch, P const& predictions, L const& labels, index_t first_row = 0);
  /// Records the rows `ids` (n), in any order; an id may occur twice.
  template <backend Be, class Ids, class P, class L>
  requires is_tensor_view<L>
  void record(Be const& be, index_t epoch, Ids const& ids, P const& predictions, L const& labels);

  /// Computes the mean over the data set, for normalise::mean_one; call it once after recording. Recording, merging and
  /// loading invalidate the mean, and weights are refused until it is computed again.
  template <backend Be>
  void fit(Be const& be);

  double u(index_t row) const requires(S == space::host);
  float weight(index_t row) const requires(S == space::host) {
    double const v = u(row);
    return static_cast<float>(rule()(v));
  }
  /// Writes all weights to out (rows), float or double; or those of a batch, ids (n), to out (n).
  template <backend Be, class Out>
  void weights(Be const& be, Out const& out) const {
    weights_by(be, rule(), out);
  }
  template <backend Be, class Ids, class Out>
  requires is_tensor_view<Out>
  void weights(Be const& be, Ids const& ids, Out const& out) const { weights_by(be, rule(), ids, out); }

  /// Adds the record of another process (host): counters are added, with saturation; the epochs are united. Errors:
  /// other sizes or options, and a counter of the other with more wrong visits than visits.
  void merge(uncertainty_of const& other) requires(S == space::host);

  // For rules of u (weight/just_train_twice.hpp), files (record_file.hpp) and copies between memories:
  detail::weight_map rule() const;
  detail::weight_map plain_rule() const;  // without the mean
  template <backend Be, class Out>
  void weights_by(Be const& be, detail::weight_map const& rule, Out const& out) const;
  template <backend Be, class Ids, class Out>
  void weights_by(Be const& be, detail::weight_map const& rule, Ids const& ids, Out const& out) const;
  workspace<S> const& counters() const noexcept { return counters_; }
  workspace<S>& counters() noexcept { return counters_; }
  std::uint64_t const* marks() const noexcept { return reinterpret_cast<std::uint64_t const*>(marks_.data()); }
  index_t mark_words() const noexcept { return detail::ceil_div(options_.epochs, 64); }
  std::size_t bytes() const noexcept {
    return static_cast<std::size_t>(rows_ * detail::counter_bytes(options_.epochs, options_.unvisited));
  }
  /// Returns the first row with more wrong visits than visits, which manually written counters can have; -1 = none.
  index_t impossible_row() const requires(S == space::host);
  /// Copies the recorded epochs of another record, whose counters were copied.
  void set_marks(std::uint64_t const* words) noexcept {
    auto* const own = reinterpret_cast<std::uint64_t*>(marks_.data());
    index_t marked = 0;
    for (index_t k = 0; k < mark_words(); ++k) own[k] = words[k];
    for (index_t k = 0; k < options_.epochs; ++k) marked += static_cast<index_t>(own[k / 64] >> (k % 64) & 1u);
    recorded_ = marked, fitted_ = false;
  }

 private:
  uncertainty_of(uncertainty_options const& o, index_t rows);
  std::size_t allocated() const noexcept { return (bytes() + 63) / 64 * 64; }
  void check_made() const {
    if (counters_.data() == nullptr)
      detail::fail("the record", "empty (default-constructed, or moved from)", "one made with a number of rows");
  }
  bool begin(index_t epoch);
  template <class Counter>
  typename Counter::word const* words() const noexcept {
    return reinterpret_cast<typename Counter::word const*>(counters_.data());
  }
  double* mean() const noexcept { return reinterpret_cast<double*>(mean_.data()); }

  uncertainty_options options_{};
  detail::resets_on_move rows_, recorded_;
  bool fitted_ = false;
  workspace<S> counters_, mean_;
  workspace<space::host> marks_;
};
/// A record in host memory.
using uncertainty = uncertainty_of<space::host>;

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
  if (labels.extent[0] == 0) {
    detail::same_rows("predictions", predictions.extent[0], 0);
    begin(epoch);
    return;
  }
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
  detail::with_counter(options_.epochs, options_.unvisited, [&]<class Counter>(Counter) {
    using body = detail::record_rows<Counter, detail::element_of<P>, detail::element_of<L>>;
    body const rows{reinterpret_cast<typename Counter::word*>(counters_.data()) + first_row,
                    predictions.data,
                    labels.data,
                    predictions.stride[0],
                    labels.stride[0],
                    labels.extent[0]};
    run_rows(be, rows, detail::ceil_div(labels.extent[0], detail::record_block));
  });
}
template <space S>
template <backend Be, class Ids, class P, class L>
requires is_tensor_view<L>
void uncertainty_of<S>::record(Be const& be, index_t epoch, Ids const& ids, P const& predictions, L const& labels) {
  detail::check_memory<uncertainty_of, Ids, P, L>(), detail::check_ids<Ids, P, L>();
  static_assert(Be::memory == S, "mixaug: the backend does not reach the record's counters");
  check_made();
  if (epoch < 0) detail::fail("epoch", detail::text(epoch), "a number >= 0");
  if (labels.extent[0] == 0) {
    detail::same_rows("predictions", predictions.extent[0], 0);
    detail::same_rows("ids", ids.extent[0], 0);
    begin(epoch);
    return;
  }
  detail::check_list(labels, "labels");
  detail::check_list(predictions, "predictions", labels.extent[0], "the labels");
  detail::check_list(ids, "ids", labels.extent[0], "the labels");
  detail::check_range(ids, "ids", rows_, "a row of the record");
  if (!begin(epoch)) return;
  detail::with_counter(options_.epochs, options_.unvisited, [&]<class Counter>(Counter) {
    using id = detail::element_of<Ids>;
    using predicted = detail::element_of<P>;
    using label = detail::element_of<L>;
    using body = detail::record_ids<Counter, id, predicted, label>;
    index_t const n = ids.extent[0];
    body const all{reinterpret_cast<typename Counter::word*>(counters_.data()),
                   rows_,
                   n,
                   ids.data,
                   predictions.data,
                   labels.data,
                   ids.stride[0],
                   predictions.stride[0],
                   labels.stride[0]};
    if constexpr (detail::host_lanes<Be>) {
      index_t const parts = n < 4096 ? 1 : detail::lesser(rows_, be.lanes());
      run_rows(be, detail::record_ids_part<Counter, id, predicted, label>{all, parts}, parts);
    } else {
      run_rows(be, all, detail::ceil_div(n, body::block));
    }
  });
}

template <space S>
detail::weight_map uncertainty_of<S>::plain_rule() const {
  check_made();
  if (recorded_ == 0)
    detail::fail("the record",
                 "without an epoch of its window [" + detail::text(options_.first_epoch) + ", " +
                     detail::text(options_.first_epoch + options_.epochs) + ")",
                 "at least one: call record(backend, epoch, ...) before weights are read");
  return {options_.eta, options_.c, 0.0, static_cast<double>(recorded_), nullptr, false};
}
template <space S>
detail::weight_map uncertainty_of<S>::rule() const {
  detail::weight_map r = plain_rule();
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
  detail::weight_map const plain = plain_rule();
  fitted_ = false;
  mean_.reserve(static_cast<std::size_t>(detail::sum_shape::scratch(rows_)) * sizeof(double), false);
  detail::with_counter(options_.epochs, options_.unvisited, [&]<class Counter>(Counter) {
    detail::weight_term<Counter> const term{words<Counter>(), plain};
    detail::blocked_sum(be, term, rows_, static_cast<double>(rows_), mean());
  });
  if constexpr (S == space::host)
    if (!(*mean() > 0.0))
      detail::fail("the mean of the weights", detail::text(*mean()),
                   "a number > 0: with c = 0 some sample must be uncertain");
  fitted_ = true;
}

template <space S>
double uncertainty_of<S>::u(index_t row) const requires(S == space::host) {
  detail::weight_map const r = plain_rule();
  if (row < 0 || row >= rows_)
    detail::fail("the row", detail::text(row), "a row of the record in [0, " + detail::text(rows_) + ")");
  double u = 0.0;
  detail::with_counter(options_.epochs, options_.unvisited,
                       [&]<class Counter>(Counter) { u = Counter::uncertainty(words<Counter>()[row], r.epochs); });
  return u;
}
template <space S>
template <backend Be, class Out>
void uncertainty_of<S>::weights_by(Be const& be, detail::weight_map const& r, Out const& out) const {
  detail::check_memory<uncertainty_of, Out>(), detail::check_numbers<Out>();
  static_assert(Be::memory == S, "mixaug: the backend does not reach the record's counters");
  check_made();
  detail::check_list(out, "the output", rows_, "the record has rows"), detail::check_output_list(out, "the output");
  detail::with_counter(options_.epochs, options_.unvisited, [&]<class Counter>(Counter) {
    using word = typename Counter::word;
    using T = typename Out::element;
    index_t const n = out.extent[0];
    T table[256];
    bool tabled = false;
    if constexpr (detail::host_lanes<Be> && sizeof(word) == 1)
      if (n >= 1024) {
        tabled = true;
        for (int v = 0; v < 256; ++v)
          table[v] = static_cast<T>(r(Counter::uncertainty(static_cast<word>(v), r.epochs)));
      }
    detail::weigh_rows<Counter, T> const rows{words<Counter>(), r, tabled ? table : nullptr, out.data,
                                              out.stride[0],    n};
    run_rows(be, rows, detail::ceil_div(n, detail::record_block));
  });
}
template <space S>
template <backend Be, class Ids, class Out>
void uncertainty_of<S>::weights_by(Be const& be, detail::weight_map const& r, Ids const& ids, Out const& out) const {
  detail::check_memory<uncertainty_of, Ids, Out>(), detail::check_ids<Ids>(), detail::check_numbers<Out>();
  static_assert(Be::memory == S, "mixaug: the backend does not reach the record's counters");
  check_made();
  detail::check_list(ids, "ids");
  detail::check_list(out, "the output", ids.extent[0], "ids"), detail::check_output_list(out, "the output");
  detail::check_lists_apart(out, ids, "ids"), detail::check_range(ids, "ids", rows_, "a row of the record");
  detail::with_counter(options_.epochs, options_.unvisited, [&]<class Counter>(Counter) {
    using body = detail::weigh_ids<Counter, detail::element_of<Ids>, typename Out::element>;
    body const rows{words<Counter>(), r, rows_, ids.data, out.data, ids.stride[0], out.stride[0], ids.extent[0]};
    run_rows(be, rows, detail::ceil_div(ids.extent[0], detail::record_block));
  });
}

template <space S>
index_t uncertainty_of<S>::impossible_row() const requires(S == space::host) {
  index_t found = -1;
  detail::with_counter(options_.epochs, options_.unvisited, [&]<class Counter>(Counter) {
    if constexpr (Counter::pair)
      for (index_t i = 0; i < rows_ && found < 0; ++i)
        if (!Counter::possible(words<Counter>()[i])) found = i;
  });
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
  detail::with_counter(options_.epochs, options_.unvisited, [&]<class Counter>(Counter) {
    auto* const own = reinterpret_cast<typename Counter::word*>(counters_.data());
    auto const* const theirs = other.template words<Counter>();
    for (index_t i = 0; i < rows_; ++i) own[i] = Counter::sum(own[i], theirs[i]);
  });
  std::uint64_t const* const theirs = other.marks();
  auto* const own = reinterpret_cast<std::uint64_t*>(marks_.data());
  for (index_t k = 0; k < mark_words(); ++k) own[k] |= theirs[k];
  set_marks(own);
}

}  // namespace weight
}  // namespace mixaug

MIXAUG_EXACT_END
