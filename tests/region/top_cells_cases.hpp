#pragma once
#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>

#include "reference/field.hpp"
#include "region/salient_cases.hpp"

namespace test {

/// The cells that the definition of top_cells chooses: means of the scores inside each cell, the largest first, of
/// equal ones the lower cell. Scores of the tests are multiples of 1/32, so that sums are exact.
inline std::vector<bool> chosen_cells(float const* map, index_t h, index_t w, index_t gh, index_t gw, index_t k) {
  using cells = reference::field_of<ma::kind::cells>;
  std::vector<double> sum(static_cast<std::size_t>(gh * gw)), pixels(sum.size());
  for (index_t y = 0; y < h; ++y)
    for (index_t x = 0; x < w; ++x) {
      auto const j = static_cast<std::size_t>(cells::cell(y, gh, h) * gw + cells::cell(x, gw, w));
      sum[j] += static_cast<double>(map[y * w + x]);
      pixels[j] += 1;
    }
  std::vector<std::size_t> order(sum.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return sum[a] / pixels[a] > sum[b] / pixels[b]; });
  std::vector<bool> chosen(sum.size(), false);
  for (index_t j = 0; j < k; ++j) chosen[order[static_cast<std::size_t>(j)]] = true;
  return chosen;
}

/// Returns the first row of an AttentiveMix plan whose cells or labels are not those of the definition; -1 = none.
template <class Plan>
index_t first_other_cells(Plan const& p, ma::attentivemix const& m, float const* maps, float const* sources, index_t h,
                          index_t w) {
  index_t const ph = p.shape.size[1], pw = p.shape.size[2], gh = ph == 1 ? 1 : m.grid, gw = pw == 1 ? 1 : m.grid;
  bool const pasted = m.of == ma::side::source;
  for (index_t i = 0; i < p.rows(); ++i) {
    bool const mixed = p.region.grid[i].count() > 1;
    double part = pasted ? 1.0 - static_cast<double>(p.ratio[i]) : static_cast<double>(p.ratio[i]);
    index_t const k =
        m.k_from_ratio
            ? std::max<index_t>(1, static_cast<index_t>(std::floor(part * static_cast<double>(gh * gw) + 0.5)))
            : m.top_k;
    auto const chosen = mixed
                            ? chosen_cells(pasted ? sources + p.partner[i] * h * w : maps + i * h * w, h, w, gh, gw, k)
                            : std::vector<bool>();
    double kept = 0;
    for (index_t e = 0; e < ph * pw; ++e) {
      index_t const cy = reference::field_of<ma::kind::cells>::cell(e / pw, gh, ph),
                    cx = reference::field_of<ma::kind::cells>::cell(e % pw, gw, pw);
      bool const own = !mixed || chosen[static_cast<std::size_t>(cy * gw + cx)] != pasted;
      if (reference::weight(p, i, e) != (own ? 1.0f : 0.0f)) return i;
      kept += own ? 1 : 0;
    }
    auto const share = static_cast<float>(kept / static_cast<double>(ph * pw));
    if (p.share_self[i] != share || p.share_partner[i] != 1.0f - share) return i;
  }
  return -1;
}

}  // namespace test

TEST_CASE_TEMPLATE_DEFINE("attentivemix: the cells of the largest mean scores, of either image", Backend, top_cells) {
  for (auto const& size : {std::pair<ma::index_t, ma::index_t>{9, 14}, {1, 17}, {21, 8}})
    for (auto const of : {ma::side::source, ma::side::target})
      for (bool by_ratio : {false, true}) {
        test::salient_world<Backend> const world{{}, 24, size.first, size.second};
        ma::attentivemix const m{.top_k = 3, .grid = 5, .k_from_ratio = by_ratio, .of = of, .prob = 0.8f};
        auto const p = world.plan(m, {.seed = 7});
        float const* const maps = world.maps.data();
        CAPTURE(size.first);
        CAPTURE(by_ratio);
        CHECK(test::first_other_cells(p, m, maps, maps, size.first, size.second) == -1);
        ma::index_t mixed = 0;
        for (ma::index_t i = 0; i < 24; ++i) mixed += p.region.grid[i].count() > 1;
        CHECK((mixed > 12 && mixed < 24));
        CHECK((!p.flags().moved && !p.flags().blends));
      }
}

TEST_CASE_TEMPLATE_DEFINE("attentivemix: maps coarser than the image, a second source, and one_of", Backend,
                          top_cells_chosen) {
  constexpr ma::index_t n = 12, m = 7, h = 20, w = 15;
  Backend const be{};
  auto const x = test::in_space<Backend::memory>(ma::nchw<float>(nullptr, {n, 1, h, w}));
  auto const maps = test::score_maps(n, 8, 7, 3), others = test::score_maps(m, 8, 7, 4);
  auto v = test::place<Backend>(ma::scores<float>(nullptr, {n, 8, 7}), maps),
       far = test::place<Backend>(ma::scores<float>(nullptr, {m, 8, 7}), others);
  for (auto const of : {ma::side::source, ma::side::target}) {
    ma::attentivemix const method{.of = of};
    auto const own = test::planned(be, method, ma::inputs(x).scores(v.view()), ma::key{.seed = 3});
    CHECK(test::first_other_cells(own, method, maps.data(), maps.data(), 8, 7) == -1);
    auto const two = test::planned(be, method, ma::inputs(x).scores(v.view()).source_rows(m).source_scores(far.view()),
                                   ma::key{.seed = 3});
    CHECK(test::first_other_cells(two, method, maps.data(), others.data(), 8, 7) == -1);
    auto const some = test::planned(be, ma::one_of(ma::mixup{}, method, ma::gridmix{.n = 2}),
                                    ma::inputs(x).scores(v.view()), ma::key{.seed = 3});
    int chose = 0;
    for (ma::index_t i = 0; i < n; ++i) {
      if (some.choice[i] != 1 || some.partner[i] != own.partner[i]) continue;
      ++chose;
      for (ma::index_t e = 0; e < h * w; ++e) REQUIRE(reference::weight(some, i, e) == reference::weight(own, i, e));
      CHECK(some.share_self[i] == own.share_self[i]);
    }
    CHECK(chose > 0);
  }
}

#define TEST_TOP_CELLS(BACKEND)                  \
  TEST_CASE_TEMPLATE_INVOKE(top_cells, BACKEND); \
  TEST_CASE_TEMPLATE_INVOKE(top_cells_chosen, BACKEND)
