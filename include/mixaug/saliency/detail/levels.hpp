// SPDX-License-Identifier: MIT
#pragma once
#include <cfloat>
#include <mixaug/core/channel_order.hpp>
#include <mixaug/core/error.hpp>
#include <mixaug/core/image_batch.hpp>
#include <mixaug/core/workspace.hpp>
#include <mixaug/saliency/pixel_values.hpp>

MIXAUG_EXACT_BEGIN

/// Conversion of images to the 8-bit pixels for which most detectors are defined.
namespace mixaug::detail {

/// Maps pixels to half levels: t = (v * std + shift) * scale, in double; v * std is exact, so that contraction by a
/// compiler does not change a bit.
struct level_map {
  double std = 1.0, shift = 0.0, scale = 0.0;
};
/// round(t / 2), halves up, within [0, 255]; NaN is 0.
MIXAUG_HD inline std::uint8_t level_of(float v, level_map const& m) noexcept {
  double const t = (static_cast<double>(v) * m.std + m.shift) * m.scale;
  double const inside = t > 0.0 ? (t < 510.0 ? t : 510.0) : 0.0;
  return static_cast<std::uint8_t>((static_cast<std::int32_t>(inside) + 1) >> 1);
}

/// Options of all 8-bit detectors: the conversion of pixels to levels.
struct pixel_rule {
  channel_order order = channel_order::of_view;
  value_range range{};
  channel_stats stats{};

  /// True if the first channel is red.
  MIXAUG_HD bool red_first(image_batch const& images) const noexcept {
    return (order == channel_order::of_view ? images.order : order) != channel_order::bgr;
  }
  MIXAUG_HD bool fixed() const noexcept { return range.given() || stats.given(); }
  /// Returns the map of a channel; low and high, the image's own extremes, are used if nothing is given.
  MIXAUG_HD level_map map(index_t channel, float low, float high) const noexcept {
    bool const normalised = stats.given(), ranged = range.given();
    double const from = static_cast<double>(ranged ? range.low : normalised ? 0.0f : low);
    double const to = static_cast<double>(ranged ? range.high : normalised ? 1.0f : high);
    level_map m;
    if (normalised) m.std = static_cast<double>(stats.std[channel]);
    m.shift = (normalised ? static_cast<double>(stats.mean[channel]) : 0.0) - from;
    m.scale = to > from ? 510.0 / (to - from) : 0.0;
    return m;
  }
  void check(char const* detector, index_t channels) const {
    if (range.given() && !(range.low < range.high && range.high <= FLT_MAX && range.low >= -FLT_MAX))
      fail(std::string("saliency::") + detector + "'s range",
           "[" + text(static_cast<double>(range.low)) + ", " + text(static_cast<double>(range.high)) + "]",
           "two finite numbers, low < high");
    for (int c = 0; c < channels && stats.given(); ++c)
      if (!(stats.std[c] > 0.0f && stats.std[c] <= FLT_MAX && stats.mean[c] >= -FLT_MAX && stats.mean[c] <= FLT_MAX))
        fail(std::string("saliency::") + detector + "'s normalised.std[" + text(index_t{c}) + "] and mean",
             text(static_cast<double>(stats.std[c])) + " and " + text(static_cast<double>(stats.mean[c])),
             "a std > 0 and a finite mean for each channel");
  }
};

inline void check_pixels(char const* detector, pixel_rule const& rule, map_shape const& s) {
  if (s.channels != 1 && s.channels != 3) {
    std::string expected = "1 (gray) or 3 (colour) for saliency::";
    expected += detector;
    fail("the images' channels", text(s.channels),
         expected + "; for other images give a method score maps of your own: mixaug::inputs(x).scores(v)");
  }
  rule.check(detector, s.channels);
}

/// OpenCV's 8-bit BGR2GRAY in 15-bit fixed point.
MIXAUG_HD inline std::uint8_t gray_level(std::uint8_t r, std::uint8_t g, std::uint8_t b) noexcept {
  return static_cast<std::uint8_t>((9798 * r + 19235 * g + 3735 * b + 16384) >> 15);
}

/// Finds the smallest and the largest finite value of an image; {0, 0} if there is none. `row` holds a row.
inline void extremes(image_batch const& images, index_t i, float* row, float& least, float& most) noexcept {
  constexpr int lanes = 16;
  float low[lanes], high[lanes];
  for (int u = 0; u < lanes; ++u) low[u] = FLT_MAX, high[u] = -FLT_MAX;
  index_t const w = images.width(), whole = w - w % lanes;
  for (index_t c = 0; c < images.channels(); ++c)
    for (index_t y = 0; y < images.height(); ++y) {
      images.values(i, c, y, row);
      for (index_t x = 0; x < whole; x += lanes)
        for (int u = 0; u < lanes; ++u) {
          float const v = row[x + u];
          bool const finite = v >= -FLT_MAX && v <= FLT_MAX;
          low[u] = finite && v < low[u] ? v : low[u], high[u] = finite && v > high[u] ? v : high[u];
        }
      for (index_t x = whole; x < w; ++x) {
        float const v = row[x];
        if (v >= -FLT_MAX && v <= FLT_MAX) low[0] = v < low[0] ? v : low[0], high[0] = v > high[0] ? v : high[0];
      }
    }
  for (int u = 1; u < lanes; ++u)
    low[0] = low[u] < low[0] ? low[u] : low[0], high[0] = high[u] > high[0] ? high[u] : high[0];
  least = low[0] <= high[0] ? low[0] : 0.0f, most = low[0] <= high[0] ? high[0] : 0.0f;
}

/// Rows of one image as 8-bit levels.
class level_rows {
 public:
  static std::size_t bytes(index_t w) noexcept { return static_cast<std::size_t>(7 * w + 128); }

  level_rows(image_batch const& images, index_t i, pixel_rule const& rule, std::byte* scratch) noexcept
      : images_(images),
        i_(i),
        values_(reinterpret_cast<float*>(scratch)),
        rows_(reinterpret_cast<std::uint8_t*>(scratch) + 4 * images.width()) {
    if (images.type == element_type::u8) return;
    float low = 0.0f, high = 0.0f;
    if (!rule.fixed()) extremes(images, i, values_, low, high);
    for (index_t c = 0; c < lesser(images.channels(), 3); ++c) map_[c] = rule.map(c, low, high);
  }
  /// Returns row y of channel c; `step` is the distance of its pixels. Rows of other channels stay valid.
  std::uint8_t const* row(index_t c, index_t y, index_t& step) const noexcept {
    if (images_.type == element_type::u8) return step = images_.step(), images_.bytes(i_, c, y);
    images_.values(i_, c, y, values_);
    std::uint8_t* MIXAUG_RESTRICT const out = rows_ + c * images_.width();
    level_map const m = map_[c];
    for (index_t x = 0; x < images_.width(); ++x) out[x] = level_of(values_[x], m);
    return step = 1, out;
  }

 private:
  image_batch const& images_;
  index_t i_;
  float* values_;
  std::uint8_t* rows_;
  level_map map_[3];
};

inline void copy_levels(std::uint8_t* MIXAUG_RESTRICT out, std::uint8_t const* a, index_t step, index_t w) noexcept {
  if (step == 1)
    std::memcpy(out, a, static_cast<std::size_t>(w));
  else
    for (index_t x = 0; x < w; ++x) out[x] = a[x * step];
}

/// Writes the gray image of a batch's row i, h * w bytes.
inline void gray_image(level_rows const& rows, image_batch const& images, bool rgb,
                       std::uint8_t* MIXAUG_RESTRICT out) noexcept {
  index_t const w = images.width();
  for (index_t y = 0; y < images.height(); ++y, out += w) {
    index_t step = 1;
    std::uint8_t const* const a = rows.row(0, y, step);
    if (images.channels() == 1) {
      copy_levels(out, a, step, w);
      continue;
    }
    std::uint8_t const *const g = rows.row(1, y, step), *const c = rows.row(2, y, step);
    std::uint8_t const *const r = rgb ? a : c, *const b = rgb ? c : a;
    if (step == 1)
      for (index_t x = 0; x < w; ++x) out[x] = gray_level(r[x], g[x], b[x]);
    else if (step == 3)  // interleaved: a stride that the compiler knows
      for (index_t x = 0; x < w; ++x) out[x] = gray_level(r[3 * x], g[3 * x], b[3 * x]);
    else
      for (index_t x = 0; x < w; ++x) out[x] = gray_level(r[x * step], g[x * step], b[x * step]);
  }
}

/// Size and contents of the gray image of row i in `scratch`, which is advanced behind it.
inline std::size_t gray_bytes(map_shape const& s) noexcept {
  return aligned(s.pixels()) + aligned(level_rows::bytes(s.width));
}
inline std::uint8_t const* gray_of(image_batch const& images, index_t i, pixel_rule const& rule,
                                   std::byte*& scratch) noexcept {
  auto* const gray = reinterpret_cast<std::uint8_t*>(scratch);
  gray_image(level_rows(images, i, rule, scratch + aligned(images.pixels())), images, rule.red_first(images), gray);
  scratch += gray_bytes({images.channels(), images.height(), images.width()});
  return gray;
}

}  // namespace mixaug::detail

MIXAUG_EXACT_END
