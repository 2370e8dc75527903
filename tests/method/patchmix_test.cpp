#include <doctest/doctest.h>

#include <cmath>

#include "reference/shown_class.hpp"
#include "support/compare_plans.hpp"
#include "support/refusal.hpp"

namespace patchmix_test {

using ma::index_t;
using test::refusal;

namespace {

constexpr index_t n = 30;
auto images(index_t rows = n) { return ma::nchw<float>(nullptr, {rows, 3, 84, 84}); }

}  // namespace

TEST_CASE("the published grid: corners b * 11 / 84 rounded half to even, classes of either image, no lambda") {
  auto const p = ma::make_plan(ma::patchmix{}, images(), ma::key{.seed = 2});
  std::vector<int> ids(n);
  for (int i = 0; i < n; ++i) ids[static_cast<std::size_t>(i)] = i;
  std::vector<std::int64_t> grid(n * 121, -7);
  ma::label_grid(ma::serial{}, p, ma::class_ids(ids.data(), {n}), ma::masks(grid.data(), {n, 11, 11}));
  index_t shown = 0;
  for (index_t i = 0; i < n; ++i) {
    ma::box const b = p.region.box(i);
    auto const corner = [](int v) { return static_cast<int>(std::nearbyint(v * 11.0 / 84.0)); };
    for (int y = 0; y < 11; ++y)
      for (int x = 0; x < 11; ++x) {
        bool const in = y >= corner(b.y0) && y < corner(b.y1) && x >= corner(b.x0) && x < corner(b.x1);
        REQUIRE(grid[static_cast<std::size_t>(121 * i + 11 * y + x)] == (in ? p.partner[i] : i));
        shown += in ? 1 : 0;
      }
  }
  CHECK(shown > 500);
  CHECK(test::same_plan(p, ma::make_plan(ma::cutmix{}, images(), ma::key{.seed = 2})));
  auto const episode = ma::make_plan(ma::patchmix{.mode = ma::mode::batch}, images(), ma::key{.seed = 2});
  for (index_t i = 1; i < n; ++i) CHECK(episode.region.box(i) == episode.region.box(0));
}

TEST_CASE("hard pairs follow the tour; gathered ids, signals, volumes, and a grid of bytes with strides") {
  std::vector<float> distances = {0, 1, 9, 1, 1, 0, 1, 9, 9, 1, 0, 1, 1, 9, 1, 0};  // the square 0 1 2 3
  std::vector<std::int64_t> next(4);
  ma::shortest_tour(ma::features(distances.data(), {4, 4}), ma::indices(next.data(), {4}));
  std::vector<int> ids(n);
  for (int i = 0; i < n; ++i) ids[static_cast<std::size_t>(i)] = i % 4;
  std::vector<std::int64_t> const successor = next;
  auto const method = with(ma::patchmix{}, ma::pairing::class_tour{ma::indices(successor.data(), {4})});
  auto const p =
      ma::make_plan(method, ma::inputs(images()).class_ids(ma::class_ids(ids.data(), {n})), ma::key{.seed = 4});
  std::vector<std::uint8_t> grid(n * 40, 77);
  auto const strided = ma::masks(grid.data(), {n, index_t{5}, index_t{6}}, {40, 8, 1});
  ma::label_grid(p, ma::class_ids(ids.data(), {n}), strided);
  std::vector<int> fetched(n);
  for (index_t i = 0; i < n; ++i) {
    CHECK(ids[static_cast<std::size_t>(p.partner[i])] == (i % 4 + 1) % 4);
    fetched[static_cast<std::size_t>(i)] = ids[static_cast<std::size_t>(p.partner[i])];
    for (index_t k = 0; k < 40; ++k) {
      auto const v = grid[static_cast<std::size_t>(40 * i + k)];
      CHECK((k % 8 < 6 ? v == i % 4 || v == (i % 4 + 1) % 4 : v == 77));
    }
  }
  std::vector<std::uint8_t> again(n * 40, 77);
  ma::label_grid(p, ma::class_ids(ids.data(), {n}), ma::gathered(ma::class_ids(fetched.data(), {n})),
                 ma::masks(again.data(), {n, index_t{5}, index_t{6}}, {40, 8, 1}));
  CHECK(again == grid);
  auto const lines = ma::make_plan(ma::patchmix{}, ma::signals<float>(nullptr, {n, 2, 50}), ma::key{.seed = 5});
  std::vector<std::int16_t> parts(n * 10);
  ma::label_grid(lines, ma::class_ids(ids.data(), {n}), ma::labels(parts.data(), {n, 10}));
  auto const small = ma::rescaled(lines, {10});
  for (index_t i = 0; i < n; ++i)
    for (index_t k = 0; k < 10; ++k)
      CHECK(parts[static_cast<std::size_t>(10 * i + k)] == reference::shown_class(small, i, k, ids, ids, 0, false));
  auto const blocks = ma::make_plan(ma::patchmix{}, ma::volumes<float>(nullptr, {n, 1, 6, 8, 8}), ma::key{.seed = 5});
  std::vector<std::int32_t> cells(n * 3 * 4 * 4);
  ma::label_grid(blocks, ma::class_ids(ids.data(), {n}),
                 ma::tensor_view<std::int32_t, 4>{cells.data(), {n, 3, 4, 4}, {48, 16, 4, 1}});
  auto const coarse = ma::rescaled(blocks, {3, 4, 4});
  for (index_t i = 0; i < n; ++i)
    for (index_t k = 0; k < 48; ++k)
      CHECK(cells[static_cast<std::size_t>(48 * i + k)] == reference::shown_class(coarse, i, k, ids, ids, 0, false));
}

TEST_CASE("what label grids refuse, and write nothing") {
  auto const p = ma::make_plan(ma::patchmix{}, images(4), ma::key{.seed = 1});
  std::vector<int> ids{0, 1, 2, 300};
  std::vector<std::uint8_t> bytes(4 * 9, 5);
  std::vector<std::int32_t> grid(4 * 9, 5);
  auto const cells = ma::masks(grid.data(), {4, 3, 3});
  auto const of = ma::class_ids(ids.data(), {4});
  auto const has = [&](auto const& call, char const* part) {
    std::string const said = refusal(call);
    CAPTURE(said);
    CHECK(said.find(part) != std::string::npos);
    for (std::int32_t v : grid) CHECK(v == 5);
    for (std::uint8_t v : bytes) CHECK(v == 5);
  };
  auto const mixed = ma::make_plan(ma::mixup{}, images(4), ma::key{.seed = 1});
  auto const part = ma::make_plan(ma::patchmix{}, images(4), ma::key{.seed = 1, .global = 8});
  auto const flat =
      ma::make_plan(ma::with(ma::mixup{}, ma::ratio::constant{1}), ma::features<float>(nullptr, {4, 9}), ma::key{});
  has([&] { ma::label_grid(mixed, of, cells); }, "this plan blends pixels");
  has([&] { ma::label_grid(part, of, cells); }, "partners lie outside the batch; give their class ids");
  has([&] { ma::label_grid(flat, of, cells); }, "label_grid needs a plan with spatial extents");
  has([&] { ma::label_grid(p, ma::class_ids(ids.data(), {3}), cells); }, "class_ids is 3 rows; expected 4 rows");
  has([&] { ma::label_grid(p, of, ma::masks(grid.data(), {3, 3, 3})); }, "the grid is 3 rows; expected 4 rows");
  has([&] { ma::label_grid(p, of, ma::labels(grid.data(), {4, 9})); }, "the grid is of rank 2; expected rank 3");
  has(
      [&] {
        ma::label_grid(p, of, ma::masks(bytes.data(), {4, 3, 3}));
      },
      "class_ids(3) is 300; expected a class id that");
  has([&] { ma::label_grid(p, of, ma::masks(grid.data(), {4, 3, 0})); }, "rescaled's extents");
  has([&] { ma::label_grid(p, of, ma::masks<std::int32_t>(nullptr, {4, 3, 3})); }, "the grid is a null pointer");
  has([&] { ma::label_grid(p, of, ma::masks(grid.data(), {4, 3, 3}, {0, 3, 1})); }, "the grid");
  has([&] { ma::label_grid(p, of, ma::class_ids(ids.data(), {2}), cells); },
      "the source's ids is 2 rows; expected 4 rows");
  has([&] { ma::label_grid(p, ma::class_ids(grid.data(), {4}), cells); }, "the grid is sharing memory with class_ids");
  has([&] { ma::label_grid(ma::plan_of<ma::cutmix>(), of, cells); }, "the plan is empty");
}

}  // namespace patchmix_test
