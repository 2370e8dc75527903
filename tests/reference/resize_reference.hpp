#pragma once
#include <vector>

#include "reference/field.hpp"
#include "reference/real.hpp"

/// A resized box, pixel by pixel, as the documentation of `interpolation` describes it: nearest reads pixel floor(d S /
/// D); linear reads at (d + 1/2) S / D - 1/2, linear_corners at d (S - 1) / (D - 1), clamped, with the fraction rounded
/// to 1/2048, halves up.
namespace reference {

/// Two neighbours and the weight of the second, in units of 1/2048.
struct taps {
  std::int64_t first, second, weight;
};
inline taps taps_of(std::int64_t d, std::int64_t S, std::int64_t D, mixaug::interpolation how) {
  if (how == mixaug::interpolation::nearest) return {d * S / D, d * S / D, 0};
  if (how == mixaug::interpolation::linear_corners) {
    if (D == 1) return {0, 0, 0};
    std::int64_t const whole = d * (S - 1) / (D - 1), rest = d * (S - 1) % (D - 1);
    auto const weight = static_cast<std::int64_t>(std::floor(2048.0L * rest / (D - 1) + 0.5L));
    return {whole, whole + 1 < S ? whole + 1 : whole, weight};
  }
  // (d + 1/2) S / D - 1/2 in units of 1 / (2 D)
  std::int64_t at = (2 * d + 1) * S - D;
  std::int64_t const one = 2 * D;
  if (at < 0) at = 0;
  if (at > (S - 1) * one) at = (S - 1) * one;
  std::int64_t const whole = at / one, rest = at % one;
  std::int64_t const weight = (2 * 2048 * rest + one) / (2 * one);
  return {whole, whole + 1 < S ? whole + 1 : whole, weight};
}

struct pixel_taps {
  taps z, y, x;
};
inline pixel_taps taps_of(resize const& r, pixel p) {
  return {taps_of(p.z - r.to.z0, r.from.z1 - r.from.z0, r.to.z1 - r.to.z0, r.how),
          taps_of(p.y - r.to.y0, r.from.y1 - r.from.y0, r.to.y1 - r.to.y0, r.how),
          taps_of(p.x - r.to.x0, r.from.x1 - r.from.x0, r.to.x1 - r.to.x0, r.how)};
}

/// Returns the source's value for pixel p; `b` is one plane of the source's row, of the extents of `s`.
template <class T>
T resized_value(mixaug::plan_shape const& s, resize const& r, pixel p, T const* b) {
  pixel_taps const t = taps_of(r, p);
  std::int64_t const z[2] = {t.z.first, t.z.second}, y[2] = {t.y.first, t.y.second}, x[2] = {t.x.first, t.x.second};
  auto const at = [&](int i, int j, int k) {
    return b[((r.from.z0 + z[i]) * s.size[1] + r.from.y0 + y[j]) * s.size[2] + r.from.x0 + x[k]];
  };
  if (r.how == mixaug::interpolation::nearest) return at(0, 0, 0);
  if constexpr (std::is_floating_point_v<T> || is_half<T>) {
    using real = real_of<T>;
    auto const step = [](real a, real c, std::int64_t weight) {
      real const w = static_cast<real>(weight) / real{2048};
      return weight == 0 ? a : weight == 2048 ? c : std::fma(w, c, (real{1} - w) * a);
    };
    real plane[2];
    for (int i = 0; i < 2; ++i) {
      real line[2];
      for (int j = 0; j < 2; ++j) line[j] = step(to_real(at(i, j, 0)), to_real(at(i, j, 1)), t.x.weight);
      plane[i] = step(line[0], line[1], t.y.weight);
    }
    return from_real<T>(step(plane[0], plane[1], t.z.weight));
  } else {
    __extension__ using wide = __int128;
    wide sum = 0;
    for (int i = 0; i < 2; ++i)
      for (int j = 0; j < 2; ++j)
        for (int k = 0; k < 2; ++k) {
          std::int64_t const w = (i == 0 ? 2048 - t.z.weight : t.z.weight) * (j == 0 ? 2048 - t.y.weight : t.y.weight) *
                                 (k == 0 ? 2048 - t.x.weight : t.x.weight);
          if constexpr (requires(T v) { v.value; })
            sum += wide{w} * at(i, j, k).value;
          else
            sum += wide{w} * static_cast<std::int64_t>(at(i, j, k));
        }
    sum += wide{1} << 32;
    wide const floor = sum >= 0 ? sum >> 33 : -((-sum + (wide{1} << 33) - 1) >> 33);
    if constexpr (requires(T v) { v.value; })
      return {static_cast<decltype(T::value)>(floor)};
    else
      return static_cast<T>(static_cast<std::int64_t>(floor));
  }
}

/// Calls act(output pixel, weight) for the output pixels that read source pixel q, in ascending order; every pixel of
/// the box is tried along each axis.
template <class Real, class Act>
void each_reader(resize const& r, pixel q, Act const& act) {
  struct reader {
    std::int64_t d;
    Real weight;
  };
  auto const along = [&](std::int64_t at, std::int64_t from0, std::int64_t from1, std::int64_t to0, std::int64_t to1) {
    std::vector<reader> found;
    for (std::int64_t d = to0; d < to1; ++d) {
      taps const t = taps_of(d - to0, from1 - from0, to1 - to0, r.how);
      std::int64_t const w = (t.first == at - from0 ? 2048 - t.weight : 0) + (t.second == at - from0 ? t.weight : 0);
      if (w != 0) found.push_back({d, static_cast<Real>(w) / Real{2048}});
    }
    return found;
  };
  auto const z = along(q.z, r.from.z0, r.from.z1, r.to.z0, r.to.z1);
  auto const y = along(q.y, r.from.y0, r.from.y1, r.to.y0, r.to.y1);
  auto const x = along(q.x, r.from.x0, r.from.x1, r.to.x0, r.to.x1);
  for (reader const& a : z)
    for (reader const& b : y)
      for (reader const& c : x) act(pixel{a.d, b.d, c.d}, a.weight * b.weight * c.weight);
}

}  // namespace reference
