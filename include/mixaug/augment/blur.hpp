// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/augment/detail/checks.hpp>
#include <mixaug/augment/detail/draws.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::augment {

/// A normal kernel of standard deviation sigma in pixels, exp(-k^2 / (2 sigma^2)) at whole distances k, normalised,
/// along each axis; cut at ceil(3 sigma), or at (kernel_size - 1) / 2 where a size is given. Sigma 0 changes nothing.
/// `border` as in `affine`; reflect by default.
/// Errors: a reversed range, sigma outside [0, 64], a kernel size that is even, negative or above 385, a bad fill.
struct gaussian_blur {
  range sigma{};
  index_t kernel_size = 0;
  augment::border border = augment::border::reflect;
  per_channel fill = 0.0f;
  float prob = 1.0f;

  static constexpr char const* name = "gaussian_blur";
  static constexpr int numbers = 1;

  void check(image_facts const& in) const {
    detail::check_range(name, "sigma", sigma, 0.0f, 64.0f);
    if (kernel_size != 0 && (kernel_size < 0 || kernel_size > 385 || kernel_size % 2 == 0))
      detail::fail(detail::option_name(name, "kernel_size"), detail::text(kernel_size),
                   "an odd number from 1 to 385, or 0 for one that follows from sigma");
    detail::check_channels(name, "fill", fill, in.channels);
  }
  void draw(detail::parameter_draws const& d, image_facts const&, float* to) const noexcept {
    to[0] = d.uniform(1, sigma);
  }
  void rest(image_facts const&, float* to) const noexcept { to[0] = 0.0f; }
  /// How far the kernel reaches for a sigma, in pixels.
  int reach(float of) const noexcept {
    if (kernel_size != 0) return static_cast<int>((kernel_size - 1) / 2);
    float const three = 3.0f * of;
    int const whole = static_cast<int>(three);
    return whole + (static_cast<float>(whole) < three ? 1 : 0);
  }
  template <class Self, class F>
  static void each(Self& s, F&& f) {
    f("sigma", s.sigma);
    f("kernel_size", s.kernel_size);
    f("border", s.border);
    f("fill", s.fill);
    f("prob", s.prob);
  }
};

/// The mean along a line of `length` pixels through the pixel, at `angle` degrees, counter-clockwise from the right: of
/// 4 length points, evenly spaced, each shared by the four pixels around it. `direction` in [-1, 1] tips the weights:
/// from 1 - direction at the one end to 1 + direction at the end to which the angle points. Lengths up to 1 change
/// nothing.
/// Errors: a reversed range, a length outside [0, 63], an angle beyond +-360000, a direction outside [-1, 1], a bad
/// fill.
struct motion_blur {
  range length{};
  range angle{};
  range direction{};
  augment::border border = augment::border::reflect;
  per_channel fill = 0.0f;
  float prob = 1.0f;

  static constexpr char const* name = "motion_blur";
  static constexpr int numbers = 3;  ///< length, angle, direction

  void check(image_facts const& in) const {
    detail::check_range(name, "length", length, 0.0f, 63.0f);
    detail::check_range(name, "angle", angle, -360000.0f, 360000.0f);
    detail::check_range(name, "direction", direction, -1.0f, 1.0f);
    detail::check_channels(name, "fill", fill, in.channels);
  }
  void draw(detail::parameter_draws const& d, image_facts const&, float* to) const noexcept {
    to[0] = d.uniform(1, length);
    to[1] = d.uniform(2, angle);
    to[2] = d.uniform(3, direction);
  }
  void rest(image_facts const&, float* to) const noexcept { to[0] = to[1] = to[2] = 0.0f; }
  /// How far the kernel reaches for a length, in pixels.
  int reach(float of) const noexcept { return of > 1.0f ? static_cast<int>(0.5f * (of - 1.0f)) + 1 : 0; }
  template <class Self, class F>
  static void each(Self& s, F&& f) {
    f("length", s.length);
    f("angle", s.angle);
    f("direction", s.direction);
    f("border", s.border);
    f("fill", s.fill);
    f("prob", s.prob);
  }
};

}  // namespace mixaug::augment

MIXAUG_EXACT_END
