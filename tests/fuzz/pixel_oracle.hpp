#pragma once
// out = m * self + (1 - m) * source, element by element, from the columns of a plan and nothing else.

#include <cmath>
#include <cstring>
#include <mixaug/mixaug.hpp>
#include <mixaug/plan/any_plan.hpp>

#include "fuzz.hpp"

namespace fuzz {
namespace ma = mixaug;
using ma::index_t;

inline bool in_box(ma::box const& b, index_t z, index_t y, index_t x) {
  return z >= b.z0 && z < b.z1 && y >= b.y0 && y < b.y1 && x >= b.x0 && x < b.x1;
}

inline std::uint8_t mixed(float m, std::uint8_t a, std::uint8_t b) {
  auto const w = static_cast<std::int64_t>(std::floor(static_cast<double>(m) * 65536.0 + 0.5));
  return static_cast<std::uint8_t>((a * w + b * (65536 - w) + 32768) >> 16);
}
inline float mixed(float m, float a, float b) {
  float const q = 1.0f - m;
#if defined(__FP_FAST_FMAF)
  return std::fma(m, a, q * b);
#else
  volatile float const one = m * a, two = q * b;  // not contracted
  return one + two;
#endif
}

/// Whether a pixel lies in a cell of the sample's own.
inline bool own_cell(ma::any_plan const& p, index_t i, index_t z, index_t y, index_t x) {
  auto const& c = p.region.of<3>();
  index_t const at[3] = {z, y, x};
  index_t cell = 0;
  for (int d = 0; d < 3; ++d) {
    index_t const n = c.grid[i].n[d];
    index_t k = 0;
    while ((k + 1) * p.shape.size[d] / n <= at[d]) ++k;
    cell = cell * n + k;
  }
  return (c.bits[i * c.stride + cell / 32] >> (cell % 32) & 1u) != 0;
}

/// m of a pixel of a mask, kinds 5 and 7, which has a number or a bit for each, or one for all.
inline float mask_at(ma::any_plan const& p, index_t i, index_t z, index_t y, index_t x) {
  index_t const* const size = p.shape.size;
  index_t const line = z * size[1] + y, words = (size[2] + 31) / 32;
  if (p.layout.kind_of[p.choice[i]] == 5) {
    auto const& c = p.region.of<5>();
    return c.m[i * c.count + (c.where[i].count() == 1 ? 0 : line * size[2] + x)];
  }
  auto const& c = p.region.of<7>();
  bool const one = c.where[i].count() == 1;
  if (c.where[i].soft == 1) return c.m[i * c.numbers + line * size[2] + x];
  return (c.bits[i * c.words + (one ? 0 : line * words + x / 32)] >> (one ? 0 : x % 32) & 1u) != 0 ? 1.0f : 0.0f;
}

/// Row by row, (rows, channels, pixels) in logical order. `source` holds rows first, first + 1, ... of what partners
/// name.
template <class T>
void require_mix(ma::any_plan const& p, std::vector<T> const& x, std::vector<T> const& source, index_t first,
                 std::vector<T> const& out, index_t channels) {
  index_t const *const size = p.shape.size, pixels = p.shape.pixels(), length = channels * pixels;
  for (index_t i = 0; i < p.rows(); ++i) {
    int const choice = p.choice[i], kind = p.layout.kind_of[choice];
    bool const erases = p.blend.erases[choice],
               alone =
                   !erases && (p.partner[i] < 0 || (p.shape.own_source && p.partner[i] - p.shape.first == p.self[i]));
    for (index_t e = 0; e < length; ++e) {
      index_t const c = e / pixels, at = e % pixels, px = at % size[2], py = at / size[2] % size[1],
                    pz = at / size[2] / size[1];
      float m = kind == 0 ? p.ratio[i] : 1.0f;
      index_t z = pz, y = py, w = px;
      for (index_t j = 0; kind == 1 && j < p.region.of<1>().count; ++j)
        if (in_box(p.region.of<1>().box(i, j), pz, py, px)) m = 0.0f;
      if (ma::box const& to = p.region.of<2>().to[i], &from = p.region.of<2>().from[i];
          kind == 2 && in_box(to, pz, py, px)) {
        m = 0.0f;
        z += from.z0 - to.z0, y += from.y0 - to.y0, w += from.x0 - to.x0;
      }
      if (kind == 5 || kind == 7) m = mask_at(p, i, pz, py, px);
      if (kind == 3) m = own_cell(p, i, pz, py, px) ? 1.0f : 0.0f;
      if (alone) m = 1.0f;
      T const a = x[static_cast<std::size_t>(p.self[i] * length + e)];
      T want = a;
      if (m < 1.0f) {
        ma::fill_value const& fill = p.blend.fill[choice];
        T const b = erases ? static_cast<T>(fill.value[fill.count == 1 ? 0 : c])
                           : source[static_cast<std::size_t>((p.partner[i] - first) * length + c * pixels +
                                                             (z * size[1] + y) * size[2] + w)];
        want = m == 0.0f ? b : mixed(m, a, b);
      }
      T const got = out[static_cast<std::size_t>(i * length + e)];
      if (std::memcmp(&got, &want, sizeof got) != 0)
        wrong("row " + std::to_string(i) + ", element " + std::to_string(e) + ": " +
              std::to_string(static_cast<double>(got)) + ", not " + std::to_string(static_cast<double>(want)));
    }
  }
}
/// The share of the sample's pixels, and its mean.
inline double mean_of_m(ma::any_plan const& p, index_t i) {
  index_t const* const size = p.shape.size;
  int const kind = p.layout.kind_of[p.choice[i]];
  if (kind == 0) return static_cast<double>(p.ratio[i]);
  index_t inside = 0;
  double sum = 0;
  for (index_t at = 0; at < p.shape.pixels(); ++at) {
    index_t const x = at % size[2], y = at / size[2] % size[1], z = at / size[2] / size[1];
    bool in = kind == 2 && in_box(p.region.of<2>().to[i], z, y, x);
    for (index_t j = 0; kind == 1 && j < p.region.of<1>().count; ++j)
      in = in || in_box(p.region.of<1>().box(i, j), z, y, x);
    in = in || (kind == 3 && !own_cell(p, i, z, y, x));
    inside += in ? 1 : 0;
    if (kind == 5 || kind == 7) sum += static_cast<double>(mask_at(p, i, z, y, x));
  }
  if (kind == 5 || kind == 7) return sum / static_cast<double>(p.shape.pixels());
  return 1.0 - static_cast<double>(inside) / static_cast<double>(p.shape.pixels());
}

}  // namespace fuzz
