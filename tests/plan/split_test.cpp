#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>

#include "reference/philox.hpp"
#include "reference/statistics.hpp"
#include "support/compare_plans.hpp"
#include "support/values.hpp"

namespace split_test {

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
      if (part.flags().local != (block != 0 || part.partner[0] == -1)) return false;
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
  ma::one_of method(ma::mixup{.prob = 0.7f}, ma::cutmix{.mode = ma::mode::batch},
                    with(ma::cutmix{.boxes = 2}, ma::pairing::roll{}));
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
  auto source = [&](index_t n, index_t) {
    return with_ids(n, 0).source_rows(256).source_class_ids(ma::class_ids(others.data(), {256}));
  };
  auto pairs = [&](auto const& rule) {  // partners of a second source are not local, in no split
    ma::key const k{.seed = 3, .global = 256};
    auto const whole = ma::make_plan(with(ma::mixup{}, rule), source(256, 0), k);
    for (index_t first = 0; first < 256; first += 64) {
      auto const part =
          ma::make_plan(with(ma::mixup{}, rule), source(64, 0), ma::key{.seed = 3, .first = first, .global = 256});
      for (index_t i = 0; i < 64; ++i)
        if (!test::same_row(part, i, whole, first + i) || part.flags().local) return false;
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
  auto rule = [&](index_t first, index_t n) {
    return with(ma::mixup{}, ma::pairing::given{ma::indices(partner.data() + first, {n})});
  };
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
  auto local = [&](index_t n, index_t first) {
    return ma::inputs(images(n)).class_ids(ma::class_ids(ids.data() + first, {n}));
  };
  CHECK(splits(with(ma::mixup{}, ma::pairing::same_class{}), local, 64));
  CHECK(splits(with(ma::mixup{}, ma::pairing::other_class{}), local, 64));
  // without blocks a part cannot know the classes of the others
  CHECK_THROWS_AS(splits(with(ma::mixup{}, ma::pairing::same_class{}), local), ma::invalid_argument);
}

TEST_CASE("weights follow the rows: of the global batch, or of the part") {
  std::vector<float> w(256);
  for (std::size_t i = 0; i < 256; ++i) w[i] = 0.5f + static_cast<float>(i);
  auto global = [&](index_t n, index_t) { return ma::inputs(images(n)).weights(ma::weights(w.data(), {256})); };
  auto local = [&](index_t n, index_t first) {
    return ma::inputs(images(n)).weights(ma::weights(w.data() + first, {n}));
  };
  CHECK(splits(ma::mixup{}, global));
  CHECK(splits(ma::mixup{}, local, 64));
  auto const p = ma::make_plan(ma::mixup{}, global(256, 0), ma::key{.seed = 2});
  for (index_t i = 0; i < 256; ++i) {
    REQUIRE(p.weight_self[i] == w[static_cast<std::size_t>(i)]);
    REQUIRE(p.weight_partner[i] == w[static_cast<std::size_t>(p.partner[i])]);
  }
}

namespace {

/// The 64 bits of draw `number` of a row, and what is made of them, from the paper's generator alone.
struct reference_row {
  ma::key const& k;
  index_t row;

  std::uint64_t bits(ma::purpose what, std::uint64_t number) const {
    auto const w = reference::philox_4x32_10(
        reference::counter(static_cast<std::uint64_t>(row), k.step, static_cast<std::uint64_t>(what), number),
        static_cast<std::uint32_t>(k.seed), static_cast<std::uint32_t>(k.seed >> 32));
    return w.at[0] | std::uint64_t{w.at[1]} << 32;
  }
  double unit(ma::purpose what, std::uint64_t number = 0) const {
    return std::ldexp(static_cast<double>(bits(what, number) >> 11), -53);
  }
  /// floor(bits n / 2^64), n < 2^32; a redraw (once in 2^64 / n) does not come up here.
  index_t below(ma::purpose what, index_t n, std::uint64_t number = 0) const {
    std::uint64_t const b = bits(what, number), m = static_cast<std::uint64_t>(n);
    return static_cast<index_t>(((b >> 32) * m + ((b & 0xFFFFFFFFu) * m >> 32)) >> 32);
  }
};

}  // namespace

TEST_CASE(
    "rows beyond 2^32 have draws of their own: choices, gates, ratios, boxes and partners are those of the counter") {
  index_t const n = 64, far = index_t{1} << 32;
  std::vector<int> ids(n);
  for (std::size_t i = 0; i < n; ++i) ids[i] = static_cast<int>(i % 5 % 3);
  auto const in = [&] { return ma::inputs(images(n)).class_ids(ma::class_ids(ids.data(), {n})); };
  std::vector<std::vector<index_t>> drawn;  // of each `first`, all decisions
  for (index_t first : {index_t{0}, far, 3 * far + 64, 200 * far}) {
    CAPTURE(first);
    ma::key const k{.seed = 0x123456789ABCu, .step = 0x1122334455u, .first = first, .global = 255 * far, .block = n};
    ma::one_of const method(with(ma::cutmix{.prob = 0.75f}, ma::ratio::uniform{}, ma::pairing::same_class{}),
                            with(ma::cutmix{.minmax = {0.5f, 0.5f}}, ma::ratio::uniform{}, ma::pairing::other_class{}));
    auto const p = ma::make_plan(method, in(), k);
    auto const shuffled = ma::make_plan(ma::mixup{}, in(), k);
    std::vector<index_t> order(n), all;  // Fisher and Yates, from the last row down
    std::iota(order.begin(), order.end(), index_t{0});
    for (index_t i = n - 1; i > 0; --i)
      std::swap(order[static_cast<std::size_t>(i)],
                order[static_cast<std::size_t>(reference_row{k, first + i}.below(ma::purpose::pairing, i + 1))]);
    for (index_t i = 0; i < n; ++i) {
      CAPTURE(i);
      reference_row const row{k, first + i};
      int const choice = row.unit(ma::purpose::choice) < 0.5 ? 0 : 1;
      bool const fires = choice == 1 || row.unit(ma::purpose::fires) < 0.75;
      float const ratio = fires ? static_cast<float>(row.unit(ma::purpose::ratio)) : 1.0f;
      std::vector<index_t> candidates;
      for (index_t j = 0; j < n; ++j)
        if (choice == 0 ? j != i && ids[static_cast<std::size_t>(j)] == ids[static_cast<std::size_t>(i)]
                        : ids[static_cast<std::size_t>(j)] != ids[static_cast<std::size_t>(i)])
          candidates.push_back(j);
      if (choice == 1)
        std::stable_sort(candidates.begin(), candidates.end(), [&](index_t a, index_t b) {
          return ids[static_cast<std::size_t>(a)] < ids[static_cast<std::size_t>(b)];
        });
      index_t const partner = first + candidates[static_cast<std::size_t>(
                                          row.below(ma::purpose::pairing, static_cast<index_t>(candidates.size())))];
      index_t side[2], begin[2], end[2];
      index_t const sizes[] = {16, 20};
      for (std::uint64_t d = 0; d < 2; ++d) {  // draws 2 axis and 2 axis + 1: place and side
        index_t const size = sizes[d];
        std::uint64_t const number = 2 * (d + 1);
        side[d] = choice == 1
                      ? size / 2
                      : static_cast<index_t>(static_cast<double>(size) * std::sqrt(1.0 - static_cast<double>(ratio)));
        begin[d] = choice == 1 ? row.below(ma::purpose::region, size - side[d] + 1, number)
                               : row.below(ma::purpose::region, size, number) - side[d] / 2;
        end[d] = choice == 1 ? begin[d] + side[d] : begin[d] + side[d] / 2 * 2;
        begin[d] = std::max<index_t>(begin[d], 0), end[d] = std::min(end[d], size);
      }
      ma::box want{0,
                   1,
                   static_cast<std::int32_t>(begin[0]),
                   static_cast<std::int32_t>(end[0]),
                   static_cast<std::int32_t>(begin[1]),
                   static_cast<std::int32_t>(end[1])};
      if (!fires || want.empty()) want = ma::no_box;
      ma::box const got = choice == 0 ? p.region.head.box(i) : p.region.rest.box(i);
      REQUIRE((p.choice[i] == choice && p.partner[i] == partner && p.ratio[i] == ratio && got == want));
      REQUIRE(shuffled.partner[i] == first + order[static_cast<std::size_t>(i)]);
      for (index_t v : {index_t{choice}, index_t{fires}, static_cast<index_t>(ratio * 8), partner - first,
                        index_t{got.y0}, shuffled.partner[i] - first})
        all.push_back(v);
    }
    drawn.push_back(all);
  }
  for (std::size_t a = 0; a < drawn.size(); ++a)
    for (std::size_t b = a + 1; b < drawn.size(); ++b)
      for (std::size_t what = 0; what < 6; ++what) {
        int same = 0;
        for (std::size_t i = 0; i < n; ++i) same += drawn[a][6 * i + what] == drawn[b][6 * i + what];
        CHECK(same < (what == 1 ? 62 : 50));
      }
}

TEST_CASE("choice, gate, partner, ratio and place of a row do not depend on each other") {
  int const n = reference::draws(160000);
  auto const member = with(ma::cutmix{.prob = 0.5f, .minmax = {0.25f, 0.25f}}, ma::ratio::uniform{});
  ma::one_of const method(member, member);                      // alike, so that the choice alone tells them apart
  auto const x = ma::volumes<float>(nullptr, {n, 1, 5, 4, 4});  // sides 1, one place a draw: 5 x 4 x 4
  auto const p = ma::make_plan(method, ma::inputs(x).source_rows(4), ma::key{.seed = 12});
  std::size_t const of[] = {2, 4, 4, 5, 4, 4};  // choice, partner, ratio, z, y, x
  std::vector<std::vector<std::size_t>> fired;
  std::vector<double> gate(16);  // against choice and partner
  for (int i = 0; i < n; ++i) {
    bool const fires = p.ratio[i] < 1.0f;
    auto const choice = static_cast<std::size_t>(p.choice[i]), partner = static_cast<std::size_t>(p.partner[i]);
    gate[(choice * 4 + partner) * 2 + (fires ? 1 : 0)] += 1;
    if (!fires) continue;
    ma::box const b = choice == 0 ? p.region.head.box(i) : p.region.rest.box(i);
    REQUIRE(b.volume() == 1);
    fired.push_back({choice, partner, static_cast<std::size_t>(p.ratio[i] * 4), static_cast<std::size_t>(b.z0),
                     static_cast<std::size_t>(b.y0), static_cast<std::size_t>(b.x0)});
  }
  CHECK(reference::uniform_p(gate) > reference::level(22));
  for (std::size_t a = 0; a < 6; ++a) {
    CAPTURE(a);
    std::vector<double> alone(of[a]);
    for (auto const& row : fired) alone[row[a]] += 1;
    CHECK(reference::uniform_p(alone) > reference::level(22));  // the gate's own bits would favour one end
    for (std::size_t b = a + 1; b < 6; ++b) {
      CAPTURE(b);
      std::vector<double> both(of[a] * of[b]);
      for (auto const& row : fired) both[row[a] * of[b] + row[b]] += 1;
      CHECK(reference::uniform_p(both) > reference::level(22));
    }
  }
}

TEST_CASE("rows are listed by what they read, equals by ascending row, near and far") {
  test::stream s(5);
  for (index_t n : {1, 2, 3, 7, 64, 100, 257})
    for (index_t range : {index_t{3}, n, 4 * n, index_t{1} << 40})
      for (index_t start : {index_t{0}, index_t{1} << 33}) {
        CAPTURE(n);
        CAPTURE(range);
        std::vector<std::int64_t> key(static_cast<std::size_t>(n)), order(key.size()), scratch(key.size(), -7),
            want(key.size());
        index_t const step = std::max<index_t>(range / 5, 1);  // few distinct ones, far apart
        for (auto& v : key) v = start + s.below(range) / step * step;
        std::iota(want.begin(), want.end(), index_t{0});
        std::stable_sort(want.begin(), want.end(), [&](index_t a, index_t b) {
          return key[static_cast<std::size_t>(a)] < key[static_cast<std::size_t>(b)];
        });
        ma::detail::sort_rows(order.data(), key.data(), n, scratch.data());
        REQUIRE(order == want);
      }
  std::vector<std::int64_t> far(60);
  for (std::size_t i = 0; i < far.size(); ++i)
    far[i] = static_cast<std::int64_t>(i * 7 % 5) * 1000000 - (i % 11 == 0 ? 1 : 0);
  for (auto& v : far) v = std::max<std::int64_t>(v, -1);
  auto const p = ma::make_plan(with(ma::mixup{}, ma::pairing::given{ma::indices(far.data(), {60})}),
                               ma::inputs(images(60)).source_rows(5000000), ma::key{});
  for (index_t k = 1; k < 60; ++k) {
    index_t const a = p.rows_by_partner[k - 1], b = p.rows_by_partner[k];
    REQUIRE((p.partner[a] < p.partner[b] || (p.partner[a] == p.partner[b] && a < b)));
    REQUIRE(p.rows_by_self[k] == k);
  }
}

}  // namespace split_test
