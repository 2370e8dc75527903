// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/apply/labels.hpp>
#include <mixaug/loss/detail/softmax_lanes.hpp>

MIXAUG_EXACT_BEGIN

/// Cross entropy of rows of logits against any target: the job, and the loops of the CPU. A target has the members
///   row begin(i)                        values that are constant in row i; row.read: true if the row counts at all
///   sums(), first(z, m, t, sum)         true if it needs two more sums over the classes; adds a term to the first, and
///                                       the second is the sum of t
///   loss(row, i, row_sums, log_sum)     the row's loss
///   factor(row, row_sums)               the factor of exp(z - m) in the gradient
///   gradient(row, e, factor, t)         the gradient of any class, from e = exp(z - m)
///   at(row, c, g), correct(row, g)      corrections of the gradient at class c, or of the whole row
/// t = target(i, c) where `reads_targets`, else 0.
namespace mixaug::detail {

template <class T, class Target>
struct cross_entropy_job {
  Target target;
  class_rows<T const> logits;
  class_rows<T> grad;  // no data: no gradient
  T* loss;
  index_t loss_stride, classes, rows;

  MIXAUG_HD void finish(index_t i, typename Target::row const& r, row_sums<T> const& s, double log_sum) const noexcept {
    loss[i * loss_stride] = r.read ? static_cast<T>(target.loss(r, i, s, log_sum)) : T{0};
  }
};

/// Item k of the CPU: a group of rows, processed one after the other in cache; their logarithms are taken together.
template <class T, class Target>
struct cross_entropy_items {
  cross_entropy_job<T, Target> job;
  static constexpr index_t most_rows = 16, narrow_classes = 16;

  index_t group() const noexcept { return job.classes <= class_block ? most_rows : 1; }
  index_t count() const noexcept { return ceil_div(job.rows, group()); }

  void operator()(index_t k) const noexcept {
    class_buffer<T> buffer;
    typename Target::row row[most_rows];
    row_sums<T> found[most_rows];
    double log_sum[most_rows];
    index_t const first = k * group(), n = lesser(group(), job.rows - first);
    for (int r = 0; r < most_rows; ++r) found[r].sum = 1.0;
    for (index_t r = 0; r < n; ++r) {
      row[r] = job.target.begin(first + r);
      if (!row[r].read) clear(first + r);
      if (row[r].read && job.classes > narrow_classes) one(first + r, row[r], buffer, found[r]);
    }
    if (job.classes <= narrow_classes) narrow(first, n, row, found);
    for (int r = 0; r < most_rows; ++r) log_sum[r] = branchless_log(found[r].sum);
    for (index_t r = 0; r < n; ++r) job.finish(first + r, row[r], found[r], log_sum[r]);
  }

 private:
  static constexpr int W = loss_lanes;
  static constexpr index_t all(index_t n) noexcept { return (n + W - 1) / W * W; }

  void clear(index_t i) const noexcept {
    if (job.grad.data == nullptr) return;
    for (index_t c = 0; c < job.classes; ++c) job.grad[i][c] = T{0};
  }

  /// For few classes: processes 16 rows at once, so that a lane of one row becomes a vector of rows.
  void narrow(index_t i, index_t n, typename Target::row const* row, row_sums<T>* s) const noexcept {
    constexpr int R = static_cast<int>(most_rows);
    int const classes = static_cast<int>(job.classes);
    T z[narrow_classes][R], most[R], t[narrow_classes][R];
    double first[narrow_classes][R], second[narrow_classes][R];
    for (int r = 0; r < R; ++r) most[r] = minus_infinity<T>;
    for (int r = 0; r < R; ++r) {
      bool const read = r < n && row[r].read;
      class_row<T const> const from = job.logits[i + (read ? r : 0)];
      for (int c = 0; c < classes; ++c) z[c][r] = read ? from[c] : T{0};
      if constexpr (Target::reads_targets) {
        class_row<T const> const target = job.target.targets[i + (read ? r : 0)];
        for (int c = 0; c < classes; ++c) t[c][r] = read ? target[c] : T{0};
      }
    }
    for (int c = 0; c < classes; ++c)
      for (int r = 0; r < R; ++r) most[r] = larger(most[r], z[c][r]);
    if (job.target.sums()) {
      for (int c = 0; c < classes; ++c)
        for (int r = 0; r < R; ++r) {
          T const y = Target::reads_targets ? t[c][r] : T{0};
          first[c][r] = 0.0 + static_cast<double>(job.target.first(z[c][r], most[r], y, T{0}));
          second[c][r] = 0.0 + static_cast<double>(y);
        }
      fold_rows(first, classes), fold_rows(second, classes);
      for (int r = 0; r < R; ++r) s[r].first = first[0][r], s[r].second = second[0][r];
    }
    for (int c = 0; c < classes; ++c)
      for (int r = 0; r < R; ++r) {
        z[c][r] = softmax_exp(z[c][r] - most[r]);
        first[c][r] = static_cast<double>(z[c][r]);
      }
    fold_rows(first, classes);
    for (int r = 0; r < R; ++r) s[r].most = most[r], s[r].sum = first[0][r];
    for (int r = 0; r < n && job.grad.data != nullptr; ++r) {
      if (!row[r].read) continue;
      T const factor = job.target.factor(row[r], s[r]);
      class_row<T> const g = job.grad[i + r];
      for (int c = 0; c < classes; ++c)
        g[c] = job.target.gradient(row[r], z[c][r], factor, Target::reads_targets ? t[c][r] : T{0});
      job.target.correct(row[r], g);
    }
  }
  /// The tree of folded<16>, in which lanes beyond the classes hold 0.
  static void fold_rows(double (&lane)[narrow_classes][most_rows], int classes) noexcept {
    for (int half = 8; half > 0; half /= 2)
      for (int c = 0; c < half && c + half < classes; ++c)
        for (int r = 0; r < static_cast<int>(most_rows); ++r) lane[c][r] += lane[c + half][r];
  }

  void one(index_t i, typename Target::row const& row, class_buffer<T>& b, row_sums<T>& s) const noexcept {
    bool const single = job.classes <= class_block, graded = job.grad.data != nullptr;
    T most[W];
    for (int l = 0; l < W; ++l) most[l] = minus_infinity<T>;
    for (index_t c = 0; c < job.classes; c += class_block) {
      index_t const n = lesser(class_block, job.classes - c), end = all(n);
      load_block(b.logit, job.logits[i].from(c), n, end, minus_infinity<T>);
      for (index_t k = 0; k < end; k += W)
        for (int l = 0; l < W; ++l) most[l] = larger(most[l], b.logit[k + l]);
    }
    s.most = largest<W>(most);
    double sum[W] = {}, first[W] = {}, second[W] = {};
    for (index_t c = 0; c < job.classes; c += class_block) {
      index_t const n = lesser(class_block, job.classes - c), end = all(n);
      if (!single) load_block(b.logit, job.logits[i].from(c), n, end, minus_infinity<T>);
      if (job.target.sums()) target_block(i, c, n, b, s.most, first, second);
      exp_block(b.logit, end, s.most, sum);
      if (graded && !single) store_block(job.grad[i].from(c), b.logit, n);
    }
    s.sum = folded<W>(sum), s.first = s.second = 0.0;
    if (job.target.sums()) s.first = folded<W>(first), s.second = folded<W>(second);
    if (!graded) return;
    T const factor = job.target.factor(row, s);
    for (index_t c = 0; c < job.classes; c += class_block) {
      index_t const n = lesser(class_block, job.classes - c);
      if (!single) {
        load_block(b.logit, job.grad[i].from(c), n, n, T{0});
        if constexpr (Target::reads_targets) load_block(b.target, job.target.targets[i].from(c), n, n, T{0});
      }
      for (index_t k = 0; k < n; ++k)
        b.logit[k] = job.target.gradient(row, b.logit[k], factor, Target::reads_targets ? b.target[k] : T{0});
      store_block(job.grad[i].from(c), b.logit, n);
    }
    job.target.correct(row, job.grad[i]);
  }

  /// Replaces z by exp(z - m), and adds it to the lanes.
  static void exp_block(T* z, index_t end, T m, double (&sum)[W]) noexcept {
    T part[W] = {};
    for (index_t k = 0; k < end; k += W)
      for (int l = 0; l < W; ++l) {
        T const e = softmax_exp(z[k + l] - m);
        z[k + l] = e;
        part[l] += e;
      }
    for (int l = 0; l < W; ++l) sum[l] += static_cast<double>(part[l]);
  }
  /// Adds up the target's own sums. Targets are padded with zeros, whose terms are 0.
  void target_block(index_t i, index_t c, index_t n, class_buffer<T>& b, T m, double (&first)[W],
                    double (&second)[W]) const noexcept {
    T one[W] = {}, two[W] = {};
    index_t k = 0, end = n;
    if constexpr (Target::reads_targets) {
      end = all(n);
      load_block(b.target, job.target.targets[i].from(c), n, end, T{0});
    }
    for (; k + W <= end; k += W)
      for (int l = 0; l < W; ++l) {
        T const t = Target::reads_targets ? b.target[k + l] : T{0};
        one[l] = job.target.first(b.logit[k + l], m, t, one[l]);
        two[l] += t;
      }
    for (int l = 0; k + l < end; ++l) one[l] = job.target.first(b.logit[k + l], m, T{0}, one[l]);
    for (int l = 0; l < W; ++l) first[l] += static_cast<double>(one[l]), second[l] += static_cast<double>(two[l]);
  }
};

}  // namespace mixaug::detail

MIXAUG_EXACT_END
