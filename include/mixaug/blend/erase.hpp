// SPDX-License-Identifier: MIT
#pragma once
#include <limits>
#include <mixaug/blend/mix.hpp>
#include <mixaug/core/error.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {

/// Value of erased pixels: one for all channels, or one for each channel (at most 4).
struct fill_value {
  float value[4] = {0, 0, 0, 0};
  int count = 1;

  constexpr fill_value(float v = 0.0f) noexcept : value{v, 0, 0, 0} {}
  constexpr fill_value(float a, float b, float c) noexcept : value{a, b, c, 0}, count(3) {}
  constexpr fill_value(float a, float b, float c, float d) noexcept : value{a, b, c, d}, count(4) {}
  MIXAUG_HD constexpr float at(index_t channel) const noexcept { return count == 1 ? value[0] : value[channel]; }
};

namespace detail {
/// Range of fills that T can hold; ids are given as 32-bit integers.
struct fill_range {
  double low, high;
};
template <class T>
constexpr fill_range fills_of() noexcept {
  if constexpr (is_real<T>) {
    double const most = is_float16<T>    ? 65504.0
                        : is_bfloat16<T> ? 0x1.FEp127
                                         : static_cast<double>((std::numeric_limits<float>::max)());
    return {-most, most};
  } else if constexpr (is_integer_pixel<T>) {
    return fills_of<decltype(T::value)>();
  } else if constexpr (std::is_integral_v<T>) {
    double const low = static_cast<double>((std::numeric_limits<T>::min)()),
                 high = static_cast<double>((std::numeric_limits<T>::max)());
    return {low < -2147483648.0 ? -2147483648.0 : low, high > 2147483647.0 ? 2147483647.0 : high};
  } else {
    return {0.0, 255.0};
  }
}
/// Converts a fill to an element; values that T cannot hold are refused at the entry of apply.
template <class T>
MIXAUG_HD T fill_as(float v) noexcept {
  if constexpr (is_real<T>)
    return from_float<T>(static_cast<typename mixer<T>::real>(v));
  else if constexpr (is_integer_pixel<T>)
    return {static_cast<decltype(T::value)>(static_cast<std::int32_t>(v))};
  else
    return static_cast<T>(static_cast<std::int32_t>(v));
}
}  // namespace detail

namespace blend {

/// out = m * self + (1 - m) * fill; the partner is not read (Cutout, arXiv 1708.04552).
struct erase {
  fill_value fill{};

  static constexpr char const* name = "erase";
  static constexpr bool same_place = true;
  MIXAUG_HD static constexpr bool reads_source(std::uint8_t) noexcept { return false; }
  MIXAUG_HD constexpr bool per_channel(std::uint8_t) const noexcept { return fill.count > 1; }
  /// Refuses a fill that T cannot hold, and a fill whose number of values is neither 1 nor the number of channels.
  template <class T>
  void check(index_t channels) const {
    if (fill.count > 1 && fill.count != channels)
      detail::fail("blend::erase's fill", detail::text(index_t{fill.count}) + " values",
                   "one value, or one for each of the " + detail::text(channels) + " channels");
    constexpr detail::fill_range range = detail::fills_of<T>();
    for (int c = 0; c < fill.count; ++c) {
      double const v = static_cast<double>(fill.value[c]);
      if (!(v >= range.low && v <= range.high) || (!detail::is_real<T> && v != std::trunc(v)))
        detail::fail("blend::erase's fill", detail::text(v),
                     std::string(detail::is_real<T> ? "a number" : "an integer") + " in [" + detail::text(range.low) +
                         ", " + detail::text(range.high) + "], as the elements can hold");
    }
  }

  template <run_kind K, class T>
  MIXAUG_HD void run(std::uint8_t, run_of<T> o, run_of<T const> a, run_of<T const>, index_t n, float m, index_t channel,
                     index_t px) const noexcept {
    if (m >= 1.0f) return detail::copy_run<K>(o, a, n);
    index_t const length = K == run_kind::vector16 ? detail::chunk_size<T> : n;
    index_t const to = K == run_kind::strided ? o.step : 1, from = K == run_kind::strided ? a.step : 1;
    detail::mixer<T> const f(m);
    bool const pastes = m <= 0.0f;  // no choice in a loop that is vectorised: see mix_one
    if (px == 1 || fill.count == 1) {
      T const v = detail::fill_as<T>(fill.at(channel));
      if (pastes)
        for (index_t j = 0; j < length; ++j) o.data[j * to] = v;
      else
        for (index_t j = 0; j < length; ++j) o.data[j * to] = f(a.data[j * from], v);
      return;
    }
    for (index_t j = 0; j < length; ++j) {  // NHWC: the channels of a row alternate
      T const v = detail::fill_as<T>(fill.at(channel));
      o.data[j * to] = pastes ? v : f(a.data[j * from], v);
      if (++channel == px) channel = 0;
    }
  }
};

}  // namespace blend
}  // namespace mixaug

MIXAUG_EXACT_END
