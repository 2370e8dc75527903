// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/augment/options.hpp>
#include <mixaug/core/error.hpp>
#include <string>

MIXAUG_EXACT_BEGIN

/// Checks of options at planning; each names the step and the option.
namespace mixaug::augment {
namespace detail {

using mixaug::detail::fail;
using mixaug::detail::text;

inline std::string option_name(char const* step, char const* option) {
  return std::string("augment::") + step + "'s " + option;
}
inline std::string text_of(float v) { return text(static_cast<double>(v)); }
inline std::string text_of(range const& r) { return "{" + text_of(r.low) + ", " + text_of(r.high) + "}"; }
inline std::string text_of(image_size const& s) { return "{" + text(s.height) + ", " + text(s.width) + "}"; }

/// Checks that low <= high, both finite and in [least, most].
inline void check_range(char const* step, char const* option, range const& r, float least, float most) {
  using mixaug::detail::finite;
  if (finite(r.low) && finite(r.high) && least <= r.low && r.low <= r.high && r.high <= most) return;
  fail(option_name(step, option), text_of(r),
       "{low, high} with " + text_of(least) + " <= low <= high <= " + text_of(most));
}
/// Checks that v is finite and in [least, most].
inline void check_number(char const* step, char const* option, float v, float least, float most) {
  if (mixaug::detail::finite(v) && least <= v && v <= most) return;
  fail(option_name(step, option), text_of(v), "a number in [" + text_of(least) + ", " + text_of(most) + "]");
}
inline void check_channels(char const* step, char const* option, per_channel const& v, index_t channels) {
  if (v.count != 1 && v.count != channels)
    fail(option_name(step, option), text(index_t{v.count}) + " numbers",
         "one for all channels, or one for each of the " + text(channels) + " channels (at most 8)");
  for (int c = 0; c < v.count; ++c)
    if (!mixaug::detail::finite(v.value[c])) fail(option_name(step, option), text_of(v.value[c]), "finite numbers");
}
/// The longest side of an image; positions have 15 bits behind the point in 32-bit integers.
inline constexpr index_t longest_side = 65535;
inline void check_size(char const* step, char const* option, image_size const& s) {
  if (s.height < 1 || s.width < 1 || s.height > longest_side || s.width > longest_side)
    fail(option_name(step, option), text_of(s), "{height, width}, each from 1 to " + text(longest_side));
}
inline void check_three(char const* step, char const* option, index_t channels) {
  if (channels != 3)
    fail(std::string("augment::") + step + (*option == 0 ? "" : "'s ") + option +
         " needs three channels, R, G and B, "
         "and the images have " +
         text(channels));
}

}  // namespace detail
}  // namespace mixaug::augment

MIXAUG_EXACT_END
