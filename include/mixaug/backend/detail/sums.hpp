// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/backend/backend.hpp>
#include <mixaug/backend/detail/step_memory.hpp>
#include <mixaug/core/workspace.hpp>

MIXAUG_EXACT_BEGIN

/// Sums with the same bits on every backend and for every number of threads, in double. sum_rows is for the rows of a
/// batch: one launch, no memory. blocked_sum is for the rows of a data set: a tree of launches, in the caller's memory.
namespace mixaug::detail {

/// Sums over rows and over classes use this many lanes, element k in lane k mod 64, which are added as a tree. Order
/// and tree depend neither on the backend nor on the threads, so neither do the bits.
inline constexpr int loss_lanes = 64;

/// Returns a[0] of the tree a[l] += a[l + W / 2], W / 4, ... 1.
template <int W, class T>
MIXAUG_HD T folded(T* a) noexcept {
  if constexpr (W == 1) {
    return a[0];
  } else {
    for (int l = 0; l < W / 2; ++l) a[l] += a[l + W / 2];
    return folded<W / 2>(a);
  }
}

template <class Backend, class Job>
concept runs_items = requires(Backend const& be, Job const& job) {
  be.items(index_t{1}, job);
};

/// Partition of n rows: at most 64 parts of whole blocks of 1024 rows.
struct row_parts {
  static constexpr index_t most = 64, block = 1024;
  index_t n, length, count;
  MIXAUG_HD explicit row_parts(index_t rows) noexcept
      : n(rows), length(block * ceil_div(rows, block * most)), count(ceil_div(rows, length)) {}
};

/// Sums part k of sum_i term(i), in double.
template <class Term>
struct part_of_rows {
  Term term;
  row_parts parts;
  double* sum;

  MIXAUG_HD double of(index_t k) const noexcept {
    double lane[loss_lanes] = {};
    index_t i = k * parts.length;
    index_t const end = lesser(i + parts.length, parts.n);
    for (; i + loss_lanes <= end; i += loss_lanes)
      for (int l = 0; l < loss_lanes; ++l) lane[l] += static_cast<double>(term(i + l));
    for (int l = 0; i + l < end; ++l) lane[l] += static_cast<double>(term(i + l));
    return folded<loss_lanes>(lane);
  }
  MIXAUG_HD void operator()(index_t k) const noexcept { sum[k] = of(k); }
};

/// Adds up the parts; divides and rounds once.
template <class T>
struct row_total {
  T* out;
  double divisor;
  MIXAUG_HD void operator()(double sum) const noexcept { *out = static_cast<T>(sum / divisor); }
};

/// Sums all parts in one thread, on devices without shared memory.
template <class Term, class T>
struct all_parts {
  part_of_rows<Term> part;
  row_total<T> total;
  MIXAUG_HD void operator()(index_t) const noexcept {
    double sum = 0.0;
    for (index_t k = 0; k < part.parts.count; ++k) sum += part.of(k);
    total(sum);
  }
};

/// The same for one block of threads: lanes, parts, the total (see backend/detail/device_steps.hpp).
template <class Term, class T>
struct row_sum_steps {
  static constexpr int steps = 3;
  Term term;
  row_parts parts;
  row_total<T> total;

  std::size_t fast_bytes() const noexcept { return sizeof(double) * row_parts::most * loss_lanes; }
  std::size_t slow_bytes() const noexcept { return 0; }
  index_t pixels() const noexcept { return parts.n; }
  MIXAUG_HD bool skips(index_t) const noexcept { return false; }
  MIXAUG_HD index_t count(int step) const noexcept {
    return step == 0 ? parts.count * loss_lanes : step == 1 ? parts.count : 1;
  }
  MIXAUG_HD void run(int step, index_t, index_t item, step_memory const& memory) const noexcept {
    auto* const lane = memory.shared_at<double>(0);
    double sum = 0.0;
    if (step == 0) {
      index_t const k = item / loss_lanes, end = lesser((k + 1) * parts.length, parts.n);
      for (index_t i = k * parts.length + item % loss_lanes; i < end; i += loss_lanes)
        sum += static_cast<double>(term(i));
      lane[item] = sum;
    } else if (step == 1) {
      folded<loss_lanes>(lane + item * loss_lanes);
    } else {
      for (index_t k = 0; k < parts.count; ++k) sum += lane[k * loss_lanes];
      total(sum);
    }
  }
};

/// *out = sum_i term(i) / divisor over n rows, with the same bits on every backend. Allocates nothing.
template <class Backend, class Term, class T>
void sum_rows(Backend const& be, Term const& term, index_t n, double divisor, T* out) {
  row_parts const parts(n);
  row_total<T> const total{out, divisor};
  if constexpr (!runs_items<Backend, part_of_rows<Term>>) {
    workspace<Backend::memory> scratch;  // stays empty if the block has shared memory
    be.steps(row_sum_steps<Term, T>{term, parts, total}, index_t{1}, scratch);
  } else if constexpr (Backend::memory == space::device) {
    be.items(index_t{1}, all_parts<Term, T>{{term, parts, nullptr}, total});
  } else {
    double part[row_parts::most];
    part_of_rows<Term> const job{term, parts, part};
    if (parts.count == 1)
      job(0);
    else
      be.items(parts.count, job);
    double sum = 0.0;
    for (index_t k = 0; k < parts.count; ++k) sum += part[k];
    total(sum);
  }
}

/// Sums with the same bits on every backend: 128 interleaved pieces of each block of 4096 terms, added in order; the
/// pieces are summed again in the same way until at most 1024 are left, which are summed in one run.
struct sum_shape {
  static constexpr index_t width = 128, block = 4096, run = 1024;
  static constexpr index_t pieces(index_t n) noexcept { return ceil_div(n, block) * width; }
  /// Returns the number of doubles that a sum over n terms needs; the first is the result.
  static constexpr index_t scratch(index_t n) noexcept {
    index_t all = 1;
    for (; n > run; n = pieces(n)) all += pieces(n);
    return all;
  }
};
template <class Term>
struct sum_pieces {
  Term term;
  index_t n;
  double* out;

  MIXAUG_HD void operator()(index_t b, index_t lane, index_t lanes) const noexcept {
    constexpr index_t width = sum_shape::width, block = sum_shape::block;
    index_t const first = b * block, last = lesser(first + block, n);
    if (lanes == 1) {  // in memory order
      double piece[width] = {};
      index_t i = first;
      for (; i + width <= last; i += width)
        for (index_t p = 0; p < width; ++p) piece[p] += term(i + p);
      for (index_t p = 0; p < last - i; ++p) piece[p] += term(i + p);
      for (index_t p = 0; p < width; ++p) out[b * width + p] = piece[p];
      return;
    }
    for (index_t p = lane; p < width; p += lanes) {
      double piece = 0.0;
      for (index_t i = first + p; i < last; i += width) piece += term(i);
      out[b * width + p] = piece;
    }
  }
};
template <class Term>
struct sum_run {
  Term term;
  index_t n;
  double over;  // 1, or the number of terms for a mean
  double* out;
  MIXAUG_HD void operator()(index_t, index_t lane, index_t) const noexcept {
    if (lane != 0) return;
    double sum = 0.0;
    for (index_t i = 0; i < n; ++i) sum += term(i);
    *out = sum / over;
  }
};
template <class T>
struct list_term {
  T const* data;
  index_t stride;
  MIXAUG_HD double operator()(index_t i) const noexcept { return static_cast<double>(data[i * stride]); }
};

/// memory[0] = sum of term(i) / over, i < n. `memory`: sum_shape::scratch(n) doubles in the memory space
/// of the backend.
template <class Backend, class Term>
void blocked_sum(Backend const& be, Term const& term, index_t n, double over, double* memory) {
  if (n <= sum_shape::run) return run_rows(be, sum_run<Term>{term, n, over, memory}, 1);
  double* level = memory + 1;
  run_rows(be, sum_pieces<Term>{term, n, level}, ceil_div(n, sum_shape::block));
  for (n = sum_shape::pieces(n); n > sum_shape::run; n = sum_shape::pieces(n)) {
    double* const next = level + n;
    run_rows(be, sum_pieces<list_term<double>>{{level, 1}, n, next}, ceil_div(n, sum_shape::block));
    level = next;
  }
  run_rows(be, sum_run<list_term<double>>{{level, 1}, n, over, memory}, 1);
}

}  // namespace mixaug::detail

MIXAUG_EXACT_END
