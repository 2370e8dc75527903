#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <mixaug/mixaug.hpp>
#include <mixaug/plan/plan_text.hpp>
#include <sstream>
#include <vector>

#include "reference/statistics.hpp"
#include "support/compare_plans.hpp"
#include "support/refusal.hpp"

namespace remix_test {

using ma::index_t;
using test::refusal;

namespace {

constexpr index_t n = 400;

/// The label weight of the sample as the paper writes it, in the order of the published code.
double remixed(double n_i, double n_j, double kappa, double tau, double lambda) {
  if (n_i / n_j >= kappa && lambda < tau) return 0.0;
  if (n_i / n_j <= 1.0 / kappa && 1.0 - lambda < tau) return 1.0;
  return lambda;
}

struct batch {
  std::vector<std::int64_t> counts{900, 300, 299, 100, 10};
  std::vector<int> ids, others;
  batch() {
    for (index_t i = 0; i < n; ++i) ids.push_back(static_cast<int>(i * 7 % 5));
    for (index_t i = 0; i < 90; ++i) others.push_back(static_cast<int>(i * 3 % 5));
  }
  ma::tensor_view<std::int64_t const, 1> said() const { return ma::indices(counts.data(), {5}); }
  auto in() const { return ma::inputs(ma::features<float>(nullptr, {n, 3})).class_ids(ma::class_ids(ids.data(), {n})); }
};
template <class Plan>
index_t first_other(Plan const& p, std::vector<int> const& own, std::vector<int> const& source,
                    std::vector<std::int64_t> const& counts, ma::remix const& m, index_t first = 0) {
  for (index_t i = 0; i < p.rows(); ++i) {
    auto const of = [&](std::vector<int> const& ids, index_t row) {
      return static_cast<double>(counts[static_cast<std::size_t>(ids[static_cast<std::size_t>(row)])]);
    };
    double const lambda = static_cast<double>(p.ratio[i]);
    double const want = lambda == 1.0 ? 1.0
                                      : remixed(of(own, i), of(source, p.partner[i] - first),
                                                static_cast<double>(m.kappa), static_cast<double>(m.tau), lambda);
    if (p.share_self[i] != static_cast<float>(want) || p.share_partner[i] != 1.0f - p.share_self[i]) return i;
  }
  return -1;
}

}  // namespace

TEST_CASE("remix: the rarer class keeps its label where its count and the part of the other say so") {
  batch const b;
  for (float kappa : {1.0f, 3.0f, 90.0f})
    for (float tau : {0.0f, 0.5f, 0.8f, 1.0f}) {
      ma::remix const m{.kappa = kappa, .tau = tau, .class_counts = b.said()};
      CAPTURE(kappa);
      CAPTURE(tau);
      auto const p = ma::make_plan(m, b.in(), ma::key{.seed = 5});
      CHECK(first_other(p, b.ids, b.ids, b.counts, m) == -1);
      index_t zeros = 0, ones = 0;
      for (index_t i = 0; i < n; ++i) zeros += p.share_self[i] == 0.0f, ones += p.share_self[i] == 1.0f;
      if (tau > 0 && kappa < 10) CHECK((zeros > 20 && (ones > 20 || kappa == 1.0f)));
      if (tau == 0) CHECK(zeros + ones == 0);
      // Pixels follow lambda whatever the label says.
      for (index_t i = 0; i < n; ++i) CHECK(ma::pixel_share(p, i) == static_cast<double>(p.ratio[i]));
      auto const q = ma::make_plan(m, b.in().source_rows(90).source_class_ids(ma::class_ids(b.others.data(), {90})),
                                   ma::key{.seed = 6});
      CHECK(first_other(q, b.ids, b.others, b.counts, m) == -1);
    }
  ma::remix const half{.class_counts = b.said(), .prob = 0.5f};
  auto const some = ma::make_plan(half, b.in(), ma::key{.seed = 7});
  CHECK(first_other(some, b.ids, b.ids, b.counts, half) == -1);
}

TEST_CASE("remix with boxes, in one_of, from a slice of a source, in parts of a batch, as text") {
  batch const b;
  ma::remix const m{.class_counts = b.said()};
  auto const x = ma::nchw<float>(nullptr, {n, 1, 9, 8});
  auto const in = [&] { return ma::inputs(x).class_ids(ma::class_ids(b.ids.data(), {n})); };
  auto const boxes = ma::make_plan(with(m, ma::region::random_box{}), in(), ma::key{.seed = 5});
  index_t leaned = 0;
  for (index_t i = 0; i < n; ++i) {
    double const share = ma::pixel_share(boxes, i);
    auto const c = [&](index_t row) {
      return static_cast<double>(b.counts[static_cast<std::size_t>(b.ids[static_cast<std::size_t>(row)])]);
    };
    CHECK(boxes.share_self[i] == static_cast<float>(remixed(c(i), c(boxes.partner[i]), 3, 0.5, share)));
    leaned += boxes.share_self[i] != static_cast<float>(share) ? 1 : 0;
  }
  CHECK(leaned > 50);
  auto const some = ma::make_plan(ma::one_of(m, ma::cutmix{}), in(), ma::key{.seed = 5});
  for (index_t i = 0; i < n; ++i)
    if (some.choice[i] == 1) CHECK(some.share_self[i] == static_cast<float>(ma::pixel_share(some, i)));
  auto const slice =
      ma::make_plan(m, in().source_rows(90).source_first(1000).source_class_ids(ma::class_ids(b.others.data(), {90})),
                    ma::key{.seed = 6});
  CHECK(first_other(slice, b.ids, b.others, b.counts, m, 1000) == -1);
  auto const whole = ma::make_plan(m, b.in(), ma::key{.seed = 8});
  for (index_t first = 0; first < n; first += 100) {
    auto const part = ma::inputs(ma::features<float>(nullptr, {100, 3})).class_ids(ma::class_ids(b.ids.data(), {n}));
    auto const p = ma::make_plan(m, part, ma::key{.seed = 8, .first = first, .global = n});
    for (index_t i = 0; i < 100; ++i) CHECK(test::same_row(p, i, whole, first + i));
  }
  std::stringstream text;
  ma::write_plan(text, whole);
  auto const read = ma::read_plan(text);
  for (index_t i = 0; i < n; ++i) CHECK(read.share_self[i] == whole.share_self[i]);
}

TEST_CASE("what remix refuses") {
  batch b;
  auto const of = [&](ma::remix const& m, auto const& in) { return refusal([&] { ma::make_plan(m, in, ma::key{}); }); };
  auto const has = [](std::string const& said, char const* part) {
    CAPTURE(said);
    CAPTURE(part);
    CHECK(said.find(part) != std::string::npos);
  };
  has(of({.kappa = 0.5f, .class_counts = b.said()}, b.in()),
      "label::remix's kappa is 0.5; expected a finite number >= 1");
  has(of({.kappa = NAN, .class_counts = b.said()}, b.in()), "kappa is nan");
  has(of({.tau = -0.1f, .class_counts = b.said()}, b.in()), "label::remix's tau is -0.1");
  has(of({.tau = 1.5f, .class_counts = b.said()}, b.in()), "tau is 1.5; expected a number in [0, 1]");
  has(of({}, b.in()), "label::remix's class_counts is a null pointer");
  has(of({.class_counts = ma::tensor_view<std::int64_t const, 1>(ma::indices(b.counts.data(), {4}))}, b.in()),
      "class_ids(2) is 4; expected a class in [0, 4), as label::remix's class_counts has");
  has(of({.class_counts = b.said()}, ma::features<float>(nullptr, {n, 3})), "label::remix reads class ids");
  has(of({.class_counts = b.said()}, b.in().source_rows(9)), "class ids of the second source");
  auto const part = ma::inputs(ma::features<float>(nullptr, {100, 3})).class_ids(ma::class_ids(b.ids.data(), {100}));
  has(refusal([&] { ma::make_plan(ma::remix{.class_counts = b.said()}, part, ma::key{.first = 100, .global = n}); }),
      "has no class id; give class ids for all 400 rows of the global batch");
  b.counts[3] = 0;
  has(of({.class_counts = b.said()}, b.in()), "label::remix's class_counts(3) is 0; expected at least one sample, for");
}

TEST_CASE("balanced_mixup: partners uniform over classes and their rows; the partner's weight is Beta(alpha, 1)") {
  // A source of 5 classes with 40, 20, 10, 4 and 1 rows.
  std::vector<int> source;
  std::vector<int> const rows{40, 20, 10, 4, 1}, names{-3, 0, 7, 8, 1000};
  for (std::size_t c = 0; c < 5; ++c)
    for (int k = 0; k < rows[c]; ++k) source.push_back(names[c]);
  index_t const many = 30000;
  std::vector<int> const ids(static_cast<std::size_t>(many), 8);
  auto const in = ma::inputs(ma::features<float>(nullptr, {many, 2}))
                      .class_ids(ma::class_ids(ids.data(), {many}))
                      .source_rows(75)
                      .source_class_ids(ma::class_ids(source.data(), {75}));
  for (float alpha : {0.1f, 0.2f, 1.0f, 3.0f}) {
    auto const p = ma::make_plan(ma::balanced_mixup{.alpha = alpha}, in, ma::key{.seed = 3});
    std::vector<double> seen(75), expected;
    std::vector<double> uniform;
    for (index_t i = 0; i < many; ++i) {
      ++seen[static_cast<std::size_t>(p.partner[i])];
      // b ~ Beta(alpha, 1) has P(b <= x) = x^alpha. The smallest b round to a ratio of 1; they are left to the mean.
      uniform.push_back(std::pow(1.0 - static_cast<double>(p.ratio[i]), static_cast<double>(alpha)));
      CHECK((p.ratio[i] >= 0.0f && p.ratio[i] <= 1.0f && p.share_self[i] == p.ratio[i]));
    }
    for (std::size_t c = 0; c < 5; ++c)
      for (int k = 0; k < rows[c]; ++k) expected.push_back(static_cast<double>(many) / 5 / rows[c]);
    CHECK(reference::chi_square_p(seen, expected) > reference::level(8));
    double mean = 0;
    for (double u : uniform) mean += u / static_cast<double>(many);
    CHECK(std::fabs(mean - 0.5) < (alpha < 0.5f ? 0.02 : 0.01));
    if (alpha >= 1) {
      std::sort(uniform.begin(), uniform.end());
      CHECK(reference::ks_p(uniform) > reference::level(8));
    }
  }
  auto const edge = ma::make_plan(ma::balanced_mixup{.alpha = 1e-6f}, in, ma::key{.seed = 3});
  auto const half = ma::make_plan(ma::balanced_mixup{.alpha = 1e6f, .prob = 0.5f}, in, ma::key{.seed = 3});
  index_t none = 0, all = 0;
  for (index_t i = 0; i < many; ++i) none += edge.ratio[i] == 1.0f, all += half.ratio[i] < 0.001f;
  CHECK((none == many && all > many * 2 / 5 && all < many * 3 / 5));
}

TEST_CASE("balanced_mixup inside a batch: never the row itself; one lambda a batch; ids that are missing") {
  std::vector<int> const ids{1, 1, 1, 1, 1, 2, 2, 9};
  auto const in = ma::inputs(ma::features<float>(nullptr, {8, 2})).class_ids(ma::class_ids(ids.data(), {8}));
  std::vector<double> seen(3);
  for (std::uint64_t step = 0; step < 2000; ++step) {
    auto const p = ma::make_plan(ma::balanced_mixup{.mode = ma::mode::batch}, in, ma::key{.seed = 4, .step = step});
    for (index_t i = 0; i < 8; ++i) {
      REQUIRE((p.partner[i] >= 0 && p.partner[i] != i && p.ratio[i] == p.ratio[0]));
    }
    int const c = ids[static_cast<std::size_t>(p.partner[0])];
    ++seen[c == 1 ? 0u : c == 2 ? 1u : 2u];
    CHECK(ids[static_cast<std::size_t>(p.partner[7])] != 9);  // the only row of its class
  }
  CHECK(reference::chi_square_p(seen, std::vector<double>(3, 2000.0 / 3)) > reference::level(2));
  std::vector<double> law(8);
  ma::partner_probabilities(ma::pairing::class_balanced{}, in, ma::key{.seed = 4}, 0, ma::labels(law.data(), {8}));
  double const third = 1.0 / 3;
  std::vector<double> const want{0, third / 4, third / 4, third / 4, third / 4, third / 2, third / 2, third};
  for (std::size_t k = 0; k < 8; ++k) CHECK(law[k] == doctest::Approx(want[k]));
  CHECK(refusal([&] {
          ma::make_plan(ma::balanced_mixup{}, ma::features<float>(nullptr, {8, 2}), ma::key{});
        }).find("pairing::class_balanced reads class ids") != std::string::npos);
  CHECK(refusal([&] {
          ma::make_plan(ma::balanced_mixup{.alpha = 0}, in, ma::key{});
        }).find("ratio::beta_one's alpha is 0; expected a number in (0, 1e6]") != std::string::npos);
}

}  // namespace remix_test
