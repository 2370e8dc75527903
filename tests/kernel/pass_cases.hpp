#pragma once
#include <mixaug/kernel/detail/pass/pass.hpp>

#include "support/kernel_space.hpp"

/// A pass over labels of many columns on any backend: the partners of serial.
namespace kernel_space {

/// Partners of a pass, of rows and points, with so little scratch that a device takes turns.
template <class A, class Backend>
void same_pass(Backend const& be, int law, std::size_t n, std::size_t d, ma::pairing::kernel_options const& o,
               std::size_t slots = 2, std::size_t most = 300000) {
  constexpr ma::space S = ma::detail::table_builder<Backend>::memory;
  INFO("law ", law, ", n ", n, ", columns ", d, ", h ", o.bandwidth, ", tophat ", o.kernel == ma::kernel::tophat);
  auto y = labels_of<A>(law, n, d, n + d);
  ma::detail::brute_force<A> const expected(ma::features(y.data(), {n, d}), o, ma::serial{});
  placed<Backend, A> const labels(be, y);
  ma::detail::brute_force<A, S> const found(in<S>(ma::features<A const>(labels.block.data(), {n, d})), o, be);
  std::size_t const m = std::min<std::size_t>(n, 45);
  std::vector<index_t> rows(m), one(m * slots), other(m * slots, -7);
  for (std::size_t i = 0; i < m; ++i) rows[i] = static_cast<index_t>(i * 7919 % n);
  for (std::size_t i = 0; i < m * d; ++i) y[i] += static_cast<A>(i % 3 == 0 ? 0 : 0.4 * std::min(o.bandwidth, 1e3));
  placed<Backend, index_t> const at(be, rows), out(be, other);
  placed<Backend, A> const values(be, y);
  ma::workspace<ma::space::host> host;
  room<Backend> scratch(be);
  for (bool by_row : {true, false}) {
    auto const request = [&](index_t const* r, A const* p, index_t* to) {
      return ma::detail::pass_request<A>{ma::features(p, {m, d}),
                                         nullptr,
                                         {.seed = 4},
                                         9,
                                         ma::row_major(to, ma::extents<2>{m, slots}),
                                         3,
                                         ma::indices(by_row ? r : nullptr, {m})};
    };
    expected.draw(ma::serial{}, request(rows.data(), y.data(), one.data()), host);
    found.draw(be, request(at.block.data(), values.block.data(), out.block.data()), scratch, most);
    auto const drawn = out.read();
    [[maybe_unused]] std::size_t different = 0;
    for (std::size_t i = 0; i < one.size(); ++i) different += drawn[i] != one[i];
#if defined(MIXAUG_FMA)
    CHECK(different == 0);
#else
    CHECK(different <= (S == ma::space::device ? 1 + one.size() / 100 : 0));  // a device has fma
#endif
  }
}

}  // namespace kernel_space

TEST_CASE_TEMPLATE_DEFINE("partners of a pass are those of serial", Backend, kernel_space_passes) {
  using namespace kernel_space;
  Backend const be{};
  for (int law = 0; law <= reference::laws; ++law)
    for (std::size_t n : {1u, 255u, 700u})
      for (std::size_t d : {4u, 10u}) {
        ma::pairing::kernel_options const o{law == 5 ? 1e-20 : 0.3 * static_cast<double>(d),
                                            law == 3 ? ma::kernel::tophat : ma::kernel::gaussian, n == 700};
        same_pass<float>(be, law, n, d, o);
        if (n == 700) same_pass<double>(be, law, n, d, o, 3);
      }
  for (int law : {0, 2})
    same_pass<float>(be, law, 700, 4, {0.003, ma::kernel::gaussian, law == 0});  // next to no other row
  same_pass<float>(be, 1, 2000, 64, {4.0, ma::kernel::gaussian, false}, 1, 1 << 20);
  same_pass<float>(be, 1, 600, 512, {11.0, ma::kernel::gaussian, false}, 40);
}

#define TEST_KERNEL_PASSES(BACKEND) TEST_CASE_TEMPLATE_INVOKE(kernel_space_passes, BACKEND)
