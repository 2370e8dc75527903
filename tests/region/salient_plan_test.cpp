#include <doctest/doctest.h>

#include <cmath>
#include <mixaug/plan/plan_text.hpp>
#include <sstream>

#include "reference/mix_reference.hpp"
#include "support/compare_plans.hpp"
#include "support/plans.hpp"
#include "support/score_maps.hpp"

namespace salient_plan_test {

// Plans whose boxes move, away from the images that they were made on: at another resolution, and as text.
using ma::index_t;

namespace {

constexpr ma::serial one{};

struct maker {
  index_t n, h, w;
  std::vector<float> maps = test::score_maps(n, h, w, 5);

  template <class M>
  ma::plan_of<M> plan(M const& m, std::uint64_t seed) const {
    auto const x = ma::nchw<float>(nullptr, {n, index_t{3}, h, w});
    return ma::make_plan(one, m, ma::inputs(x).scores(ma::scores(maps.data(), {n, h, w})), ma::key{.seed = seed});
  }
};

/// x * to / from in doubles: the tie is exact, so nearbyint sees it.
std::int32_t corner(index_t b, index_t to, index_t from) {
  return static_cast<std::int32_t>(std::nearbyint(static_cast<double>(b * to) / static_cast<double>(from)));
}

std::string written(auto const& p) {
  std::ostringstream out;
  ma::write_plan(out, p);
  return out.str();
}
ma::any_plan read(std::string const& text) {
  std::istringstream in(text);
  return ma::read_plan(in);
}
/// The same pixels from two plans, and the same gradients.
template <class P, class Q>
void check_replay(P const& p, Q const& q) {
  auto const layout = ma::nhwc<float>(nullptr, {p.shape.samples, p.shape.size[1], p.shape.size[2], index_t{2}});
  auto x = test::place<ma::serial>(layout, test::any_values<float>(layout.size(), 3));
  auto a = test::room<ma::serial>(layout), b = test::room<ma::serial>(layout);
  ma::apply(one, p, x.view(), a.view()), ma::apply(one, q, x.view(), b.view());
  CHECK(test::first_difference(a.read(), b.read()) == -1);
  ma::apply_adjoint(one, p, x.view(), a.view()), ma::apply_adjoint(one, q, x.view(), b.view());
  CHECK(test::first_difference(a.read(), b.read()) == -1);
}

}  // namespace

TEST_CASE("boxes that move, at another resolution: corners rounded, both of one size, both inside") {
  maker const images{30, 32, 28};
  index_t pushed = 0, vanished = 0;
  for (auto const scheme : {ma::scheme::salient_to_salient, ma::scheme::non_salient_to_non_salient})
    for (auto const of : {ma::search::pixel, ma::search::box_sum}) {
      auto const p = images.plan(ma::saliencymix{.prob = 0.9f, .scheme = scheme, .search = of}, 4);
      for (index_t h : {1, 2, 3, 7, 16, 31, 32, 64})
        for (index_t w : {1, 5, 14, 28, 50}) {
          auto const q = ma::rescaled(p, {h, w});
          CHECK(q.flags().moved);
          for (index_t i = 0; i < p.rows(); ++i) {
            ma::box const a = p.region.to[i], b = p.region.from[i], t = q.region.to[i], f = q.region.from[i];
            ma::box const expected{
                0, 1, corner(a.y0, h, 32), corner(a.y1, h, 32), corner(a.x0, w, 28), corner(a.x1, w, 28)};
            if (a.empty() || expected.empty()) {
              REQUIRE((t.empty() && f.empty()));
              vanished += a.empty() ? 0 : 1;
              continue;
            }
            REQUIRE(t == expected);
            std::int32_t const bh = t.y1 - t.y0, bw = t.x1 - t.x0, y = corner(b.y0, h, 32), x = corner(b.x0, w, 28);
            std::int32_t const y0 = std::min(y, static_cast<std::int32_t>(h) - bh),
                               x0 = std::min(x, static_cast<std::int32_t>(w) - bw);
            REQUIRE((f == ma::box{0, 1, y0, y0 + bh, x0, x0 + bw}));
            REQUIRE((f.y0 >= 0 && f.x0 >= 0 && f.y1 <= h && f.x1 <= w));
            pushed += y0 != y || x0 != x ? 1 : 0;
          }
          auto const layout = ma::nchw<float>(nullptr, {index_t{30}, index_t{5}, h, w});
          auto const values = test::any_values<float>(layout.size(), 6);
          auto x = test::place<ma::serial>(layout, values);
          auto out = test::room<ma::serial>(layout);
          ma::apply(one, q, x.view(), out.view());
          REQUIRE(reference::first_wrong(q, values, values, out.read(), true) == -1);
          check_replay(q, ma::rescaled(ma::to_any(p), {h, w}));
        }
      CHECK(test::same_plan(ma::rescaled(p, {32, 28}), p));
    }
  CHECK((pushed > 10 && vanished > 10));
}

TEST_CASE("boxes that stay, at another resolution, are read where they are written, and derived shares are theirs") {
  maker const images{20, 32, 32};
  auto const p = images.plan(ma::one_of(ma::saliencymix{}, ma::cutmix{}), 3);
  auto const q = ma::rescaled(p, {7, 9}, ma::shares::derived);
  CHECK((!p.flags().moved && !q.flags().moved));
  for (index_t i = 0; i < 20; ++i) {
    CHECK(q.state(i).tile_at(0).source.by == ma::offset{});
    CHECK(q.share_self[i] == static_cast<float>(ma::pixel_share(q, i)));
    CHECK(q.ratio[i] == p.ratio[i]);
  }
}

TEST_CASE("plans of score-driven methods read back to the same text, pixels and gradients") {
  maker const images{14, 12, 10};
  auto const check = [&](auto const& m) {
    auto const p = images.plan(m, 6);
    auto const q = read(written(p));
    CHECK(written(q) == written(p));
    index_t wrong = 0;
    for (index_t i = 0; i < p.rows(); ++i)
      wrong += !(p.state(i).tile_at(0).source.by == q.state(i).tile_at(0).source.by) ||
               ma::pixel_share(p, i) != ma::pixel_share(q, i) || p.rows_by_partner[i] != q.rows_by_partner[i];
    CHECK(wrong == 0);
    check_replay(p, q);
  };
  check(ma::saliencymix{.prob = 0.8f});
  check(ma::saliencymix{.border = ma::border::clip});
  check(ma::saliencymix{.scheme = ma::scheme::salient_to_salient});
  check(ma::saliencymix{
      .mode = ma::mode::batch, .scheme = ma::scheme::non_salient_to_salient, .search = ma::search::box_sum});
  check(ma::one_of(ma::mixup{}, ma::saliencymix{.scheme = ma::scheme::salient_to_non_salient}, ma::cutmix{.boxes = 3},
                   ma::cutout{.length = 4}));
  auto const small = ma::rescaled(images.plan(ma::saliencymix{.scheme = ma::scheme::salient_to_salient}, 2), {5, 3});
  CHECK(written(read(written(small))) == written(small));
}

TEST_CASE("the text of a plan whose box moves is as documented; what does not fit is refused") {
  std::string const head =
      "mixaug-plan 3\nrows 2 samples 2 source_rows 2 own_source 1 first 0\nsize 4 5\nkey 1 0 0 2 0\nblends 0 moves 1 "
      "local 1\nchoice 0 box_pair mix\n"
      "columns choice self partner ratio share_self share_partner weight_self weight_partner field\n";
  std::string const tail = "\n0 1 -1 1 1 0 1 1 0,0,0,0,0,0 0,0,0,0,0,0\nend 2\n", row = "0 0 1 0.5 0.7 0.3 1 1 ";
  auto const p = read(head + row + "0,1,0,2,1,4 0,1,2,4,2,5" + tail);
  CHECK(written(p) == head + row + "0,1,0,2,1,4 0,1,2,4,2,5" + tail);
  CHECK((p.flags().moved && p.state(0).tile_at(0).source.by == ma::offset{0, 2, 1} && ma::pixel_share(p, 0) == 0.7));
  CHECK(read(head + row + "0,1,0,2,1,4 0,1,0,2,1,4" + tail)
            .flags()
            .moved);  // what the method may do, not what this step drew
  std::string still = head;
  still.replace(still.find("moves 1"), 7, "moves 0");
  CHECK(!read(still + row + "0,1,0,2,1,4 0,1,0,2,1,4" + tail).flags().moved);
  CHECK_THROWS_WITH_AS(
      read(still + row + "0,1,0,2,1,4 0,1,2,4,2,5" + tail),
      doctest::Contains(
          "line 8 of the plan text is a box read at another place; expected one place, for the plan says moves 0"),
      ma::invalid_argument);
  for (char const* boxes : {"0,1,0,2,1,4", "0,1,0,2,1,4 0,1,2,4,2,4", "0,1,0,2,1,4 0,1,3,5,2,5",
                            "0,1,0,2,1,4 0,1,2,4,3,6", "0,1,0,2,1,4 0,0,0,0,0,0", "0,1,0,2,1,4 0,1,2,4,-1,2",
                            "0,1,0,2,1,4 0,1,2,4,2,5 0,1,0,2,1,4", "0,1,0,2,1,4 0,1,2,4,2"}) {
    CAPTURE(boxes);
    CHECK_THROWS_WITH_AS(read(head + row + boxes + tail), doctest::Contains("line 8 of the plan text"),
                         ma::invalid_argument);
  }
  std::ostringstream table;
  table << p;
  CHECK(table.str().find("box_pair y 0..2 x 1..4 from y 2..4 x 2..5") != std::string::npos);
}

}  // namespace salient_plan_test
