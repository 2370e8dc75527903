#pragma once
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <mixaug/saliency/detail/residual.hpp>
#include <new>
#include <vector>

#include "reference/spectral_residual.hpp"

/// Maps of the kernel, and how far they are from the reference's.
namespace residual {
namespace ma = mixaug;

struct image {
  ma::index_t h, w;
  std::vector<std::uint8_t> gray;
};
template <class Rule>
image drawn(ma::index_t h, ma::index_t w, Rule rule) {
  image m{h, w, {}};
  for (ma::index_t y = 0; y < h; ++y)
    for (ma::index_t x = 0; x < w; ++x) m.gray.push_back(static_cast<std::uint8_t>(rule(y, x)));
  return m;
}

/// The map, from scratch full of NaN, with guards around everything.
inline std::vector<float> map_of(image const& m, ma::index_t work_h = 64, ma::index_t work_w = 64) {
  std::size_t const bytes = ma::detail::residual_bytes(m.h, m.w, work_h, work_w), area = m.gray.size();
  auto* const scratch = static_cast<std::byte*>(::operator new (bytes + 64, std::align_val_t{64}));
  std::fill(scratch, scratch + bytes + 64, std::byte{0xFF});
  std::vector<float> out(area + 16, -1.0f);
  ma::detail::spectral_residual_map(m.gray.data(), m.h, m.w, work_h, work_w, out.data(), scratch);
  CHECK(std::all_of(scratch + bytes, scratch + bytes + 64, [](std::byte b) { return b == std::byte{0xFF}; }));
  ::operator delete (scratch, std::align_val_t{64});
  CHECK(std::all_of(out.begin() + static_cast<std::ptrdiff_t>(area), out.end(), [](float v) { return v == -1.0f; }));
  out.resize(area);
  CHECK(std::all_of(out.begin(), out.end(), [](float v) { return v >= 0.0f && v <= 1.0f; }));  // no NaN
  return out;
}
/// The largest difference from the reference, over its maximum (which lies between the pixels of a small black image).
inline double error(image const& m, ma::index_t work_h = 64, ma::index_t work_w = 64) {
  auto const got = map_of(m, work_h, work_w);
  auto const want = reference::spectral_residual(m.gray.data(), m.h, m.w, work_h, work_w);
  double worst = 0;
  for (std::size_t i = 0; i < got.size(); ++i)
    worst = std::max(worst, std::fabs(static_cast<double>(got[i]) - want[i]));
  return worst / std::max(1e-3, *std::max_element(want.begin(), want.end()));
}

struct value {
  ma::index_t y, x;
  float v;
};
/// The largest difference from OpenCV's values, the last of which is the peak, over that.
inline double error(image const& m, std::vector<value> const& golden) {
  auto const got = map_of(m);
  double worst = 0;
  for (value const& g : golden)
    worst = std::max(worst, static_cast<double>(std::fabs(got[static_cast<std::size_t>(g.y * m.w + g.x)] - g.v)));
  return worst / static_cast<double>(golden.back().v);
}

}  // namespace residual
