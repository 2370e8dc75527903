#pragma once
#include "reference/mix_reference.hpp"

namespace reference {

/// Returns sum + w g[row i, element `at`], rounded once. A weight of 0 adds nothing. `bound`
/// accumulates the magnitudes.
template <class T>
real_of<T> added(std::vector<T> const& g, std::int64_t length, std::int64_t i, std::int64_t at, real_of<T> w,
                 real_of<T> sum, double& bound) {
  if (w == 0) return sum;
  real_of<T> const v = to_real(g[static_cast<std::size_t>(i * length + at)]);
  bound += std::fabs(static_cast<double>(w * v));
  return std::fma(w, v, sum);
}

/// Adds what row i of the output contributes to element e of its partner's gradient: the output pixels that read
/// e, in their order.
template <class T, class R, class B>
real_of<T> partner_gradient(mixaug::plan<R, B> const& p, std::vector<T> const& g, std::int64_t length, std::int64_t i,
                            std::int64_t e, real_of<T> sum, double& bound) {
  using real = real_of<T>;
  if (!has_partner(p, i)) return sum;
  if (resize const r = resize_of<R>(p.region, i, p.choice[i]); r.given) {
    std::int64_t const pixels = p.shape.pixels();
    auto const* const size = p.shape.size;
    each_reader<real>(r, pixel_of(p.shape, e % pixels), [&](pixel d, real w) {
      sum = added<T>(g, length, i, e / pixels * pixels + (d.z * size[1] + d.y) * size[2] + d.x, w, sum, bound);
    });
    return sum;
  }
  std::int64_t const pixels = p.shape.pixels();
  if (pixel_list found; has_readers<R>(p.region, i, p.choice[i], false, e % pixels, found)) {
    for (std::int64_t k : found)
      sum = added<T>(g, length, i, e / pixels * pixels + k, real{1} - static_cast<real>(weight(p, i, k)), sum, bound);
    return sum;
  }
  std::int64_t const to = moved(p, i, e, -1);
  return to < 0 ? sum : added<T>(g, length, i, to, real{1} - static_cast<real>(weight(p, i, to)), sum, bound);
}

/// Computes element `e` of the gradient of row `j` in the documented order of the sum: rows whose sample is j, by
/// ascending row, weight m; then rows whose partner is j, weight 1 - m. `self`, `source`: the sums that are included.
/// `bound` accumulates the sum of magnitudes.
template <class T, class R, class B>
real_of<T> gradient(mixaug::plan<R, B> const& p, std::vector<T> const& g, std::int64_t length, std::int64_t j,
                    std::int64_t partner, std::int64_t e, bool self, bool source, double& bound) {
  using real = real_of<T>;
  real sum = 0;
  for (std::int64_t i = 0; i < p.rows() && self; ++i) {
    if (p.self[i] != j) continue;
    bool const erases = !other_side<B>::is_partner(p.blend, p.choice[i]);
    std::int64_t const pixels = p.shape.pixels();
    if (pixel_list found;
        (erases || has_partner(p, i)) && has_readers<R>(p.region, i, p.choice[i], true, e % pixels, found)) {
      for (std::int64_t k : found)
        sum = added<T>(g, length, i, e / pixels * pixels + k, static_cast<real>(weight(p, i, k)), sum, bound);
      continue;
    }
    real const m = erases || has_partner(p, i) ? static_cast<real>(weight(p, i, e)) : real{1};
    sum = added<T>(g, length, i, e, m, sum, bound);
  }
  for (std::int64_t i = 0; i < p.rows() && source; ++i)
    if (p.partner[i] == partner) sum = partner_gradient<T>(p, g, length, i, e, sum, bound);
  return sum;
}

/// True if `got` equals that sum: the bits of fma, or within the rounding of the terms.
template <class T>
bool is_gradient(T got, real_of<T> sum, double bound, bool exact) {
  T const rounded = from_real<T>(sum);
  if (exact) return test::same_bits(got, rounded) || (test::as_double(got) == 0 && test::as_double(rounded) == 0);
  return std::fabs(test::as_double(got) - static_cast<double>(sum)) <=
         4 * std::numeric_limits<real_of<T>>::epsilon() * bound + ulp<T>(static_cast<double>(sum));
}

}  // namespace reference
