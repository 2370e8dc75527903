#pragma once
#include <doctest/doctest.h>

#include "reference/salient_reference.hpp"
#include "support/compare_plans.hpp"
#include "support/memory.hpp"
#include "support/score_maps.hpp"

namespace test {

/// Score maps in a backend's memory, and plans made from them, brought back to the host.
template <class Backend>
struct salient_world {
  Backend be;
  index_t n, h, w;
  std::vector<float> maps = score_maps(n, h, w, 3);
  ma::tensor_view<float, 4> x = ma::nchw<float>(nullptr, {n, 1, h, w});

  template <class Method>
  ma::plan_of<Method> plan(Method const& m, ma::key const& k) const {
    auto v = place<Backend>(ma::scores<float>(nullptr, {n, h, w}), maps);
    return planned(be, m, ma::inputs(in_space<Backend::memory>(x)).scores(v.view()), k);
  }
};

struct scheme_case {
  ma::scheme scheme;
  bool source_valley;
  int target;
};
inline constexpr scheme_case schemes[] = {
    {ma::scheme::salient_to_corresponding, false, 0},  {ma::scheme::salient_to_salient, false, 1},
    {ma::scheme::salient_to_non_salient, false, 2},    {ma::scheme::non_salient_to_salient, true, 1},
    {ma::scheme::non_salient_to_non_salient, true, 2}, {ma::scheme::non_salient_to_corresponding, true, 0}};

}  // namespace test

TEST_CASE_TEMPLATE_DEFINE("saliencymix: boxes where the maps say, for every scheme, anchor and window", Backend,
                          salient_places) {
  for (auto const& size : {std::pair<ma::index_t, ma::index_t>{9, 14}, {1, 17}, {19, 1}, {12, 2}, {23, 8}}) {
    ma::index_t const h = size.first, w = size.second;
    test::salient_world<Backend> const world{{}, 24, h, w};
    CAPTURE(h);
    CAPTURE(w);
    for (auto const& s : test::schemes)
      for (int form = 0; form < 3; ++form) {
        CAPTURE(static_cast<int>(s.scheme));
        CAPTURE(form);
        if (form == 2 && (s.target != 0 || w == 2)) continue;  // an axis of 2 pixels has no clipped box
        ma::saliencymix const m{.prob = 0.8f,
                                .scheme = s.scheme,
                                .search = form == 1 ? ma::search::box_sum : ma::search::pixel,
                                .border = form == 2 ? ma::border::clip : ma::border::shift};
        auto const p = world.plan(m, {.seed = 7});
        float const* const maps = world.maps.data();
        CHECK(reference::first_misplaced(p, p.region, maps, maps, 0,
                                         {s.source_valley, s.target, form == 1, form == 2}) == -1);
        CHECK(p.flags().moved == (s.target != 0));
        for (ma::index_t i = 0; i < 24; ++i) {
          double const share = 1.0 - static_cast<double>(p.region.to[i].volume()) / static_cast<double>(h * w);
          CHECK(p.share_self[i] == static_cast<float>(share));
          CHECK(p.share_partner[i] == 1.0f - p.share_self[i]);
        }
      }
  }
}

TEST_CASE_TEMPLATE_DEFINE("saliencymix beside others in one_of, each with its own options", Backend, salient_chosen) {
  test::salient_world<Backend> const world{{}, 40, 11, 16};
  ma::saliencymix const first{.alpha = 2},
      second{.scheme = ma::scheme::non_salient_to_salient, .search = ma::search::box_sum};
  auto const p = world.plan(ma::one_of(first, ma::mixup{}, second, ma::cutmix{}), {.seed = 5});
  float const* const maps = world.maps.data();
  CHECK(reference::first_misplaced(p, p.region.head, maps, maps, 0, {}, 0) == -1);
  CHECK(reference::first_misplaced(p, p.region.rest.rest.head, maps, maps, 0, {true, 1, true, false}, 2) == -1);
}

TEST_CASE_TEMPLATE_DEFINE(
    "saliencymix of mode batch in one_of: the first row of that choice places one box for the others", Backend,
    salient_chosen_batch) {
  test::salient_world<Backend> const world{{}, 40, 11, 16};
  float const* const maps = world.maps.data();
  int told = 0;  // plans in which another row's maps, or another place, would show
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    CAPTURE(seed);
    ma::saliencymix const first{.alpha = 2}, second{.mode = ma::mode::batch, .scheme = ma::scheme::salient_to_salient};
    auto const p = world.plan(ma::one_of(first, ma::mixup{}, second, ma::cutmix{}), {.seed = seed});
    ma::index_t lead = 0;
    while (lead < 40 && p.choice[lead] != 2) ++lead;
    if (lead == 40) continue;
    auto const from = reference::salient_box(maps + p.partner[lead] * 176, 11, 16, p.ratio[lead], false, {});
    auto const to = reference::salient_box(maps + lead * 176, 11, 16, p.ratio[lead], false, {});
    for (ma::index_t i = 0; i < 40; ++i) {
      if (p.choice[i] != 2) continue;
      CHECK((p.region.rest.rest.head.from[i] == from && p.region.rest.rest.head.to[i] == to));
      CHECK(p.ratio[i] == p.ratio[lead]);
    }
    CHECK(reference::first_misplaced(p, p.region.head, maps, maps, 0, {}, 0) == -1);
    auto const of_row_0 = reference::salient_box(maps, 11, 16, p.ratio[lead], false, {}),
               of_partner_0 = reference::salient_box(maps + p.partner[0] * 176, 11, 16, p.ratio[lead], false, {});
    told += lead > 0 && !to.empty() && !(to == of_row_0) && !(from == of_partner_0) && !(to == from);
  }
  CHECK(told >= 2);
}

TEST_CASE_TEMPLATE_DEFINE("saliencymix, mode batch: the first pair's maps place one box for all", Backend,
                          salient_batch) {
  test::salient_world<Backend> const world{{}, 9, 20, 20};
  for (auto const& s : test::schemes) {
    auto const p = world.plan(ma::saliencymix{.mode = ma::mode::batch, .scheme = s.scheme}, {.seed = 11});
    float const* const maps = world.maps.data();
    auto const from = reference::salient_box(maps + p.partner[0] * 400, 20, 20, p.ratio[0], s.source_valley, {});
    auto const to = s.target == 0 ? from : reference::salient_box(maps, 20, 20, p.ratio[0], s.target == 2, {});
    for (int i = 0; i < 9; ++i) CHECK((p.region.from[i] == from && p.region.to[i] == to));
  }
}

TEST_CASE_TEMPLATE_DEFINE("saliencymix: parts of a batch and any backend give the same boxes", Backend, salient_split) {
  test::salient_world<Backend> const world{{}, 24, 10, 13};
  ma::saliencymix const m{.scheme = ma::scheme::salient_to_non_salient};
  ma::key const k{.seed = 2, .block = 6};
  auto const whole = world.plan(m, k);
  auto const serial = test::salient_world<ma::serial>{{}, 24, 10, 13}.plan(m, k);
  CHECK(test::same_plan(whole, serial));
  for (ma::index_t first = 0; first < 24; first += 12) {
    test::salient_world<Backend> part{{}, 12, 10, 13};
    part.maps.assign(world.maps.begin() + first * 130, world.maps.begin() + (first + 12) * 130);
    auto const p = part.plan(m, {.seed = 2, .first = first, .global = 24, .block = 6});
    for (ma::index_t i = 0; i < 12; ++i)
      CHECK((p.region.from[i] == whole.region.from[first + i] && p.region.to[i] == whole.region.to[first + i]));
  }
}

#define TEST_SALIENT(BACKEND)                               \
  TEST_CASE_TEMPLATE_INVOKE(salient_places, BACKEND);       \
  TEST_CASE_TEMPLATE_INVOKE(salient_chosen, BACKEND);       \
  TEST_CASE_TEMPLATE_INVOKE(salient_batch, BACKEND);        \
  TEST_CASE_TEMPLATE_INVOKE(salient_chosen_batch, BACKEND); \
  TEST_CASE_TEMPLATE_INVOKE(salient_split, BACKEND)
