// SPDX-License-Identifier: MIT
#pragma once
#include <cfloat>
#include <mixaug/core/detail/math/exp.hpp>
#include <mixaug/kernel/kernel_options.hpp>
#include <mixaug/plan/pairing_task.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {

/// Quantity whose distance is taken between two samples.
enum class distance_of : unsigned char { targets, features };

namespace detail {

/// Draws each row's partner among the rows of its block (or of the second source) by the kernel of their distances.
/// Uses one uniform for each row. Weights are relative to the nearest candidate, so that they are never all 0.
template <class Task, class Rule>
struct kernel_draw {
  Task const& task;
  Rule const& rule;

  void operator()() const {
    check_kernel(rule.options());
    bool const features = rule.of == distance_of::features;
    char const* const name = "pairing::kernel_in_batch";
    real_list const &own = features ? task.in.feature_rows : task.in.labels,
                    &other = features ? task.in.source_feature_rows : task.in.source_labels;
    need(own, name, features ? "features" : "targets", features ? "features(v)" : "targets(v)");
    if (task.own_source()) return each_block(task, *this);
    need(other, name, features ? "features of the second source" : "targets of the second source",
         features ? "source_features(v)" : "source_targets(v)");
    same_rows(features ? "source_features" : "source_targets", other.size(), task.source_rows());
    if (own.width() != other.width())
      fail(features ? "source_features" : "source_targets", text(other.width()) + " numbers a row",
           text(own.width()) + ", as the batch has");
    draw_from({0, task.source_rows()}, task.key.first, task.key.first + task.rows());
  }
  template <class Range>
  void operator()(Range const& block, index_t first, index_t last) const {
    bool const local = mine().size() == task.rows() && task.global != task.rows();
    if (local && (block.base < task.key.first || block.base + block.size > task.key.first + task.rows()))
      fail("pairing::kernel_in_batch may choose any row of the block [" + text(block.base) + ", " +
           text(block.base + block.size) + "); give targets (or features) for all " + text(task.global) +
           " rows of the global batch, or set key.block so that blocks lie inside the call's rows");
    draw_from({block.base, block.size}, first, last);
  }

 private:
  real_list const& mine() const noexcept {
    return rule.of == distance_of::features ? task.in.feature_rows : task.in.labels;
  }
  real_list const& theirs() const noexcept {
    if (task.own_source()) return mine();
    return rule.of == distance_of::features ? task.in.source_feature_rows : task.in.source_labels;
  }
  index_t local(index_t global_row) const noexcept {
    return mine().size() == task.global ? global_row : global_row - task.key.first;
  }
  static constexpr index_t lanes = 16;  // rows of the call, and candidates, that are combined in one tile

  /// Computes squared distances of `rows` rows to all candidates, (rows, n), each summed over the columns in their
  /// order. `values` holds the rows and a tile of candidates, transposed: 2 lanes numbers for each column.
  void distances(typename Task::range domain, index_t first, index_t rows, double* values, double* out) const noexcept {
    index_t const n = domain.size, d = mine().width();
    double *const query = values, *const tile = values + lanes * d;
    for (index_t r = 0; r < rows; ++r)
      for (index_t k = 0; k < d; ++k) query[r * d + k] = mine().at(local(first + r), k);
    for (index_t base = 0; base < n; base += lanes) {
      index_t const count = lesser(lanes, n - base);
      for (index_t l = 0; l < lanes; ++l) {
        index_t const j = base + lesser(l, count - 1), at = task.own_source() ? local(domain.base + j) : j;
        for (index_t k = 0; k < d; ++k) tile[k * lanes + l] = theirs().at(at, k);
      }
      for (index_t r = 0; r < rows; ++r) {
        double sum[lanes] = {};
        for (index_t k = 0; k < d; ++k)
          for (index_t l = 0; l < lanes; ++l) {
            double const gap = query[r * d + k] - tile[k * lanes + l];
            sum[l] = fused_sum(gap, gap, sum[l]);
          }
        for (index_t l = 0; l < count; ++l) out[r * n + base + l] = sum[l];
      }
    }
  }
  void draw_from(typename Task::range domain, index_t first, index_t last) const {
    index_t const n = domain.size, width = 2 * lanes * mine().width();
    auto* const values =
        reinterpret_cast<double*>(task.scratch.reserve(sizeof(double) * static_cast<std::size_t>(width + lanes * n)));
    for (index_t row = first; row < last; row += lanes) {
      index_t const rows = lesser(lanes, last - row);
      distances(domain, row, rows, values, values + width);
      for (index_t r = 0; r < rows; ++r)
        if (task.wants(row + r - task.key.first)) draw_row(domain, row + r, values + width + r * n);
    }
  }
  /// Draws one partner; `weight` holds the squared distances of the row on entry, its weights on return.
  void draw_row(typename Task::range domain, index_t row, double* weight) const noexcept {
    index_t const n = domain.size, self = task.own_source() && !rule.with_self ? row - domain.base : -1;
    double const h = rule.bandwidth, inverse = 1.0 / h < DBL_MAX ? 1.0 / h : DBL_MAX, half = 0.5 * inverse;
    double nearest = HUGE_VAL, total = 0.0;
    if (self >= 0) weight[self] = HUGE_VAL;
    for (index_t j = 0; j < n; ++j) nearest = weight[j] < nearest ? weight[j] : nearest;
    if (nearest == HUGE_VAL) return task.assign(row - task.key.first, -1);
    if (rule.kernel == mixaug::kernel::tophat)
      for (index_t j = 0; j < n; ++j) weight[j] = std::sqrt(weight[j]) < h ? 1.0 : 0.0;
    else
      for (index_t j = 0; j < n; ++j) weight[j] = falling_exp<always_fma>((nearest - weight[j]) * inverse * half);
    for (index_t j = 0; j < n; ++j) total += weight[j];
    task.assign(row - task.key.first, total > 0.0 ? domain.base + pick(weight, n, total, row) : -1);
  }
  index_t pick(double const* weight, index_t n, double total, index_t row) const noexcept {
    double const at = task.draw(row).uniform() * total;
    double sum = 0.0;
    index_t last = -1;
    for (index_t j = 0; j < n; ++j) {
      if (weight[j] > 0.0) last = j;
      sum += weight[j];
      if (at < sum) return j;
    }
    return last;
  }
};

}  // namespace detail

namespace pairing {

/// A partner in the batch (in the block, with key.block; or in a second source) with probability proportional to the
/// kernel of the distance of their targets, or of their features: C-Mixup's in-batch form. O(rows^2 d) work. Reads
/// targets(v) or features(v), with a second source also source_targets(v) or source_features(v). Errors: bandwidth not
/// > 0, numbers that are not finite. For a whole data set: pairing::gaussian_kernel.
struct kernel_in_batch {
  static constexpr bool draws = true;
  double bandwidth = 0.0;
  mixaug::kernel kernel = mixaug::kernel::gaussian;
  bool with_self = true;
  distance_of of = distance_of::targets;

  kernel_options options() const noexcept { return {bandwidth, kernel, with_self}; }
  template <class Task>
  void operator()(Task const& task) const {
    detail::kernel_draw<Task, kernel_in_batch>{task, *this}();
  }
};

}  // namespace pairing
}  // namespace mixaug

MIXAUG_EXACT_END
