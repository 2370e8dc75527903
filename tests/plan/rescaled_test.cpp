#include <doctest/doctest.h>

#include <cmath>

#include "support/memory.hpp"
#include "support/plans.hpp"
#include "support/values.hpp"

namespace rescaled_test {

using ma::index_t;

namespace {

/// Row i has the box [i, size) x [0, i), so that rows and columns end at every corner.
struct corner_boxes : ma::region::rule<ma::kind::boxes> {
  template <class Columns>
  void operator()(Columns const& columns, ma::row_facts const& row, ma::random const&) const {
    auto const i = static_cast<std::int32_t>(row.row);
    columns.box(i) = {0, 1, i, static_cast<std::int32_t>(row.shape.size[1]), 0, i};
  }
};

/// x * to / from in doubles: the tie is exact, so nearbyint sees it.
std::int32_t corner(index_t b, index_t to, index_t from) {
  return static_cast<std::int32_t>(std::nearbyint(static_cast<double>(b * to) / static_cast<double>(from)));
}

template <class T>
std::vector<T> numbered_rows(index_t n, index_t pixels) {
  std::vector<T> v;
  for (index_t i = 0; i < n; ++i) v.insert(v.end(), static_cast<std::size_t>(pixels), static_cast<T>(i + 1));
  return v;
}

}  // namespace

TEST_CASE("corners of boxes are b * to / from, rounded half to even, for every corner of every size to 40") {
  index_t wrong = 0, ties = 0;
  for (index_t from = 1; from <= 40; ++from) {
    auto const x = ma::nchw<float>(nullptr, {from + 1, 1, from, from});
    auto const method = with(ma::cutmix{}, ma::pairing::given{}, corner_boxes{});
    std::vector<std::int64_t> next;
    for (index_t i = 0; i <= from; ++i) next.push_back((i + 1) % (from + 1));
    auto paired = method;
    paired.pairing.partner = ma::indices(next.data(), {from + 1});
    auto const p = ma::make_plan(paired, x, ma::key{});
    for (index_t to = 1; to <= 40; ++to) {
      auto const q = ma::rescaled(p, {to, 2 * to});
      for (index_t i = 0; i <= from; ++i) {
        ma::box const b = q.region.box(i);
        bool const vanished = i == 0 || i == from;
        ma::box const expected =
            vanished ? ma::no_box
                     : ma::box{0, 1, corner(i, to, from), static_cast<std::int32_t>(to), 0, corner(i, 2 * to, from)};
        wrong += !(b == expected) && !(b.empty() && expected.empty());
        ties += 2 * i * to % from == 0 && 2 * i * to / from % 2 == 1;
      }
    }
  }
  CHECK(wrong == 0);
  CHECK(ties > 1000);
}

TEST_CASE("a plan at the same size is the plan, and everything but the boxes is kept at another") {
  auto const x = ma::nchw<float>(nullptr, {9, 3, 12, 20});
  test::every_plan(x, {.seed = 3}, 3, [&](char const* name, auto const& p) {
    CAPTURE(name);
    auto const same = ma::rescaled(p, {12, 20}), half = ma::rescaled(p, {6, 10});
    for (index_t i = 0; i < 9; ++i) {
      CHECK(ma::pixel_share(same, i) == ma::pixel_share(p, i));
      for (auto const* q : {&same, &half}) {
        CHECK(q->choice[i] == p.choice[i]);
        CHECK(q->self[i] == p.self[i]);
        CHECK(q->partner[i] == p.partner[i]);
        CHECK(q->ratio[i] == p.ratio[i]);
        CHECK(q->share_self[i] == p.share_self[i]);
        CHECK(q->share_partner[i] == p.share_partner[i]);
      }
    }
    CHECK(half.drawn_with == p.drawn_with);
    CHECK(half.flags() == p.flags());
    auto into = ma::rescaled(p, {200, 3});  // memory is reused, larger and smaller
    ma::rescale(p, ma::extents<2>{6, 10}, into);
    for (index_t i = 0; i < 9; ++i) CHECK(ma::pixel_share(into, i) == ma::pixel_share(half, i));
  });
}

TEST_CASE("derived shares are those of the other resolution's pixels; rows without a partner keep their label") {
  constexpr index_t n = 9, h = 5, w = 3;
  auto const x = ma::nchw<float>(nullptr, {n, 3, 32, 32});
  test::every_plan(x, {.seed = 6}, 3, [&](char const* name, auto const& p) {
    CAPTURE(name);
    auto const q = ma::rescaled(p, {h, w}, ma::shares::derived);
    for (index_t i = 0; i < n; ++i) {
      CAPTURE(i);
      bool const mixed = p.partner[i] >= 0 && p.blend.reads_source(p.choice[i]);
      CHECK(q.share_self[i] == (mixed ? static_cast<float>(ma::pixel_share(q, i)) : p.share_self[i]));
      CHECK(q.share_partner[i] == (mixed ? 1.0f - q.share_self[i] : p.share_partner[i]));
    }
  });
}

TEST_CASE("masks and features at another resolution show the boxes of the images") {
  constexpr index_t n = 9;
  auto const x = ma::nchw<float>(nullptr, {n, 3, 32, 32});
  auto check = [&](auto const& p, index_t h, index_t w) {
    auto const q = ma::rescaled(p, {h, w}, ma::shares::derived);
    auto const ids = numbered_rows<std::int32_t>(n, h * w);
    auto const bytes = numbered_rows<std::uint8_t>(n, h * w);
    auto const features = numbered_rows<double>(n, 2 * h * w);
    std::vector<std::int32_t> id_out(ids.size());
    std::vector<std::uint8_t> byte_out(bytes.size());
    std::vector<double> feature_out(features.size());
    ma::apply(q, ma::masks(ids.data(), {n, h, w}), ma::masks(id_out.data(), {n, h, w}));
    ma::apply(q, ma::masks(bytes.data(), {n, h, w}), ma::masks(byte_out.data(), {n, h, w}));
    ma::apply(q, ma::nhwc(features.data(), {n, h, w, 2}), ma::nhwc(feature_out.data(), {n, h, w, 2}));
    index_t wrong = 0;
    for (index_t k = 0; k < n * h * w; ++k) {
      index_t const i = k / (h * w), row = k / w % h, column = k % w;
      ma::box const b = p.region.box(i);
      bool const inside = !b.empty() && row >= corner(b.y0, h, 32) && row < corner(b.y1, h, 32) &&
                          column >= corner(b.x0, w, 32) && column < corner(b.x1, w, 32);
      auto const at = static_cast<std::size_t>(k);
      index_t const expected = inside ? p.partner[i] + 1 : i + 1;
      wrong += id_out[at] != expected || byte_out[at] != expected ||
               feature_out[2 * at] != static_cast<double>(expected) ||
               feature_out[2 * at + 1] != static_cast<double>(expected);
    }
    CHECK(wrong == 0);
    auto in_place = ids;
    ma::apply_inplace(q, ma::masks(in_place.data(), {n, h, w}));
    CHECK(in_place == id_out);
  };
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    auto const p = ma::make_plan(ma::cutmix{}, x, ma::key{.seed = seed});
    for (index_t h : {1, 2, 7, 31, 64}) check(p, h, h + 2);  // boxes vanish at the small ones
  }
}

}  // namespace rescaled_test
