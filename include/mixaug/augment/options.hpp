// SPDX-License-Identifier: MIT
#pragma once
#include <initializer_list>
#include <mixaug/core/config.hpp>

MIXAUG_EXACT_BEGIN

/// The classic augmentations of one image: a chain of steps, drawn for each sample, and applied in few passes.
namespace mixaug::augment {

/// A number that is drawn uniformly from [low, high] for each sample.
struct range {
  float low = 0.0f, high = 0.0f;
  friend constexpr bool operator==(range const&, range const&) = default;
};

/// Height and width in pixels.
struct image_size {
  index_t height = 0, width = 0;
  friend constexpr bool operator==(image_size const&, image_size const&) = default;
};

/// Fractions of the width and of the height.
struct fractions {
  float x = 0.0f, y = 0.0f;
  friend constexpr bool operator==(fractions const&, fractions const&) = default;
};

/// Ranges of the two angles of a shear, in degrees.
struct shear_range {
  float x_low = 0.0f, x_high = 0.0f, y_low = 0.0f, y_high = 0.0f;
  friend constexpr bool operator==(shear_range const&, shear_range const&) = default;
};

/// What lies beyond the borders of an image.
enum class border : unsigned char {
  constant,  ///< pixels of `fill`; where an interpolation reads both sides of the border, it blends them
  reflect,   ///< the image mirrored at its outermost pixels, which are not repeated: c b | a b c | b a
  edge       ///< the outermost pixel: a a | a b c | c c
};

/// How an image is read between its pixels.
enum class interpolation : unsigned char {
  nearest,   ///< the pixel whose area holds the point
  bilinear,  ///< 2 x 2 pixels
  bicubic    ///< 4 x 4 pixels, Keys' kernel (1981) with a = -0.75, as OpenCV and PyTorch have it
};

/// What contrast moves values away from.
enum class about : unsigned char {
  middle,  ///< the middle of the range
  mean     ///< the mean of the image as the step finds it, which costs another pass over the image
};

/// One number for all channels, or one for each of up to 8 channels, as {r, g, b}; further numbers are not kept, and
/// refused by planning.
struct per_channel {
  static constexpr int most = 8;
  float value[most] = {};
  int count = 1;

  constexpr per_channel(float v = 0.0f) noexcept : value{v} {}
  constexpr per_channel(std::initializer_list<float> values) noexcept : count(static_cast<int>(values.size())) {
    int c = 0;
    for (float v : values)
      if (c < most) value[c++] = v;
  }
  /// The number of a channel.
  MIXAUG_HD constexpr float at(index_t channel) const noexcept { return value[count == 1 ? 0 : channel]; }
  friend constexpr bool operator==(per_channel const&, per_channel const&) = default;
};

/// What a chain is applied to.
enum class subject : unsigned char {
  image,   ///< (n, c, h, w)
  signal,  ///< (n, c, l): images of one row, whose values have no range and are never clipped
  volume   ///< (n, c, d, h, w): each slice goes the same way; its channels and slices are the channels of an image
};

/// What a step knows about the images that it gets.
struct image_facts {
  index_t channels = 0, height = 0, width = 0;
  float range = 1.0f;  ///< largest value of a pixel; the smallest is 0
  subject kind = subject::image;
  index_t depth = 1;  ///< slices of a volume; `channels` counts those of all slices

  /// True if the channels are R, G and B.
  MIXAUG_HD bool is_rgb() const noexcept { return kind == subject::image && channels == 3; }
};

}  // namespace mixaug::augment

MIXAUG_EXACT_END
