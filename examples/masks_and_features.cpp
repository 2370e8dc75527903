// SPDX-License-Identifier: MIT
// One plan for everything that belongs to a batch: images, segmentation masks, feature maps at another
// resolution, soft labels, regression targets.
#include <cstdint>
#include <cstdio>
#include <mixaug/mixaug.hpp>
#include <vector>

namespace ma = mixaug;

int main() {
  int const n = 4, h = 32, w = 32, d = 16, classes = 3;
  std::vector<std::uint8_t> images(n * h * w * 3), mixed(images.size()), masks(n * h * w), mixed_masks(masks.size());
  std::vector<float> maps(n * d * 8 * 8), mixed_maps(maps.size()), soft(n * classes), age = {20, 30, 40, 50},
                                                                                      mixed_age(n);
  std::vector<int> ids = {0, 1, 2, 0};
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < h * w; ++j) {
      masks[static_cast<std::size_t>(i * h * w + j)] = static_cast<std::uint8_t>(i);  // the id of image i is i
      for (int k = 0; k < 3; ++k)
        images[static_cast<std::size_t>((i * h * w + j) * 3 + k)] = static_cast<std::uint8_t>(10 * i);
    }

  auto x = ma::nhwc(images.data(), {n, h, w, 3});
  auto plan = ma::make_plan(ma::with(ma::cutmix{}, ma::pairing::derangement{}), x, ma::key{.seed = 3});
  ma::apply(plan, x, ma::nhwc(mixed.data(), {n, h, w, 3}));
  ma::apply(plan, ma::masks(masks.data(), {n, h, w}),
            ma::masks(mixed_masks.data(), {n, h, w}));  // ids are pasted, never blended

  auto small = ma::rescaled(plan, {8, 8});  // the boxes on an 8 x 8 grid; label coefficients are kept
  ma::apply(small, ma::nchw(maps.data(), {n, d, 8, 8}), ma::nchw(mixed_maps.data(), {n, d, 8, 8}));

  ma::soft_labels(plan, ma::class_ids(ids.data(), {n}), ma::features(soft.data(), {n, classes}));
  ma::mix_targets(plan, ma::labels(age.data(), {n}), ma::labels(mixed_age.data(), {n}));

  int wrong = 0;
  for (std::size_t j = 0; j < mixed_masks.size(); ++j)
    wrong += mixed[3 * j] != 10 * mixed_masks[j];  // masks follow the pixels
  for (int i = 0; i < n; ++i)
    std::printf("row %d: %.3f of class %d, %.3f of class %d; age %.1f; 8 x 8 grid: %.3f of the cells are its own\n", i,
                double(plan.share_self[i]), ids[static_cast<std::size_t>(i)], double(plan.share_partner[i]),
                ids[static_cast<std::size_t>(plan.partner[i])], double(mixed_age[static_cast<std::size_t>(i)]),
                ma::pixel_share(small, i));

  try {  // a method that blends refuses ids instead of inventing classes
    ma::apply(ma::make_plan(ma::mixup{}, x, ma::key{.seed = 3}), ma::masks(masks.data(), {n, h, w}),
              ma::masks(mixed_masks.data(), {n, h, w}));
    ++wrong;
  } catch (ma::invalid_argument const& e) {
    std::printf("%s\n", e.what());
  }
  return wrong;
}
