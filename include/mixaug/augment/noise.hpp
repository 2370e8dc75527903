// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/augment/detail/checks.hpp>
#include <mixaug/augment/detail/draws.hpp>
#include <mixaug/core/detail/math/exp.hpp>
#include <mixaug/core/detail/math/log.hpp>

MIXAUG_EXACT_BEGIN

/// The random numbers of pixels are counters: 16 bits for each pixel, of which eight that are consecutive in x share
/// one block of Philox, numbered by channel, y and x / 8. They depend on the global row and the place of the pixel
/// alone.
namespace mixaug::augment {

/// Adds sigma z to each pixel of each channel, z normal: mean 0, variance 1, |z| <= 4.325, the quantile of 16 random
/// bits to 5.5e-4, by a table of lines; sigma in the units of the pixels. Errors: a reversed range, sigma outside [0,
/// 1e6], more than 2048 channels.
struct gaussian_noise {
  range sigma{};
  float prob = 1.0f;

  static constexpr char const* name = "gaussian_noise";
  static constexpr int numbers = 1;

  void check(image_facts const& in) const {
    detail::check_range(name, "sigma", sigma, 0.0f, 1e6f);
    if (in.channels > 2048)
      detail::fail("augment::gaussian_noise", "given images of " + detail::text(in.channels) + " channels",
                   "at most 2048");
  }
  void draw(detail::parameter_draws const& d, image_facts const&, float* to) const noexcept {
    to[0] = d.uniform(1, sigma);
  }
  void rest(image_facts const&, float* to) const noexcept { to[0] = 0.0f; }
  template <class Self, class F>
  static void each(Self& s, F&& f) {
    f("sigma", s.sigma);
    f("prob", s.prob);
  }
};

/// Sets each pixel, in all channels alike, with chance `amount` to an extreme: to the largest value of the range with
/// chance `salt`, else to 0. Pixels are independent; chances are rounded to 2^-16. With `exact_count` as many as
/// `amount` of the pixels, rounded, are set, whichever: uniform among all sets of so many; the plan then holds a bit
/// for each pixel. Errors: a reversed range, amount or salt outside [0, 1]; an exact count in images of more than 2^30
/// pixels.
struct salt_and_pepper {
  range amount{};
  float salt = 0.5f;
  bool exact_count = false;
  float prob = 1.0f;

  static constexpr char const* name = "salt_and_pepper";
  static constexpr int numbers = 1;

  void check(image_facts const& in) const {
    detail::check_range(name, "amount", amount, 0.0f, 1.0f);
    detail::check_number(name, "salt", salt, 0.0f, 1.0f);
    if (exact_count && in.height * in.width > (index_t{1} << 30))
      detail::fail("augment::salt_and_pepper's exact_count",
                   "asked for images of " + detail::text(in.height * in.width) + " pixels",
                   "at most 2^30 pixels, or exact_count = false");
  }
  void draw(detail::parameter_draws const& d, image_facts const&, float* to) const noexcept {
    to[0] = d.uniform(1, amount);
  }
  void rest(image_facts const&, float* to) const noexcept { to[0] = 0.0f; }
  template <class Self, class F>
  static void each(Self& s, F&& f) {
    f("amount", s.amount);
    f("salt", s.salt);
    f("exact_count", s.exact_count);
    f("prob", s.prob);
  }
};

/// Covers a box of a constant (random erasing, arXiv 1708.04896; the draws of torchvision): its area is a fraction in
/// `scale` of the image's, its height over its width lies in `ratio`, uniform in the logarithm; sides are rounded to
/// pixels; of ten attempts the first box that is smaller than the image, else none. With `noise` the box holds a
/// uniform number of the range for each pixel and channel. Errors: scale not in (0, 1], ratio not in [0.001, 1000],
/// more than 2048 channels.
struct occlusion {
  range scale{0.02f, 0.33f};
  range ratio{0.3f, 3.3f};
  per_channel fill = 0.0f;
  bool noise = false;
  float prob = 1.0f;

  static constexpr char const* name = "occlusion";
  static constexpr int numbers = 4;  ///< y0, y1, x0, x1 of the box

  void check(image_facts const& in) const {
    detail::check_range(name, "scale", scale, 1e-6f, 1.0f);
    detail::check_range(name, "ratio", ratio, 1e-3f, 1e3f);
    detail::check_channels(name, "fill", fill, in.channels);
    if (in.channels > 2048)
      detail::fail("augment::occlusion", "given images of " + detail::text(in.channels) + " channels", "at most 2048");
  }
  void draw(detail::parameter_draws const& d, image_facts const& in, float* to) const noexcept {
    using mixaug::detail::precise_exp;
    using mixaug::detail::precise_log;
    double const area = static_cast<double>(in.height) * static_cast<double>(in.width);
    double const low = precise_log(static_cast<double>(ratio.low)), high = precise_log(static_cast<double>(ratio.high));
    for (std::uint32_t attempt = 0; attempt < 10; ++attempt) {
      std::uint32_t const first = 1 + 4 * attempt;
      double const part = area * static_cast<double>(d.uniform(first, scale));
      double const aspect = precise_exp(mixaug::detail::fused_sum(d.unit(first + 1), high - low, low));
      index_t const h = static_cast<index_t>(std::floor(std::sqrt(part * aspect) + 0.5));
      index_t const w = static_cast<index_t>(std::floor(std::sqrt(part / aspect) + 0.5));
      if (h < 1 || w < 1 || h >= in.height || w >= in.width) continue;
      index_t const y = d.below(first + 2, in.height - h + 1), x = d.below(first + 3, in.width - w + 1);
      to[0] = static_cast<float>(y);
      to[1] = static_cast<float>(y + h);
      to[2] = static_cast<float>(x);
      to[3] = static_cast<float>(x + w);
      return;
    }
    rest(in, to);
  }
  void rest(image_facts const&, float* to) const noexcept { to[0] = to[1] = to[2] = to[3] = 0.0f; }
  template <class Self, class F>
  static void each(Self& s, F&& f) {
    f("scale", s.scale);
    f("ratio", s.ratio);
    f("fill", s.fill);
    f("noise", s.noise);
    f("prob", s.prob);
  }
};

}  // namespace mixaug::augment

MIXAUG_EXACT_END
