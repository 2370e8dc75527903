#include <doctest/doctest.h>

#include <string>

#include "reference/statistics.hpp"
#include "support/pairs.hpp"
#include "support/values.hpp"

namespace intra_label_test {

namespace ma = mixaug;
using ma::index_t;
using ma::pairing::intra_label_or_group;
using ids = std::vector<int>;

namespace {

auto batch(index_t n) { return ma::inputs(ma::features<float>(nullptr, {n, 1})); }
auto batch(ids const& y, ids const& g) {
  auto const n = static_cast<index_t>(y.size());
  return batch(n).class_ids(ma::class_ids(y.data(), {n})).groups(ma::class_ids(g.data(), {n}));
}
ids const y8{0, 0, 0, 1, 1, 1, 0, 1}, g8{0, 0, 1, 1, 1, 0, 2, 3};

/// Whether j may be i's partner: the same class and another group, or the same group and another class.
bool allowed(int yi, int gi, int yj, int gj, bool same_label) {
  return same_label ? yi == yj && gi != gj : gi == gj && yi != yj;
}

/// Counts of the partners of each row over many steps; column 0: none.
std::vector<std::vector<double>> counted(intra_label_or_group const& rule, auto const& in, index_t n, index_t source,
                                         int steps) {
  std::vector<std::vector<double>> counts(static_cast<std::size_t>(n),
                                          std::vector<double>(static_cast<std::size_t>(source + 1)));
  for (int s = 0; s < steps; ++s) {
    auto const p = test::partners(rule, in, {.seed = 7, .step = static_cast<std::uint64_t>(s)});
    for (std::size_t i = 0; i < p.size(); ++i) ++counts[i][static_cast<std::size_t>(p[i] + 1)];
  }
  return counts;
}

/// The law of row i's partner by counting candidates one by one.
std::vector<double> law(float p_sel, int yi, int gi, ids const& y, ids const& g) {
  std::vector<double> w(y.size() + 1);
  for (bool same_label : {true, false}) {
    double const p = static_cast<double>(same_label ? p_sel : 1 - p_sel);
    double n = 0;
    for (std::size_t j = 0; j < y.size(); ++j) n += allowed(yi, gi, y[j], g[j], same_label);
    if (n == 0) w[0] += p;
    for (std::size_t j = 0; j < y.size() && n > 0; ++j)
      w[j + 1] += allowed(yi, gi, y[j], g[j], same_label) ? p / n : 0.0;
  }
  return w;
}

/// Chi-square p-value of counts against a law; impossible outcomes must not occur.
double p_of(std::vector<double> const& counts, std::vector<double> const& w, double all) {
  std::vector<double> seen, expected;
  for (std::size_t k = 0; k < w.size(); ++k) {
    if (w[k] > 0) seen.push_back(counts[k]), expected.push_back(all * w[k]);
    REQUIRE((w[k] > 0 || counts[k] == 0));
  }
  return seen.size() < 2 ? 1.0 : reference::chi_square_p(seen, expected);
}

}  // namespace

TEST_CASE("intra_label_or_group: the law of every row's partner, in the batch and in a second source") {
  ids const y5{1, 0, 0, 1, 7}, g5{0, 0, 1, 2, 1};
  auto const second = batch(y8, g8)
                          .source_rows(5)
                          .source_class_ids(ma::class_ids(y5.data(), {5}))
                          .source_groups(ma::class_ids(g5.data(), {5}));
  for (float p_sel : {0.5f, 0.2f, 0.0f, 1.0f}) {
    CAPTURE(p_sel);
    auto const own = counted({.p_sel = p_sel}, batch(y8, g8), 8, 8, 4000),
               other = counted({.p_sel = p_sel}, second, 8, 5, 4000);
    for (std::size_t i = 0; i < 8; ++i) {
      CAPTURE(i);
      CHECK(p_of(own[i], law(p_sel, y8[i], g8[i], y8, g8), 4000) > reference::level(64));
      CHECK(p_of(other[i], law(p_sel, y8[i], g8[i], y5, g5), 4000) > reference::level(64));
    }
  }
}

TEST_CASE("mode::batch draws the kind of pair once for all rows") {
  int kinds[2] = {};
  for (std::uint64_t step = 0; step < 200; ++step) {
    auto const p =
        test::partners(intra_label_or_group{.mode = ma::mode::batch}, batch(y8, g8), {.seed = 3, .step = step});
    bool const same_label = p[0] >= 0 && y8[static_cast<std::size_t>(p[0])] == 0;
    ++kinds[same_label];
    for (std::size_t i = 0; i < 8; ++i)
      if (auto const j = static_cast<std::size_t>(p[i]); p[i] >= 0)
        CHECK(allowed(y8[i], g8[i], y8[j], g8[j], same_label));
  }
  CHECK(std::abs(kinds[0] - 100) < 40);
}

TEST_CASE("partners depend on the global row: splits, blocks, and large batches of wild ids") {
  test::stream s(4);
  std::vector<std::int64_t> y, g;
  for (int i = 0; i < 96; ++i) {
    y.push_back(s.unit() < 0.5 ? -5 : INT64_MAX);
    g.push_back(s.unit() < 0.3 ? INT64_MIN : static_cast<std::int64_t>(4 * s.unit()));
  }
  auto const in = [&](index_t n) {
    return batch(n).class_ids(ma::indices(y.data(), {96})).groups(ma::indices(g.data(), {96}));
  };
  auto const whole = test::partners(intra_label_or_group{}, in(96), {.seed = 5});
  for (index_t part : {48, 32, 12})
    for (index_t first = 0; first < 96; first += part) {
      auto const p = test::partners(intra_label_or_group{}, in(part), {.seed = 5, .first = first, .global = 96});
      for (index_t i = 0; i < part; ++i)
        CHECK(p[static_cast<std::size_t>(i)] == whole[static_cast<std::size_t>(first + i)]);
    }
  auto const blocks = test::partners(intra_label_or_group{}, in(96), {.seed = 5, .block = 16});
  for (index_t i = 0; i < 96; ++i) {
    auto const a = static_cast<std::size_t>(i), b = static_cast<std::size_t>(blocks[a]);
    if (blocks[a] >= 0) CHECK((blocks[a] / 16 == i / 16 && (y[a] == y[b]) != (g[a] == g[b])));
    if (auto const j = static_cast<std::size_t>(whole[a]); whole[a] >= 0) CHECK((y[a] == y[j]) != (g[a] == g[j]));
  }
}

TEST_CASE("lisa is mixup of these pairs, Beta(2, 2), and pastes boxes with another region") {
  auto const p = ma::make_plan(ma::lisa{}, batch(y8, g8), ma::key{.seed = 1});
  auto const q = ma::make_plan(with(ma::mixup{.alpha = 2}, intra_label_or_group{}), batch(y8, g8), ma::key{.seed = 1});
  for (index_t i = 0; i < 8; ++i) CHECK((p.partner[i] == q.partner[i] && p.ratio[i] == q.ratio[i]));
  auto const images = ma::inputs(ma::nchw<float>(nullptr, {8, 1, 8, 8}))
                          .class_ids(ma::class_ids(y8.data(), {8}))
                          .groups(ma::class_ids(g8.data(), {8}));
  auto const boxes =
      ma::make_plan(with(ma::lisa{.mode = ma::mode::batch}, ma::region::random_box{}), images, ma::key{.seed = 1});
  for (index_t i = 0; i < 8; ++i) CHECK(boxes.share_self[i] == doctest::Approx(ma::pixel_share(boxes, i)));
  int kinds[2] = {};
  for (std::uint64_t step = 0; step < 40; ++step) {  // mode = batch: one kind of pair, and one lambda, for all rows
    auto const one = ma::make_plan(ma::lisa{.mode = ma::mode::batch}, batch(y8, g8), ma::key{.seed = 3, .step = step});
    bool const same_label = y8[static_cast<std::size_t>(one.partner[0])] == y8[0];
    ++kinds[same_label];
    for (std::size_t i = 0; i < 8; ++i)
      if (auto const j = static_cast<std::size_t>(one.partner[i]); one.partner[i] >= 0)
        CHECK((allowed(y8[i], g8[i], y8[j], g8[j], same_label) && one.ratio[i] == one.ratio[0]));
  }
  CHECK((kinds[0] > 5 && kinds[1] > 5));
}

TEST_CASE("lisa refuses what it cannot read") {
  auto const refused = [](auto const& in, ma::lisa const& m, ma::key const& k, char const* part) {
    try {
      ma::make_plan(m, in, k);
    } catch (ma::invalid_argument const& e) {
      CAPTURE(e.what());
      CHECK(std::string(e.what()).find(part) != std::string::npos);
      return;
    }
    FAIL_CHECK("not refused: " << part);
  };
  auto const y = ma::class_ids(y8.data(), {8}), g = ma::class_ids(g8.data(), {8});
  refused(batch(8).groups(g), {}, {}, "inputs(x).class_ids(v)");
  refused(batch(8).class_ids(y), {}, {}, "inputs(x).groups(v)");
  refused(batch(y8, g8), {.p_sel = 1.5f}, {}, "p_sel is 1.5");
  refused(batch(y8, g8), {.alpha = 0}, {}, "alpha");
  refused(batch(7).class_ids(ma::class_ids(y8.data(), {7})).groups(g), {}, {}, "groups is 8 rows");
  refused(batch(y8, g8).source_rows(8).source_class_ids(y), {}, {}, "source_groups(v)");
  refused(batch(y8, g8).source_groups(g), {}, {}, "source_groups describe a second source");
  refused(batch(y8, g8).source_rows(9).source_class_ids(y), {}, {}, "source_class_ids is 8 rows");
  refused(batch(y8, g8), {}, {.global = 16}, "class ids and groups for all 16 rows");
}

}  // namespace intra_label_test
