// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/augment/options.hpp>
#include <mixaug/core/element.hpp>

/// After MIXAUG_UNFUSED_BEGIN: loops take registers of 512 bits where the user's flags have them. gcc takes 256 of its
/// own accord; the wide ones gain a tenth to a fifth here.
#if defined(__AVX512F__) && defined(__GNUC__) && !defined(__clang__) && !defined(__CUDACC__)
#  define MIXAUG_WIDE_LOOPS _Pragma("GCC target(\"prefer-vector-width=512\")")
#else
#  define MIXAUG_WIDE_LOOPS
#endif

MIXAUG_EXACT_BEGIN

/// Pixels on their way from the input to the output: some rows of an image, or a part of one, each channel a row of
/// floats, so that every stage is a loop over floats in the first cache.
namespace mixaug::augment {
namespace detail {

struct tile_area {
  static constexpr int room = 256;
  index_t y = 0, x = 0;     ///< its first pixel in the image
  int rows = 0, width = 0;  ///< pixel (r, k) of the tile is pixel r * width + k of each channel

  int count() const noexcept { return rows * width; }
};
struct tile : tile_area {
  static constexpr int most_channels = 8;
  int channels = 0;     ///< at most 8
  index_t channel = 0;  ///< number of its first channel
  alignas(64) float plane[most_channels][room];
};
/// How an image is cut into areas: rows of pixels, and pixels of a row.
struct tile_shape {
  index_t rows, width;
  MIXAUG_HD explicit tile_shape(index_t image_width) noexcept
      : rows(mixaug::detail::greater(1, tile_area::room / image_width)),
        width(mixaug::detail::lesser(image_width, tile_area::room)) {}
};
/// Cuts an image into areas, row by row, and calls act(area) for each.
template <class Act>
void each_area(index_t height, index_t width, Act const& act) noexcept {
  tile_shape const shape(width);
  for (index_t y = 0; y < height; y += shape.rows)
    for (index_t x = 0; x < width; x += shape.width)
      act(tile_area{y, x, static_cast<int>(mixaug::detail::lesser(shape.rows, height - y)),
                    static_cast<int>(mixaug::detail::lesser(shape.width, width - x))});
}

/// The channels of an image in groups of at most `most`, whose channels are neighbours in memory: of a volume, slices
/// of one channel.
struct channel_groups {
  index_t channels = 0, neighbours = 0;
  int most = tile::most_channels;

  static channel_groups of(image_facts const& f, int most) noexcept {
    return {f.channels, f.kind == subject::volume ? f.depth : f.channels, most};
  }
  MIXAUG_HD index_t count() const noexcept { return channels / neighbours * parts(); }
  /// The first channel of group g, and how many it has.
  MIXAUG_HD index_t first(index_t g) const noexcept {
    return mixaug::detail::quotient(g, parts()) * neighbours + part(g) * most;
  }
  MIXAUG_HD int size(index_t g) const noexcept {
    return static_cast<int>(mixaug::detail::lesser(most, neighbours - part(g) * most));
  }

 private:
  MIXAUG_HD index_t parts() const noexcept { return mixaug::detail::ceil_div(neighbours, index_t{most}); }
  MIXAUG_HD index_t part(index_t g) const noexcept { return g - mixaug::detail::quotient(g, parts()) * parts(); }
};

/// An image of n channels somewhere in memory; strides in elements.
template <class T>
struct image {
  T* data = nullptr;
  index_t plane = 0, row = 0, column = 1;
  index_t height = 0, width = 0, channels = 0;

  MIXAUG_HD T* at(index_t c, index_t y, index_t x) const noexcept { return data + c * plane + y * row + x * column; }
  /// True if the channels of a pixel, and the pixels of a row, are neighbours.
  bool interleaved() const noexcept { return plane == 1 && column == channels && channels > 1; }
};

/// The batches of a call: their first images, and the distance from one image to the next, in elements.
template <class T, class U>
struct operands {
  image<T const> in;
  image<U> out;
  index_t in_sample, out_sample;
};

/// The pixel that an index beyond [0, n) stands for with border::edge and border::reflect.
MIXAUG_HD inline index_t inside(index_t k, index_t n, border how) noexcept {
  if (k >= 0 && k < n) return k;
  if (how == border::edge || n == 1) return k < 0 ? 0 : n - 1;
  index_t const period = 2 * (n - 1);
  index_t const rest = (k % period + period) % period;
  return rest < n ? rest : period - rest;
}

/// The value of an element as a float: exact for integers of up to 24 bits, rounded for doubles.
template <class T>
MIXAUG_HD float value_of(T v) noexcept {
  if constexpr (mixaug::detail::is_integer_pixel<T>)
    return static_cast<float>(v.value);
  else if constexpr (std::is_same_v<T, std::uint8_t>)
    return static_cast<float>(std::int32_t{v});
  else
    return static_cast<float>(mixaug::detail::to_float(v));
}
/// Integers that T can hold, as floats; floats are not limited.
template <class T>
struct limits_of {
  static constexpr bool limited = false;
  static constexpr float least = 0.0f, most = 0.0f;
};
template <>
struct limits_of<std::uint8_t> {
  static constexpr bool limited = true;
  static constexpr float least = 0.0f, most = 255.0f;
};
template <std::integral I>
struct limits_of<pixel<I>> {
  static constexpr bool limited = true;
  static constexpr float least = static_cast<float>((std::numeric_limits<I>::min)()),
                         most = static_cast<float>((std::numeric_limits<I>::max)());
};

/// v clipped to [least, most]; NaN becomes least.
MIXAUG_HD inline float held(float v, float least, float most) noexcept {
  float const low = v > least ? v : least;
  return low < most ? low : most;
}
inline void clip_run(float* MIXAUG_RESTRICT v, int n, float least, float most) noexcept {
  for (int k = 0; k < n; ++k) v[k] = held(v[k], least, most);
}
/// The element nearest to a float that lies within limits_of<T>: integers are rounded to nearest, halves up.
template <class T>
MIXAUG_HD T element_of(float v) noexcept {
  constexpr float least = limits_of<T>::least;
  if constexpr (std::is_same_v<T, std::uint8_t>)
    return static_cast<std::uint8_t>(static_cast<std::int32_t>(v + 0.5f));
  else if constexpr (limits_of<T>::limited)
    return {static_cast<decltype(T::value)>(static_cast<std::int32_t>(v - least + 0.5f) +
                                            static_cast<std::int32_t>(least))};
  else
    return mixaug::detail::from_float<T>(v);
}

}  // namespace detail
}  // namespace mixaug::augment

MIXAUG_EXACT_END
