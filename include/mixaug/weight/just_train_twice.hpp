// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/weight/uncertainty.hpp>
#include <utility>

MIXAUG_EXACT_BEGIN

namespace mixaug::weight {

/// Options of just_train_twice.
struct just_train_twice_options {
  double lambda_up = 0.0;    ///< weight of the samples of the error set, > 0; required, because the paper tunes it
  double wrong_above = 0.5;  ///< for a record over several epochs: samples with u above this are in the error set
};

/// Just Train Twice (arXiv 2107.09044): samples that the first model misclassified after T epochs, the error set, have
/// weight lambda_up, all others 1. Made from predictions and labels of the whole data set, or from a record of window
/// [T - 1, T), which gives the same (for a longer window see wrong_above). Samples never visited follow
/// the record's policy.
/// Errors: lambda_up not > 0, wrong_above outside [0, 1), a record without an epoch.
template <space S>
class just_train_twice_of {
 public:
  static constexpr space memory = S;
  using options = just_train_twice_options;

  just_train_twice_of() = default;
  /// Takes the record by copy or by move (device records can only be moved).
  just_train_twice_of(uncertainty_of<S> record, options const& o) : record_(std::move(record)), options_(o) { check(); }
  /// Records predictions(i) and labels(i) of sample i, integers of any type.
  template <backend Be, class P, class L>
  requires is_tensor_view<L> just_train_twice_of(Be const& be, P const& predictions, L const& labels, options const& o)
      : options_(o) {
    check_options();
    detail::check_list(labels, "labels");
    record_ = uncertainty_of<S>(be, labels.extent[0], {});
    record_.record(be, 0, predictions, labels);
  }

  index_t rows() const noexcept { return record_.rows(); }
  bool in_error_set(index_t row) const requires(S == space::host) { return record_.u(row) > options_.wrong_above; }
  float weight(index_t row) const requires(S == space::host) {
    return static_cast<float>(in_error_set(row) ? options_.lambda_up : 1.0);
  }
  /// Returns the size of the error set.
  index_t errors() const requires(S == space::host) {
    record_.plain_rule();
    index_t all = 0;
    for (index_t i = 0; i < rows(); ++i) all += static_cast<index_t>(in_error_set(i));
    return all;
  }
  /// Writes all weights to out (rows), float or double; or those of a batch, ids (n), to out (n).
  template <backend Be, class Out>
  void weights(Be const& be, Out const& out) const {
    record_.weights_by(be, rule(), out);
  }
  template <backend Be, class Ids, class Out>
  requires is_tensor_view<Out>
  void weights(Be const& be, Ids const& ids, Out const& out) const { record_.weights_by(be, rule(), ids, out); }

 private:
  void check_options() const {
    detail::check_weight_scale("lambda_up", options_.lambda_up);
    if (options_.lambda_up == 0.0)
      detail::fail("lambda_up", "0", "the weight of the error set, > 0: tune it on validation data, as the paper does");
    if (!(options_.wrong_above >= 0.0 && options_.wrong_above < 1.0))
      detail::fail("wrong_above", detail::text(options_.wrong_above), "a number in [0, 1)");
  }
  void check() const {
    check_options();
    record_.plain_rule();  // refuses a record without an epoch
  }
  detail::weight_map rule() const {
    detail::weight_map r = record_.plain_rule();
    r.eta = options_.lambda_up, r.c = 1.0, r.above = options_.wrong_above, r.step = true;
    return r;
  }
  uncertainty_of<S> record_;
  options options_{};
};
/// Just Train Twice with its record in host memory.
using just_train_twice = just_train_twice_of<space::host>;

}  // namespace mixaug::weight

MIXAUG_EXACT_END
