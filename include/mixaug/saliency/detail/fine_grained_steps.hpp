// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/saliency/detail/steps.hpp>
#include <mixaug/saliency/fine_grained.hpp>
#include <mixaug/saliency/given.hpp>
#include <mixaug/saliency/gradient_magnitude.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::detail {

/// Memory: the integral image in `fast`, without its border of zeros; the gray image and its blur in `slow`. The two
/// polarities of a pixel are stored in the bits of its score until they can be normalised.
template <>
struct steps_of<saliency::fine_grained> : level_steps {
  static constexpr int steps = 11;
  steps_of(step_images const& s, saliency::fine_grained const& d) noexcept : level_steps{s, d.pixels()} {}

  std::size_t fast_bytes() const noexcept { return step_fast_bytes + aligned(4 * pixels()); }
  std::size_t slow_bytes() const noexcept { return 2 * aligned(pixels()); }
  MIXAUG_HD index_t count(int step) const noexcept {
    switch (step) {
      case 0:
        return own_range() ? step_parts : 0;
      case 1:
        return own_range() ? 1 : 0;
      case 5:
        return height();
      case 6:
        return width();
      case 8:
        return step_parts;
      case 9:
        return 1;
      default:
        return pixels();
    }
  }
  MIXAUG_HD void run(int step, index_t k, index_t item, step_memory const& m) const noexcept {
    std::uint8_t *const gray_plane = m.global_at<std::uint8_t>(0), *const blurred = m.global_at<std::uint8_t>(plane());
    auto* const sums = m.shared_at<std::uint32_t>(step_fast_bytes);
    index_t const h = height(), w = width();
    switch (step) {
      case 0:
        return extremes(k, item, m);
      case 1:
        return join_extremes(m);
      case 2:
        gray_plane[item] = gray(k, item, m);
        return;
      case 3:
        blurred[item] = blur(gray_plane, item);
        return;
      case 4:
        gray_plane[item] = blur(blurred, item);
        return;
      case 5:
        for (index_t x = 0, sum = 0; x < w; ++x)
          sums[item * w + x] = static_cast<std::uint32_t>(sum += gray_plane[item * w + x]);
        return;
      case 6:
        for (index_t y = 1; y < h; ++y) sums[y * w + item] += sums[(y - 1) * w + item];
        return;
      case 7:
        score(k, item) = float_of(polarities(sums, gray_plane, item));
        return;
      case 8:
        return largest(k, item, m);
      case 9:
        return join_largest(m);
      default: {
        auto const& head = *m.shared_at<step_head>(0);
        std::uint32_t const v = bits_of(score(k, item));
        score(k, item) = surround_score(surround_level(static_cast<std::int32_t>(v & 0xFFFFu), head.on),
                                        surround_level(static_cast<std::int32_t>(v >> 16), head.off));
      }
    }
  }

 private:
  MIXAUG_HD std::size_t plane() const noexcept { return (static_cast<std::size_t>(pixels()) + 63) / 64 * 64; }
  MIXAUG_HD std::uint8_t blur(std::uint8_t const* a, index_t pixel) const noexcept {
    index_t const h = height(), w = width(), y = pixel / w, x = pixel - y * w;
    std::uint8_t const *const above = a + reflect_101(y - 1, h) * w, *const row = a + y * w,
                              *const below = a + reflect_101(y + 1, h) * w;
    index_t const left = reflect_101(x - 1, w), right = reflect_101(x + 1, w);
    return binomial_level(binomial_sum(above[left], row[left], below[left]), binomial_sum(above[x], row[x], below[x]),
                          binomial_sum(above[right], row[right], below[right]));
  }
  MIXAUG_HD std::uint32_t sum_to(std::uint32_t const* sums, index_t y, index_t x) const noexcept {
    return y == 0 || x == 0 ? 0u : sums[(y - 1) * width() + x - 1];
  }
  /// Returns on + 2^16 off of a pixel.
  MIXAUG_HD std::uint32_t polarities(std::uint32_t const* sums, std::uint8_t const* gray_plane,
                                     index_t pixel) const noexcept {
    index_t const h = height(), w = width(), y = pixel / w, x = pixel - y * w;
    std::int32_t on = 0, off = 0;
    for (int s = 0; s < surround_scales; ++s) {
      index_t const n = surround_scale(s), y0 = surround_first(y, n), y1 = surround_last(y, n, h),
                    x0 = surround_first(x, n), x1 = surround_last(x, n, w);
      std::uint32_t const sum =
          sum_to(sums, y1, x1) - sum_to(sums, y1, x0) - sum_to(sums, y0, x1) + sum_to(sums, y0, x0);
      std::int32_t const t = surround_step(sum, gray_plane[pixel], static_cast<std::int32_t>((y1 - y0) * (x1 - x0)));
      on += t > 0 ? t : 0, off += t < 0 ? -t : 0;
    }
    return static_cast<std::uint32_t>(on + off * 65536);
  }
  MIXAUG_HD void largest(index_t k, index_t part, step_memory const& m) const noexcept {
    std::uint32_t on = 0, off = 0;
    for (index_t p = part; p < pixels(); p += step_parts) {
      std::uint32_t const v = bits_of(score(k, p));
      on = (v & 0xFFFFu) > on ? v & 0xFFFFu : on, off = v >> 16 > off ? v >> 16 : off;
    }
    m.shared_at<step_part>(step_parts_at)[part] = {static_cast<float>(on), static_cast<float>(off)};
  }
  MIXAUG_HD static void join_largest(step_memory const& m) noexcept {
    float on = 0.0f, off = 0.0f;
    for (index_t j = 0; j < step_parts; ++j) {
      step_part const p = m.shared_at<step_part>(step_parts_at)[j];
      on = p.low > on ? p.low : on, off = p.high > off ? p.high : off;
    }
    auto& head = *m.shared_at<step_head>(0);
    head.on = static_cast<std::int32_t>(on), head.off = static_cast<std::int32_t>(off);
  }
};

template <>
struct steps_of<saliency::gradient_magnitude> : step_images {
  static constexpr int steps = 4;
  steps_of(step_images const& s, saliency::gradient_magnitude const&) noexcept : step_images(s) {}

  std::size_t fast_bytes() const noexcept { return step_fast_bytes; }
  std::size_t slow_bytes() const noexcept { return 0; }
  MIXAUG_HD index_t count(int step) const noexcept { return step == 1 ? step_parts : step == 2 ? 1 : pixels(); }
  MIXAUG_HD void run(int step, index_t k, index_t item, step_memory const& m) const noexcept {
    if (step == 1) return most_steps::part(*this, k, item, m);
    if (step == 2) return most_steps::join(m);
    if (step == 3) {
      float const most = m.shared_at<step_head>(0)->most;
      if (most > 0.0f) score(k, item) /= most;
      return;
    }
    index_t const y = item / width(), x = item - y * width();
    double squares = 0.0;
    for (index_t c = 0; c < images.channels(); ++c) {
      double const g = finite_or_zero(images.value(row(k), c, y, x));
      squares += g * g;
    }
    score(k, item) = gradient_score(squares, images.channels());
  }
};

template <>
struct steps_of<saliency::given> : steps_of<stored_scores> {
  using steps_of<stored_scores>::steps_of;
};

}  // namespace mixaug::detail

MIXAUG_EXACT_END
