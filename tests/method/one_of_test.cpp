#include <doctest/doctest.h>

#include <vector>

#include "reference/statistics.hpp"
#include "support/compare_plans.hpp"

namespace one_of_test {

namespace ma = mixaug;
using ma::index_t;

namespace {
auto images(index_t n) { return ma::nchw<float>(nullptr, {n, 3, 16, 20}); }

template <class Plan>
std::vector<double> choices(Plan const& p, std::size_t methods) {
  std::vector<double> counts(methods);
  for (index_t i = 0; i < p.rows(); ++i) counts.at(p.choice[i]) += 1;
  return counts;
}
}  // namespace

TEST_CASE("choices follow the weights; a weight of 0 is never chosen") {
  ma::one_of method(ma::mixup{}, ma::cutmix{}, ma::cutout{.length = 4}, ma::mixup{.alpha = 8});
  CHECK(reference::uniform_p(choices(ma::make_plan(method, images(20000), ma::key{.seed = 1}), 4)) >
        reference::level(3));
  float const weight[] = {1, 0, 0.25f, 2.75f};
  for (int k = 0; k < 4; ++k) method.weight[k] = weight[k];
  auto const counts = choices(ma::make_plan(method, images(20000), ma::key{.seed = 2}), 4);
  CHECK(counts[1] == 0);
  CHECK(reference::chi_square_p({counts[0], counts[2], counts[3]}, {5000, 1250, 13750}) > reference::level(3));
  method.mode = ma::mode::batch;
  std::vector<double> batches(4);
  for (std::uint64_t step = 0; step < 2000; ++step) {
    auto const p = ma::make_plan(method, images(3), ma::key{.seed = 3, .step = step});
    REQUIRE((p.choice[0] == p.choice[1] && p.choice[0] == p.choice[2]));
    batches[p.choice[0]] += 1;
  }
  CHECK(reference::chi_square_p({batches[0], batches[2], batches[3]}, {500, 125, 1375}) > reference::level(3));
}

TEST_CASE("each row has exactly the decisions of its method alone") {
  ma::mixup const a{.alpha = 0.4f, .prob = 0.8f};
  ma::cutmix const b{.placement = ma::placement::inside, .correct_lam = false, .boxes = 2};
  auto const c = with(ma::cutmix{.mode = ma::mode::batch}, ma::pairing::reverse{}, ma::ratio::uniform{0.1f, 0.2f});
  ma::cutout const d{.n_holes = 3, .length = 4};
  ma::key const k{.seed = 4};
  auto const x = images(400);
  auto const p = ma::make_plan(ma::one_of(a, b, c, d), x, k);
  auto const pa = ma::make_plan(a, x, k);
  auto const pb = ma::make_plan(b, x, k);
  auto const pc = ma::make_plan(c, x, k);
  auto const pd = ma::make_plan(d, x, k);
  auto same = [&](index_t i, auto const& q) {
    return p.partner[i] == q.partner[i] && p.ratio[i] == q.ratio[i] && p.share_self[i] == q.share_self[i] &&
           p.share_partner[i] == q.share_partner[i];
  };
  auto const counts = choices(p, 4);
  for (double n : counts) CHECK(n > 60);
  for (index_t i = 0; i < 400; ++i) {
    CAPTURE(i);
    switch (p.choice[i]) {
      case 0:
        REQUIRE(same(i, pa));
        break;
      case 1:
        REQUIRE(same(i, pb));
        for (index_t j = 0; j < 2; ++j) REQUIRE(p.region.rest.head.box(i, j) == pb.region.box(i, j));
        REQUIRE(p.layout.rest.head.count == 2);  // its own, beside cutout's three
        break;
      case 2:
        REQUIRE(same(i, pc));
        REQUIRE(p.region.rest.rest.head.box(i) == pc.region.box(i));
        break;
      default:
        REQUIRE(same(i, pd));
        for (index_t j = 0; j < 3; ++j) REQUIRE(p.region.rest.rest.rest.box(i, j) == pd.region.box(i, j));
    }
  }
}

TEST_CASE("one method alone is that method") {
  auto const p = ma::make_plan(ma::one_of(ma::cutmix{}), images(30), ma::key{.seed = 5});
  auto const q = ma::make_plan(ma::cutmix{}, images(30), ma::key{.seed = 5});
  for (index_t i = 0; i < 30; ++i) {
    CHECK(p.choice[i] == 0);
    CHECK(p.region.box(i) == q.region.box(i));
    CHECK(p.ratio[i] == q.ratio[i]);
  }
}

TEST_CASE("with replaces the stage of each rule's column and keeps the others") {
  ma::cutmix const base{.alpha = 0.5f, .boxes = 2};
  ma::key const k{.seed = 6};
  auto const x = images(64);
  auto const before = ma::make_plan(base, x, k);
  auto const after = ma::make_plan(with(base, ma::pairing::reverse{}, ma::label::keep{}, ma::when{.prob = 0.5f}), x, k);
  int fired = 0;
  for (index_t i = 0; i < 64; ++i) {
    REQUIRE(after.partner[i] == 63 - i);
    REQUIRE(after.share_self[i] == 1.0f);
    REQUIRE(after.share_partner[i] == 0.0f);
    if (after.ratio[i] == 1.0f) continue;
    ++fired;
    REQUIRE(after.ratio[i] == before.ratio[i]);
    REQUIRE(after.region.box(i, 1) == before.region.box(i, 1));
  }
  CHECK((fired > 10 && fired < 54));
  auto const erased = ma::make_plan(with(base, ma::blend::erase{.fill = 3}, ma::region::random_box{.length = 6}), x, k);
  CHECK(erased.blend.fill.value[0] == 3.0f);
  CHECK(erased.region.box(0).volume() <= 36);
  CHECK(std::is_same_v<decltype(with(base, ma::region::whole{}).region), ma::region::whole>);
  // twice: the later call wins; a batch again
  auto const twice = with(with(base, ma::ratio::constant{0.1f}), ma::ratio::constant{0.2f});
  CHECK(ma::make_plan(twice, x, k).ratio[5] == 0.2f);
}

}  // namespace one_of_test
