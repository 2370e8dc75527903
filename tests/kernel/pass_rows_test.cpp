#include <doctest/doctest.h>

#include <algorithm>
#include <mixaug/backend/serial.hpp>
#include <mixaug/kernel/detail/pass/pass.hpp>

#include "support/kernel_space.hpp"

namespace pass_rows_test {

using namespace kernel_space;

TEST_CASE("a query by row is that row's label, and is not drawn where it must not be") {
  auto const y = labels_of<float>(1, 530, 6, 9);
  std::vector<index_t> const rows{529, 0, 77, 255, 256};
  std::vector<float> points;
  for (index_t i : rows) points.insert(points.end(), y.begin() + 6 * i, y.begin() + 6 * i + 6);
  for (bool with_self : {true, false}) {
    ma::detail::brute_force<float> const pass(ma::features(y.data(), {530, 6}), {0.5, ma::kernel::gaussian, with_self},
                                              ma::serial{});
    std::vector<index_t> one(500, -7), other(500, -7);
    ma::workspace<ma::space::host> scratch;
    auto const draw = [&](bool by_row, std::vector<index_t>& out) {
      pass.draw(ma::serial{},
                ma::detail::pass_request<float>{
                    by_row ? ma::tensor_view<float const, 2>{} : ma::features<float const>(points.data(), {5, 6}),
                    by_row ? nullptr : rows.data(),
                    {.seed = 11},
                    7,
                    ma::row_major(out.data(), ma::extents<2>{5, 100}),
                    0,
                    ma::indices(by_row ? rows.data() : nullptr, {5})},
                scratch);
    };
    draw(true, one), draw(false, other);
    CHECK(one == other);
    for (std::size_t i = 0; i < 5; ++i)
      CHECK((std::count(one.begin() + static_cast<long>(100 * i), one.begin() + static_cast<long>(100 * i + 100),
                        rows[i]) > 0) == with_self);
  }
}

TEST_CASE("a pass refuses partners that are not one for each query") {
  std::vector<float> const y{0, 1, 2, 3};
  std::vector<index_t> const rows{0, 1};
  std::vector<index_t> out(3, -7);
  ma::detail::brute_force<float> const pass(ma::features(y.data(), {2, 2}), {.bandwidth = 1.0}, ma::serial{});
  ma::workspace<ma::space::host> scratch;
  ma::detail::pass_request<float> const r{
      {}, nullptr, {}, 0, ma::row_major(out.data(), ma::extents<2>{3, 1}), 0, ma::indices(rows.data(), {2})};
  CHECK_THROWS_WITH_AS(pass.draw(ma::serial{}, r, scratch),
                       "mixaug: partners is 3 rows; expected 2, one for each query", ma::invalid_argument);
  CHECK(out[0] == -7);
}

}  // namespace pass_rows_test
