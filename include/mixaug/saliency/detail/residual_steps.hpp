// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/saliency/detail/fine_grained_steps.hpp>
#include <mixaug/saliency/spectral_residual.hpp>

MIXAUG_EXACT_BEGIN
MIXAUG_UNFUSED_BEGIN

namespace mixaug::detail {

/// Each item transforms one row or column: the complex transform of the resized image in double, the inverse in float.
/// All memory is in `slow`: two complex planes, the levels, the roots, and the work space of each transform.
template <>
struct steps_of<saliency::spectral_residual> : level_steps {
  static constexpr int steps = 17;
  index_t n, m;  ///< rows and columns of the working size
  steps_of(step_images const& s, saliency::spectral_residual const& d) noexcept
      : level_steps{s, d.pixels()}, n(d.work_height), m(d.work_width) {}

  std::size_t fast_bytes() const noexcept { return step_fast_bytes; }
  std::size_t slow_bytes() const noexcept { return gray_at() + (static_cast<std::size_t>(pixels()) + 63) / 64 * 64; }
  MIXAUG_HD index_t count(int step) const noexcept {
    switch (step) {
      case 0:
        return own_range() ? step_parts : 0;
      case 1:
        return own_range() ? 1 : 0;
      case 2:
      case 16:
        return pixels();
      case 3:
      case 15:
        return 1;
      case 5:
      case 10:
        return m;
      case 6:
      case 9:
        return n;
      case 14:
        return step_parts;
      default:
        return n * m;
    }
  }
  MIXAUG_HD void run(int step, index_t k, index_t item, step_memory const& memory) const noexcept {
    double *const a = memory.global_at<double>(0), *const b = a + 2 * bins(), *const roots = b + 2 * bins();
    double* const work = roots + 2 * greater(n, m);
    float *const f = memory.global_at<float>(0), *const g = reinterpret_cast<float*>(b);
    float* const level = memory.global_at<float>(level_at());
    std::uint8_t* const gray_plane = memory.global_at<std::uint8_t>(gray_at());
    index_t const all = greater(n, m), y = item / m, x = item - y * m;
    switch (step) {
      case 0:
        return extremes(k, item, memory);
      case 1:
        return join_extremes(memory);
      case 2:
        gray_plane[item] = gray(k, item, memory);
        return;
      case 3:
        return fill_roots(roots, all);
      case 4:
        a[item] = static_cast<double>(resized(gray_plane, y, x)), a[bins() + item] = 0.0;
        return;
      case 5:
        return fft<1, double>(n, column(a, item), column(b, item), roots, all, work + 4 * all * item);
      case 6:
        return fft<1, double>(m, line(b, item), line(a, item), roots, all, work + 4 * all * item);
      case 7: {
        double const largest = a[0], limit = largest * largest * (vanished_bin * vanished_bin);
        return phase_and_level(1, a + item, a + bins() + item, limit, g + item, g + bins() + item, level + item);
      }
      case 8: {
        float sum = 0.0f;
        for (index_t dy = -1; dy <= 1; ++dy)
          for (index_t dx = -1; dx <= 1; ++dx) sum += level[reflect_101(y + dy, n) * m + reflect_101(x + dx, m)];
        float const gain = residual_gain(level[item], sum);
        g[item] *= gain, g[bins() + item] *= gain;
        return;
      }
      case 9:
        return fft<1, float>(m, line(g, item).swapped(), line(f, item).swapped(), roots, all,
                             reinterpret_cast<float*>(work + 4 * all * item));
      case 10:
        return fft<1, float>(n, column(f, item).swapped(), column(g, item).swapped(), roots, all,
                             reinterpret_cast<float*>(work + 4 * all * item));
      case 11: {
        float const square = two_products(g[item], g[item], g[bins() + item], g[bins() + item]);
        g[item] = square * fast_rsqrt(square);
        return;
      }
      case 12:
        f[item] = blur_tap(g[reflect_101(y - 2, n) * m + x], g[reflect_101(y - 1, n) * m + x], g[item],
                           g[reflect_101(y + 1, n) * m + x], g[reflect_101(y + 2, n) * m + x]);
        return;
      case 13: {
        float const* const row = f + y * m;
        float const v = blur_tap(row[reflect_101(x - 2, m)], row[reflect_101(x - 1, m)], row[x],
                                 row[reflect_101(x + 1, m)], row[reflect_101(x + 2, m)]);
        level[item] = v * v;
        return;
      }
      case 14: {
        float most = 0.0f;
        for (index_t p = item; p < bins(); p += step_parts) most = level[p] > most ? level[p] : most;
        memory.shared_at<step_part>(step_parts_at)[item].high = most;
        return;
      }
      case 15:
        return most_steps::join(memory);
      default: {
        float const most = memory.shared_at<step_head>(0)->most;
        score(k, item) = stretched(level, most > 0.0f ? most : 1.0f, item);
      }
    }
  }

 private:
  MIXAUG_HD index_t bins() const noexcept { return n * m; }
  MIXAUG_HD std::size_t level_at() const noexcept {
    index_t const all = greater(n, m);
    return static_cast<std::size_t>(8 * (4 * bins() + 2 * all + 4 * all * all));
  }
  MIXAUG_HD std::size_t gray_at() const noexcept { return level_at() + static_cast<std::size_t>(4 * bins()); }
  template <class F>
  MIXAUG_HD complex_rows<F> column(F* a, index_t x) const noexcept {
    return {a + x, a + bins() + x, m};
  }
  template <class F>
  MIXAUG_HD complex_rows<F> line(F* a, index_t y) const noexcept {
    return {a + y * m, a + bins() + y * m, 1};
  }
  MIXAUG_HD std::uint8_t resized(std::uint8_t const* gray_plane, index_t y, index_t x) const noexcept {
    index_t const h = height(), w = width();
    auto const v = byte_tap(y, h, linear_scale(h, n)), u = byte_tap(x, w, linear_scale(w, m));
    std::uint8_t const *const top = gray_plane + v.left * w, *const bottom = gray_plane + right_of(v, h) * w;
    index_t const right = right_of(u, w);
    return byte_between(byte_between(top[u.left], bottom[u.left], v.weight),
                        byte_between(top[right], bottom[right], v.weight), u.weight);
  }
  MIXAUG_HD float stretched(float const* map, float most, index_t pixel) const noexcept {
    index_t const h = height(), w = width(), y = pixel / w, x = pixel - y * w;
    auto const v = float_tap(y, n, linear_scale(n, h)), u = float_tap(x, m, linear_scale(m, w));
    float const *const top = map + v.left * m, *const bottom = map + right_of(v, n) * m;
    index_t const right = right_of(u, m);
    return float_between(float_between(top[u.left] / most, top[right] / most, u.weight),
                         float_between(bottom[u.left] / most, bottom[right] / most, u.weight), v.weight);
  }
};

}  // namespace mixaug::detail

MIXAUG_UNFUSED_END
MIXAUG_EXACT_END
