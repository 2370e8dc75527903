// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/augment/detail/checks.hpp>
#include <mixaug/augment/detail/draws.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::augment {

/// Factors of brightness, contrast and saturation, and a turn of the hue, in this order. Contrast moves values away
/// from the middle of the range, v' = middle + contrast (v - middle), or with `.about = about::mean` from the mean of
/// the image after brightness: of its grey, or of all channels where there are not three; saturation away from their
/// grey, by Rec. 601 (0.299 R + 0.587 G + 0.114 B); hue turns the plane of I and Q of YIQ by a fraction of the full
/// turn, which keeps grey as it is. Saturation and hue need three channels, R, G and B; the other two take any number
/// of channels. Errors: reversed ranges, factors outside [0, 1000], hue outside [-0.5, 0.5], another number of channels
/// than three with saturation or hue.
struct color_jitter {
  range brightness{1.0f, 1.0f};
  range contrast{1.0f, 1.0f};
  range saturation{1.0f, 1.0f};
  range hue{};
  augment::about about = augment::about::middle;
  float prob = 1.0f;

  static constexpr char const* name = "color_jitter";
  static constexpr int numbers = 4;  ///< brightness, contrast, saturation, hue

  /// True if contrast needs the mean of the image.
  bool needs_mean() const noexcept { return about == augment::about::mean && contrast != range{1.0f, 1.0f}; }
  /// True if channels are mixed.
  bool mixes_channels() const noexcept { return saturation != range{1.0f, 1.0f} || hue != range{}; }
  void check(image_facts const& in) const {
    detail::check_range(name, "brightness", brightness, 0.0f, 1000.0f);
    detail::check_range(name, "contrast", contrast, 0.0f, 1000.0f);
    detail::check_range(name, "saturation", saturation, 0.0f, 1000.0f);
    detail::check_range(name, "hue", hue, -0.5f, 0.5f);
    if (mixes_channels())
      detail::check_three(name, saturation != range{1.0f, 1.0f} ? "saturation" : "hue", in.channels);
  }
  void draw(detail::parameter_draws const& d, image_facts const&, float* to) const noexcept {
    to[0] = d.uniform(1, brightness);
    to[1] = d.uniform(2, contrast);
    to[2] = d.uniform(3, saturation);
    to[3] = d.uniform(4, hue);
  }
  void rest(image_facts const&, float* to) const noexcept {
    to[0] = to[1] = to[2] = 1.0f;
    to[3] = 0.0f;
  }
  template <class Self, class F>
  static void each(Self& s, F&& f) {
    f("brightness", s.brightness);
    f("contrast", s.contrast);
    f("saturation", s.saturation);
    f("hue", s.hue);
    f("about", s.about);
    f("prob", s.prob);
  }
};

/// Adds one colour to all pixels, along the principal axes of colour (Krizhevsky, Sutskever and Hinton, NIPS 2012,
/// section 4.1): [p1 p2 p3] [a1 l1, a2 l2, a3 l3]^T, a ~ N(0, alphastd) for each image. Eigenvalues l and eigenvectors,
/// whose k-th column is p_k and whose rows are R, G, B, are for values in [0, 1] and scaled by the range; the defaults
/// are ImageNet's.
/// Errors: another number of channels than three, alphastd outside [0, 1000], eigenvalues outside [0, 1000],
/// eigenvectors that are not orthonormal to 0.01.
struct pca_color {
  float alphastd = 0.1f;
  float eigenvalues[3] = {0.2175f, 0.0188f, 0.0045f};
  float eigenvectors[3][3] = {
      {-0.5675f, 0.7192f, 0.4009f}, {-0.5808f, -0.0045f, -0.8140f}, {-0.5836f, -0.6948f, 0.4203f}};
  float prob = 1.0f;

  static constexpr char const* name = "pca_color";
  static constexpr int numbers = 3;  ///< a1, a2, a3

  void check(image_facts const& in) const {
    detail::check_three(name, "", in.channels);
    detail::check_number(name, "alphastd", alphastd, 0.0f, 1000.0f);
    for (float v : eigenvalues) detail::check_number(name, "eigenvalues", v, 0.0f, 1000.0f);
    for (int j = 0; j < 3; ++j)
      for (int k = j; k < 3; ++k) {
        float dot = 0.0f;
        for (int c = 0; c < 3; ++c) dot += eigenvectors[c][j] * eigenvectors[c][k];
        float const gap = dot - (j == k ? 1.0f : 0.0f);
        if (!(gap >= -0.01f && gap <= 0.01f))
          detail::fail(detail::option_name(name, "eigenvectors"),
                       "a matrix whose columns " + detail::text(index_t{j}) + " and " + detail::text(index_t{k}) +
                           " have the product " + detail::text_of(dot),
                       "orthonormal columns: rows are R, G and B");
      }
  }
  void draw(detail::parameter_draws const& d, image_facts const&, float* to) const noexcept {
    for (std::uint32_t k = 0; k < 3; ++k) to[k] = static_cast<float>(static_cast<double>(alphastd) * d.normal(k + 1));
  }
  void rest(image_facts const&, float* to) const noexcept { to[0] = to[1] = to[2] = 0.0f; }
  template <class Self, class F>
  static void each(Self& s, F&& f) {
    f("alphastd", s.alphastd);
    f("eigenvalues", s.eigenvalues);
    f("eigenvectors", s.eigenvectors);
    f("prob", s.prob);
  }
};

/// Adds a number from `amount`, in the units of the pixels, to each channel that a fair coin chooses (Wu, Yan, Shan,
/// Dang and Sun, arXiv 1501.02876: -20 to 20 levels). The coin's chance is `chance`.
/// Errors: a reversed range, a chance outside [0, 1], more than 8 channels.
struct color_cast {
  range amount{};
  float chance = 0.5f;
  float prob = 1.0f;

  static constexpr char const* name = "color_cast";
  static constexpr int numbers = per_channel::most;  ///< what each channel is added

  void check(image_facts const& in) const {
    detail::check_range(name, "amount", amount, -1e6f, 1e6f);
    detail::check_number(name, "chance", chance, 0.0f, 1.0f);
    if (in.channels > per_channel::most)
      detail::fail("augment::color_cast", "given images of " + detail::text(in.channels) + " channels", "at most 8");
  }
  void draw(detail::parameter_draws const& d, image_facts const& in, float* to) const noexcept {
    for (int c = 0; c < numbers; ++c) {
      std::uint32_t const first = static_cast<std::uint32_t>(1 + 2 * c);
      bool const chosen = c < in.channels && d.unit(first) < static_cast<double>(chance);
      to[c] = chosen ? d.uniform(first + 1, amount) : 0.0f;
    }
  }
  void rest(image_facts const&, float* to) const noexcept {
    for (int c = 0; c < numbers; ++c) to[c] = 0.0f;
  }
  template <class Self, class F>
  static void each(Self& s, F&& f) {
    f("amount", s.amount);
    f("chance", s.chance);
    f("prob", s.prob);
  }
};

/// Grey in all three channels: 0.299 R + 0.587 G + 0.114 B (Rec. 601).
/// Errors: another number of channels than three.
struct grayscale {
  float prob = 1.0f;

  static constexpr char const* name = "grayscale";
  static constexpr int numbers = 0;

  void check(image_facts const& in) const { detail::check_three(name, "", in.channels); }
  void draw(detail::parameter_draws const&, image_facts const&, float*) const noexcept {}
  void rest(image_facts const&, float*) const noexcept {}
  template <class Self, class F>
  static void each(Self& s, F&& f) {
    f("prob", s.prob);
  }
};

/// v' = range (v / range)^gamma, to 2e-6 of the range; values below 0 become 0. gamma > 1 darkens.
/// Errors: a reversed range, gamma outside [0.01, 100].
struct gamma {
  augment::range gamma{1.0f, 1.0f};
  float prob = 1.0f;

  static constexpr char const* name = "gamma";
  static constexpr int numbers = 1;

  void check(image_facts const&) const { detail::check_range(name, "gamma", gamma, 0.01f, 100.0f); }
  void draw(detail::parameter_draws const& d, image_facts const&, float* to) const noexcept {
    to[0] = d.uniform(1, gamma);
  }
  void rest(image_facts const&, float* to) const noexcept { to[0] = 1.0f; }
  template <class Self, class F>
  static void each(Self& s, F&& f) {
    f("gamma", s.gamma);
    f("prob", s.prob);
  }
};

/// Darkens towards the corners: v' = v (1 - strength t^2), t = (r - radius) / (1 - radius) where it is positive, else
/// 0; r is the distance of the pixel's centre from that of the image, in half diagonals. `radius` and `strength` are
/// the two parameters that Wu et al. (arXiv 1501.02876) name, without a formula: the unaffected part and the reduction.
/// Errors: reversed ranges, radius outside [0, 0.999], strength outside [0, 1].
struct vignette {
  augment::range radius{};
  augment::range strength{};
  float prob = 1.0f;

  static constexpr char const* name = "vignette";
  static constexpr int numbers = 2;

  void check(image_facts const&) const {
    detail::check_range(name, "radius", radius, 0.0f, 0.999f);
    detail::check_range(name, "strength", strength, 0.0f, 1.0f);
  }
  void draw(detail::parameter_draws const& d, image_facts const&, float* to) const noexcept {
    to[0] = d.uniform(1, radius);
    to[1] = d.uniform(2, strength);
  }
  void rest(image_facts const&, float* to) const noexcept { to[0] = to[1] = 0.0f; }
  template <class Self, class F>
  static void each(Self& s, F&& f) {
    f("radius", s.radius);
    f("strength", s.strength);
    f("prob", s.prob);
  }
};

/// (v - mean) / std for each channel, in the units of the pixels: for std::uint8_t, mean and std are levels from 0 to
/// 255. The output is of floats. A chain that knows the range clips before it.
/// Errors: std not in (0, 1e30], another number of numbers than 1 or the channels.
struct normalise {
  per_channel mean = 0.0f;
  per_channel std = 1.0f;

  static constexpr char const* name = "normalise";
  static constexpr int numbers = 0;

  void check(image_facts const& in) const {
    detail::check_channels(name, "mean", mean, in.channels);
    detail::check_channels(name, "std", std, in.channels);
    for (int c = 0; c < std.count; ++c) detail::check_number(name, "std", std.value[c], 1e-30f, 1e30f);
  }
  void draw(detail::parameter_draws const&, image_facts const&, float*) const noexcept {}
  void rest(image_facts const&, float*) const noexcept {}
  template <class Self, class F>
  static void each(Self& s, F&& f) {
    f("mean", s.mean);
    f("std", s.std);
  }
};

}  // namespace mixaug::augment

MIXAUG_EXACT_END
