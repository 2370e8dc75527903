#include "support/emulated_kit.hpp"

#include "kernel/table_cases.hpp"

TEST_KERNEL_TABLES(test::emulated_gpu);

TEST_CASE("a device table: rows that it does not have, values that are not finite, other types and shapes") {
  test::emulated_gpu const gpu;
  std::vector<float> y{1, 2, 3, 4, 5, 6}, at{1.5f, std::nanf(""), INFINITY};
  std::vector<double> other{1.5};
  std::vector<std::int64_t> rows{0, -1, 5, 6, std::int64_t{1} << 40}, out(5);
  for (std::size_t d = 1; d <= 3; ++d) {
    ma::pairing::device_gaussian_kernel const table(gpu, ma::on_device(ma::labels(y.data(), {6 / d, d})),
                                                    {.bandwidth = 10.0});
    CHECK((table.columns() == static_cast<ma::index_t>(d) && table.rows() == static_cast<ma::index_t>(6 / d) &&
           table.bytes() > 0));
    auto const drawn = ma::on_device(ma::indices(out.data(), {5}));
    table.draw(gpu, ma::on_device(ma::indices(rows.data(), {5})), ma::key{}, drawn);
    for (std::size_t i = 0; i < 5; ++i) CHECK((out[i] >= 0) == (rows[i] >= 0 && rows[i] < table.rows()));
    CHECK_THROWS_AS(table.draw(gpu, ma::on_device(ma::indices(rows.data(), {4})), ma::key{}, drawn),
                    ma::invalid_argument);
    CHECK_THROWS_AS(table.draw(gpu, ma::on_device(ma::indices<std::int64_t>(nullptr, {5})), ma::key{}, drawn),
                    ma::invalid_argument);
    CHECK_THROWS_AS(table.draw_at(gpu, ma::on_device(ma::labels(y.data(), {1, d + 1})), ma::key{},
                                  ma::on_device(ma::indices(out.data(), {1}))),
                    ma::invalid_argument);
  }
  ma::pairing::device_gaussian_kernel const line(gpu, ma::on_device(ma::labels(y.data(), {6})), {.bandwidth = 10.0});
  line.draw_at(gpu, ma::on_device(ma::labels(at.data(), {3})), ma::key{}, ma::on_device(ma::indices(out.data(), {3})));
  CHECK((out[0] >= 0 && out[1] == -1 && out[2] == -1));
  CHECK_THROWS_AS(line.draw_at(gpu, ma::on_device(ma::labels(other.data(), {1})), ma::key{},
                               ma::on_device(ma::indices(out.data(), {1}))),
                  ma::invalid_argument);
}
