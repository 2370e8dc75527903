#include <mixaug/weight/effective_number.hpp>
#include <mixaug/weight/inverse_frequency.hpp>

#include "weight/weight_cases.hpp"

namespace groups_test {

namespace {
namespace ma = mixaug;
namespace w = ma::weight;
using ma::index_t;

auto counted(std::vector<std::int64_t> const& v) { return ma::indices(v.data(), {static_cast<index_t>(v.size())}); }
}  // namespace

TEST_CASE("inverse frequency: every group weighs the same in total, the mean over the data set is 1") {
  std::vector<std::int64_t> const counts{3498, 184, 56, 1057};  // Waterbirds' groups
  w::inverse_frequency const t(counted(counts));
  double const all = 3498 + 184 + 56 + 1057;
  for (index_t g = 0; g < 4; ++g) {
    double const n = static_cast<double>(counts[static_cast<std::size_t>(g)]);
    CHECK(t.of(g) == doctest::Approx(all / (4 * n)).epsilon(1e-15));
    CHECK(t.of(g) * n == doctest::Approx(all / 4).epsilon(1e-14));
  }
  CHECK((t.groups() == 4 && t.rows() == 0));
}

TEST_CASE("inverse frequency as it stands, and by groups") {
  std::vector<std::int64_t> const counts{10, 0, 40};
  w::inverse_frequency const none(counted(counts),
                                  {.normalise = w::normalise::none, .empty = w::empty_group::weightless});
  CHECK((none.of(0) == 0.1 && none.of(1) == 0 && none.of(2) == 0.025));
  w::inverse_frequency const groups(counted(counts),
                                    {.normalise = w::normalise::groups_one, .empty = w::empty_group::weightless});
  CHECK(groups.of(0) == doctest::Approx(1.6).epsilon(1e-15));
  CHECK(groups.of(2) == doctest::Approx(0.4).epsilon(1e-15));
}

TEST_CASE("a table that was moved from is empty") {
  std::vector<int> const ids{0, 1, 1}, many(1000, 0);
  w::inverse_frequency a(ma::class_ids(ids.data(), {3}), 2);
  w::inverse_frequency b(ma::class_ids(many.data(), {1000}), 300, {.empty = w::empty_group::weightless});
  a = std::move(b);
  CHECK((a.groups() == 300 && a.rows() == 1000 && a.weight(999) == 1));
  CHECK((b.groups() == 0 && b.rows() == 0));
  CHECK_THROWS_AS(b.of(299), ma::invalid_argument);
}

TEST_CASE("tables from the ids of a data set have rows") {
  std::vector<std::uint8_t> const ids{0, 2, 2, 0, 2, 2, 3, 2};
  w::inverse_frequency const t(ma::class_ids(ids.data(), {8}), 4, {.empty = w::empty_group::weightless});
  REQUIRE(t.rows() == 8);
  CHECK(t.of(1) == 0.0);  // not counted: three groups have samples
  CHECK(t.weight(0) == static_cast<float>(8.0 / (3 * 2)));
  CHECK(t.weight(1) == static_cast<float>(8.0 / (3 * 5)));
  CHECK(t.weight(6) == static_cast<float>(8.0 / 3));
  double mean = 0;
  for (index_t i = 0; i < 8; ++i) mean += static_cast<double>(t.weight(i)) / 8;
  CHECK(mean == doctest::Approx(1));
  w::effective_number const e(ma::class_ids(ids.data(), {8}, {1}), 4,
                              {.beta = 0.9, .normalise = w::normalise::mean_one, .empty = w::empty_group::weightless});
  mean = 0;
  for (index_t i = 0; i < 8; ++i) mean += static_cast<double>(e.weight(i)) / 8;
  CHECK(mean == doctest::Approx(1).epsilon(1e-6));
}

TEST_CASE("effective number: the paper's weights, from beta 0 to beta next to 1") {
  std::vector<std::int64_t> const counts{5000, 2997, 1796, 1077, 645, 387,
                                         232,  139,  83,   50,   1};  // long-tailed CIFAR-10, and one
  for (double const beta : {0.0, 0.5, 0.9, 0.99, 0.999, 0.9999, 0.999999, 1 - 1e-12, 1 - 0x1p-53}) {
    CAPTURE(beta);
    w::effective_number const t(counted(counts), {.beta = beta, .normalise = w::normalise::none});
    w::effective_number const one(counted(counts), {.beta = beta});
    double sum = 0;
    for (index_t g = 0; g < t.groups(); ++g) {
      std::int64_t const n = counts[static_cast<std::size_t>(g)];
      CHECK(t.of(g) == doctest::Approx(static_cast<double>(reference::class_balanced(beta, n))).epsilon(2e-15));
      sum += one.of(g);
    }
    CHECK(sum == doctest::Approx(static_cast<double>(t.groups())).epsilon(1e-14));
    CHECK(one.of(0) / one.of(5) == doctest::Approx(t.of(0) / t.of(5)).epsilon(1e-14));
  }
  std::vector<std::int64_t> const huge{std::int64_t{1} << 40, 1};
  CHECK(w::effective_number(counted(huge), {.beta = 0.999, .normalise = w::normalise::none}).of(0) ==
        doctest::Approx(0.001).epsilon(1e-14));
}

TEST_CASE("the bits of expm1 do not depend on a libm") {
  for (double x : {-1e-300, -1e-17, -1e-9, -1e-3, -0.1, -0.34999, -0.35001, -0.5, -1.0, -5.0, -40.0, -800.0})
    CHECK(ma::detail::precise_falling_expm1(x) == doctest::Approx(std::expm1(x)).epsilon(1e-15));
}

}  // namespace groups_test
