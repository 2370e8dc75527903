#pragma once
#include <doctest/doctest.h>

#include <mixaug/plan/rescaled.hpp>

#include "reference/shown_class.hpp"
#include "support/memory.hpp"
#include "support/plans.hpp"

TEST_CASE_TEMPLATE_DEFINE("label grids: every cell has the class of the image that it shows", Backend, label_grids) {
  constexpr ma::index_t n = 9, m = 5;
  Backend const be{};
  std::vector<int> ids, others;
  for (int i = 0; i < n; ++i) ids.push_back(10 + i);
  for (int i = 0; i < m; ++i) others.push_back(90 + i);
  auto own = test::place<Backend>(ma::class_ids<int>(nullptr, {n}), ids);
  auto far = test::place<Backend>(ma::class_ids<int>(nullptr, {m}), others);
  auto const x = ma::nchw<float>(nullptr, {n, 3, 20, 15});
  auto const check = [&](auto const& p, bool second) {
    auto const grid = ma::rescaled(p, {7, 6});
    auto out = test::room<Backend>(ma::masks<std::int32_t>(nullptr, {n, 7, 6}));
    auto const& there = test::there(be, grid);
    if (second)
      ma::label_grid(be, there, own.view(), far.view(), out.view());
    else
      ma::label_grid(be, there, own.view(), out.view());
    auto const found = out.read();
    for (ma::index_t i = 0; i < n; ++i)
      for (ma::index_t k = 0; k < 42; ++k)
        REQUIRE(found[static_cast<std::size_t>(42 * i + k)] ==
                reference::shown_class(grid, i, k, ids, second ? others : ids, 0, false));
    CHECK(out.intact());
  };
  check(ma::make_plan(ma::patchmix{}, x, ma::key{.seed = 3}), false);
  check(ma::make_plan(ma::patchmix{.prob = 0.5f}, ma::inputs(x).source_rows(m), ma::key{.seed = 4}), true);
  check(ma::make_plan(ma::one_of(ma::gridmix{.n = 3}, ma::cutout{.length = 8}), x, ma::key{.seed = 5}), false);
}

#define TEST_LABEL_GRIDS(BACKEND) TEST_CASE_TEMPLATE_INVOKE(label_grids, BACKEND)
