#include <doctest/doctest.h>

#include <algorithm>
#include <mixaug/weight/inverse_frequency.hpp>
#include <string>

#include "reference/statistics.hpp"
#include "support/compare_plans.hpp"
#include "support/values.hpp"

namespace umix_test {

namespace ma = mixaug;
using ma::index_t;

namespace {

/// Weights of a data set, row by row.
struct by_row {
  std::vector<float> values;
  index_t rows() const { return static_cast<index_t>(values.size()); }
  float weight(index_t row) const { return values[static_cast<std::size_t>(row)]; }
};
by_row const data_set{{9, 1, 0.5f, 41, 7, 2, 3, 11, 80, 1, 5, 6}};
std::vector<std::int64_t> const rows{11, 3, 3, 0, 7, 8};
auto batch() { return ma::nchw<float>(nullptr, {6, 2, 8, 8}); }
float weight_at(index_t i) { return data_set.weight(rows[static_cast<std::size_t>(i)]); }
auto placed() { return ma::inputs(batch()).index(ma::indices(rows.data(), {6})).weights(data_set); }

template <class Inputs, class Weights>
concept takes = requires(Inputs& in, Weights&& w) {
  in.weights(std::forward<Weights>(w));
};

std::string refusal(auto const& call) {
  try {
    call();
  } catch (ma::invalid_argument const& e) {
    return e.what();
  }
  return "";
}

}  // namespace

TEST_CASE("umix is mixup with probability sigma, and with another region its inner method is CutMix") {
  for (auto mode : {ma::mode::sample, ma::mode::batch})
    for (std::uint64_t step = 0; step < 20; ++step) {
      ma::key const k{.seed = 3, .step = step};
      CHECK(test::same_plan(ma::make_plan(ma::umix{.alpha = 1.5f, .sigma = 0.3f, .mode = mode}, batch(), k),
                            ma::make_plan(ma::mixup{.alpha = 1.5f, .prob = 0.3f, .mode = mode}, batch(), k)));
      CHECK(test::same_plan(
          ma::make_plan(with(ma::umix{.alpha = 1.5f, .sigma = 0.3f, .mode = mode}, ma::region::random_box{}), batch(),
                        k),
          ma::make_plan(ma::cutmix{.alpha = 1.5f, .prob = 0.3f, .mode = mode}, batch(), k)));
    }
}

TEST_CASE("umix: lambda w_i l_i + (1 - lambda) w_j l_j with probability sigma, else w_i l_i") {
  auto const own = test::any_values<float>(6, 1), other = test::any_values<float>(6, 2);
  std::vector<float> out(6);
  double mixed = 0, steps = 400;
  for (std::uint64_t step = 0; step < 400; ++step) {
    auto const p = ma::make_plan(ma::umix{.mode = ma::mode::batch}, placed(), ma::key{.seed = 8, .step = step});
    ma::pair_loss(p, ma::labels(own.data(), {6}), ma::labels(other.data(), {6}), ma::labels(out.data(), {6}));
    bool const fired = p.ratio[0] < 1;
    mixed += fired;
    for (index_t i = 0; i < 6; ++i) {
      auto const at = static_cast<std::size_t>(i);
      REQUIRE(p.weight_self[i] == weight_at(i));
      REQUIRE(p.weight_partner[i] == weight_at(p.partner[i]));
      double const lambda = static_cast<double>(p.ratio[0]), wi = static_cast<double>(weight_at(i)),
                   wj = static_cast<double>(weight_at(p.partner[i]));
      double const expected =
          fired ? lambda * wi * static_cast<double>(own[at]) + (1 - lambda) * wj * static_cast<double>(other[at])
                : wi * static_cast<double>(own[at]);
      REQUIRE(static_cast<double>(out[at]) == doctest::Approx(expected).epsilon(1e-5));
    }
  }
  CHECK(std::fabs(mixed - steps / 2) < 4 * std::sqrt(steps / 4));
}

TEST_CASE("umix: lambda has the law Beta(alpha, alpha)") {
  std::vector<double> u;
  for (std::uint64_t step = 0; step < 300; ++step) {
    auto const p = ma::make_plan(ma::umix{.alpha = 1.5f, .sigma = 1}, batch(), ma::key{.seed = 5, .step = step});
    for (index_t i = 0; i < 6; ++i)
      u.push_back(static_cast<double>(reference::beta_cdf(1.5L, static_cast<long double>(p.ratio[i]))));
  }
  std::sort(u.begin(), u.end());
  CHECK(reference::ks_p(u) > reference::level(1));
}

TEST_CASE("weights by row: parts of a global batch, and a second source whose rows are the partners") {
  auto const whole = ma::make_plan(ma::umix{}, placed(), ma::key{.seed = 4});
  for (index_t first : {0, 2, 4}) {
    auto const part =
        ma::inputs(ma::nchw<float>(nullptr, {2, 2, 8, 8})).index(ma::indices(rows.data(), {6})).weights(data_set);
    auto const p = ma::make_plan(ma::umix{}, part, ma::key{.seed = 4, .first = first, .global = 6});
    for (index_t i = 0; i < 2; ++i) {
      CHECK(p.weight_self[i] == whole.weight_self[first + i]);
      CHECK(p.weight_partner[i] == whole.weight_partner[first + i]);
    }
  }
  auto const p = ma::make_plan(ma::umix{}, placed().source_rows(12), ma::key{.seed = 4});
  std::vector<float> const six{6, 5, 4, 3, 2, 1}, twelve{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  auto const views = ma::inputs(batch())
                         .weights(ma::weights(six.data(), {6}))
                         .source_rows(12)
                         .source_weights(ma::weights(twelve.data(), {12}));
  auto const q = ma::make_plan(ma::umix{}, views, ma::key{.seed = 4});
  for (index_t i = 0; i < 6; ++i) {
    CHECK(p.weight_self[i] == weight_at(i));
    CHECK(p.weight_partner[i] == data_set.weight(p.partner[i]));
    CHECK(q.weight_self[i] == static_cast<float>(6 - i));
    CHECK(q.weight_partner[i] == static_cast<float>(q.partner[i] + 1));
  }
  auto const none = ma::make_plan(with(ma::mixup{}, ma::pairing::none{}), placed(), ma::key{});
  for (index_t i = 0; i < 6; ++i) CHECK((none.weight_self[i] == weight_at(i) && none.weight_partner[i] == 1.0f));
}

TEST_CASE("weights of a second source, and objects that know it, are not mixed up") {
  auto const plan = [](auto const& in) { return refusal([&] { ma::make_plan(ma::umix{.sigma = 1}, in, ma::key{}); }); };
  auto const has = [](std::string const& text, char const* part) { return text.find(part) != std::string::npos; };
  std::vector<float> const six(6, 3), twelve(12, 5);
  auto const own = ma::inputs(batch()).weights(ma::weights(six.data(), {6})).source_rows(12);
  CHECK(has(plan(own), "add source_weights(v), one for each of its rows"));
  CHECK(has(plan(placed().source_rows(12).source_weights(ma::weights(twelve.data(), {12}))), "leave one of the two"));
  auto both = own;
  CHECK(plan(both.source_weights(ma::weights(twelve.data(), {12}))) == "");
  std::vector<int> const counts{1, 2};
  ma::weight::inverse_frequency const by_count(ma::class_ids(counts.data(), {2}));
  CHECK(has(plan(placed().weights(by_count)), "the object of weights is without rows (made from counts, or empty)"));
  using inputs = decltype(ma::inputs(batch()));
  static_assert(takes<inputs, by_row const&> && takes<inputs, ma::tensor_view<float, 1>>);
  static_assert(!takes<inputs, by_row> && !takes<inputs, by_row const>);  // they would be read when gone
}

TEST_CASE("umix and its weights refuse what makes no sense") {
  auto const plan = [](auto const& in, ma::key const& k = {}) {
    return refusal([&] { ma::make_plan(ma::umix{}, in, k); });
  };
  auto const has = [](std::string const& text, char const* part) { return text.find(part) != std::string::npos; };
  for (float sigma : {-0.1f, 1.5f, std::numeric_limits<float>::quiet_NaN()})
    CHECK(has(refusal([&] { ma::make_plan(ma::umix{.sigma = sigma}, batch(), ma::key{}); }), "sigma is"));
  CHECK(has(refusal([] { ma::make_plan(ma::umix{.alpha = 0}, batch(), ma::key{}); }), "alpha"));
  CHECK(has(plan(ma::inputs(batch()).weights(data_set)), "mixaug::inputs(x).index(v)"));
  std::vector<std::int64_t> bad = rows;
  bad[2] = 12;
  CHECK(has(plan(ma::inputs(batch()).index(ma::indices(bad.data(), {6})).weights(data_set)), "index(2) is 12"));
  by_row negative = data_set;
  negative.values[7] = -1;
  CHECK(has(plan(ma::inputs(batch()).index(ma::indices(rows.data(), {6})).weights(negative)),
            "the weight of row 7 is -1"));
  CHECK(has(plan(placed().source_rows(13), {.seed = 5}), "a row that has a weight, in [0, 12)") ==
        false);  // no partner there
  CHECK(has(plan(placed().source_rows(2000)), "the partner of row"));
  auto const part =
      ma::inputs(ma::nchw<float>(nullptr, {2, 2, 8, 8})).index(ma::indices(rows.data(), {2})).weights(data_set);
  CHECK(has(plan(part, {.global = 60}), "index is 2 rows"));
  std::vector<float> const three{1, 2, 3};
  CHECK(has(plan(ma::inputs(batch()).source_weights(ma::weights(three.data(), {3}))), "add source_rows(n)"));
  CHECK(has(plan(ma::inputs(batch()).source_rows(4).source_weights(ma::weights(three.data(), {3}))),
            "source_weights is 3 rows"));
}

}  // namespace umix_test
