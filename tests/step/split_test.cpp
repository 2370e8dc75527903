#include <doctest/doctest.h>

#include "support/compare_plans.hpp"
#include "support/values.hpp"

namespace ma = mixaug;
using ma::index_t;

namespace {

auto images(index_t n) { return ma::nchw<float>(nullptr, {n, 3, 16, 20}); }

std::vector<int> classes(std::uint64_t seed) {
  test::stream s(seed);
  std::vector<int> ids(256);
  for (int& v : ids) v = static_cast<int>(s.below(9));
  return ids;
}

/// 1 x 256 = 2 x 128 = 4 x 64, row by row; inputs(n, first) names what the rule reads of each part.
template <class Method, class Inputs>
bool splits(Method const& method, Inputs const& inputs, index_t block = 0) {
  ma::key const k{.seed = 11, .step = 5, .global = 256, .block = block};
  auto const whole = ma::make_plan(method, inputs(256, 0), k);
  for (index_t n : {128, 64})
    for (index_t first = 0; first < 256; first += n) {
      auto key = k;
      key.first = first;
      auto const part = ma::make_plan(method, inputs(n, first), key);
      if (part.local != (block != 0 || part.partner[0] == -1)) return false;
      for (index_t i = 0; i < n; ++i)
        if (!test::same_row(part, i, whole, first + i)) return false;
    }
  return true;
}

auto plain(index_t n, index_t) { return ma::inputs(images(n)); }

}  // namespace

TEST_CASE("ratios and regions are those of the global row, however the batch is split") {
  using ma::placement, ma::mode;
  for (auto m : {mode::sample, mode::batch})
    for (float prob : {1.0f, 0.5f}) {
      CHECK(splits(ma::mixup{.alpha = 0.3f, .prob = prob, .mode = m}, plain));
      for (auto where : {placement::clipped, placement::inside, placement::shifted, placement::uniform_pixels})
        CHECK(splits(ma::cutmix{.prob = prob, .mode = m, .placement = where, .boxes = 2}, plain));
      CHECK(splits(ma::cutmix{.prob = prob, .mode = m, .minmax = {0.2f, 0.8f}}, plain));
      CHECK(splits(ma::cutout{.n_holes = 2, .length = 5, .prob = prob, .mode = m}, plain));
    }
  CHECK(splits(with(ma::mixup{}, ma::ratio::uniform{}), plain));
  CHECK(splits(with(ma::cutmix{}, ma::ratio::constant{0.25f}), plain));
}

TEST_CASE("choices are those of the global row, by sample and by batch") {
  ma::one_of method(ma::mixup{.prob = 0.7f}, ma::cutmix{.mode = ma::mode::batch}, with(ma::cutmix{.boxes = 2}, ma::pairing::roll{}));
  CHECK(splits(method, plain));
  method.mode = ma::mode::batch;
  CHECK(splits(method, plain));
}

TEST_CASE("every pairing is drawn for the global batch") {
  CHECK(splits(with(ma::mixup{}, ma::pairing::shuffle{}), plain));
  CHECK(splits(with(ma::mixup{}, ma::pairing::derangement{}), plain));
  CHECK(splits(with(ma::mixup{}, ma::pairing::reverse{}), plain));
  CHECK(splits(with(ma::mixup{}, ma::pairing::roll{.shift = -70}), plain));
  auto const ids = classes(1), others = classes(2);
  auto with_ids = [&](index_t n, index_t) { return ma::inputs(images(n)).class_ids(ma::class_ids(ids.data(), {256})); };
  CHECK(splits(with(ma::mixup{}, ma::pairing::same_class{}), with_ids));
  CHECK(splits(with(ma::mixup{}, ma::pairing::other_class{}), with_ids));
  auto source = [&](index_t n, index_t) { return with_ids(n, 0).source_rows(256).source_class_ids(ma::class_ids(others.data(), {256})); };
  auto pairs = [&](auto const& rule) {  // partners of a second source are not local, in no split
    ma::key const k{.seed = 3, .global = 256};
    auto const whole = ma::make_plan(with(ma::mixup{}, rule), source(256, 0), k);
    for (index_t first = 0; first < 256; first += 64) {
      auto const part = ma::make_plan(with(ma::mixup{}, rule), source(64, 0), ma::key{.seed = 3, .first = first, .global = 256});
      for (index_t i = 0; i < 64; ++i)
        if (!test::same_row(part, i, whole, first + i) || part.local) return false;
    }
    return true;
  };
  CHECK(pairs(ma::pairing::shuffle{}));
  CHECK(pairs(ma::pairing::same_class{}));
  CHECK(pairs(ma::pairing::other_class{}));
}

TEST_CASE("given partners: each part is given its own") {
  test::stream s(7);
  std::vector<std::int64_t> partner(256);
  for (auto& p : partner) p = s.below(257) - 1;
  ma::key const k{.seed = 1, .global = 256};
  auto rule = [&](index_t first, index_t n) { return with(ma::mixup{}, ma::pairing::given{ma::indices(partner.data() + first, {n})}); };
  auto const whole = ma::make_plan(rule(0, 256), images(256), k);
  for (index_t first = 0; first < 256; first += 64) {
    auto const part = ma::make_plan(rule(first, 64), images(64), ma::key{.seed = 1, .first = first, .global = 256});
    for (index_t i = 0; i < 64; ++i) REQUIRE(test::same_row(part, i, whole, first + i));
  }
}

TEST_CASE("with key.block = 64 every part is local, and needs only its own class ids") {
  CHECK(splits(with(ma::mixup{}, ma::pairing::shuffle{}), plain, 64));
  CHECK(splits(with(ma::mixup{}, ma::pairing::derangement{}), plain, 64));
  CHECK(splits(with(ma::mixup{}, ma::pairing::reverse{}), plain, 64));
  CHECK(splits(with(ma::mixup{}, ma::pairing::roll{.shift = 5}), plain, 32));
  auto const ids = classes(3);
  auto local = [&](index_t n, index_t first) { return ma::inputs(images(n)).class_ids(ma::class_ids(ids.data() + first, {n})); };
  CHECK(splits(with(ma::mixup{}, ma::pairing::same_class{}), local, 64));
  CHECK(splits(with(ma::mixup{}, ma::pairing::other_class{}), local, 64));
  // without blocks a part cannot know the classes of the others
  CHECK_THROWS_AS(splits(with(ma::mixup{}, ma::pairing::same_class{}), local), ma::invalid_argument);
}

TEST_CASE("weights follow the rows: of the global batch, or of the part") {
  std::vector<float> w(256);
  for (std::size_t i = 0; i < 256; ++i) w[i] = 0.5f + static_cast<float>(i);
  auto global = [&](index_t n, index_t) { return ma::inputs(images(n)).weights(ma::weights(w.data(), {256})); };
  auto local = [&](index_t n, index_t first) { return ma::inputs(images(n)).weights(ma::weights(w.data() + first, {n})); };
  CHECK(splits(ma::mixup{}, global));
  CHECK(splits(ma::mixup{}, local, 64));
  auto const p = ma::make_plan(ma::mixup{}, global(256, 0), ma::key{.seed = 2});
  for (index_t i = 0; i < 256; ++i) {
    REQUIRE(p.weight_self[i] == w[static_cast<std::size_t>(i)]);
    REQUIRE(p.weight_partner[i] == w[static_cast<std::size_t>(p.partner[i])]);
  }
}
