#include <doctest/doctest.h>

#include <algorithm>

#include "reference/statistics.hpp"
#include "support/pairs.hpp"
#include "support/values.hpp"

namespace kernel_in_batch_test {

namespace ma = mixaug;
using ma::index_t;
using test::partners;

namespace {

auto batch_of(index_t n) { return ma::inputs(ma::features<float>(nullptr, {n, 1})); }

/// Row i of the paper's matrix (eq. 6), in long double: exp(-|a - b|^2 / (2 h^2)), or 1 within h.
std::vector<double> law(std::vector<double> const& own, std::vector<double> const& others, std::size_t d, std::size_t i,
                        ma::pairing::kernel_in_batch const& rule, bool same) {
  std::vector<long double> square;
  for (std::size_t j = 0; j < others.size() / d; ++j) {
    long double sum = 0;
    for (std::size_t k = 0; k < d; ++k)
      sum += (static_cast<long double>(own[i * d + k]) - static_cast<long double>(others[j * d + k])) *
             (static_cast<long double>(own[i * d + k]) - static_cast<long double>(others[j * d + k]));
    square.push_back(same && !rule.with_self && j == i ? INFINITY : sum);
  }
  long double const least = *std::min_element(square.begin(), square.end()),
                    h = static_cast<long double>(rule.bandwidth);
  std::vector<double> out;
  long double total = 0;
  for (long double s : square) {
    long double const w =
        rule.kernel == ma::kernel::tophat ? (std::sqrt(s) < h ? 1 : 0) : std::exp(-(s - least) / (2 * h * h));
    out.push_back(static_cast<double>(w)), total += w;
  }
  for (double& w : out) w = static_cast<double>(static_cast<long double>(w) / total);
  return out;
}

int const steps = reference::draws(3000);
/// The p-value of row i's partners over many steps.
double p_of(ma::pairing::kernel_in_batch const& rule, ma::input_set<ma::space::host> const& in,
            std::vector<double> const& chances, std::size_t i) {
  std::vector<double> seen(chances.size()), expected;
  for (int step = 0; step < steps; ++step)
    seen.at(static_cast<std::size_t>(partners(rule, in, {.seed = 31, .step = static_cast<std::uint64_t>(step)})[i])) +=
        1;
  for (double c : chances) expected.push_back(c * steps);
  return reference::chi_square_p(seen, expected);
}

}  // namespace

TEST_CASE("partners of a batch follow the kernel of the targets, near and far") {
  std::vector<double> y{0, 0.1, 0.1, 0.5, 0.9, 1.5, 4, -2, 0.3, 40};
  auto const in = batch_of(10).targets(ma::labels(y.data(), {10}));
  for (double h : {0.05, 0.4, 2.0, 1e3, 1e-200})
    for (bool self : {true, false})
      for (auto kernel : {ma::kernel::gaussian, ma::kernel::tophat})
        for (std::size_t i : {0u, 4u, 9u}) {
          ma::pairing::kernel_in_batch const rule{h, kernel, self};
          auto const chances = law(y, y, 1, i, rule, true);
          CAPTURE(h);
          CAPTURE(i);
          if (std::isnan(chances[0]))  // nothing within h
            CHECK(partners(rule, in, {})[i] == -1);
          else
            CHECK(p_of(rule, in, chances, i) > reference::level(60));
        }
}

TEST_CASE("rows of several numbers, features, and a second source") {
  test::stream s(5);
  std::vector<double> own, support;
  for (int k = 0; k < 8 * 3; ++k) own.push_back(s.unit());
  for (int k = 0; k < 12 * 3; ++k) support.push_back(s.unit());
  auto const q = ma::labels(own.data(), {8, 3}), m = ma::labels(support.data(), {12, 3});
  ma::pairing::kernel_in_batch const rule{0.3};
  ma::pairing::kernel_in_batch const by_features{0.3, ma::kernel::gaussian, true, ma::distance_of::features};
  for (std::size_t i : {0u, 5u}) {
    CHECK(p_of(rule, batch_of(8).targets(q), law(own, own, 3, i, rule, true), i) > reference::level(6));
    CHECK(p_of(rule, batch_of(8).targets(q).source_rows(12).source_targets(m), law(own, support, 3, i, rule, false),
               i) > reference::level(6));
    CHECK(p_of(by_features, batch_of(8).features(q).source_rows(12).source_features(m),
               law(own, support, 3, i, rule, false), i) > reference::level(6));
  }
  // the same numbers column by column, and with others between them
  std::vector<double> columns(8 * 3), wide(12 * 7, -50.0);
  for (std::size_t i = 0; i < 8; ++i)
    for (std::size_t k = 0; k < 3; ++k) columns[8 * k + i] = own[3 * i + k];
  for (std::size_t i = 0; i < 12; ++i)
    for (std::size_t k = 0; k < 3; ++k) wide[7 * i + 2 * k] = support[3 * i + k];
  auto const turned = ma::labels(columns.data(), {8, 3}, {1, 8}), sparse = ma::labels(wide.data(), {12, 3}, {7, 2});
  for (std::uint64_t step = 0; step < 20; ++step) {
    ma::key const k{.seed = 6, .step = step};
    CHECK(partners(rule, batch_of(8).targets(turned), k) == partners(rule, batch_of(8).targets(q), k));
    CHECK(partners(by_features, batch_of(8).features(turned).source_rows(12).source_features(sparse), k) ==
          partners(by_features, batch_of(8).features(q).source_rows(12).source_features(m), k));
  }
}

TEST_CASE("parts of a batch and blocks draw the partners of the whole") {
  std::vector<float> y;
  test::stream s(6);
  for (int k = 0; k < 24; ++k) y.push_back(static_cast<float>(s.unit()));
  ma::pairing::kernel_in_batch const rule{0.2};
  auto const whole = partners(rule, batch_of(24).targets(ma::labels(y.data(), {24})), {.seed = 3});
  auto const blocks = partners(rule, batch_of(24).targets(ma::labels(y.data(), {24})), {.seed = 3, .block = 6});
  for (index_t first = 0; first < 24; first += 12) {
    auto const part =
        partners(rule, batch_of(12).targets(ma::labels(y.data(), {24})), {.seed = 3, .first = first, .global = 24});
    auto const own = partners(rule, batch_of(12).targets(ma::labels(y.data() + first, {12})),
                              {.seed = 3, .first = first, .global = 24, .block = 6});
    for (index_t i = 0; i < 12; ++i) {
      auto const k = static_cast<std::size_t>(i), g = static_cast<std::size_t>(first + i);
      CHECK((part[k] == whole[g] && own[k] == blocks[g] && own[k] / 6 == (first + i) / 6));
    }
  }
}

}  // namespace kernel_in_batch_test
