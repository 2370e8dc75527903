// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/plan/concepts.hpp>
#include <mixaug/weight/detail/normalise.hpp>
#include <mixaug/weight/detail/record_items.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::weight {

/// Options of uncertainty: the window of epochs that is recorded, and the linear map from u to the weight.
struct uncertainty_options {
  index_t first_epoch = 0;                                    ///< T_s
  index_t epochs = 1;                                         ///< T, at most 65535: the window is [T_s, T_s + T)
  double eta = 1.0, c = 1.0;                                  ///< >= 0, together at most FLT_MAX
  weight::unvisited unvisited = weight::unvisited::as_wrong;  ///< treatment of samples that no recorded epoch visited
  weight::normalise normalise = weight::normalise::none;      ///< mean_one: over the data set, computed by fit(backend)
  friend bool operator==(uncertainty_options const&, uncertainty_options const&) = default;
};

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

  /// Records rows [first_row, first_row + n): predictions and labels (n), integers of any type.
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
  detail::weight_rule rule() const;
  detail::weight_rule plain_rule() const;  // without the mean
  template <backend Be, class Out>
  void weights_by(Be const& be, detail::weight_rule const& rule, Out const& out) const;
  template <backend Be, class Ids, class Out>
  void weights_by(Be const& be, detail::weight_rule const& rule, Ids const& ids, Out const& out) const;
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
  double* mean() const noexcept { return reinterpret_cast<double*>(mean_.data()); }

  uncertainty_options options_{};
  detail::resets_on_move rows_, recorded_;
  bool fitted_ = false;
  workspace<S> counters_, mean_;
  workspace<space::host> marks_;
};
/// A record in host memory.
using uncertainty = uncertainty_of<space::host>;

}  // namespace mixaug::weight

MIXAUG_EXACT_END

#include <mixaug/weight/detail/uncertainty_calls.hpp>
