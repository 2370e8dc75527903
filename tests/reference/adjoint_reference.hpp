#pragma once
#include "reference/mix_reference.hpp"

namespace reference {

/// The gradient of row `j`, element `e`, as the documentation orders the sum: rows whose sample is j, by
/// ascending row, weight m; then rows whose partner is j, weight 1 - m. A weight of 0 adds nothing.
/// `self`, `source`: which of the two sums are taken. `bound` collects the sum of magnitudes.
template <class T, class R, class B>
real_of<T> gradient(mixaug::plan<R, B> const& p, std::vector<T> const& g, std::int64_t length, std::int64_t j,
                    std::int64_t partner, std::int64_t e, bool self, bool source, double& bound) {
  using real = real_of<T>;
  real sum = 0;
  auto add = [&](std::int64_t i, std::int64_t at, real w) {
    if (w == 0) return;
    real const v = to_real(g[static_cast<std::size_t>(i * length + at)]);
    sum = std::fma(w, v, sum);
    bound += std::fabs(static_cast<double>(w * v));
  };
  for (std::int64_t i = 0; i < p.rows() && self; ++i) {
    if (p.self[i] != j) continue;
    bool const erases = !other_side<B>::is_partner(p.blend, p.choice[i]);
    add(i, e, erases || has_partner(p, i) ? static_cast<real>(weight(p, i, e)) : real{1});
  }
  for (std::int64_t i = 0; i < p.rows() && source; ++i)
    if (has_partner(p, i) && p.partner[i] == partner) {
      std::int64_t const to = moved(p, i, e, -1);
      if (to >= 0) add(i, to, real{1} - static_cast<real>(weight(p, i, to)));
    }
  return sum;
}

/// Whether `got` is that sum: bits of fma, or within the rounding of the terms.
template <class T>
bool is_gradient(T got, real_of<T> sum, double bound, bool exact) {
  T const rounded = from_real<T>(sum);
  if (exact) return test::same_bits(got, rounded) || (test::as_double(got) == 0 && test::as_double(rounded) == 0);
  return std::fabs(test::as_double(got) - static_cast<double>(sum)) <=
         4 * std::numeric_limits<real_of<T>>::epsilon() * bound + ulp<T>(static_cast<double>(sum));
}

}  // namespace reference
