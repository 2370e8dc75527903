#pragma once
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

/// Cross entropy as in textbooks, in long double, for one row of logits.
namespace reference {

/// log softmax(z): z_c - max - log sum exp(z - max).
inline std::vector<long double> log_softmax(std::vector<long double> const& z) {
  long double most = -std::numeric_limits<long double>::infinity(), sum = 0;
  for (long double v : z) most = v > most ? v : most;
  for (long double v : z) sum += std::exp(v - most);
  std::vector<long double> out;
  for (long double v : z) out.push_back((v - most) - std::log(sum));
  return out;
}

struct row_loss {
  long double loss = 0;
  std::vector<long double> grad;  // with respect to the logits
};

/// -sum_c t_c log softmax(z)_c, and softmax(z) sum(t) - t. A class whose target is 0 adds nothing.
inline row_loss soft_cross_entropy(std::vector<long double> const& z, std::vector<long double> const& t) {
  auto const log_p = log_softmax(z);
  row_loss r;
  long double all = 0;
  for (long double v : t) all += v;
  for (std::size_t c = 0; c < z.size(); ++c) {
    if (t[c] != 0) r.loss -= t[c] * log_p[c];
    r.grad.push_back(std::exp(log_p[c]) * all - t[c]);
  }
  return r;
}

/// UMIX (2209.08928): lambda w_i CE(z, y_i) + (1 - lambda) w_j CE(z, y_j), a = lambda w_i and b = (1 - lambda) w_j,
/// each label smoothed to 1 - s + s / C for its class and s / C for the others.
inline row_loss pair_cross_entropy(std::vector<long double> const& z, std::int64_t y, long double a, std::int64_t q,
                                   long double b, long double s) {
  std::vector<long double> t(z.size(), (a + b) * s / static_cast<long double>(z.size()));
  t[static_cast<std::size_t>(y)] += a * (1 - s);
  t[static_cast<std::size_t>(q)] += b * (1 - s);
  return soft_cross_entropy(z, t);
}

/// Returns one row of a row-major matrix.
template <class T>
std::vector<long double> row_of(std::vector<T> const& m, std::int64_t i, std::int64_t width) {
  auto const first = m.begin() + i * width;
  return {first, first + width};
}

/// lambda w_i l_i + (1 - lambda) w_j l_j, summed over the rows; a and b as above.
template <class T>
long double pair_loss_sum(std::vector<long double> const& a, std::vector<T> const& own,
                          std::vector<long double> const& b, std::vector<T> const& other) {
  long double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    sum += (a[i] == 0 ? 0 : a[i] * static_cast<long double>(own[i])) +
           (b[i] == 0 ? 0 : b[i] * static_cast<long double>(other[i]));
  return sum;
}

}  // namespace reference
