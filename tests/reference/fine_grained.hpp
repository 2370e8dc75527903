#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

/// Fine-grained saliency, step by step as the detector is documented; an image is h rows of w bytes.
namespace reference {

using bytes = std::vector<std::uint8_t>;

/// 8-bit luma in 15-bit fixed point, of interleaved B, G, R.
inline bytes gray_of_bgr(bytes const& bgr) {
  bytes out;
  for (std::size_t i = 0; i < bgr.size(); i += 3)
    out.push_back(static_cast<std::uint8_t>((3735 * bgr[i] + 19235 * bgr[i + 1] + 9798 * bgr[i + 2] + 16384) / 32768));
  return out;
}

/// Weights 1/4, 1/2, 1/4 in both directions, mirrored at the border without repeating it, rounded half up.
inline bytes gaussian_3x3(bytes const& image, std::int64_t h, std::int64_t w) {
  auto inside = [](std::int64_t i, std::int64_t n) { return n == 1 ? 0 : i < 0 ? 1 : i == n ? n - 2 : i; };
  bytes out(image.size());
  for (std::int64_t y = 0; y < h; ++y)
    for (std::int64_t x = 0; x < w; ++x) {
      double sum = 0;
      for (int dy = -1; dy <= 1; ++dy)
        for (int dx = -1; dx <= 1; ++dx)
          sum += image[static_cast<std::size_t>(inside(y + dy, h) * w + inside(x + dx, w))] * (dy ? 0.25 : 0.5) *
                 (dx ? 0.25 : 0.5);
      out[static_cast<std::size_t>(y * w + x)] = static_cast<std::uint8_t>(std::floor(sum + 0.5));
    }
  return out;
}

/// The map before its division by 255, of a gray image.
inline bytes fine_grained(bytes const& gray, std::int64_t h, std::int64_t w) {
  bytes const g = gaussian_3x3(gaussian_3x3(gray, h, w), h, w);
  auto at = [](std::int64_t y, std::int64_t x, std::int64_t width) { return static_cast<std::size_t>(y * width + x); };
  std::vector<std::int64_t> sums(at(h + 1, w + 1, w + 1));  // sums of all pixels above and to the left
  for (std::int64_t y = 0; y < h; ++y)
    for (std::int64_t x = 0; x < w; ++x)
      sums[at(y + 1, x + 1, w + 1)] =
          sums[at(y, x + 1, w + 1)] + sums[at(y + 1, x, w + 1)] - sums[at(y, x, w + 1)] + g[at(y, x, w)];
  std::vector<int> on(g.size()), off(g.size());
  for (std::int64_t y = 0; y < h; ++y)
    for (std::int64_t x = 0; x < w; ++x)
      for (std::int64_t n : {12, 24, 48, 28, 56, 112}) {
        std::int64_t const x1 = std::clamp(x - n + 1, std::int64_t{0}, w),
                           x2 = std::clamp(x + n + 1, std::int64_t{0}, w);
        std::int64_t const y1 = std::clamp(y - n + 1, std::int64_t{0}, h),
                           y2 = std::clamp(y + n + 1, std::int64_t{0}, h);
        std::int64_t const centre = g[at(y, x, w)], others = (x2 - x1) * (y2 - y1) - 1;
        std::int64_t const sum =
            sums[at(y2, x2, w + 1)] - sums[at(y1, x2, w + 1)] - sums[at(y2, x1, w + 1)] + sums[at(y1, x1, w + 1)];
        if (others == 0) continue;
        float const mean = static_cast<float>(sum - centre) / static_cast<float>(others);
        float const difference = static_cast<float>(centre) - mean;
        on[at(y, x, w)] += static_cast<int>(std::max(0.0f, difference));
        off[at(y, x, w)] += static_cast<int>(std::max(0.0f, -difference));
      }
  auto scaled = [](int v, int most) {
    if (most == 0) return 0;
    float const part = static_cast<float>(v) / static_cast<float>(most);
    return static_cast<int>(255.0 * static_cast<double>(part));
  };
  int const most_on = *std::max_element(on.begin(), on.end()), most_off = *std::max_element(off.begin(), off.end());
  int most = 0;
  for (std::size_t i = 0; i < g.size(); ++i) {
    on[i] = scaled(on[i], most_on), off[i] = scaled(off[i], most_off);
    most = std::max({most, on[i], off[i]});
  }
  bytes out(g.size());
  for (std::size_t i = 0; i < g.size(); ++i)
    out[i] = static_cast<std::uint8_t>(std::min(255, scaled(on[i] + off[i], most)));
  return out;
}

}  // namespace reference
