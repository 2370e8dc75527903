#include <doctest/doctest.h>

#include <mixaug/augment/device_follow.hpp>

#include "augment/augment_cases.hpp"
#include "support/count_allocations.hpp"
#include "support/emulated_device.hpp"

namespace allocation_test {

namespace au = ma::augment;
using ma::index_t;

TEST_CASE("nothing is allocated after the first step of a shape") {
  if (!test::counts_allocations()) return;
  REQUIRE(test::counts_every_new());
  index_t const n = 3, h = 23, w = 30;
  auto const x = test::photos(n, 3, h, w);
  std::vector<int> const ids(static_cast<std::size_t>(n * h * w), 3);
  for (au::chain const& c : augment_cases::chains()) {
    auto const in = ma::nhwc(x.data(), {n, h, w, 3});
    au::plan p;
    ma::make_plan(c, in, ma::key{}, p);
    index_t const oh = p.out().height, ow = p.out().width;
    std::vector<float> out(static_cast<std::size_t>(n * 3 * oh * ow));
    std::vector<int> moved(static_cast<std::size_t>(n * oh * ow));
    auto const step = [&](std::uint64_t s) {
      ma::make_plan(c, in, ma::key{.step = s}, p);
      ma::apply(ma::serial{}, p, in, ma::nchw(out.data(), {n, 3, oh, ow}));
      ma::apply_masks(ma::serial{}, p, ma::masks(ids.data(), {n, h, w}), ma::masks(moved.data(), {n, oh, ow}));
    };
    step(0);
    auto const before = test::allocations();
    for (std::uint64_t s = 1; s < 6; ++s) step(s);
    CHECK(test::allocations() == before);
  }
}

TEST_CASE("a device allocates nothing after the first step of a shape") {
  if (!test::counts_allocations()) return;
  index_t const n = 3, h = 23, w = 30;
  auto const x = test::photos(n, 3, h, w);
  std::vector<int> const ids(static_cast<std::size_t>(n * h * w), 3);
  for (au::chain const& c : augment_cases::chains()) {
    auto const in = ma::nhwc(x.data(), {n, h, w, 3});
    au::device_plan<ma::space::host> p;
    ma::stage(c, in, ma::key{}, p);
    index_t const oh = p.out().height, ow = p.out().width;
    std::vector<float> out(static_cast<std::size_t>(n * 3 * oh * ow));
    std::vector<int> moved(static_cast<std::size_t>(n * oh * ow));
    auto const step = [&](std::uint64_t s) {
      ma::stage(c, in, ma::key{.step = s}, p);
      ma::apply(test::emulated_device{}, p, in, ma::nchw(out.data(), {n, 3, oh, ow}));
      ma::apply_masks(test::emulated_device{}, p, ma::masks(ids.data(), {n, h, w}),
                      ma::masks(moved.data(), {n, oh, ow}));
    };
    step(0);
    auto const before = test::allocations();
    for (std::uint64_t s = 1; s < 4; ++s) step(s);
    CHECK(test::allocations() == before);
  }
}

}  // namespace allocation_test
