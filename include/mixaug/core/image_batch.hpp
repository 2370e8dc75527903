// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/detail/rows.hpp>
#include <mixaug/core/element.hpp>
#include <mixaug/core/tensor_view.hpp>

MIXAUG_EXACT_BEGIN

/// Images as planning and the detectors read them: one type for all element types and layouts.
namespace mixaug {

/// Element type of images; none: no images, or elements that are not numbers.
enum class element_type : std::uint8_t { none, u8, i8, u16, i16, u32, i32, u64, i64, f16, bf16, f32, f64 };

namespace detail {

template <class T>
constexpr element_type element_type_of() noexcept {
  if constexpr (std::is_same_v<T, float>)
    return element_type::f32;
  else if constexpr (std::is_same_v<T, double>)
    return element_type::f64;
  else if constexpr (is_float16<T>)
    return element_type::f16;
  else if constexpr (is_bfloat16<T>)
    return element_type::bf16;
  else if constexpr (is_integer_pixel<T>)
    return element_type_of<decltype(T::value)>();
  else if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool> && sizeof(T) <= 8)
    return static_cast<element_type>((sizeof(T) == 1   ? 1
                                      : sizeof(T) == 2 ? 3
                                      : sizeof(T) == 4 ? 5
                                                       : 7) +
                                     (std::is_signed_v<T> ? 1 : 0));
  else
    return element_type::none;
}

template <class T>
MIXAUG_HD float value_of(T v) noexcept {
  if constexpr (is_float_of_16_bits<T>)
    return to_float(v);
  else if constexpr (is_integer_pixel<T>)
    return static_cast<float>(v.value);
  else
    return static_cast<float>(v);
}

}  // namespace detail

/// Images (n, c, h, w), trivially copyable. A view (n, h, w) has one channel.
class image_batch {
 public:
  image_batch() = default;
  template <class View>
  requires is_batch<View>
  explicit image_batch(View const& v) noexcept : order(v.order) {
    using element = std::remove_const_t<typename View::element>;
    constexpr int R = View::rank;
    if constexpr (is_tensor_rows<View>) {
      table = v.table;
      host_table = v.host_table;
    } else {
      data = v.data;
    }
    if constexpr ((R == 3 || R == 4) && detail::element_type_of<element>() != element_type::none) {
      type = detail::element_type_of<element>();
      read_ = &read<element>;
      for (int d = 0; d < R; ++d)
        extent[d == 0 ? 0 : d + 4 - R] = v.extent[d], stride[d == 0 ? 0 : d + 4 - R] = v.stride[d];
    }
  }

  void const* data = nullptr;
  void const* table = nullptr;             ///< pointers to the images, in the place of data; null: none
  void const* host_table = nullptr;        ///< the same pointers, where the host reads them
  element_type type = element_type::none;  ///< none: no images, or elements that are not numbers
  channel_order order = channel_order::rgb;
  index_t extent[4] = {0, 1, 0, 0}, stride[4] = {0, 0, 0, 0};

  MIXAUG_HD index_t samples() const noexcept { return extent[0]; }
  MIXAUG_HD index_t channels() const noexcept { return extent[1]; }
  MIXAUG_HD index_t height() const noexcept { return extent[2]; }
  MIXAUG_HD index_t width() const noexcept { return extent[3]; }
  MIXAUG_HD index_t pixels() const noexcept { return extent[2] * extent[3]; }
  MIXAUG_HD index_t step() const noexcept { return extent[3] == 1 ? 1 : stride[3]; }
  /// First image that lies at a null pointer; -1: none. Host only.
  index_t missing() const noexcept {
    if (table == nullptr) return data == nullptr && samples() > 0 ? 0 : -1;
    for (index_t i = 0; i < samples(); ++i)
      if (detail::pointer_at<void const>(host_table, i) == nullptr) return i;
    return -1;
  }
  /// Pointer to row y of a channel; 8-bit images only.
  MIXAUG_HD std::uint8_t const* bytes(index_t i, index_t c, index_t y) const noexcept {
    return image<std::uint8_t>(i) + c * stride[1] + y * stride[2];
  }
  /// Copies row y of a channel to `out` as floats (host only).
  void values(index_t i, index_t c, index_t y, float* out) const noexcept {
    read_(*this, i, c * stride[1] + y * stride[2], out);
  }
  /// Returns one value as float; the element type is the same for a whole launch.
  MIXAUG_HD float value(index_t i, index_t c, index_t y, index_t x) const noexcept {
    index_t const k = c * stride[1] + y * stride[2] + x * stride[3];
    switch (type) {
      case element_type::u8:
        return one<std::uint8_t>(i, k);
      case element_type::i8:
        return one<std::int8_t>(i, k);
      case element_type::u16:
        return one<std::uint16_t>(i, k);
      case element_type::i16:
        return one<std::int16_t>(i, k);
      case element_type::u32:
        return one<std::uint32_t>(i, k);
      case element_type::i32:
        return one<std::int32_t>(i, k);
      case element_type::u64:
        return one<std::uint64_t>(i, k);
      case element_type::i64:
        return one<std::int64_t>(i, k);
      case element_type::f16:
        return one<float16>(i, k);
      case element_type::bf16:
        return one<bfloat16>(i, k);
      case element_type::f32:
        return one<float>(i, k);
      case element_type::f64:
        return one<double>(i, k);
      default:
        return 0.0f;
    }
  }

 private:
  template <class T>
  MIXAUG_HD T const* image(index_t i) const noexcept {
    return table != nullptr ? detail::pointer_at<T const>(table, i) : static_cast<T const*>(data) + i * stride[0];
  }
  template <class T>
  MIXAUG_HD float one(index_t i, index_t k) const noexcept {
    return detail::value_of(image<T>(i)[k]);
  }
  template <class T>
  static void read(image_batch const& v, index_t i, index_t from, float* MIXAUG_RESTRICT out) noexcept {
    T const* MIXAUG_RESTRICT const a = v.image<T>(i) + from;
    index_t const step = v.step(), n = v.width();
    if (step == 1)
      for (index_t x = 0; x < n; ++x) out[x] = detail::value_of(a[x]);
    else
      for (index_t x = 0; x < n; ++x) out[x] = detail::value_of(a[x * step]);
  }
  void (*read_)(image_batch const&, index_t, index_t, float*) = nullptr;
};

/// Extents of one image, as a detector needs them, in elements.
struct map_shape {
  index_t channels, height, width;
  MIXAUG_HD index_t pixels() const noexcept { return height * width; }
};

namespace detail {

/// Returns the normal form of images, for checks.
inline layout5 layout5_of(image_batch const& v) noexcept {
  layout5 f;
  for (int d = 0; d < 4; ++d) f.extent[d + (d > 0)] = greater(1, v.extent[d]), f.stride[d + (d > 0)] = v.stride[d];
  return f;
}

}  // namespace detail
}  // namespace mixaug

MIXAUG_EXACT_END
