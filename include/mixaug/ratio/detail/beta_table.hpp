// SPDX-License-Identifier: MIT
#pragma once
#include <bit>
#include <mixaug/core/detail/math/exp.hpp>
#include <mixaug/core/detail/math/log.hpp>
#include <mutex>

MIXAUG_EXACT_BEGIN

namespace mixaug::detail {

/// The inverse distribution function of Beta(alpha, alpha) as a dyadic table: one 64-bit uniform gives one draw,
/// without rejection and without libm. The top bit reflects x to 1 - x (the distribution is symmetric). Of the other 63
/// bits V, the number of leading zeros selects an octave of V, the next 4 bits select a part of it, and the rest v in
/// [0, 1) is the argument of a polynomial of degree 5, evaluated with explicit fma.
class beta_table {
 public:
  static constexpr int octaves = 53, parts = 16, terms = 6;

  explicit beta_table(double alpha) : alpha_(alpha) {
    half_ = 1.0;  // initial value, as log S(1/2) is needed to compute the constant
    half_ = series(0.5);
    constant_ = fused_sum(alpha_ * 2.0, log_half, precise_log(half_)) - log_half;
    double t = log_half;  // log x, from the median down
    for (int k = 0; k < octaves; ++k)
      for (int p = parts - 1; p >= 0; --p) fit(k, p, t);
  }

  double alpha() const noexcept { return alpha_; }

  double operator()(std::uint64_t bits) const noexcept {
    std::uint64_t const v = (bits & 0x7FFFFFFFFFFFFFFFull) | 1u;
    int octave = std::countl_zero(v) - 1;
    if (octave >= octaves) octave = octaves - 1;
    std::uint64_t const rest = v << (octave + 2);  // the bits below the leading one, at the top
    double const w = static_cast<double>(rest << 4 >> 11) * 0x1p-53;
    double const* const c = coefficient_[octave][rest >> 60];
    double x = c[terms - 1];
    for (int j = terms - 2; j >= 0; --j) x = fused_sum(x, w, c[j]);
    x = x < 0.0 ? 0.0 : x > 0.5 ? 0.5 : x;  // alpha < 0.01: the polynomial cannot follow u^(1 / alpha)
    return bits >> 63 != 0 ? 1.0 - x : x;
  }

 private:
  static constexpr double log_half = -0.6931471805599453;

  /// S(x) = 2F1(1, 2 alpha; alpha + 1; x), for I_x(a, a) = x^a (1 - x)^a S(x) / (a B(a, a)), x <= 1/2.
  double series(double x) const noexcept {
    double term = 1.0, sum = 1.0;
    for (double n = 0.0; term > sum * 1e-18; n += 1.0) {
      double const ratio = x * (2.0 * alpha_ + n) / (alpha_ + 1.0 + n);
      sum = fused_sum(term, ratio, sum);
      term = term * ratio;
    }
    return sum;
  }

  /// Solves log F(x) = log u by Newton's method in t = log x; d log F / d t = a / ((1 - x) S(x)).
  /// `t` holds a start value.
  double inverse(double log_u, double& t) const noexcept {
    for (int step = 0; step < 60; ++step) {
      double const x = precise_exp(t);
      if (x == 0.0) {  // below the normal range, where the power law is exact
        t = (log_u + constant_) / alpha_;
        return precise_exp(t);
      }
      double const s = series(x), log_1mx = precise_log(1.0 - x);
      double const f = fused_sum(alpha_, t + log_1mx, precise_log(s)) - constant_;
      double const scaled = (1.0 - x) * s;
      double const move = (f - log_u) * scaled / alpha_;
      double next = t - move;
      if (next > log_half) next = log_half;
      double const change = next > t ? next - t : t - next;
      t = next;
      if (change <= 4e-16 * (t < -1.0 ? -t : 1.0)) break;
    }
    return precise_exp(t);
  }

  /// Fits the polynomial of part p of octave k through six Chebyshev nodes.
  void fit(int k, int p, double& t) noexcept {
    static constexpr double node[terms] = {0.9829629131445341,  0.8535533905932737,  0.6294095225512604,
                                           0.37059047744873963, 0.14644660940672624, 0.017037086855465844};
    double c[terms], poly[terms] = {};
    for (int j = 0; j < terms; ++j) {
      // V in [2^-(k+1), 2^-k), u = V / 2
      double const mantissa = 1.0 + (p + node[j]) / parts;
      double const log_u = fused_sum(static_cast<double>(-(k + 2)), 0.6931471805599453, precise_log(mantissa));
      c[j] = inverse(log_u, t);
    }
    for (int order = 1; order < terms; ++order)  // divided differences
      for (int j = terms - 1; j >= order; --j) {
        double const rise = c[j] - c[j - 1], run = node[j] - node[j - order];
        c[j] = rise / run;
      }
    for (int j = terms - 1; j >= 0; --j) {  // poly = poly * (w - node[j]) + c[j]
      for (int d = terms - 1; d >= 1; --d) poly[d] = fused_sum(-node[j], poly[d], poly[d - 1]);
      poly[0] = fused_sum(-node[j], poly[0], c[j]);
    }
    for (int d = 0; d < terms; ++d) coefficient_[k][p][d] = poly[d];
  }

  double alpha_, half_ = 0.0, constant_ = 0.0;
  double coefficient_[octaves][parts][terms];
};

/// The table of an alpha, which is built at its first use (milliseconds) and then shared: copies refer to one table,
/// and a cache keeps the 32 newest. The users of a table are counted here, under the lock of the cache, because
/// <memory> would be the most expensive header of all plans.
class shared_beta_table {
 public:
  explicit shared_beta_table(double alpha) {
    cache& kept = all();
    std::lock_guard<std::mutex> const lock(kept.guard);
    for (entry* const e : kept.newest)
      if (e != nullptr && e->table.alpha() == alpha) {
        entry_ = e;
        ++e->users;
        return;
      }
    entry_ = new entry{beta_table(alpha), 1, true};
    entry*& place = kept.newest[kept.oldest];
    kept.oldest = (kept.oldest + 1) % 32;
    if (place != nullptr) {
      place->cached = false;
      if (place->users == 0) delete place;
    }
    place = entry_;
  }
  shared_beta_table(shared_beta_table const& other) noexcept : entry_(other.entry_) {
    std::lock_guard<std::mutex> const lock(all().guard);
    ++entry_->users;
  }
  shared_beta_table& operator=(shared_beta_table const&) = delete;
  ~shared_beta_table() {
    std::lock_guard<std::mutex> const lock(all().guard);
    if (--entry_->users == 0 && !entry_->cached) delete entry_;
  }

  beta_table const& operator*() const noexcept { return entry_->table; }

 private:
  struct entry {
    beta_table table;
    int users;
    bool cached;
  };
  struct cache {
    std::mutex guard;
    entry* newest[32] = {};
    int oldest = 0;
  };
  /// The cache is never destroyed, because destructors of globals, and threads that outlive main, may still plan.
  static cache& all() {
    static cache& kept = *new cache;
    return kept;
  }

  entry* entry_;
};

}  // namespace mixaug::detail

MIXAUG_EXACT_END
