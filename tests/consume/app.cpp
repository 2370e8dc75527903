// What a user's first program does: mix a small batch and look at the labels.
#include <mixaug/mixaug.hpp>

#include <cstdio>
#include <vector>

namespace ma = mixaug;

int main() {
  const int n = 4, c = 3, h = 8, w = 8;
  std::vector<float> pixels(n * c * h * w), mixed(pixels.size());
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<float>(i / (c * h * w));

  const auto x = ma::nchw(pixels.data(), {n, c, h, w});
  const auto out = ma::nchw(mixed.data(), {n, c, h, w});
  const auto plan = ma::make_plan(ma::cutmix{.alpha = 1.0f}, x, ma::key{.seed = 42, .step = 1});
  ma::apply(plan, x, out);

  for (int i = 0; i < n; ++i) {
    const float share = plan.share_self[i] + plan.share_partner[i];
    if (share < 0.999f || share > 1.001f) return 1;
  }
  std::puts("mixed");
  return 0;
}
