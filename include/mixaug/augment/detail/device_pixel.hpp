// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/augment/detail/blur_bytes.hpp>
#include <mixaug/augment/detail/read_tile.hpp>
#include <mixaug/augment/detail/stage_of_pixel.hpp>

MIXAUG_EXACT_BEGIN
MIXAUG_UNFUSED_BEGIN

/// One pixel of a pass, as a thread of a device computes it: read through the map of its image or through a blur, and
/// taken through the stages. The bits are those of tiles.
namespace mixaug::augment {
namespace detail {

/// A pixel of the output, and the channels that a thread takes: `channel` is the number of the first.
struct pixel_place {
  index_t y, x, channel;
  int channels;
};

/// The values of the channels of one pixel.
template <int Most>
struct pixel_values {
  mixaug::detail::c_array<float, Most> of = {};
  MIXAUG_HD float& operator[](int c) noexcept { return of[c]; }
};

/// Calls act(c) for the channels of a thread: those of colours are unrolled, so that their values stay in registers.
MIXAUG_HD_AS_ARGUMENT
template <int Most, class Act>
MIXAUG_HD void each_channel(int channels, Act const& act) noexcept {
  if constexpr (Most == 3) {
    act(0);
    act(1);
    act(2);
  } else {
    MIXAUG_ROLLED
    for (int c = 0; c < channels; ++c) act(c);
  }
}

/// Reads pixels of one image through its map.
template <class T>
struct pixel_reader {
  image<T const> from;
  sampling how;
  fixed_map map;
  warp_list warps;

  template <int Most>
  MIXAUG_HD void operator()(pixel_place const& at, pixel_values<Most>& v) const noexcept {
    image<T const> part = from;
    part.data += map.channel(at.channel) * from.plane;
    part.plane *= map.zz;
    std::int64_t const x = map.x0 + at.y * map.xy + at.x * map.xx, y = map.y0 + at.y * map.yy + at.x * map.yx;
    if (map.exact) return point(part, at, augment::interpolation::nearest, x, y, v);
    if (map.warped) return warped(part, at, v);
    std::int64_t const centre = how.interpolation == augment::interpolation::nearest
                                    ? half_step<augment::interpolation::nearest>
                                    : half_step<augment::interpolation::bilinear>;
    pixel_values<Most> sum;
    MIXAUG_ROLLED
    for (int j = 0; j < map.samples_y; ++j) {
      MIXAUG_ROLLED
      for (int i = 0; i < map.samples_x; ++i) {
        std::int64_t const du = 2 * i + 1 - map.samples_x, dv = 2 * j + 1 - map.samples_y;
        std::int64_t const dx = map.xx * du / (2 * map.samples_x) + map.xy * dv / (2 * map.samples_y);
        std::int64_t const dy = map.yx * du / (2 * map.samples_x) + map.yy * dv / (2 * map.samples_y);
        bounded_point(part, at, x + dx + centre, y + dy + centre, v);
        each_channel<Most>(at.channels, [&](int c) { sum[c] = i == 0 && j == 0 ? v[c] : sum[c] + v[c]; });
      }
    }
    if (map.samples_x == 1 && map.samples_y == 1) return;
    float const share = 1.0f / static_cast<float>(map.samples_x * map.samples_y);
    each_channel<Most>(at.channels, [&](int c) { v[c] = mixaug::detail::rounded_product(share, sum[c]); });
  }

 private:
  /// Beyond a constant border a point is the fill, not a blend of four or sixteen of them.
  template <int Most>
  MIXAUG_HD void bounded_point(image<T const> const& part, pixel_place const& at, std::int64_t x, std::int64_t y,
                               pixel_values<Most>& v) const noexcept {
    constexpr std::int64_t one = fixed_map::one;
    std::int64_t const before = how.interpolation == augment::interpolation::bicubic ? 1 : 0,
                       behind = how.interpolation == augment::interpolation::nearest ? 0 : before + 1;
    bool const touches =
        x >= -behind * one && x < (part.width + before) * one && y >= -behind * one && y < (part.height + before) * one;
    if (how.border == border::constant && !touches)
      each_channel<Most>(at.channels, [&](int c) { v[c] = how.fill.at(c); });
    else
      point(part, at, how.interpolation, x, y, v);
  }
  template <int Most>
  MIXAUG_HD void warped(image<T const> const& part, pixel_place const& at, pixel_values<Most>& v) const noexcept {
    point_of_warps const p = warped_point(map, warps, at.x, at.y);
    constexpr int shift = fixed_map::bits - fixed_map::parts;
    std::int64_t const centre = how.interpolation == augment::interpolation::nearest ? fixed_map::pixel / 2 : 0;
    point(part, at, how.interpolation, (p.x + centre) << shift, (p.y + centre) << shift, v);
  }
  /// The position that a pixel shows, in units of 2^-15 pixels: as reader's.
  struct point_of_warps {
    std::int32_t x, y;
  };
  MIXAUG_HD MIXAUG_OUTLINED static point_of_warps warped_point(fixed_map const& map, warp_list const& warps, index_t x,
                                                               index_t y) noexcept {
    constexpr std::int32_t most = INT32_MAX;
    double const* const spline = warps.spline();
    displacement d{0.0f, 0.0f};
    if (spline != nullptr) d = displacement_at(spline, warps.nodes(), x, y);
    if (spline != nullptr && warps.only_spline()) {
      if (warps.count > 1) d = linear_part(map)(d.x, d.y);
      constexpr std::int64_t centre = half_step<augment::interpolation::bilinear>;
      return {displaced(map.x0 + y * map.xy + x * map.xx + centre, d.x, -most, most),
              displaced(map.y0 + y * map.yy + x * map.yx + centre, d.y, -most, most)};
    }
    double u = static_cast<double>(x) + 0.5, v = static_cast<double>(y) + 0.5;
    if (spline != nullptr) {
      u = u + static_cast<double>(d.x) * 0x1p-18;
      v = v + static_cast<double>(d.y) * 0x1p-18;
    }
    warps.point(spline != nullptr ? warps.count - 1 : warps.count, u, v);
    return {fixed_position(u, -most, most, 0), fixed_position(v, -most, most, 0)};
  }
  template <int Most>
  MIXAUG_HD void point(image<T const> const& part, pixel_place const& at, augment::interpolation by, std::int64_t x,
                       std::int64_t y, pixel_values<Most>& v) const noexcept {
    switch (by) {
      case augment::interpolation::nearest:
        return each_channel<Most>(at.channels,
                                  [&](int c) { v[c] = sampled<augment::interpolation::nearest>(part, how, c, x, y); });
      case augment::interpolation::bilinear:
        return each_channel<Most>(at.channels,
                                  [&](int c) { v[c] = sampled<augment::interpolation::bilinear>(part, how, c, x, y); });
      default:
        return each_channel<Most>(at.channels, [&](int c) { v[c] = cubic(part, how, c, x, y); });
    }
  }
  MIXAUG_HD MIXAUG_OUTLINED static float cubic(image<T const> const& part, sampling const& how, int c, std::int64_t x,
                                               std::int64_t y) noexcept {
    return sampled<augment::interpolation::bicubic>(part, how, c, x, y);
  }
};

/// Reads pixels of one image through a blur: `along` holds its rows blurred along x, planes without gaps; kernels of
/// lines read the image itself.
template <class T>
struct blur_reader {
  image<T const> from;
  float const* along;
  sampling how;
  bool is_normal;
  float const* kernel;
  std::int32_t const* byte_weights;  ///< a blur of bytes in integers, as byte_blur's: the shift, and weights; else null

  template <int Most>
  MIXAUG_HD void operator()(pixel_place const& at, pixel_values<Most>& v) const noexcept {
    MIXAUG_ROLLED
    for (int c = 0; c < at.channels; ++c) {
      if (byte_weights != nullptr)
        v[c] = is_normal ? normal_byte(at.channel + c, c, at.y, at.x) : line_byte(at, c);
      else
        v[c] = is_normal ? normal(at.channel + c, c, at.y, at.x) : line(at, c);
    }
  }
  /// What `along` holds at (channel, y, x): the sum along x of a row of the image; of bytes, that of a column.
  MIXAUG_HD float first_sum(index_t channel, int c, index_t y, index_t x) const noexcept {
    if (byte_weights != nullptr) return static_cast<float>(column_of_bytes(channel, c, y, x));
    return sum_of_pairs([&](index_t d) { return element(channel, c, y, x + d); });
  }

 private:
  /// w[0] tap(0) + the sum over d = 1, 2, ... of w[d] (tap(-d) + tap(d)).
  MIXAUG_HD_AS_ARGUMENT
  template <class Tap>
  MIXAUG_HD float sum_of_pairs(Tap const& tap) const noexcept {
    using mixaug::detail::rounded_product;
    int const reach = static_cast<int>(kernel[0]);
    float const* const w = kernel + 1;
    float sum = rounded_product(w[0], tap(0));
    for (int d = 1; d <= reach; ++d) sum = sum + rounded_product(w[d], tap(-d) + tap(d));
    return sum;
  }
  /// The element at (y, x), inside the image in y; c is the channel's number for the fill.
  MIXAUG_HD float element(index_t channel, int c, index_t y, index_t x) const noexcept {
    bool const outside = x < 0 || x >= from.width;
    if (outside && how.border == border::constant) return how.fill.at(c);
    return value_of(*from.at(channel, y, outside ? inside(x, from.width, how.border) : x));
  }
  MIXAUG_HD float normal(index_t channel, int c, index_t y, index_t x) const noexcept {
    float const* const plane = along + channel * from.height * from.width;
    return sum_of_pairs([&](index_t d) {
      bool const outside = y + d < 0 || y + d >= from.height;
      if (outside && how.border == border::constant) return how.fill.at(c);
      return plane[(outside ? inside(y + d, from.height, how.border) : y + d) * from.width + x];
    });
  }
  /// Bits behind the point between the two sums of a normal kernel of bytes.
  static constexpr int between = mixaug::augment::detail::byte_kernel::between;
  MIXAUG_HD std::int32_t reach() const noexcept { return static_cast<std::int32_t>(kernel[0]); }
  MIXAUG_HD std::int32_t fill_byte(int c) const noexcept { return static_cast<std::int32_t>(how.fill.at(c)) - 128; }
  /// The byte at any place, less 128.
  MIXAUG_HD std::int32_t byte(index_t channel, int c, index_t y, index_t x) const noexcept {
    bool const outside = y < 0 || y >= from.height || x < 0 || x >= from.width;
    if (outside && how.border == border::constant) return fill_byte(c);
    index_t const py = inside(y, from.height, how.border), px = inside(x, from.width, how.border);
    return static_cast<std::int32_t>(value_of(*from.at(channel, py, px))) - 128;
  }
  /// The sum over the pairs of taps, rounded to units of 2^shift, halves up.
  MIXAUG_HD_AS_ARGUMENT
  template <class Tap>
  MIXAUG_HD std::int32_t integer_sum(int shift, Tap const& tap) const noexcept {
    std::int32_t sum = 1 << (shift - 1);
    for (index_t t = 0; t <= reach(); ++t) sum += byte_weights[1 + t] * (tap(-t) + tap(t));
    return sum >> shift;
  }
  MIXAUG_HD std::int32_t column_of_bytes(index_t channel, int c, index_t y, index_t x) const noexcept {
    return integer_sum(byte_weights[0] - between, [&](index_t d) { return byte(channel, c, y + d, x); });
  }
  MIXAUG_HD float normal_byte(index_t channel, int c, index_t y, index_t x) const noexcept {
    float const* const row = along + (channel * from.height + y) * from.width;
    return static_cast<float>(128 + integer_sum(byte_weights[0] + between, [&](index_t d) {
                                bool const outside = x + d < 0 || x + d >= from.width;
                                if (outside && how.border == border::constant) return fill_byte(c) * (1 << between);
                                return static_cast<std::int32_t>(row[inside(x + d, from.width, how.border)]);
                              }));
  }
  MIXAUG_HD float line_byte(pixel_place const& at, int c) const noexcept {
    std::int32_t const side = 2 * reach() + 1, shift = byte_weights[0];
    std::int32_t sum = 1 << (shift - 1);
    for (std::int32_t k = 0; k < side * side; ++k) {
      std::int32_t const w = byte_weights[1 + k];
      if (w != 0) sum += w * byte(at.channel + c, c, at.y + k / side - reach(), at.x + k % side - reach());
    }
    return static_cast<float>(128 + (sum >> shift));
  }
  MIXAUG_HD float line(pixel_place const& at, int c) const noexcept {
    int const reach = static_cast<int>(kernel[0]), side = 2 * reach + 1;
    float const* const w = kernel + 1;
    float sum = 0.0f;
    for (int i = 0; i < side; ++i) {
      index_t y = at.y + i - reach;
      bool const outside = y < 0 || y >= from.height;
      if (outside) y = inside(y, from.height, how.border);
      for (int j = 0; j < side; ++j) {
        float const weight = w[i * side + j];
        if (weight == 0.0f) continue;
        bool const fills = outside && how.border == border::constant;
        float const v = fills ? how.fill.at(c) : element(at.channel + c, c, y, at.x + j - reach);
        sum = sum + mixaug::detail::rounded_product(weight, v);
      }
    }
    return sum;
  }
};

/// A stage in the memory of a device, with what it needs of its step.
struct device_stage {
  stage_kind kind;
  bool noise;  ///< of occlusion
  int step;
  index_t first;
  per_channel fill;  ///< of occlusion
};

/// The stages of one pass for one image.
struct pixel_stages {
  device_stage const* list;
  std::uint8_t const* active;  ///< for each stage, whether it changes the image
  float const* numbers;        ///< of the image
  float const* means;          ///< for each stage, where it needs one
  key const* draws;
  std::uint64_t row;
  float range;
  bool is_rgb;
  index_t height, width;

  /// The stages [begin, end) of one pixel.
  template <int Most>
  MIXAUG_HD void operator()(int begin, int end, pixel_place const& at, pixel_values<Most>& v) const noexcept {
    for (int k = begin; k < end; ++k)
      if (active[k] != 0) run(k, at, v);
  }

 private:
  MIXAUG_HD_AS_ARGUMENT
  template <int Most, class Act>
  MIXAUG_HD static void each(pixel_place const& at, pixel_values<Most>& v, Act const& act) noexcept {
    each_channel<Most>(at.channels, [&](int c) { v[c] = act(c, v[c]); });
  }
  template <int Most>
  MIXAUG_HD static void matrix(pixel_values<Most>& v, float const* m, float b0, float b1, float b2) noexcept {
    if constexpr (Most >= 3) {
      float const x = v[0], y = v[1], z = v[2];
      v[0] = row_of_matrix(x, y, z, m[0], m[1], m[2], b0);
      v[1] = row_of_matrix(x, y, z, m[4], m[5], m[6], b1);
      v[2] = row_of_matrix(x, y, z, m[8], m[9], m[10], b2);
    }
  }
  MIXAUG_HD std::int32_t bits(device_stage const& s, index_t channel, pixel_place const& at) const noexcept {
    return bits_of(draws, row, s.step, channel, at.y, at.x);
  }
  MIXAUG_HD MIXAUG_OUTLINED static std::int32_t bits_of(key const* k, std::uint64_t row, int step, index_t channel,
                                                        index_t y, index_t x) noexcept {
    return bits_of_pixel(*k, row, step, channel, y, x);
  }
  MIXAUG_HD MIXAUG_OUTLINED static float outlined_power(float v, float exponent, float range) noexcept {
    return power_of(v, exponent, range);
  }
  template <int Most>
  MIXAUG_HD void run(int k, pixel_place const& at, pixel_values<Most>& v) const noexcept {
    device_stage const& s = list[k];
    float const* const m = numbers + s.first;
    switch (s.kind) {
      case stage_kind::scale:
        return each(at, v, [&](int c, float a) {
          index_t const of = mixaug::detail::lesser(at.channel + c, 7);
          return scaled(a, m[of], m[8 + of]);
        });
      case stage_kind::matrix:
        return matrix(v, m, m[3], m[7], m[11]);
      case stage_kind::power:
        return each(at, v, [&](int, float a) { return outlined_power(a, m[0], range); });
      case stage_kind::vignette: {
        // the distances as those of tiles: from the first pixel of the tile, which is a whole number
        float const cx = 0.5f * static_cast<float>(width), cy = 0.5f * static_cast<float>(height);
        index_t const begin = at.x - at.x % tile::room;
        float const dx = (static_cast<float>(begin) + 0.5f - cx) + static_cast<float>(at.x - begin);
        float const dy = static_cast<float>(at.y) + 0.5f - cy;
        float const factor = vignette_factor(dx, rounded_product(dy, dy), m[0], m[1], m[2], m[3]);
        return each(at, v, [&](int, float a) { return rounded_product(a, factor); });
      }
      case stage_kind::normal:
        return each(at, v, [&](int c, float a) {
          auto const u = static_cast<std::uint16_t>(bits(s, at.channel + c, at));
          return a + rounded_product(m[0] * 0x1p-24f, mixaug::detail::normal_units(u));
        });
      case stage_kind::extremes: {
        std::int32_t const u = bits(s, 0, at);
        float const spot = u < static_cast<std::int32_t>(m[0]) ? range : 0.0f;
        bool const hit = u < static_cast<std::int32_t>(m[1]);
        return each(at, v, [&](int, float a) { return hit ? spot : a; });
      }
      case stage_kind::box: {
        if (!(at.y >= static_cast<index_t>(m[0]) && at.y < static_cast<index_t>(m[1]) &&
              at.x >= static_cast<index_t>(m[2]) && at.x < static_cast<index_t>(m[3])))
          return;
        float const share = range / 65535.0f;
        return each(at, v, [&](int c, float) {
          return s.noise ? rounded_product(share, static_cast<float>(bits(s, at.channel + c, at))) : s.fill.at(c);
        });
      }
      case stage_kind::clip:
        return each(at, v, [&](int, float a) { return held(a, 0.0f, range); });
      case stage_kind::contrast: {
        float const plus = rounded_product(m[12], means[k]);
        if (is_rgb) return matrix(v, m, plus, plus, plus);
        return each(at, v, [&](int, float a) { return scaled(a, m[0], plus); });
      }
      case stage_kind::counted: {
        unsigned char const* const set = reinterpret_cast<unsigned char const*>(m + 2);
        index_t const place = at.y * width + at.x;
        bool const hit = (set[place / 8] >> (place % 8) & 1) != 0;
        float const spot = bits(s, 0, at) < static_cast<std::int32_t>(m[0]) ? range : 0.0f;
        return each(at, v, [&](int, float a) { return hit ? spot : a; });
      }
    }
  }
};

}  // namespace detail
}  // namespace mixaug::augment

MIXAUG_UNFUSED_END
MIXAUG_EXACT_END
