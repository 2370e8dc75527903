// SPDX-License-Identifier: MIT
#pragma once
// The chains that pictures show: every step of its own, and the published recipes.

#include <mixaug/augment/augment.hpp>
#include <mixaug/augment/recipes.hpp>
#include <string>
#include <vector>

namespace example {

struct shown_chain {
  std::string name;
  std::string options;  // in words
  mixaug::augment::chain steps;
};

inline shown_chain unchanged() { return {"as they are", "", mixaug::augment::chain{mixaug::augment::flip{}}}; }

// One chain for each step, for images of side x side pixels.
inline std::vector<shown_chain> chains_of_steps(mixaug::index_t side) {
  namespace au = mixaug::augment;
  float const unit = static_cast<float>(side) / 128.0f;  // pixels of an image of 128
  au::image_size const whole{side, side};
  return {
      {"crop", "padding, an eighth", au::chain{au::crop{.size = whole, .padding = side / 8}}},
      {"flip", "both chances 1/2", au::chain{au::flip{.horizontal = 0.5f, .vertical = 0.5f}}},
      {"resized_crop", "scale 0.08 to 1", au::chain{au::resized_crop{.size = whole}}},
      {"affine", "all of its options",
       au::chain{
           au::affine{.degrees = {-30, 30}, .translate = {0.1f, 0.1f}, .scale = {0.7f, 1.3f}, .shear = {-15, 15}}}},
      {"affine, reflect", "bicubic",
       au::chain{au::affine{.degrees = {-45, 45},
                            .scale = {0.6f, 0.9f},
                            .interpolation = au::interpolation::bicubic,
                            .border = au::border::reflect}}},
      {"perspective", "distortion 0.6", au::chain{au::perspective{.distortion = 0.6f}}},
      {"lens", "barrel and pincushion", au::chain{au::lens{.k1 = {-0.25f, 0.6f}}}},
      {"elastic", "alpha 5, sigma 8",
       au::chain{au::elastic{.alpha = {5 * unit, 5 * unit}, .sigma = {8 * unit, 8 * unit}}}},
      {"color_jitter", "all four",
       au::chain{au::color_jitter{
           .brightness = {0.6f, 1.4f}, .contrast = {0.6f, 1.4f}, .saturation = {0.3f, 1.8f}, .hue = {-0.15f, 0.15f}}}},
      {"pca_color", "alphastd 0.5, to be seen", au::chain{au::pca_color{.alphastd = 0.5f}}},
      {"color_cast", "-40 to 40 levels", au::chain{au::color_cast{.amount = {-40, 40}}}},
      {"grayscale", "prob 1/2", au::chain{au::grayscale{.prob = 0.5f}}},
      {"gamma", "0.4 to 2.5", au::chain{au::gamma{.gamma = {0.4f, 2.5f}}}},
      {"vignette", "radius 0.2, strength 0.4 to 1",
       au::chain{au::vignette{.radius = {0.2f, 0.2f}, .strength = {0.4f, 1}}}},
      {"gaussian_noise", "sigma 0 to 40 levels", au::chain{au::gaussian_noise{.sigma = {0, 40}}}},
      {"salt_and_pepper", "amount 0 to 0.1", au::chain{au::salt_and_pepper{.amount = {0, 0.1f}}}},
      {"occlusion", "a constant", au::chain{au::occlusion{.fill = 127.0f}}},
      {"occlusion, noise", "", au::chain{au::occlusion{.noise = true}}},
      {"gaussian_blur", "sigma 0.5 to 3", au::chain{au::gaussian_blur{.sigma = {0.5f * unit, 3 * unit}}}},
      {"motion_blur", "length up to 15, any angle",
       au::chain{au::motion_blur{.length = {5 * unit, 15 * unit}, .angle = {0, 360}, .direction = {-1, 1}}}},
  };
}

// The recipes of papers, for the same.
inline std::vector<shown_chain> chains_of_papers(mixaug::index_t side) {
  namespace au = mixaug::augment;
  au::image_size const part{side * 3 / 4, side * 3 / 4};
  return {
      {"krizhevsky2012", "", au::krizhevsky2012(part)},
      {"simard2003", "scaled to the images", au::simard2003(static_cast<float>(side))},
      {"deep_image2015", "", au::deep_image2015(part)},
      {"bengio2011", "complexity 0.2", au::bengio2011(0.2f)},
      {"bengio2011", "complexity 0.7", au::bengio2011(0.7f)},
  };
}

}  // namespace example
