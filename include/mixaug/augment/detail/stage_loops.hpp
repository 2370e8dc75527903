// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/augment/detail/passes.hpp>
#include <mixaug/augment/detail/simd_noise.hpp>
#include <mixaug/augment/detail/stage_of_pixel.hpp>
#include <mixaug/core/detail/math/fast_float.hpp>

MIXAUG_EXACT_BEGIN
MIXAUG_UNFUSED_BEGIN
MIXAUG_WIDE_LOOPS

/// The stages of a pass, each a loop over the floats of a tile; products are rounded before they are added, so that the
/// bits are the same everywhere.
namespace mixaug::augment {
namespace detail {

/// v' = a v + b.
inline void scale_run(float* MIXAUG_RESTRICT v, int n, float a, float b) noexcept {
  for (int k = 0; k < n; ++k) v[k] = scaled(v[k], a, b);
}
/// v' = A v + b of three channels; m holds the rows of (A | b).
inline void matrix_run(float* MIXAUG_RESTRICT x, float* MIXAUG_RESTRICT y, float* MIXAUG_RESTRICT z, int n,
                       float const* m) noexcept {
  float const m0 = m[0], m1 = m[1], m2 = m[2], m3 = m[3], m4 = m[4], m5 = m[5], m6 = m[6], m7 = m[7], m8 = m[8],
              m9 = m[9], m10 = m[10], m11 = m[11];
  for (int k = 0; k < n; ++k) {
    float const a = x[k], b = y[k], c = z[k];
    x[k] = row_of_matrix(a, b, c, m0, m1, m2, m3);
    y[k] = row_of_matrix(a, b, c, m4, m5, m6, m7);
    z[k] = row_of_matrix(a, b, c, m8, m9, m10, m11);
  }
}
/// power_of, in loops of their own for choices and for functions, for compilers make branches of a choice before a
/// conversion.
inline void power_run(float* MIXAUG_RESTRICT v, int n, float exponent, float range) noexcept {
  alignas(64) float w[tile::room];
  float const unit = 1.0f / range;
  for (int k = 0; k < n; ++k) w[k] = v[k] * unit;
  clip_run(w, n, 0x1p-30f, 0x1p30f);
  for (int k = 0; k < n; ++k) w[k] = exponent * mixaug::detail::fast_log(w[k]);
  clip_run(w, n, -79.0f, 79.0f);
  for (int k = 0; k < n; ++k) w[k] = range * mixaug::detail::fast_exp(w[k]);
  for (int k = 0; k < n; ++k) v[k] = v[k] > 0.0f ? w[k] : 0.0f;
}

/// 16 random bits for each pixel of a channel of an area.
inline void pixel_bits(tile_area const& t, index_t channel, key const& k, std::uint64_t row, int step,
                       std::uint16_t* MIXAUG_RESTRICT out) noexcept {
  constexpr int lanes = mixaug::detail::bits_width;
  std::uint64_t number[tile::room + lanes];
  alignas(64) std::uint16_t spare[8 * (tile::room + lanes)];
  int const blocks = (t.width + 7) / 8, all = t.rows * blocks;  // tiles begin at multiples of 8
  bool const whole = t.width % 8 == 0;
  std::uint16_t* const to = whole ? out : spare;
  for (int r = 0; r < t.rows; ++r) {
    std::uint64_t const first = number_of_block(channel, t.y + r, t.x / 8);
    for (int b = 0; b < blocks; ++b) number[r * blocks + b] = first + static_cast<std::uint64_t>(b);
  }
  for (int b = all; b % lanes != 0; ++b) number[b] = 0;
  for (int done = 0; done < all; done += lanes)
    simd::halves_of_numbers(k, row, static_cast<purpose>(128 + step), number + done, to + 8 * done);
  for (int r = 0; r < t.rows && !whole; ++r)
    std::memcpy(out + r * t.width, spare + 8 * r * blocks, static_cast<std::size_t>(t.width) * sizeof(std::uint16_t));
}
/// v' = v + sigma z, z = normal_of(bits).
inline void noise_run(float* MIXAUG_RESTRICT v, std::uint16_t const* MIXAUG_RESTRICT bits, int n,
                      float sigma) noexcept {
  float const unit = sigma * 0x1p-24f;
  for (int k = simd::add_normal(v, bits, n, unit); k < n; ++k)
    v[k] = v[k] + rounded_product(unit, mixaug::detail::normal_units(bits[k]));
}
/// `most` for bits below `salt`, 0 for other bits below `both`.
inline void extremes_run(float* MIXAUG_RESTRICT v, std::uint16_t const* MIXAUG_RESTRICT bits, int n, std::int32_t salt,
                         std::int32_t both, float most) noexcept {
  for (int k = 0; k < n; ++k) {
    std::int32_t const u = bits[k];
    float const spot = u < salt ? most : 0.0f;
    v[k] = u < both ? spot : v[k];
  }
}
/// The same for pixels that are chosen; `salt` counts among them.
inline void counted_run(float* MIXAUG_RESTRICT v, std::uint16_t const* MIXAUG_RESTRICT bits,
                        std::uint8_t const* MIXAUG_RESTRICT chosen, int n, std::int32_t salt, float most) noexcept {
  for (int k = 0; k < n; ++k) {
    float const spot = std::int32_t{bits[k]} < salt ? most : 0.0f;
    v[k] = chosen[k] != 0 ? spot : v[k];
  }
}
/// v' = v (1 - strength t^2), t as in `vignette`, for pixels of one row; dy is the distance from the centre's row.
inline void vignette_run(float* MIXAUG_RESTRICT factor, int n, float first_dx, float dy, float const* m) noexcept {
  float const strength = m[0], unit = m[1], radius = m[2], spread = m[3];
  float const dy2 = rounded_product(dy, dy);
  for (int k = 0; k < n; ++k) {
    float const dx = first_dx + static_cast<float>(k);
    factor[k] = vignette_factor(dx, dy2, strength, unit, radius, spread);
  }
}
inline void multiply_run(float* MIXAUG_RESTRICT v, float const* MIXAUG_RESTRICT factor, int n) noexcept {
  for (int k = 0; k < n; ++k) v[k] *= factor[k];
}

/// True if a stage leaves the image as it is.
inline bool is_identity(stage const& s, float const* m) noexcept {
  switch (s.kind) {
    case stage_kind::scale:
      for (int k = 0; k < 8; ++k)
        if (m[k] != 1.0f || m[8 + k] != 0.0f) return false;
      return true;
    case stage_kind::matrix:
      for (int k = 0; k < 12; ++k)
        if (m[k] != (k % 5 == 0 ? 1.0f : 0.0f)) return false;
      return true;
    case stage_kind::power:
      return m[0] == 1.0f;
    case stage_kind::vignette:
    case stage_kind::normal:
      return m[0] == 0.0f;
    case stage_kind::extremes:
    case stage_kind::counted:
      return m[1] == 0.0f;
    case stage_kind::contrast:
      for (int k = 0; k < 12; ++k)
        if (m[k] != (k % 5 == 0 ? 1.0f : 0.0f)) return false;
      return m[12] == 0.0f;
    case stage_kind::box:
      return m[0] >= m[1] || m[2] >= m[3];
    default:
      return false;
  }
}

/// The stages of one pass for one image.
struct stage_list {
  chain const& steps;
  compiled_chain const& compiled;
  pass const& own;
  float const* numbers;  ///< of the image
  key const& draws;
  std::uint64_t row;                   ///< global row of the image
  float const* means = nullptr;        ///< for stages of the pass that need one, the mean of the image before them
  std::size_t last = ~std::size_t{0};  ///< the stage before which they end

  void operator()(tile& t) const noexcept {
    for (std::size_t k = own.stage; k < own.last_stage && k < last; ++k) {
      stage const& s = compiled.stages[k];
      float const* const m = numbers + s.first;
      if (!is_identity(s, m)) run(s, m, t, s.kind == stage_kind::contrast ? means[k - own.stage] : 0.0f);
    }
  }
  /// Leaves out a clip at the end that writing does anyway, to [least, most].
  void leave_clip_to_writing(float least, float most) noexcept {
    bool const clips = own.last_stage > own.stage && compiled.stages[own.last_stage - 1].kind == stage_kind::clip;
    if (clips && least == 0.0f && most <= compiled.in.range) last = own.last_stage - 1;
  }
  /// True if they leave any image as it is; of `bytes` they may set pixels, which set_pixels does.
  bool leave(bool bytes) const noexcept {
    for (std::size_t k = own.stage; k < own.last_stage; ++k) {
      stage const& s = compiled.stages[k];
      bool const spares = bytes && (sets_pixels(s) || (s.kind == stage_kind::clip && compiled.in.range >= 255.0f));
      if (!spares && !is_identity(s, numbers + s.first)) return false;
    }
    return true;
  }
  /// Sets the pixels of rows [from_row, to_row) of an image that the stages set.
  void set_pixels(image<std::uint8_t> const& to, index_t from_row, index_t to_row) const noexcept {
    for (std::size_t k = own.stage; k < own.last_stage; ++k) {
      stage const& s = compiled.stages[k];
      if (!sets_pixels(s) || is_identity(s, numbers + s.first)) continue;
      each_area(to_row - from_row, to.width, [&](tile_area t) {
        t.y += from_row;
        set_area(s, numbers + s.first, t, to);
      });
    }
  }
  /// The stages before stage k, which needs a mean.
  stage_list before(std::size_t k) const noexcept {
    stage_list some = *this;
    some.last = k;
    return some;
  }

 private:
  static bool sets_pixels(stage const& s) noexcept {
    return s.kind == stage_kind::extremes || s.kind == stage_kind::counted;
  }
  void set_area(stage const& s, float const* m, tile_area const& t, image<std::uint8_t> const& to) const noexcept {
    alignas(64) std::uint16_t bits[tile_area::room];
    pixel_bits(t, 0, draws, row, s.step, bits);
    std::int32_t salt = static_cast<std::int32_t>(m[0]), both = static_cast<std::int32_t>(m[1]);
    if (s.kind == stage_kind::counted) {  // 0, 1 and 2 instead: salt, pepper, and what is not chosen
      for (int k = 0; k < t.count(); ++k) bits[k] = static_cast<std::uint16_t>(std::int32_t{bits[k]} < salt ? 0 : 1);
      for (int r = 0; r < t.rows; ++r)
        for (int k = 0; k < t.width; ++k)
          if (!is_chosen(m, (t.y + r) * to.width + t.x + k)) bits[r * t.width + k] = 2;
      salt = 1;
      both = 2;
    }
    for (int r = 0; r < t.rows; ++r) set_run(to, t.y + r, t.x, bits + r * t.width, t.width, salt, both);
  }
  /// 255 in all channels of the pixels of a row whose number is below `salt`, 0 where others are below `both`.
  static void set_run(image<std::uint8_t> const& to, index_t y, index_t x, std::uint16_t const* bits, int n,
                      std::int32_t salt, std::int32_t both) noexcept {
    bool const rgb = to.channels == 3 && to.plane == 1 && to.column == 3;
    int const done = rgb ? simd::set_rgb(to.at(0, y, x), bits, n, salt, both) : 0;
    for (index_t c = 0; c < to.channels && done < n; ++c) {
      std::uint8_t* const o = to.at(c, y, x);
      auto const set = [&](std::uint8_t& v, std::int32_t u) {  // integers are compared
        std::int32_t const spot = u < salt ? 255 : 0;
        v = static_cast<std::uint8_t>(u < both ? spot : std::int32_t{v});
      };
      if (to.column == 1)
        for (int k = done; k < n; ++k) set(o[k], bits[k]);
      else
        for (int k = done; k < n; ++k) set(o[k * to.column], bits[k]);
    }
  }
  /// True if an exact count has chosen a pixel.
  static bool is_chosen(float const* m, index_t at) noexcept {
    return (reinterpret_cast<unsigned char const*>(m + 2)[at / 8] >> (at % 8) & 1) != 0;
  }
  void run(stage const& s, float const* m, tile& t, float mean) const noexcept {
    int const n = t.count();
    alignas(64) std::uint16_t bits[tile::room];
    alignas(64) float factor[tile::room];
    switch (s.kind) {
      case stage_kind::scale:
        for (int c = 0; c < t.channels; ++c) {
          int const of = static_cast<int>(mixaug::detail::lesser(t.channel + c, 7));
          scale_run(t.plane[c], n, m[of], m[8 + of]);
        }
        break;
      case stage_kind::matrix:
        matrix_run(t.plane[0], t.plane[1], t.plane[2], n, m);
        break;
      case stage_kind::power:
        for (int c = 0; c < t.channels; ++c) power_run(t.plane[c], n, m[0], compiled.in.range);
        break;
      case stage_kind::vignette: {
        float const cx = 0.5f * static_cast<float>(own.out.width), cy = 0.5f * static_cast<float>(own.out.height);
        for (int r = 0; r < t.rows; ++r)
          vignette_run(factor + r * t.width, t.width, static_cast<float>(t.x) + 0.5f - cx,
                       static_cast<float>(t.y + r) + 0.5f - cy, m);
        for (int c = 0; c < t.channels; ++c) multiply_run(t.plane[c], factor, n);
        break;
      }
      case stage_kind::normal:
        for (int c = 0; c < t.channels; ++c) {
          pixel_bits(t, t.channel + c, draws, row, s.step, bits);
          noise_run(t.plane[c], bits, n, m[0]);
        }
        break;
      case stage_kind::extremes:
        pixel_bits(t, 0, draws, row, s.step, bits);
        for (int c = 0; c < t.channels; ++c)
          extremes_run(t.plane[c], bits, n, static_cast<std::int32_t>(m[0]), static_cast<std::int32_t>(m[1]),
                       compiled.in.range);
        break;
      case stage_kind::box:
        cover(s, m, t, bits);
        break;
      case stage_kind::clip:
        for (int c = 0; c < t.channels; ++c) clip_run(t.plane[c], n, 0.0f, compiled.in.range);
        break;
      case stage_kind::contrast: {
        float const plus = m[12] * mean;
        float all[12];
        for (int k = 0; k < 12; ++k) all[k] = k % 4 == 3 ? plus : m[k];
        if (compiled.in.is_rgb())
          matrix_run(t.plane[0], t.plane[1], t.plane[2], n, all);
        else
          for (int c = 0; c < t.channels; ++c) scale_run(t.plane[c], n, m[0], plus);
        break;
      }
      case stage_kind::counted: {
        alignas(64) std::uint8_t chosen[tile::room];
        for (int r = 0; r < t.rows; ++r)
          for (int k = 0; k < t.width; ++k)
            chosen[r * t.width + k] = is_chosen(m, (t.y + r) * own.out.width + t.x + k) ? 1 : 0;
        pixel_bits(t, 0, draws, row, s.step, bits);
        for (int c = 0; c < t.channels; ++c)
          counted_run(t.plane[c], bits, chosen, n, static_cast<std::int32_t>(m[0]), compiled.in.range);
        break;
      }
    }
  }
  void cover(stage const& s, float const* m, tile& t, std::uint16_t* bits) const noexcept {
    occlusion const& how = std::get<occlusion>(steps.steps[static_cast<std::size_t>(s.step)]);
    index_t const y0 = static_cast<index_t>(m[0]), y1 = static_cast<index_t>(m[1]);
    index_t const x0 = static_cast<index_t>(m[2]), x1 = static_cast<index_t>(m[3]);
    int const begin = static_cast<int>(mixaug::detail::greater(x0 - t.x, 0)),
              end = static_cast<int>(mixaug::detail::lesser(x1 - t.x, t.width));
    if (begin >= end || t.y >= y1 || t.y + t.rows <= y0) return;
    float const share = compiled.in.range / 65535.0f;
    for (int c = 0; c < t.channels; ++c) {
      if (how.noise) pixel_bits(t, t.channel + c, draws, row, s.step, bits);
      float const v = how.fill.at(c);  // several numbers: at most 8 channels, one tile
      for (int r = 0; r < t.rows; ++r) {
        if (t.y + r < y0 || t.y + r >= y1) continue;
        for (int k = r * t.width + begin; k < r * t.width + end; ++k)
          t.plane[c][k] = how.noise ? share * static_cast<float>(bits[k]) : v;
      }
    }
  }
};

/// Sums of the channels of tiles, in double and in a fixed order.
struct channel_sums {
  static constexpr int lanes = 8;  ///< pixel k of a tile is summed in lane k mod 8
  double grey = 0.0, all = 0.0;    ///< weighted as grey, of three channels; of all channels

  void add(tile const& t) noexcept {
    for (int c = 0; c < t.channels; ++c) {
      double sum[lanes] = {};
      for (int k = 0; k < t.count(); ++k) sum[k % lanes] += static_cast<double>(t.plane[c][k]);
      add(c, sum);
    }
  }
  /// Channel c of a tile, by its lanes.
  MIXAUG_HD void add(int c, double const* sum) noexcept {
    double const total = ((sum[0] + sum[1]) + (sum[2] + sum[3])) + ((sum[4] + sum[5]) + (sum[6] + sum[7]));
    all += total;
    constexpr double red = grey_of[0], green = grey_of[1], blue = grey_of[2];
    if (c < 3) grey = mixaug::detail::fused_sum(c == 0 ? red : c == 1 ? green : blue, total, grey);
  }
  /// The mean of an image: of its grey, or of all channels.
  MIXAUG_HD float mean(image_facts const& f) const noexcept {
    double const pixels = static_cast<double>(f.height * f.width);
    return static_cast<float>(f.is_rgb() ? grey / pixels : all / (pixels * static_cast<double>(f.channels)));
  }
};

}  // namespace detail
}  // namespace mixaug::augment

MIXAUG_UNFUSED_END
MIXAUG_EXACT_END
