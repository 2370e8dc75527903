#include "kernel/grid_cases.hpp"
#include "kernel/pass_cases.hpp"
#include "support/emulated_kit.hpp"

TEST_KERNEL_GRIDS(test::emulated_gpu);
TEST_KERNEL_PASSES(test::emulated_gpu);

TEST_CASE("on a device, a query that is no row and no point has no partner") {
  using namespace kernel_space;
  test::emulated_gpu const be;
  auto const y = labels_of<float>(1, 300, 5, 3);
  placed<test::emulated_gpu, float> const labels(be, y);
  ma::detail::brute_force<float, ma::space::device> const pass(
      ma::on_device(ma::features<float const>(labels.block.data(), {300, 5})), {.bandwidth = 1.0}, be);
  std::vector<index_t> const rows{-1, 0, 300, 299}, out(4, -7);
  std::vector<float> points(y.begin(), y.begin() + 20);
  points[7] = NAN, points[10] = INFINITY, points[19] = -INFINITY;
  placed<test::emulated_gpu, index_t> const at(be, rows), partner(be, out);
  placed<test::emulated_gpu, float> const values(be, points);
  room<test::emulated_gpu> scratch(be);
  for (bool by_row : {true, false}) {
    pass.draw(be,
              ma::detail::pass_request<float>{ma::features<float const>(values.block.data(), {4, 5}),
                                              nullptr,
                                              {.seed = 1},
                                              0,
                                              ma::row_major(partner.block.data(), ma::extents<2>{4, 1}),
                                              0,
                                              ma::indices<index_t const>(by_row ? at.block.data() : nullptr, {4})},
              scratch);
    auto const found = partner.read();
    for (std::size_t i = 0; i < 4; ++i) CHECK((found[i] >= 0) == (by_row ? i % 2 == 1 : i == 0));
  }
}
