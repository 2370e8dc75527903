#include <doctest/doctest.h>

#include "reference/salient_reference.hpp"
#include "support/compare_plans.hpp"
#include "support/score_maps.hpp"

namespace salient_source_test {

using ma::index_t;

namespace {

constexpr ma::serial one{};
constexpr ma::scheme schemes[] = {ma::scheme::salient_to_corresponding,   ma::scheme::salient_to_salient,
                                  ma::scheme::salient_to_non_salient,     ma::scheme::non_salient_to_salient,
                                  ma::scheme::non_salient_to_non_salient, ma::scheme::non_salient_to_corresponding};
constexpr struct {
  bool valley;
  int target;
} meaning[] = {{false, 0}, {false, 1}, {false, 2}, {true, 1}, {true, 2}, {true, 0}};

/// A batch of n images, a source of m, and the maps of a detector for both.
struct pair_of {
  index_t n, m, h = 13, w = 18, c = 3;
  std::vector<std::uint8_t> bytes = test::soft_images(n, c, h, w, 3), others = test::soft_images(m, c, h, w, 4);

  auto x() const { return ma::nchw(bytes.data(), {n, c, h, w}); }
  auto source() const { return ma::nchw(others.data(), {m, c, h, w}); }
  template <class D>
  std::vector<float> maps(D const& d, bool of_source) const {
    auto const v = of_source ? source() : x();
    std::vector<float> out(static_cast<std::size_t>(v.extent[0] * h * w));
    ma::saliency_map(one, d, v, ma::scores(out.data(), {v.extent[0], h, w}));
    return out;
  }
};
template <class T>
auto scores_of(std::vector<T> const& v, pair_of const& b) {
  return ma::scores(v.data(), {static_cast<index_t>(v.size()) / (b.h * b.w), b.h, b.w});
}

/// A detector of a user's own: bright is salient.
struct brightness : ma::saliency::rule {
  void check(ma::map_shape const&) const {}
  std::size_t bytes(ma::map_shape const&) const { return 0; }
  void operator()(ma::image_batch const& images, index_t i, float* map, std::byte*) const {
    for (index_t y = 0; y < images.height(); ++y) images.values(i, 0, y, map + y * images.width());
  }
};

}  // namespace

TEST_CASE("a detector, and its maps given as scores, give the same plan") {
  pair_of const b{11, 7};
  auto const check = [&](auto const& detector) {
    CAPTURE(detector.name);
    auto const maps = b.maps(detector, false), far = b.maps(detector, true);
    std::vector<double> const doubles(maps.begin(), maps.end());
    for (int k = 0; k < 6; ++k)
      for (auto const of : {ma::search::pixel, ma::search::box_sum}) {
        ma::saliencymix const m{.prob = 0.9f, .scheme = schemes[k], .detector = detector, .search = of};
        auto given = m;
        given.detector = ma::saliency::given{};
        ma::key const key{.seed = 5, .step = static_cast<std::uint64_t>(k)};
        auto const p = ma::make_plan(one, m, b.x(), key);
        CHECK(test::same_plan(p, ma::make_plan(one, given, ma::inputs(b.x()).scores(scores_of(maps, b)), key)));
        CHECK(test::same_plan(
            p, ma::make_plan(one, m, ma::inputs(b.x()).scores(scores_of(doubles, b)), key)));  // maps go first
        auto const q = ma::make_plan(one, m, ma::inputs(b.x()).source_rows(7).source_images(b.source()), key);
        CHECK(test::same_plan(
            q, ma::make_plan(
                   one, given,
                   ma::inputs(b.x()).source_rows(7).scores(scores_of(maps, b)).source_scores(scores_of(far, b)), key)));
        if (of == ma::search::pixel)
          CHECK(reference::first_misplaced(q, q.region, maps.data(), far.data(), 0,
                                           {meaning[k].valley, meaning[k].target, false, false}) == -1);
        CHECK((!q.flags().local && q.flags().moved == (meaning[k].target != 0)));
      }
  };
  check(ma::saliency::fine_grained{});
  check(ma::saliency::spectral_residual{.work_height = 16, .work_width = 16});
  check(ma::saliency::frequency_tuned{.order = ma::channel_order::bgr});
  auto const own = ma::make_plan(one, with(ma::saliencymix{}, brightness{}), b.x(), ma::key{.seed = 3});
  CHECK(test::same_plan(
      own, ma::make_plan(one, ma::saliencymix{}, ma::inputs(b.x()).scores(scores_of(b.maps(brightness{}, false), b)),
                         ma::key{.seed = 3})));
}

TEST_CASE("scores in half precision and any layout; a map of a model, on a batch whose pixels are never read") {
  constexpr index_t n = 10, h = 6, w = 9;
  auto const maps = test::score_maps(n, h, w, 2);
  std::vector<ma::float16> halves;
  for (float v : maps) halves.push_back({reference::encode_float16(static_cast<double>(v))});
  auto const in = [&] { return ma::inputs(ma::nchw<float>(nullptr, {n, index_t{64}, h, w})); };  // no memory at all
  ma::saliencymix const m{.scheme = ma::scheme::salient_to_non_salient};
  auto const p = ma::make_plan(one, m, in().scores(ma::scores(maps.data(), {n, h, w})), ma::key{.seed = 4});
  CHECK(
      test::same_plan(p, ma::make_plan(one, m, in().scores(ma::scores(halves.data(), {n, h, w})), ma::key{.seed = 4})));
  auto turned = test::place<ma::serial>(ma::scores<float>(nullptr, {n, h, w}, {-1, n * w, n}), maps);
  CHECK(test::same_plan(p, ma::make_plan(one, m, in().scores(turned.view()), ma::key{.seed = 4})));
  CHECK(reference::first_misplaced(p, p.region, maps.data(), maps.data(), 0, {false, 2, false, false}) == -1);
  std::vector<float> signed_zeros = maps;  // -0 is 0
  for (float& v : signed_zeros)
    if (v == 0.0f) v = -0.0f;
  CHECK(test::same_plan(
      p, ma::make_plan(one, m, in().scores(ma::scores(signed_zeros.data(), {n, h, w})), ma::key{.seed = 4})));
}

TEST_CASE(
    "partners outside the call's rows: source_images hold the global batch, and parts give the rows of one call") {
  constexpr index_t n = 24;
  pair_of const all{n, 1};
  for (int k = 0; k < 6; ++k) {
    ma::saliencymix const m{.scheme = schemes[k], .detector = ma::saliency::frequency_tuned{}};
    auto const whole = ma::make_plan(one, m, all.x(), ma::key{.seed = 6});
    auto const maps = all.maps(ma::saliency::frequency_tuned{}, false);
    for (index_t first = 0; first < n; first += 8) {
      pair_of part{8, 1};
      part.bytes.assign(all.bytes.begin() + first * 3 * 13 * 18, all.bytes.begin() + (first + 8) * 3 * 13 * 18);
      ma::key const key{.seed = 6, .first = first, .global = n};
      auto const p = ma::make_plan(one, m, ma::inputs(part.x()).source_images(all.x()), key);
      std::vector<float> const mine(maps.begin() + first * 13 * 18, maps.begin() + (first + 8) * 13 * 18);
      auto const q = ma::make_plan(
          one, m, ma::inputs(part.x()).scores(scores_of(mine, part)).source_scores(scores_of(maps, part)), key);
      CHECK(test::same_plan(p, q));
      CHECK(!p.flags().local);
      for (index_t i = 0; i < 8; ++i) CHECK(test::same_row(p, i, whole, first + i));
    }
    // Blocks keep partners inside, and nothing else is asked for.
    ma::key const block{.seed = 6, .block = 4}, second{.seed = 6, .first = 8, .global = n, .block = 4};
    auto const blocks = ma::make_plan(one, m, all.x(), block);
    pair_of part{8, 1};
    part.bytes.assign(all.bytes.begin() + 8 * 3 * 13 * 18, all.bytes.begin() + 16 * 3 * 13 * 18);
    auto const p = ma::make_plan(one, m, part.x(), second);
    for (index_t i = 0; i < 8; ++i) CHECK(test::same_row(p, i, blocks, 8 + i));
  }
}

TEST_CASE("one_of: each member reads its own detector's maps, draws by its own mode, and may read none") {
  pair_of const b{40, 1};
  ma::saliencymix const first{.detector = ma::saliency::frequency_tuned{}},
      second{.prob = 0.7f,
             .mode = ma::mode::batch,
             .scheme = ma::scheme::salient_to_salient,
             .detector = ma::saliency::spectral_residual{.work_height = 16}};
  ma::saliencymix const third{.scheme = ma::scheme::non_salient_to_corresponding,
                              .detector = ma::saliency::fine_grained{}};
  auto const p =
      ma::make_plan(one, ma::one_of(first, ma::cutmix{.boxes = 2}, second, third), b.x(), ma::key{.seed = 9});
  auto const tuned = b.maps(ma::saliency::frequency_tuned{}, false), fine = b.maps(ma::saliency::fine_grained{}, false);
  auto const residual = b.maps(ma::saliency::spectral_residual{.work_height = 16}, false);
  auto const &last = p.region.rest.rest.rest, &batch = p.region.rest.rest.head;
  CHECK(reference::first_misplaced(p, p.region.head, tuned.data(), tuned.data(), 0, {}, 0) == -1);
  CHECK(reference::first_misplaced(p, last, fine.data(), fine.data(), 0, {true, 0, false, false}, 3) == -1);
  index_t lead = -1, alike = 0;
  for (index_t i = 0; i < 40; ++i) {
    if (p.choice[i] != 2) continue;
    if (lead < 0) lead = i;
    alike += p.ratio[i] == p.ratio[lead] && batch.from[i] == batch.from[lead] && batch.to[i] == batch.to[lead] ? 1 : 0;
  }
  index_t chose = 0;
  for (index_t i = 0; i < 40; ++i) chose += p.choice[i] == 2 ? 1 : 0;
  REQUIRE(lead >= 0);
  CHECK(alike == chose);  // one box for the batch: that of the first row that chose it
  CHECK(batch.from[lead] ==
        reference::salient_box(residual.data() + p.partner[lead] * 13 * 18, 13, 18, p.ratio[lead], false, {}));
  CHECK(batch.to[lead] == reference::salient_box(residual.data() + lead * 13 * 18, 13, 18, p.ratio[lead], false, {}));
  CHECK((p.flags().moved && chose > 3 && p.ratio[lead] < 1.0f));
}

}  // namespace salient_source_test
