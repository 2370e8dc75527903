// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/pairing/kernel_options.hpp>
#include <mixaug/pairing/task.hpp>
#include <mixaug/ratio/elementary.hpp>

namespace mixaug {

/// What the distance of two samples is taken of.
enum class distance_of : unsigned char { targets, features };

namespace detail {

/// Draws each row's partner among the rows of its block (or of the second source) by the kernel of their
/// distances. One uniform a row; weights are relative to the nearest candidate, so that no row loses all of them.
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
  double squared(index_t a, index_t b) const noexcept {
    double sum = 0.0;
    for (index_t d = 0; d < mine().width(); ++d) {
      double const gap = mine().at(a, d) - theirs().at(b, d);
      sum = std::fma(gap, gap, sum);
    }
    return sum;
  }
  void draw_from(typename Task::range domain, index_t first, index_t last) const {
    index_t const n = domain.size;
    auto* const weight = reinterpret_cast<double*>(task.scratch.reserve(sizeof(double) * static_cast<std::size_t>(n)));
    double const h = rule.bandwidth;
    bool const tophat = rule.kernel == mixaug::kernel::tophat;
    for (index_t row = first; row < last; ++row) {
      if (!task.wants(row - task.key.first)) continue;
      index_t const self = task.own_source() ? row - domain.base : -1, own = local(row);
      double nearest = INFINITY, total = 0.0;
      for (index_t j = 0; j < n; ++j) {
        bool const out = j == self && !rule.with_self;
        weight[j] = out ? INFINITY : squared(own, task.own_source() ? local(domain.base + j) : j);
        nearest = weight[j] < nearest ? weight[j] : nearest;
      }
      for (index_t j = 0; j < n; ++j) {
        double const d = weight[j];
        weight[j] = d == INFINITY ? 0.0
                    : tophat      ? (std::sqrt(d) < h ? 1.0 : 0.0)
                                  : fixed_exp((d - nearest) / h * -0.5 / h);
        total += weight[j];
      }
      task.assign(row - task.key.first, total > 0.0 ? domain.base + pick(weight, n, total, row) : -1);
    }
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

/// A partner of the batch (of the block, with key.block; or of a second source) with probability proportional to the
/// kernel of the distance of their targets, or of their features: C-Mixup's in-batch form. O(rows^2 d) work. Reads
/// targets(v) or features(v), with a second source also source_targets(v) or source_features(v). Errors: bandwidth not
/// > 0, numbers that are not finite. For a whole data set: pairing::gaussian_kernel.
struct kernel_in_batch {
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
