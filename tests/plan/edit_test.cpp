#include <doctest/doctest.h>

#include <algorithm>
#include <stdexcept>

#include "support/compare_plans.hpp"
#include "support/values.hpp"
#include "support/refusal.hpp"

namespace edit_test {

using ma::index_t;
using test::refusal;

namespace {

/// Four samples of one number; row i reads row i - 1, half and half.
auto chain() {
  auto const x = ma::features<float>(nullptr, {4, 1});
  return ma::make_plan(with(ma::mixup{}, ma::ratio::constant{0.5f}, ma::pairing::roll{}), x, ma::key{});
}

}  // namespace

TEST_CASE("the adjoint of an edited plan follows the edit") {
  auto p = chain();
  p.edit([](auto const& columns) { columns.partner[3] = 0; });
  float const g[] = {1, 1, 1, 1};
  float grad[4];
  ma::apply_adjoint(p, ma::features(g, {4, 1}), ma::features(grad, {4, 1}));
  float const sum = grad[0] + grad[1] + grad[2] + grad[3];
  CHECK(sum == 4);
  // half of each own row; and half of a row for each row that reads it
  float want[] = {0.5f, 0.5f, 0.5f, 0.5f};
  for (index_t i = 0; i < 4; ++i) want[p.partner[i]] += 0.5f;
  for (int j = 0; j < 4; ++j) CHECK(grad[j] == want[j]);
  CHECK(want[0] == 1.5f);
}

TEST_CASE("in place, an edited plan has the pixels of apply") {
  auto p = chain();
  p.edit([](auto const& columns) {
    columns.partner[0] = 1;
    columns.partner[1] = 0;
    columns.ratio[2] = 0.25f;
  });
  float x[] = {1, 2, 4, 8}, o[4];
  ma::apply(p, ma::features(x, {4, 1}), ma::features(o, {4, 1}));
  ma::apply_inplace(p, ma::features(x, {4, 1}));
  for (int j = 0; j < 4; ++j) CHECK(x[j] == o[j]);
  CHECK((o[0] == 1.5f && o[1] == 1.5f));
}

TEST_CASE("an edit that no plan may have is refused by its column, and the plan is as it was") {
  auto p = chain();
  auto const before = p;
  auto const told = [&](auto const& write) {
    std::string const said = refusal([&] { p.edit(write); });
    CHECK(test::same_plan(p, before));
    return said;
  };
  auto const has = [](std::string const& said, char const* part) { return said.find(part) != std::string::npos; };
  CHECK(has(told([](auto const& c) { c.partner[1] = 9; }),
            "the edited plan's partner[1] is 9; expected a row in [0, 4), or -1"));
  CHECK(has(told([](auto const& c) { c.partner[2] = -2; }), "partner[2] is -2"));
  CHECK(has(told([](auto const& c) { c.self[0] = 4; }), "self[0] is 4; expected a row in [0, 4)"));
  CHECK(has(told([](auto const& c) { c.ratio[3] = 1.5f; }), "ratio[3] is 1.5; expected a ratio in [0, 1]"));
  CHECK(has(told([](auto const& c) { c.ratio[0] = std::numeric_limits<float>::quiet_NaN(); }), "ratio[0] is nan"));
  CHECK(has(told([](auto const& c) { c.share_partner[0] = std::numeric_limits<float>::infinity(); }),
            "share_partner[0] is inf; expected a finite number"));
  CHECK(has(told([](auto const& c) { c.weight_self[2] = std::numeric_limits<float>::quiet_NaN(); }), "weight_self[2]"));
  CHECK(has(told([](auto const& c) { c.choice[1] = 1; }), "choice[1] is 1; expected less than 1"));
  CHECK_THROWS_AS(p.edit([](auto const& c) {
    c.partner[0] = 2;
    throw std::runtime_error("changed my mind");
  }),
                  std::runtime_error);
  CHECK(test::same_plan(p, before));
  ma::plan_of<ma::mixup> empty;
  CHECK(has(refusal([&] { empty.edit([](auto const&) {}); }), "empty (default-constructed, or moved from)"));
}

TEST_CASE("flags and orders follow an edit") {
  auto const x = ma::nchw<float>(nullptr, {4, 1, 4, 4});
  auto p = ma::make_plan(ma::cutmix{.placement = ma::placement::inside}, x,
                         ma::key{.seed = 1, .first = 4, .global = 8, .block = 4});
  CHECK((p.flags().local && !p.flags().blends && p.flags().in_order));
  p.edit([](auto const& c) { c.partner[0] = 1; });  // a row of the global batch that this call did not plan
  CHECK_FALSE(p.flags().local);
  p.edit([](auto const& c) {
    for (int i = 0; i < 4; ++i) c.partner[i] = 7 - i;
    c.self[2] = 0;
  });
  CHECK((p.flags().local && !p.flags().in_order));
  CHECK(std::is_sorted(p.rows_by_partner.data, p.rows_by_partner.data + 4,
                       [&](index_t a, index_t b) { return p.partner[a] < p.partner[b]; }));

  auto pasted = ma::make_plan(with(ma::mixup{}, ma::ratio::constant{0}), x, ma::key{});
  CHECK_FALSE(pasted.flags().blends);
  pasted.edit([](auto const& c) { c.ratio[1] = 0.5f; });
  CHECK(pasted.flags().blends);
  CHECK(refusal([&] {
          std::int32_t ids[64] = {}, mixed[64];
          ma::apply(pasted, ma::nchw(ids, {4, 1, 4, 4}), ma::nchw(mixed, {4, 1, 4, 4}));
        }).find("ids cannot be blended") != std::string::npos);
}

TEST_CASE("an edit that reads a box at another place ends mixing in place") {
  std::vector<float> pixels(2 * 16), maps(2 * 16, 1.0f), out(2 * 16);
  for (std::size_t k = 0; k < pixels.size(); ++k) pixels[k] = static_cast<float>(k);
  auto const x = ma::nchw(pixels.data(), {2, 1, 4, 4});
  auto const m = with(ma::saliencymix{}, ma::ratio::constant{0.75f}, ma::pairing::reverse{});
  auto p = ma::make_plan(ma::serial{}, m, ma::inputs(x).scores(ma::scores(maps.data(), {2, 4, 4})), ma::key{});
  CHECK_FALSE(p.flags().moved);
  for (ma::box const& outside : {ma::box{-1, 0, 1, 3, 1, 3},
                                 {1, 2, 1, 3, 1, 3},
                                 {0, 1, -1, 1, 1, 3},
                                 {0, 1, 3, 5, 1, 3},
                                 {0, 1, 1, 3, -1, 1},
                                 {0, 1, 1, 3, 3, 5}})
    CHECK(refusal([&] {
            p.edit([&](auto const& c) {
              c.region.to[0] = {0, 1, 1, 3, 1, 3};
              c.region.from[0] = outside;
            });
          }).find("box 0 of row 0 leaves the image") != std::string::npos);
  CHECK_FALSE(p.flags().moved);
  p.edit([](auto const& c) {
    c.region.to[0] = {0, 1, 0, 2, 0, 2};
    c.region.from[0] = {0, 1, 1, 3, 2, 4};
  });
  CHECK(p.flags().moved);
  CHECK(refusal([&] { ma::apply_inplace(p, x); }).find("paste pixels at another place") != std::string::npos);
  ma::apply(p, x, ma::nchw(out.data(), {2, 1, 4, 4}));
  CHECK((out[0] == 22 && out[1] == 23 && out[4] == 26 && out[5] == 27 && out[2] == 2 && out[8] == 8));
}

TEST_CASE("boxes are edited inside the image, and shares follow when they are asked for") {
  auto const x = ma::nchw<float>(nullptr, {2, 1, 4, 8});
  auto p = ma::make_plan(with(ma::cutmix{}, ma::pairing::reverse{}), x, ma::key{.seed = 2});
  CHECK(refusal([&] {
          p.edit([](auto const& c) { c.region.box(1) = {0, 1, 0, 5, 0, 8}; });
        }).find("box 0 of row 1 leaves the image") != std::string::npos);
  auto volume = ma::make_plan(with(ma::cutmix{}, ma::pairing::reverse{}), ma::volumes<float>(nullptr, {2, 1, 3, 4, 8}),
                              ma::key{.seed = 2});
  for (ma::box const& outside : {ma::box{-1, 2, 0, 4, 0, 8},
                                 {0, 4, 0, 4, 0, 8},
                                 {0, 3, -1, 2, 0, 8},
                                 {0, 3, 0, 5, 0, 8},
                                 {0, 3, 0, 4, -1, 3},
                                 {0, 3, 0, 4, 0, 9}})
    CHECK(refusal([&] {
            volume.edit([&](auto const& c) { c.region.box(1) = outside; });
          }).find("box 0 of row 1 leaves the image") != std::string::npos);
  volume.edit([](auto const& c) { c.region.box(1) = {0, 3, 0, 4, 0, 8}; });
  CHECK(ma::pixel_share(volume, 1) == 0.0);
  float const kept = p.share_self[0];
  p.edit([](auto const& c) { c.region.box(0) = {0, 1, 0, 2, 0, 4}; });
  CHECK((p.share_self[0] == kept && ma::pixel_share(p, 0) == 0.75));
  p.edit([](auto const&) {}, ma::shares::derived);
  CHECK((p.share_self[0] == 0.75f && p.share_partner[0] == 0.25f));
  p.edit(
      [](auto const& c) {
        c.partner[0] = -1;
        c.region.box(0) = {0, 1, 0, 4, 0, 4};
        c.region.box(1) = {0, 1, 0, 1, 0, 8};
      },
      ma::shares::derived);
  CHECK((p.share_self[0] == 0.75f && p.share_partner[0] == 0.25f));  // without a partner its label is what it was
  CHECK((p.share_self[1] == 0.75f && p.share_partner[1] == 0.25f));
}

namespace {
/// Writes two boxes and says nothing of its layout; and one that says it.
struct two_boxes : ma::region::rule<ma::kind::boxes> {
  template <class Columns>
  void operator()(Columns const& c, ma::row_facts const& r, ma::random const&) const {
    c.box(r.row, 0) = {0, 1, 0, 2, 0, 2};
    c.box(r.row, 1) = {0, 1, 2, 4, 2, 4};
  }
};
struct two_said : two_boxes {
  kind::layout layout(ma::plan_shape const&) const { return {2}; }
};
}  // namespace

TEST_CASE("a rule that writes a box which its layout lacks is refused, and nothing is written past it") {
  auto const x = ma::nchw<float>(nullptr, {3, 1, 4, 4});
  auto const plan = [&](auto const& region) {
    return ma::make_plan(with(ma::cutmix{}, region, ma::pairing::reverse{}), x, ma::key{});
  };
  CHECK(refusal([&] {
          plan(two_boxes{});
        }).find("box 1 of row 0 is written, and the rule's layout has 1 boxes a sample") != std::string::npos);
  auto const p = plan(two_said{});
  for (int i = 0; i < 3; ++i) CHECK(ma::pixel_share(p, i) == 0.5);
  auto const q = ma::make_plan(ma::one_of(ma::mixup{}, with(ma::cutmix{}, two_said{}), ma::cutmix{.boxes = 3}), x,
                               ma::key{.seed = 4});
  CHECK(q.layout.rest.head.count == 2);
  CHECK(q.layout.rest.rest.count == 3);
}

}  // namespace edit_test
