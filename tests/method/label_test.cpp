#include <doctest/doctest.h>

#include <mixaug/mixaug.hpp>

namespace label_test {

namespace ma = mixaug;
using ma::index_t;

namespace {
auto const images = ma::nchw<float>(nullptr, {300, 3, 16, 20});
ma::key const k{.seed = 1};
}  // namespace

TEST_CASE("mixup labels by lambda, which is the weight of the sample itself") {
  auto const p = ma::make_plan(ma::mixup{.alpha = 0.3f}, images, k);
  for (index_t i = 0; i < 300; ++i) {
    REQUIRE(p.share_self[i] == p.ratio[i]);
    REQUIRE(p.share_partner[i] == 1.0f - p.ratio[i]);
  }
}

TEST_CASE("cutmix labels by the true share, or by lambda with correct_lam = false") {
  auto const corrected = ma::make_plan(ma::cutmix{}, images, k);
  auto const drawn = ma::make_plan(ma::cutmix{.correct_lam = false}, images, k);
  int differ = 0;
  for (index_t i = 0; i < 300; ++i) {
    double const share = 1.0 - static_cast<double>(corrected.region.box(i).volume()) / 320.0;
    REQUIRE(corrected.region.box(i) == drawn.region.box(i));
    REQUIRE(corrected.share_self[i] == static_cast<float>(share));
    REQUIRE(corrected.share_self[i] + corrected.share_partner[i] == 1.0f);
    REQUIRE(drawn.share_self[i] == drawn.ratio[i]);
    REQUIRE(drawn.share_partner[i] == 1.0f - drawn.ratio[i]);
    REQUIRE(ma::pixel_share(drawn, i) == share);
    differ += drawn.share_self[i] != corrected.share_self[i] ? 1 : 0;
  }
  CHECK(differ > 200);
  CHECK_THROWS_AS(ma::make_plan(ma::cutmix{.minmax = {0.2f, 0.5f}, .correct_lam = false}, images, k),
                  ma::invalid_argument);
}

TEST_CASE("overlapping boxes are counted once") {
  auto const p = ma::make_plan(ma::cutmix{.boxes = 8}, images, k);
  int overlapping = 0;
  for (index_t i = 0; i < 300; ++i) {
    index_t covered = 0, summed = 0;
    for (int y = 0; y < 16; ++y)
      for (int x = 0; x < 20; ++x) {
        bool in = false;
        for (index_t j = 0; j < 8; ++j)
          in = in || (p.region.box(i, j).has_row(0, y) && x >= p.region.box(i, j).x0 && x < p.region.box(i, j).x1);
        covered += in ? 1 : 0;
      }
    for (index_t j = 0; j < 8; ++j) summed += p.region.box(i, j).volume();
    REQUIRE(ma::pixel_share(p, i) == 1.0 - static_cast<double>(covered) / 320.0);
    REQUIRE(p.share_self[i] == static_cast<float>(1.0 - static_cast<double>(covered) / 320.0));
    overlapping += covered < summed ? 1 : 0;
  }
  CHECK(overlapping > 50);
}

TEST_CASE("cutout keeps the label, whatever it erases") {
  auto const p = ma::make_plan(ma::cutout{.n_holes = 3, .length = 9}, images, k);
  for (index_t i = 0; i < 300; ++i) {
    REQUIRE((p.share_self[i] == 1.0f && p.share_partner[i] == 0.0f));
    REQUIRE(ma::pixel_share(p, i) < 1.0);
  }
}

}  // namespace label_test
