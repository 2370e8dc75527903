// SPDX-License-Identifier: MIT
// Takes images through every augmentation and through the published recipes, and shows them on a sheet, one row a
// chain; the boxes around the objects, where they are known, follow their images.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <mixaug/augment/augment.hpp>
#include <mixaug/augment/follow.hpp>
#include <mixaug/augment/recipes.hpp>
#include <mixaug/mixaug.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/canvas.hpp"
#include "support/drawn_images.hpp"
#include "support/load_images.hpp"
#include "support/options.hpp"

namespace ma = mixaug;
namespace au = ma::augment;
using example::image_set;

// The sheet: a row a chain, a column an image.
class chain_sheet {
 public:
  chain_sheet(image_set const& set, std::uint64_t seed)
      : set_(set),
        seed_(seed),
        side_(static_cast<int>(set.w)),
        picture_(label + static_cast<int>(set.n) * (side_ + gap), paper) {
    picture_.extend(70);
    picture_.text(24, 20, "mixaug augmentations", 22, ink, true);
    boxes_of_objects();
  }
  // Takes the images through the chain and adds what comes out.
  void show(std::string const& name, std::string const& options, au::chain const& chain) {
    auto const in = ma::nhwc(set_.pixels.data(), {set_.n, set_.h, set_.w, 3});
    auto const plan = ma::make_plan(chain, in, ma::key{.seed = seed_, .step = step_++});
    ma::index_t const h = plan.out().height, w = plan.out().width;
    std::vector<std::uint8_t> out(static_cast<std::size_t>(set_.n * 3 * h * w));
    ma::apply(plan, in, ma::nhwc(out.data(), {set_.n, h, w, 3}));

    std::vector<float> moved(boxes_.size());
    std::vector<std::uint8_t> kept(static_cast<std::size_t>(set_.n));
    if (!boxes_.empty())
      ma::apply_boxes(plan, ma::row_major<float const>(boxes_.data(), ma::extents<3>{set_.n, 1, 4}),
                      ma::row_major(moved.data(), ma::extents<3>{set_.n, 1, 4}),
                      ma::row_major(kept.data(), ma::extents<2>{set_.n, 1}), {.min_visibility = 0.2f});

    int const top = picture_.height();
    picture_.extend(static_cast<int>(h) + gap);
    picture_.text(24, top + 8, name, 15, ink, true);
    picture_.text(24, top + 34, options, 11, grey);
    for (ma::index_t i = 0; i < set_.n; ++i) {
      int const x = label + static_cast<int>(i) * (side_ + gap);
      picture_.image(x, top, out.data() + static_cast<std::size_t>(i * 3 * h * w), static_cast<int>(h),
                     static_cast<int>(w), 1);
      if (boxes_.empty() || kept[static_cast<std::size_t>(i)] == 0) continue;
      float const* const b = moved.data() + 4 * i;
      picture_.marked_box(x + static_cast<int>(b[2]), top + static_cast<int>(b[0]), static_cast<int>(b[3] - b[2]),
                          static_cast<int>(b[1] - b[0]));
    }
  }
  bool write_png(std::string const& path) { return picture_.write_png(path); }

 private:
  static constexpr int label = 330, gap = 14;
  static constexpr example::rgb paper{255, 255, 255}, ink{28, 30, 36}, grey{104, 108, 118};

  // The box around each mask.
  void boxes_of_objects() {
    if (set_.masks.empty()) return;
    for (std::int64_t i = 0; i < set_.n; ++i) {
      std::int64_t y0 = set_.h, y1 = 0, x0 = set_.w, x1 = 0;
      for (std::int64_t k = 0; k < set_.h * set_.w; ++k) {
        if (set_.masks[static_cast<std::size_t>(i * set_.h * set_.w + k)] == 0) continue;
        y0 = std::min(y0, k / set_.w), y1 = std::max(y1, k / set_.w + 1);
        x0 = std::min(x0, k % set_.w), x1 = std::max(x1, k % set_.w + 1);
      }
      for (std::int64_t v : {std::min(y0, y1), y1, std::min(x0, x1), x1}) boxes_.push_back(static_cast<float>(v));
    }
  }

  image_set const& set_;
  std::uint64_t seed_, step_ = 0;
  int side_;
  example::canvas picture_;
  std::vector<float> boxes_;
};

void show_steps(chain_sheet& sheet, ma::index_t side) {
  float const unit = static_cast<float>(side) / 128.0f;  // pixels of an image of 128
  au::image_size const part{side * 3 / 4, side * 3 / 4}, whole{side, side};
  sheet.show("as they are", "", au::chain{au::flip{}});
  sheet.show("crop, flip", "padding, both chances 1/2",
             au::chain{au::crop{.size = whole, .padding = side / 8}, au::flip{.horizontal = 0.5f, .vertical = 0.5f}});
  sheet.show("resized_crop", "scale 0.08 to 1", au::chain{au::resized_crop{.size = whole}});
  sheet.show("affine", "degrees, translate, scale, shear",
             au::chain{au::affine{
                 .degrees = {-30, 30}, .translate = {0.1f, 0.1f}, .scale = {0.7f, 1.3f}, .shear = {-15, 15}}});
  sheet.show("affine, reflect", "bicubic",
             au::chain{au::affine{.degrees = {-45, 45},
                                  .scale = {0.6f, 0.9f},
                                  .interpolation = au::interpolation::bicubic,
                                  .border = au::border::reflect}});
  sheet.show("perspective", "distortion 0.6", au::chain{au::perspective{.distortion = 0.6f}});
  sheet.show("lens", "barrel and pincushion", au::chain{au::lens{.k1 = {-0.25f, 0.6f}}});
  sheet.show("elastic", "alpha 5, sigma 8",
             au::chain{au::elastic{.alpha = {5 * unit, 5 * unit}, .sigma = {8 * unit, 8 * unit}}});
  sheet.show(
      "color_jitter", "all four",
      au::chain{au::color_jitter{
          .brightness = {0.6f, 1.4f}, .contrast = {0.6f, 1.4f}, .saturation = {0.3f, 1.8f}, .hue = {-0.15f, 0.15f}}});
  sheet.show("pca_color", "alphastd 0.5, to be seen", au::chain{au::pca_color{.alphastd = 0.5f}});
  sheet.show("color_cast", "-40 to 40 levels", au::chain{au::color_cast{.amount = {-40, 40}}});
  sheet.show("grayscale", "prob 1/2", au::chain{au::grayscale{.prob = 0.5f}});
  sheet.show("gamma", "0.4 to 2.5", au::chain{au::gamma{.gamma = {0.4f, 2.5f}}});
  sheet.show("vignette", "radius 0.2, strength 0.4 to 1",
             au::chain{au::vignette{.radius = {0.2f, 0.2f}, .strength = {0.4f, 1}}});
  sheet.show("gaussian_noise", "sigma 0 to 40 levels", au::chain{au::gaussian_noise{.sigma = {0, 40}}});
  sheet.show("salt_and_pepper", "amount 0 to 0.1", au::chain{au::salt_and_pepper{.amount = {0, 0.1f}}});
  sheet.show("occlusion", "a constant", au::chain{au::occlusion{.fill = 127.0f}});
  sheet.show("occlusion, noise", "", au::chain{au::occlusion{.noise = true}});
  sheet.show("gaussian_blur", "sigma 0.5 to 3", au::chain{au::gaussian_blur{.sigma = {0.5f * unit, 3 * unit}}});
  sheet.show("motion_blur", "length up to 15, any angle",
             au::chain{au::motion_blur{.length = {5 * unit, 15 * unit}, .angle = {0, 360}, .direction = {-1, 1}}});
  sheet.show("krizhevsky2012", "", au::krizhevsky2012(part));
  sheet.show("simard2003", "scaled to the images", au::simard2003(static_cast<float>(side)));
  sheet.show("deep_image2015", "", au::deep_image2015(part));
  for (float c : {0.2f, 0.7f})
    sheet.show("bengio2011", "complexity " + std::to_string(c).substr(0, 3), au::bengio2011(c));
}

int main(int argc, char** argv) try {
  auto const options =
      example::read_options(argc, argv, "augment: shows every augmentation, and the recipes of papers", "augment.png");
  auto const images = options.data.empty() ? example::draw_images(8, options.size ? options.size : 128, options.seed)
                                           : example::load_images(options.data, 8, options.size);
  example::check_writable(options.out);
  chain_sheet sheet(images, options.seed);
  show_steps(sheet, images.h);
  if (!sheet.write_png(options.out)) throw std::runtime_error(options.out + ": cannot be written");
  std::printf("The sheet is in %s\n", options.out.c_str());
} catch (std::exception const& problem) {
  std::fprintf(stderr, "augment: %s\n", problem.what());
  return 2;
}
