// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/augment/blur.hpp>
#include <mixaug/augment/colour.hpp>
#include <mixaug/augment/geometric.hpp>
#include <mixaug/augment/noise.hpp>
#include <utility>
#include <variant>
#include <vector>

MIXAUG_EXACT_BEGIN

namespace mixaug::augment {

/// Any step of a chain.
using step = std::variant<crop, flip, resized_crop, affine, color_jitter, pca_color, color_cast, grayscale, gamma,
                          vignette, normalise, gaussian_noise, salt_and_pepper, occlusion, gaussian_blur, motion_blur,
                          perspective, lens, elastic>;

/// Steps in the order in which they are applied, at most 64. Each is drawn for each sample, fires with its `prob`, and
/// is the identity where an option is left out.
///   chain{affine{.degrees = {-15, 15}}, flip{.horizontal = 0.5f}, normalise{.mean = 127.5f, .std = 127.5f}}
/// Consecutive geometric steps are one map of the image, read once; the border is that of the image, not of the images
/// between the steps. Pixels are computed in float and rounded once, at the end. Values are clipped to [0, range] once,
/// before `normalise` or at the end, where a step of colour or noise is in the chain; `clip_each_step` clips after each
/// of these, as many libraries do.
struct chain {
  std::vector<step> steps;
  float range = 0.0f;  ///< largest value of a pixel; 0: 255 for std::uint8_t, the largest integer, or 1 for floats
  bool clip_each_step = false;

  static constexpr int most = 64;

  chain() = default;
  /// A chain of these steps.
  template <class... Steps>
  requires((std::is_constructible_v<step, Steps const&> && ...) &&
           sizeof...(Steps) > 0) explicit chain(Steps const&... s)
      : steps{step(s)...} {}
};

namespace detail {

/// Geometric steps that are no affine maps.
template <class S>
inline constexpr bool is_warp = std::is_same_v<S, perspective> || std::is_same_v<S, lens> || std::is_same_v<S, elastic>;
template <class S>
inline constexpr bool is_geometric = std::is_same_v<S, crop> || std::is_same_v<S, flip> ||
                                     std::is_same_v<S, resized_crop> || std::is_same_v<S, affine> || is_warp<S>;
template <class S>
inline constexpr bool is_blur = std::is_same_v<S, gaussian_blur> || std::is_same_v<S, motion_blur>;
/// Steps that know the range, after which values are clipped.
template <class S>
inline constexpr bool knows_range = !is_geometric<S> && !is_blur<S> && !std::is_same_v<S, normalise>;

/// Calls act on the step's own type. A switch, since std::visit instantiates three functions for each step and call.
template <class Act>
decltype(auto) visit(step const& s, Act const& act) {
  static_assert(std::variant_size_v<step> == 19, "a step has no case here");
  switch (s.index()) {
    case 0:
      return act(*std::get_if<0>(&s));
    case 1:
      return act(*std::get_if<1>(&s));
    case 2:
      return act(*std::get_if<2>(&s));
    case 3:
      return act(*std::get_if<3>(&s));
    case 4:
      return act(*std::get_if<4>(&s));
    case 5:
      return act(*std::get_if<5>(&s));
    case 6:
      return act(*std::get_if<6>(&s));
    case 7:
      return act(*std::get_if<7>(&s));
    case 8:
      return act(*std::get_if<8>(&s));
    case 9:
      return act(*std::get_if<9>(&s));
    case 10:
      return act(*std::get_if<10>(&s));
    case 11:
      return act(*std::get_if<11>(&s));
    case 12:
      return act(*std::get_if<12>(&s));
    case 13:
      return act(*std::get_if<13>(&s));
    case 14:
      return act(*std::get_if<14>(&s));
    case 15:
      return act(*std::get_if<15>(&s));
    case 16:
      return act(*std::get_if<16>(&s));
    case 17:
      return act(*std::get_if<17>(&s));
    default:
      return act(*std::get_if<18>(&s));
  }
}
inline char const* name_of(step const& s) {
  return visit(s, [](auto const& own) { return std::remove_cvref_t<decltype(own)>::name; });
}
inline int numbers_of(step const& s) {
  return visit(s, [](auto const& own) { return std::remove_cvref_t<decltype(own)>::numbers; });
}
inline float prob_of(step const& s) {
  return visit(s, [](auto const& own) {
    if constexpr (requires { own.prob; })
      return own.prob;
    else
      return 1.0f;
  });
}

}  // namespace detail
}  // namespace mixaug::augment

MIXAUG_EXACT_END
