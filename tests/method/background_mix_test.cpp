#include <doctest/doctest.h>

#include "reference/mix_reference.hpp"
#include "reference/salient_reference.hpp"
#include "support/compare_plans.hpp"
#include "support/score_maps.hpp"

namespace background_mix_test {

using ma::index_t;

namespace {

constexpr ma::serial one{};
constexpr index_t n = 40, h = 14, w = 17;

struct world {
  std::vector<std::uint8_t> bytes = test::soft_images(n, 3, h, w, 6);
  std::vector<float> maps = test::score_maps(n, h, w, 9);
  std::vector<int> ids = rare_ids();
  ma::tensor_view<std::uint8_t const, 4> x = ma::nchw<std::uint8_t const>(bytes.data(), {n, index_t{3}, h, w});

  /// Class 0 is frequent, 1 and 5 are rare.
  static std::vector<int> rare_ids() {
    std::vector<int> v;
    for (int i = 0; i < n; ++i) v.push_back(i % 4 == 1 ? 1 : i % 10 == 0 ? 5 : 0);
    return v;
  }
  auto in() const { return ma::inputs(x).class_ids(ma::class_ids(ids.data(), {n})); }
  auto scored() const { return in().scores(ma::scores(maps.data(), {n, h, w})); }
};

}  // namespace

TEST_CASE("background_mix: rare samples receive the least salient part of another class; others stay as they are") {
  world const v;
  for (bool moves : {true, false})
    for (bool window : {true, false}) {
      CAPTURE(moves);
      CAPTURE(window);
      ma::background_mix const m{
          .scheme = moves ? ma::scheme::non_salient_to_non_salient : ma::scheme::non_salient_to_corresponding,
          .search = window ? ma::search::box_sum : ma::search::pixel};
      auto const p = ma::make_plan(one, m, v.scored(), ma::key{.seed = 3});
      CHECK(reference::first_misplaced(p, p.region, v.maps.data(), v.maps.data(), 0,
                                       {true, moves ? 2 : 0, window, false}) == -1);
      CHECK(p.flags().moved == moves);
      std::vector<std::uint8_t> out(v.bytes.size());
      ma::apply(one, p, v.x, ma::nchw(out.data(), {n, index_t{3}, h, w}));
      CHECK(reference::first_wrong(p, v.bytes, v.bytes, out, true) == -1);
      for (index_t i = 0; i < n; ++i) {
        int const id = v.ids[static_cast<std::size_t>(i)];
        CHECK((p.partner[i] >= 0) == (id != 0));
        if (id == 0) CHECK((p.ratio[i] == 1.0f && p.region.to[i] == ma::no_box && ma::pixel_share(p, i) == 1.0));
        if (id != 0) CHECK(v.ids[static_cast<std::size_t>(p.partner[i])] != id);
        CHECK((p.share_self[i] == 1.0f &&
               p.share_partner[i] == 0.0f));  // the object is the target's, and so is the label
      }
    }
  CHECK(test::same_plan(
      ma::make_plan(one, ma::background_mix{}, v.scored(), ma::key{}),
      ma::make_plan(one,
                    ma::background_mix{.scheme = ma::scheme::non_salient_to_non_salient, .search = ma::search::box_sum},
                    v.scored(), ma::key{})));
}

TEST_CASE("keep = source: the partner's label where its pixels came, the sample's own elsewhere") {
  world const v;
  for (float ratio : {-1.0f, 0.0f, 0.99f, 1.0f}) {  // as drawn; all of the source; sides of 1 pixel; nothing
    CAPTURE(ratio);
    auto const check = [&](auto const& p) {
      index_t taken = 0;
      for (index_t i = 0; i < n; ++i) {
        bool const came = p.partner[i] >= 0 && !p.region.to[i].empty();
        taken += came ? 1 : 0;
        CHECK((p.share_self[i] == (came ? 0.0f : 1.0f) && p.share_partner[i] == (came ? 1.0f : 0.0f)));
        CHECK(came == (ma::pixel_share(p, i) < 1.0));
      }
      CHECK((ratio == 1.0f ? taken == 0 : taken > 0));
    };
    ma::background_mix const m{.prob = 0.9f, .keep = ma::side::source};
    if (ratio < 0)
      check(ma::make_plan(one, m, v.scored(), ma::key{.seed = 5}));
    else
      check(ma::make_plan(one, with(m, ma::ratio::constant{ratio}), v.scored(), ma::key{.seed = 5}));
  }
  // A box of one pixel that `clipped` cuts to nothing gives no label either.
  auto const cut =
      with(ma::saliencymix{.border = ma::border::clip}, ma::ratio::constant{0.99f}, ma::label::keep{ma::side::source});
  auto const p = ma::make_plan(one, cut, v.scored(), ma::key{});
  for (index_t i = 0; i < n; ++i)
    CHECK((p.region.to[i].empty() && p.share_self[i] == 1.0f && p.share_partner[i] == 0.0f));
  auto const kept = ma::make_plan(one, with(ma::saliencymix{}, ma::label::keep{}), v.scored(), ma::key{});
  for (index_t i = 0; i < n; ++i) CHECK((kept.share_self[i] == 1.0f && kept.share_partner[i] == 0.0f));
}

TEST_CASE("counts of the data set, prob and mode are background_mix's own") {
  world const v;
  std::int64_t const counts[] = {10, 900, 0, 0, 0, 1000};  // in the data set class 0 is the rare one
  auto const p =
      ma::make_plan(one, ma::background_mix{.class_counts = ma::indices(counts, {6})}, v.scored(), ma::key{.seed = 1});
  auto const never = ma::make_plan(one, ma::background_mix{.prob = 0}, v.scored(), ma::key{.seed = 1});
  auto const rarer = ma::make_plan(one, ma::background_mix{.at_most = 0.2f}, v.scored(), ma::key{.seed = 1});
  auto const batch = ma::make_plan(one, ma::background_mix{.mode = ma::mode::batch}, v.scored(), ma::key{.seed = 1});
  index_t lead = 0;
  while (batch.partner[lead] < 0) ++lead;
  CHECK(lead == 0);
  for (index_t i = 0; i < n; ++i) {
    int const id = v.ids[static_cast<std::size_t>(i)];
    CHECK((p.partner[i] >= 0) == (id == 0));
    CHECK((never.ratio[i] == 1.0f && never.region.to[i] == ma::no_box));
    CHECK((rarer.partner[i] >= 0) == (id == 5));
    if (id != 0)
      CHECK((batch.ratio[i] == batch.ratio[lead] && batch.region.to[i] == batch.region.to[lead] &&
             batch.region.from[i] == batch.region.from[lead]));
    if (id == 0) CHECK((batch.ratio[i] == 1.0f && batch.region.to[i] == ma::no_box));
  }
}

TEST_CASE("parts of a global batch, and blocks, give the rows of one call") {
  world const v;
  ma::background_mix const m{.keep = ma::side::source, .detector = ma::saliency::frequency_tuned{}};
  for (index_t block : {0, 10}) {
    auto const whole = ma::make_plan(one, m, v.in(), ma::key{.seed = 7, .block = block});
    for (index_t first = 0; first < n; first += 20) {
      auto const x = ma::nchw(v.bytes.data() + first * 3 * h * w, {index_t{20}, index_t{3}, h, w});
      ma::key const key{.seed = 7, .first = first, .global = n, .block = block};
      auto in = ma::inputs(x).class_ids(ma::class_ids(v.ids.data(), {n}));
      if (block == 0)
        in.source_images(v.x);
      else
        in.class_ids(ma::class_ids(v.ids.data() + first, {20}));
      auto const p = ma::make_plan(one, m, in, key);
      for (index_t i = 0; i < 20; ++i) CHECK(test::same_row(p, i, whole, first + i));
    }
  }
}

TEST_CASE("a source of backgrounds: source_images, source_class_ids and rows of their own") {
  world const v;
  auto const others = test::soft_images(7, 3, h, w, 12);
  auto const source = ma::nchw(others.data(), {index_t{7}, index_t{3}, h, w});
  int const source_ids[] = {9, 9, 1, 5, 9, 9, 9};
  auto const p = ma::make_plan(
      one, ma::background_mix{},
      v.in().source_rows(7).source_images(source).source_class_ids(ma::class_ids(source_ids, {7})), ma::key{.seed = 2});
  std::vector<std::uint8_t> out(v.bytes.size());
  ma::apply(one, p, v.x, source, ma::nchw(out.data(), {n, index_t{3}, h, w}));
  CHECK(reference::first_wrong(p, v.bytes, others, out, true) == -1);
  for (index_t i = 0; i < n; ++i)
    if (p.partner[i] >= 0) CHECK(source_ids[p.partner[i]] != v.ids[static_cast<std::size_t>(i)]);
}

}  // namespace background_mix_test
