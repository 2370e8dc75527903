// SPDX-License-Identifier: MIT
// The backend on LibTorch's threads against serial. Compiled with OpenMP, as LibTorch's threads are.
#include <mixaug/interop/torch.hpp>
// LibTorch defines CHECK; doctest's is meant here.
#undef CHECK
#include <doctest/doctest.h>
#include <mixaug/mixaug.hpp>

namespace ma = mixaug;

TEST_CASE("torch: the backend on LibTorch's threads has serial's bits") {
  at::manual_seed(1);
  auto const threads = at::get_num_threads();
  auto const x = at::randn({37, 3, 20, 24});
  auto const ids = at::randint(5, {37}, at::kLong);
  auto const plan = ma::make_plan(ma::serial{}, ma::saliencymix{}, ma::nchw<float>(x), ma::key{.seed = 5});
  auto const once = ma::make_plan(ma::mixup{}, ma::nchw<float>(x), ma::key{.seed = 5});
  for (int const count : {1, 3}) {
    at::set_num_threads(count);
    CHECK(ma::torch_parallel{}.lanes() == count);
    auto const same = ma::make_plan(ma::torch_parallel{}, ma::saliencymix{}, ma::nchw<float>(x), ma::key{.seed = 5});
    CHECK(at::equal(ma::mix(ma::torch_parallel{}, same, x), ma::mix(ma::serial{}, plan, x)));
    CHECK(at::equal(ma::mix(ma::torch_parallel{}, once, x), ma::mix(ma::serial{}, once, x)));
    auto a = x.clone(), b = x.clone();
    ma::mix_(ma::torch_parallel{}, once, a);
    ma::mix_(ma::serial{}, once, b);
    CHECK(at::equal(a, b));
    CHECK(at::equal(ma::soft_labels(ma::torch_parallel{}, once, ids, 5), ma::soft_labels(ma::serial{}, once, ids, 5)));
    bool inside = false;
    at::parallel_for(0, 2, 1, [&](std::int64_t begin, std::int64_t) {
      if (begin == 0) inside = ma::torch_parallel{}.lanes() == 1 || at::get_num_threads() == 1;
    });
    CHECK(inside);
  }
  at::set_num_threads(threads);
}
