#pragma once
#include <mixaug/mixaug.hpp>
#include <vector>

#include "support/values.hpp"

namespace test {

/// n maps of h x w scores with few distinct values, so that peaks and windows tie; some maps are constant. The largest
/// score is L / 32 where L divides 255 * 65536, so that window sums are exact.
inline std::vector<float> score_maps(mixaug::index_t n, mixaug::index_t h, mixaug::index_t w, std::uint64_t seed) {
  stream s(seed);
  std::vector<float> out;
  for (mixaug::index_t i = 0; i < n; ++i) {
    constexpr mixaug::index_t tops[] = {1, 2, 4, 5, 8, 15, 16, 17};
    auto const top = i % 5 == 4 ? 0 : tops[s.below(8)];
    for (mixaug::index_t k = 0; k < h * w; ++k) out.push_back(static_cast<float>(s.below(top + 1)) / 32.0f);
    out[out.size() - 1 - static_cast<std::size_t>(s.below(h * w))] = static_cast<float>(top) / 32.0f;
  }
  return out;
}

/// n images of soft blobs on a ramp, as bytes, which have salient parts.
inline std::vector<std::uint8_t> soft_images(mixaug::index_t n, mixaug::index_t c, mixaug::index_t h, mixaug::index_t w,
                                             std::uint64_t seed) {
  stream s(seed);
  std::vector<std::uint8_t> out;
  for (mixaug::index_t i = 0; i < n; ++i) {
    double const cy = s.unit() * static_cast<double>(h), cx = s.unit() * static_cast<double>(w),
                 size = 2 + s.unit() * static_cast<double>(w) / 4;
    for (mixaug::index_t k = 0; k < c; ++k) {
      double const tint = 60 + 120 * s.unit(), slope = s.unit() * 60 / static_cast<double>(w);
      for (mixaug::index_t y = 0; y < h; ++y)
        for (mixaug::index_t x = 0; x < w; ++x) {
          double const dy = (static_cast<double>(y) - cy) / size, dx = (static_cast<double>(x) - cx) / size;
          out.push_back(static_cast<std::uint8_t>(30 + slope * static_cast<double>(x) +
                                                  tint * std::exp(-dy * dy - dx * dx) + 4 * s.unit()));
        }
    }
  }
  return out;
}

}  // namespace test
