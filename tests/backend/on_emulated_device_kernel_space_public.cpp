#include "support/emulated_kit.hpp"
#include "support/kernel_space.hpp"

TEST_CASE("a device_gaussian_kernel of several columns draws the partners of a gaussian_kernel") {
  using namespace kernel_space;
  test::emulated_gpu const gpu;
  for (std::size_t d : {2u, 3u, 5u, 40u}) {
    std::size_t const n = 700, m = 90;
    auto const y = labels_of<float>(1, n, d, 5);
    auto const labels = ma::labels<float const>(y.data(), {n, d});
    ma::pairing::kernel_options const o{0.3 * std::sqrt(static_cast<double>(d)), ma::kernel::gaussian, false};
    ma::pairing::gaussian_kernel const host(labels, o);
    ma::pairing::device_gaussian_kernel const built(gpu, ma::on_device(labels), o), sent = ma::upload(gpu, host);
    CHECK(
        (built.columns() == static_cast<index_t>(d) && built.bytes() == host.bytes() && sent.bytes() == host.bytes()));
    std::vector<std::int64_t> rows(m), one(2 * m), other(2 * m);
    for (std::size_t i = 0; i < m; ++i) rows[i] = static_cast<std::int64_t>(i * 7);
    auto const asked = ma::indices<std::int64_t const>(rows.data(), {m});
    auto const points = ma::labels<float const>(y.data() + d, {m, d});
    auto const to = [&](auto& v) { return ma::row_major(v.data(), ma::extents<2>{m, 2}); };
    ma::key const k{.seed = 8, .first = 3};
    host.draw(asked, k, to(one));
    for (auto const* table : {&built, &sent}) {
      table->draw(gpu, ma::on_device(asked), k, ma::on_device(to(other)));
      CHECK(other == one);
    }
    host.draw_at(points, k, to(one));
    built.draw_at(gpu, ma::on_device(points), k, ma::on_device(to(other)));
    CHECK(other == one);
    rows[3] = 700, rows[4] = -1;
    built.draw(gpu, ma::on_device(asked), k, ma::on_device(to(other)));
    CHECK((other[5] >= 0 && other[6] == -1 && other[7] == -1 && other[9] == -1 && other[10] >= 0));
  }
}
