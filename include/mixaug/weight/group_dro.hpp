// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/workspace.hpp>
#include <mixaug/plan/concepts.hpp>
#include <mixaug/weight/detail/group_dro_items.hpp>
#include <mixaug/weight/group_table.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::weight {

/// Options of group_dro.
struct group_dro_options {
  index_t groups = 0;       ///< K
  double step_size = 0.01;  ///< s > 0
  double adjustment = 0.0;  ///< C >= 0 of the generalisation adjustment; if > 0, `counts` are needed
  tensor_view<std::int64_t const, 1> counts{};            ///< n_g (K): samples of each group in the data set, read once
  weight::normalise normalise = weight::normalise::none;  ///< mean_one: over the batch
  /// Treatment of a group without training samples, by `counts`: an error if the adjustment reads them, or q = 0 and
  /// weight 0 throughout, with the other groups initially uniform (which needs counts even without an adjustment).
  empty_group empty = empty_group::refuse;
};

/// Group DRO (arXiv 1911.08731, algorithm 1), on a whole batch. With l_g = mean loss of group g in the batch,
///   q_g <- q_g exp(s (l_g + C / sqrt(n_g))), then q <- q / sum q; a sample of group g has weight n q_g / n_g(batch),
/// so that the batch's mean weighted loss is sum_g q_g l_g. Groups without training samples: see `empty`. The q of
/// groups that are not in a batch changes only by the normalisation. Losses beyond +-1e290 are clamped to that. The
/// state q is initially uniform. S: memory space of the state. A device is not waited for; there a loss that is not
/// finite or a group out of range is left out (weight NaN) instead of refused.
/// Errors: groups outside [1, 1000000], step_size outside (0, 1e6], adjustment outside [0, 1e100], counts that are
/// missing or negative; on the host a loss that is not finite, or a group outside [0, K).
template <space S>
class group_dro_of {
 public:
  static constexpr space memory = S;
  using options = group_dro_options;

  explicit group_dro_of(options const& o) : groups_(o.groups), step_size_(o.step_size), normalise_(o.normalise) {
    check(o);
    state_.reserve(5 * size());
    auto* const q = reinterpret_cast<double*>(state_.staging());
    bool const weightless = o.empty == empty_group::weightless;
    index_t filled = 0;
    for (index_t g = 0; g < groups_; ++g) filled += !weightless || o.counts(g) > 0 ? 1 : 0;
    for (index_t g = 0; g < groups_; ++g) {
      bool const empty = weightless && o.counts(g) == 0;
      q[g] = empty ? 0.0 : 1.0 / static_cast<double>(filled);
      q[groups_ + g] = 0.0;
      if (o.adjustment > 0.0 && !empty) q[groups_ + g] = o.adjustment / std::sqrt(static_cast<double>(o.counts(g)));
      q[2 * groups_ + g] = q[3 * groups_ + g] = q[4 * groups_ + g] = 0.0;
    }
    send();
  }

  group_dro_of(group_dro_of const&) = default;
  group_dro_of(group_dro_of&&) noexcept = default;
  group_dro_of& operator=(group_dro_of&&) noexcept = default;
  /// If the allocation fails, this state is unchanged.
  group_dro_of& operator=(group_dro_of const& other) requires(S == space::host) { return *this = group_dro_of(other); }

  index_t groups() const noexcept { return groups_; }
  /// Returns q of group g. To read a device state, use download(cuda, from, to).
  double q(index_t g) const requires(S == space::host) {
    check_made();
    if (g < 0 || g >= groups_) detail::fail("the group", detail::text(g), "in [0, " + detail::text(groups_) + ")");
    return view().q[g];
  }
  /// Restores a saved state: q (K), positive, and 0 for weightless groups; normalised if it does not sum to 1.
  template <class Q>
  void restore(Q const& q) {
    detail::check_memory<group_dro_of<space::host>, Q>(), detail::check_numbers<Q>();
    check_made();
    detail::check_list(q, "q", groups_, "the state has groups");
    auto* const own = reinterpret_cast<double*>(state_.staging());
    double sum = 0.0;
    for (index_t g = 0; g < groups_; ++g) {
      double const v = static_cast<double>(q(g));
      bool const weightless = own[g] == 0.0;
      if (weightless ? v != 0.0 : !(v > 0.0 && v <= 1e300))
        detail::fail("q(" + detail::text(g) + ")", detail::text(v),
                     weightless ? "0, for the group has no training samples" : "a number > 0");
      sum += v;
    }
    if (std::fabs(sum - 1.0) < 1e-9) sum = 1.0;  // saved by this class: keep the bits
    for (index_t g = 0; g < groups_; ++g) own[g] = static_cast<double>(q(g)) / sum;
    for (index_t g = 2 * groups_; g < 5 * groups_; ++g) own[g] = 0.0;
    n_ = 0;
    send();
  }

  /// Makes one step: losses (n) of float or double, groups (n) integers in [0, K).
  template <backend Be, class L, class G>
  void update(Be const& be, L const& losses, G const& groups) {
    static_assert(Be::memory == S, "mixaug: the backend does not reach the state; see group_dro_of<space>");
    detail::check_memory<Be, L, G>(), detail::check_numbers<L>(), detail::check_ids<G>();
    check_made();
    detail::check_list(losses, "losses");
    detail::check_list(groups, "groups", losses.extent[0], "the losses");
    detail::check_range(groups, "groups", groups_, "a group");
    index_t const n = losses.extent[0];
    if constexpr (S == space::host)
      for (index_t i = 0; i < n; ++i)
        if (double const l = static_cast<double>(losses(i)); !(l - l == 0.0))
          detail::fail("losses(" + detail::text(i) + ")", detail::text(l), "a finite loss");
    using sums = detail::group_sums<std::remove_const_t<typename L::element>, std::remove_const_t<typename G::element>>;
    index_t const blocks = detail::ceil_div(n, sums::block);
    scratch_.reserve(2 * static_cast<std::size_t>(blocks) * size(), false);
    detail::group_state const s = view(blocks);
    detail::run_rows(be, sums{s, losses.data, groups.data, losses.stride[0], groups.stride[0], n}, blocks);
    detail::run_rows(be, detail::group_means{s, blocks}, 1);
    detail::run_rows(be, detail::group_raise{s, step_size_}, 1);
    detail::run_rows(be, detail::group_normalise{s}, 1);
    detail::run_rows(be, detail::group_weights{s, n, normalise_ == weight::normalise::mean_one}, 1);
    n_ = n;
  }
  /// Writes the weights of the batch of the last update, by its groups (n), to out (n), float or double.
  template <backend Be, class G, class Out>
  void weights(Be const& be, G const& groups, Out const& out) const {
    static_assert(Be::memory == S, "mixaug: the backend does not reach the state; see group_dro_of<space>");
    detail::check_memory<Be, G, Out>(), detail::check_ids<G>();
    check_made();
    if (n_ == 0) detail::fail("the state", "without a batch", "update(backend, losses, groups) before its weights");
    detail::check_list(groups, "groups", n_, "the batch of the last update");
    detail::check_range(groups, "groups", groups_, "a group");
    if constexpr (S == space::host)
      for (index_t i = 0; i < n_; ++i)
        if (!(view().count[static_cast<index_t>(groups(i))] > 0.0))
          detail::fail("groups(" + detail::text(i) + ")", detail::text(static_cast<index_t>(groups(i))),
                       "a group that the batch of the last update had");
    detail::weigh_groups(be, view().weight, groups_, groups, out);
  }
  template <backend Be, class L, class G, class Out>
  void update(Be const& be, L const& losses, G const& groups, Out const& out) {
    detail::check_memory<Be, L, G, Out>(), detail::check_numbers<Out>();
    detail::check_list(losses, "losses");
    detail::check_list(groups, "groups", losses.extent[0], "the losses");
    detail::check_list(out, "the output", losses.extent[0], "the losses");
    detail::check_output_list(out, "the output");
    detail::check_lists_apart(out, losses, "losses"), detail::check_lists_apart(out, groups, "groups");
    update(be, losses, groups);
    weights(be, groups, out);
  }
  workspace<S> const& state() const noexcept { return state_; }
  workspace<S>& state() noexcept { return state_; }

 private:
  std::size_t size() const noexcept { return static_cast<std::size_t>(groups_) * sizeof(double); }
  void send() {
    if constexpr (S == space::device) state_.upload({}), state_.wait();
  }
  detail::group_state view(index_t blocks = 0) const noexcept {
    auto* const q = reinterpret_cast<double*>(state_.data());
    auto* const p = reinterpret_cast<double*>(scratch_.data());
    index_t const k = groups_;
    return {k, q, q + k, q + 2 * k, q + 3 * k, q + 4 * k, p, p == nullptr ? p : p + blocks * k};
  }
  void check_made() const {
    if (groups_ == 0) detail::fail("the state", "empty (moved from)", "one made with a number of groups");
  }
  static void check(options const& o) {
    if (o.groups <= 0 || o.groups > 1000000) detail::fail("groups", detail::text(o.groups), "a number in [1, 1000000]");
    if (!(o.step_size > 0.0 && o.step_size <= 1e6))
      detail::fail("step_size", detail::text(o.step_size), "a number > 0");
    if (!(o.adjustment >= 0.0 && o.adjustment <= 1e100))
      detail::fail("adjustment", detail::text(o.adjustment), "a number >= 0");
    if (o.normalise == weight::normalise::groups_one)
      detail::fail("normalise", "groups_one", "none, or mean_one over the batch: q sums to 1 over the groups as it is");
    bool const weightless = o.empty == empty_group::weightless;
    if (o.adjustment == 0.0 && !weightless) return;
    detail::check_list(
        o.counts, "counts", o.groups,
        weightless ? "groups says (weightless groups are read off them)" : "groups says (the adjustment reads them)");
    bool some = false;
    for (index_t g = 0; g < o.groups; ++g) {
      if (o.counts(g) < (weightless ? 0 : 1))
        detail::fail("counts(" + detail::text(g) + ")", detail::text(o.counts(g)),
                     weightless         ? "a number of samples >= 0"
                     : o.counts(g) == 0 ? "a number of samples > 0, or .empty = weight::empty_group::weightless"
                                        : "a number of samples > 0");
      some = some || o.counts(g) > 0;
    }
    if (!some) detail::fail("counts", "without a sample", "the counts of a data set");
  }

  detail::resets_on_move groups_, n_;
  double step_size_;
  weight::normalise normalise_;
  workspace<S> state_, scratch_;
};
/// Group DRO with its state in host memory.
using group_dro = group_dro_of<space::host>;

}  // namespace mixaug::weight

MIXAUG_EXACT_END
