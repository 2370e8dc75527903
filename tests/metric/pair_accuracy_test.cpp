#include <doctest/doctest.h>

#include <mixaug/metric/pair_accuracy.hpp>

#include "support/plans.hpp"
#include "support/values.hpp"

namespace pair_accuracy_test {

namespace ma = mixaug;

namespace {

constexpr int n = 40, source_n = 50;
auto const x = ma::nchw<float>(nullptr, {n, 3, 8, 8});

std::vector<int> ids_of(int count, std::uint64_t seed) {
  test::stream s(seed);
  std::vector<int> ids(static_cast<std::size_t>(count));
  for (int& k : ids) k = static_cast<int>(s.below(3));
  return ids;
}
auto view(std::vector<int> const& v) { return ma::class_ids(v.data(), {v.size()}); }

double expected(auto const& p, std::vector<int> const& guess, std::vector<int> const& own,
                std::vector<int> const& source, int ignored = -7) {
  double hits = 0, all = 0;
  for (int i = 0; i < n; ++i) {
    auto const k = static_cast<std::size_t>(i);
    double const a = static_cast<double>(p.share_self[i]) * static_cast<double>(p.weight_self[i]);
    double const b = static_cast<double>(p.share_partner[i]) * static_cast<double>(p.weight_partner[i]);
    bool const paired = p.partner[i] >= 0;
    if (own[k] != ignored) all += a;
    if (!paired || source[static_cast<std::size_t>(p.partner[i])] != ignored) all += b;
    if (guess[k] == own[k] && own[k] != ignored) hits += a;
    if (paired && guess[k] == source[static_cast<std::size_t>(p.partner[i])] && guess[k] != ignored) hits += b;
  }
  return hits / all;
}

}  // namespace

TEST_CASE("accuracy pays each side its share, for every plan") {
  auto const own = ids_of(n, 1), guess = ids_of(n, 2);
  test::every_plan(x, {.seed = 1}, 3, [&](char const* name, auto const& p) {
    CAPTURE(name);
    CHECK(ma::pair_accuracy(p, view(guess), view(own)) == doctest::Approx(expected(p, guess, own, own)));
    CHECK(ma::pair_accuracy(p, view(guess), view(own), {.ignore_index = 1}) ==
          doctest::Approx(expected(p, guess, own, own, 1)));
    std::vector<int> same(n, 1);
    CHECK(ma::pair_accuracy(p, view(same), view(same)) == doctest::Approx(1.0));
    CHECK(ma::pair_accuracy(p, view(std::vector<int>(n, 2)), view(same)) == 0.0);
  });
}

TEST_CASE("accuracy against a second source, the global batch, and with weights") {
  auto const own = ids_of(n, 1), guess = ids_of(n, 2), source = ids_of(source_n, 3);
  auto const second = ma::make_plan(ma::cutmix{}, ma::inputs(x).source_rows(source_n), ma::key{.seed = 4});
  CHECK(ma::pair_accuracy(second, view(guess), view(own), view(source)) ==
        doctest::Approx(expected(second, guess, own, source)));
  std::vector<int> partners;
  for (int i = 0; i < n; ++i) partners.push_back(source[static_cast<std::size_t>(second.partner[i])]);
  CHECK(ma::pair_accuracy(second, view(guess), view(own), ma::gathered(view(partners))) ==
        ma::pair_accuracy(second, view(guess), view(own), view(source)));
  CHECK(ma::pair_accuracy(second, view(guess), view(own), view(source), {.ignore_index = 2}) ==
        doctest::Approx(expected(second, guess, own, source, 2)));
  CHECK(ma::pair_accuracy(second, view(guess), view(std::vector<int>(n, 9)), view(std::vector<int>(source_n, 9)),
                          {.ignore_index = 9}) == 0.0);

  auto const part = ma::make_plan(ma::mixup{}, x, ma::key{.seed = 4, .first = 5, .global = source_n});
  std::vector<int> const mine(source.begin() + 5, source.begin() + 5 + n);
  CHECK(ma::pair_accuracy(part, view(guess), view(mine), view(source)) ==
        doctest::Approx(expected(part, guess, mine, source)));

  auto const block = ma::make_plan(ma::mixup{}, x, ma::key{.seed = 4, .first = 40, .global = 80, .block = 10});
  std::vector<int> global(40, 7);
  global.insert(global.end(), own.begin(), own.end());
  CHECK(ma::pair_accuracy(block, view(guess), view(own)) == doctest::Approx(expected(block, guess, own, global)));

  std::vector<float> weights(n, 0.0f);
  weights[3] = 2.0f;
  auto const weighted =
      ma::make_plan(ma::mixup{}, ma::inputs(x).weights(ma::weights(weights.data(), {n})), ma::key{.seed = 4});
  CHECK(ma::pair_accuracy(weighted, view(guess), view(own)) == doctest::Approx(expected(weighted, guess, own, own)));
  weights[3] = 0.0f;
  auto const nothing =
      ma::make_plan(ma::mixup{}, ma::inputs(x).weights(ma::weights(weights.data(), {n})), ma::key{.seed = 4});
  CHECK(ma::pair_accuracy(nothing, view(guess), view(own)) == 0.0);
}

TEST_CASE("a label rule that gives a share to no partner earns nothing for it") {
  auto const own = ids_of(n, 1), guess = ids_of(n, 2);
  auto const p = ma::make_plan(with(ma::cutout{.length = 4}, ma::label::by_share{}), x, ma::key{.seed = 1});
  CHECK(p.share_partner[0] > 0.0f);
  CHECK(ma::pair_accuracy(p, view(guess), view(own)) == doctest::Approx(expected(p, guess, own, own)));
}

}  // namespace pair_accuracy_test
