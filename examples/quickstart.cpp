// SPDX-License-Identifier: MIT
// The first program of README.md: CutMix on a batch of images, with its soft labels.
#include <cstdint>
#include <cstdio>
#include <mixaug/mixaug.hpp>
#include <vector>

namespace ma = mixaug;

int main() {
  int const n = 8, c = 3, h = 32, w = 32, num_classes = 10;
  std::vector<float> pixels(n * c * h * w, 0.5f), mixed(pixels.size());
  std::vector<std::int64_t> ids = {0, 1, 2, 3, 4, 5, 6, 7};
  std::vector<float> soft(n * num_classes);

  // [quickstart]
  auto x = ma::nchw(pixels.data(), {n, c, h, w});  // views: a pointer and extents, nothing is copied
  auto out = ma::nchw(mixed.data(), {n, c, h, w});
  auto class_ids = ma::class_ids(ids.data(), {n});
  auto targets = ma::features(soft.data(), {n, num_classes});

  for (std::uint64_t step = 0; step < 3; ++step) {
    auto plan = ma::make_plan(ma::cutmix{.alpha = 1.0f}, x, ma::key{.seed = 42, .step = step});
    ma::apply(plan, x, out);                                         // mixed pixels
    ma::soft_labels(plan, class_ids, targets, {.smoothing = 0.1f});  // dense float32 (n, num_classes)
    // or the pair form for any loss: plan.partner[i], plan.share_self[i], plan.share_partner[i]
    std::printf("step %d: row 0 keeps %.3f of its pixels, the rest is row %d\n", int(step), double(plan.share_self[0]),
                int(plan.partner[0]));
  }
  // [quickstart]

  float total = 0.0f;  // each row of soft labels sums to 1
  for (float v : soft) total += v;
  return total > n - 0.001f && total < n + 0.001f ? 0 : 1;
}
