// SPDX-License-Identifier: MIT
#pragma once
#include <cmath>
#include <mixaug/saliency/detail/levels.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {
namespace detail {

/// Returns one value of a gradient; 0 if it is not finite.
MIXAUG_HD inline double finite_or_zero(float g) noexcept {
  return g >= -FLT_MAX && g <= FLT_MAX ? static_cast<double>(g) : 0.0;
}
/// Squares of floats are exact in double, and no sum of them overflows, so contraction does not change a bit.
MIXAUG_HD inline float gradient_score(double squares, index_t channels) noexcept {
  return static_cast<float>(std::sqrt(squares / static_cast<double>(channels)));
}

}  // namespace detail

namespace saliency {

/// sqrt(mean over the channels of g^2) of a given loss gradient g (n, c, h, w) of any number of channels, divided
/// by its maximum (Kim, Choo and Song, PuzzleMix, arXiv 2009.06962). An all-zero gradient has a map of 0; values
/// that are not finite count as 0. With SaliencyMix: give the gradients' map as inputs(x).scores(v).
struct gradient_magnitude {
  static constexpr char const* name = "gradient_magnitude";
  static constexpr bool reads_scores() noexcept { return false; }
  void check(map_shape const&) const {}
  std::size_t bytes(map_shape const& s) const noexcept {
    return detail::aligned(8 * s.width) + detail::aligned(4 * s.width);
  }
  void operator()(image_batch const& g, index_t i, float* map, std::byte* scratch) const noexcept {
    index_t const w = g.width(), all = g.pixels();
    auto* const sum = reinterpret_cast<double*>(scratch);
    auto* const row = reinterpret_cast<float*>(scratch + detail::aligned(8 * w));
    float most = 0.0f;
    for (index_t y = 0; y < g.height(); ++y) {
      for (index_t x = 0; x < w; ++x) sum[x] = 0.0;
      for (index_t c = 0; c < g.channels(); ++c) {
        g.values(i, c, y, row);
        for (index_t x = 0; x < w; ++x) {
          double const v = detail::finite_or_zero(row[x]);
          sum[x] += v * v;
        }
      }
      for (index_t x = 0; x < w; ++x) {
        float const s = detail::gradient_score(sum[x], g.channels());
        map[y * w + x] = s;
        most = s > most ? s : most;
      }
    }
    for (index_t k = 0; k < all && most > 0.0f; ++k) map[k] /= most;
  }
};

}  // namespace saliency
}  // namespace mixaug

MIXAUG_EXACT_END
