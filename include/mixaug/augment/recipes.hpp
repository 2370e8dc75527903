// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/augment/chain.hpp>

MIXAUG_EXACT_BEGIN

/// Published chains by name. What a paper leaves open, or this library does otherwise, stands with each.
namespace mixaug::augment {

/// The training images of Krizhevsky, Sutskever and Hinton (NIPS 2012, section 4.1): a random crop, mirrored with
/// chance 1/2, and colours moved along ImageNet's principal axes. The paper crops 224 from images of 256 a side. Whole.
inline chain krizhevsky2012(image_size size = {224, 224}) {
  return chain{crop{.size = size}, flip{.horizontal = 0.5f}, pca_color{}};
}

/// Elastic distortion of digits (Simard, Steinkraus and Platt, ICDAR 2003): sigma 4 and alpha 34 on images of 29 x 29.
/// The paper's field is uniform noise in [-1, 1], smoothed, times alpha; this library's alpha is the root mean square
/// of what comes out: 34 / sqrt(3) / (sqrt(4 pi) 4) = 1.384 pixels. The noise here is normal. The text's normalisation
/// of the field to norm 1 is left out, as everybody does. `side` scales both to other images.
inline chain simard2003(float side = 29.0f) {
  float const scale = side / 29.0f, sigma = 4.0f * scale, alpha = 1.384f * scale;
  return chain{elastic{.alpha = {alpha, alpha}, .sigma = {sigma, sigma}}};
}

/// Deep Image (Wu, Yan, Shan, Dang and Sun, arXiv 1501.02876, section 3.3): a crop, mirrored; rotated; barrel or
/// pincushion; a vignette; and colour casts of -20 to 20 levels on channels that coins choose (real numbers here,
/// integers there). The paper counts the variants of each and prints no ranges: those of rotation, lens and vignette
/// are ours. `range` is the largest value of a pixel.
inline chain deep_image2015(image_size size, float range = 255.0f) {
  float const cast = 20.0f / 255.0f * range;
  return chain{crop{.size = size},
               flip{.horizontal = 0.5f},
               affine{.degrees = {-10.0f, 10.0f}, .prob = 0.5f},
               lens{.k1 = {-0.15f, 0.25f}, .prob = 0.5f},
               color_cast{.amount = {-cast, cast}},
               vignette{.radius = {0.3f, 0.8f}, .strength = {0.0f, 0.7f}, .prob = 0.5f}};
}

/// The perturbations of Bengio et al. (AISTATS 2011, NISTP) for a complexity c in [0, 1], on images of characters with
/// ink on a background of 0: slant, affine map, elastic map, motion blur, occlusion, smoothing, noise, salt and pepper,
/// contrast, in their order and with their chances. Different here: the affine map is a scale, a shear and a shift, not
/// four free coefficients; lengths of motion are uniform up to 6 c, not a rounded normal number; boxes of noise
/// occlude, not parts of other characters; smoothing is everywhere, not in spots; spots are extremes, not uniform. Left
/// out: thickness, pinch, swapped pixels, scratches, backgrounds, and the flip of polarity. `range` is the largest
/// value. Errors: none here; planning refuses a complexity beyond [0, 1] by the options that follow from it.
inline chain bengio2011(float complexity, float range = 255.0f) {
  float const c = complexity, slant = 45.0f * c;
  // alpha' = 10 cbrt(c) times a field of variance 1/3 smoothed by a kernel of standard deviation (10 - 7 cbrt(c)) /
  // sqrt(2)
  float const root = c > 0.0f ? std::cbrt(c) : 0.0f, sigma = (10.0f - 7.0f * root) * 0.70710678f;
  float const alpha = 10.0f * root * 0.57735027f / (3.5449077f * sigma);
  return chain{affine{.translate = {0.14f * c, 0.14f * c},
                      .scale = {1.0f - 0.4f * c, 1.0f + 0.4f * c},
                      .shear = {-slant, slant, -0.25f * slant, 0.25f * slant}},
               elastic{.alpha = {alpha, alpha}, .sigma = {sigma, sigma}},
               motion_blur{.length = {0.0f, 6.0f * c}, .angle = {0.0f, 360.0f}},
               occlusion{.scale = {0.01f, 0.02f + 0.2f * c}, .noise = true, .prob = c > 0.0f ? 0.4f : 0.0f},
               gaussian_blur{.sigma = {0.0f, 2.0f * c}, .prob = 0.25f},
               gaussian_noise{.sigma = {0.1f * c * range, 0.1f * c * range}, .prob = 0.3f},
               salt_and_pepper{.amount = {0.2f * c, 0.2f * c}, .prob = 0.25f},
               color_jitter{.contrast = {1.0f - 0.85f * c, 1.0f}}};
}

}  // namespace mixaug::augment

MIXAUG_EXACT_END
