// SPDX-License-Identifier: MIT
#pragma once
#include <cmath>
#include <mixaug/core/detail/math/search.hpp>
#include <mixaug/core/error.hpp>
#include <mixaug/plan/concepts.hpp>
#include <mixaug/region/detail/cut_axes.hpp>
#include <mixaug/region/placement.hpp>
#include <mixaug/region/kind/boxes.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {

namespace detail {

/// The largest s with s^d <= (1 - lambda) S^d, by correctly rounded operations only, without pow. For d = 2 it is
/// trunc(S sqrt(1 - lambda)), the published arithmetic.
inline index_t box_side(index_t size, double area, int d) noexcept {
  double const s = static_cast<double>(size);
  if (d <= 1) return static_cast<index_t>(s * area);
  if (d == 2) return static_cast<index_t>(s * std::sqrt(area));
  auto const fits = [=](index_t side) {
    double const m = static_cast<double>(side);
    return m * m * m <= area * (s * s * s);
  };
  return first_not_before(1, size + 1, fits) - 1;
}

/// Longest side of a box for lambda > 0: the largest area for a drawn lambda > 0 is 1 - 2^-24.
inline index_t longest_side(index_t size, index_t boxes, int axes) noexcept {
  return box_side(size, (1.0 - 0x1p-24) / static_cast<double>(boxes), axes);
}

/// CutMix's box of area 1 - lambda: a centre for each axis by the draws `first`, first + 2, ..., clipped.
inline box clipped_box(plan_shape const& s, float lambda, random const& draw, std::uint32_t first) noexcept {
  int const axes = cut_axes(s);
  double const area = 1.0 - static_cast<double>(lambda);
  return box_of_intervals(s, [&](int d) {
    return place_interval(placement::clipped, s.size[d], box_side(s.size[d], area, axes), draw,
                          first + static_cast<std::uint32_t>(2 * d));
  });
}
/// Refuses a batch that has no such boxes, or only empty ones.
inline void check_clipped_box(char const* rule, plan_shape const& s) {
  check_cut_axes(rule, s);
  for (index_t size : s.size)
    if (size > 1) check_longest_side(rule, s, size, longest_side(size, 1, cut_axes(s)), 2, "use larger images");
}

}  // namespace detail

/// Limits of the box's sides as fractions of the image's sides; high = 0 means no limits.
struct side_range {
  float low = 0.0f, high = 0.0f;
  constexpr bool given() const noexcept { return high != 0.0f || low != 0.0f; }
};

namespace region {

/// m = 0 in `boxes` random boxes. The sides follow from the ratio, (1 - lambda)^(1/d) of each of the d axes longer than
/// one pixel (CutMix, arXiv 1905.04899), and several boxes share the area; or they are `length` pixels (Cutout); or
/// they are drawn from `minmax`, separately for each axis, integers in [trunc(low S), trunc(high S)], and placed
/// inside. With `align` boxes are made of tokens of that many pixels along each axis longer than one (TokenMix's and
/// OpenMixup's token-level CutMix): sides and corners are drawn as on an image of a pixel a token, and are multiples of
/// `align`. Every box holds an axis of one pixel whole: series stored as (n, c, 1, T) are cut like signals (n, c, T).
/// Boxes may overlap; shares count their union.
/// Errors: a batch without spatial extents or of single pixels, boxes outside 1 to 64, a length outside 0 to
/// 2^31 - 1, minmax not 0 <= low <= high <= 1, both a length and minmax, an align that does not divide the length or an
/// axis longer than one pixel, options that leave every box empty.
struct random_box {
  mixaug::placement placement = mixaug::placement::clipped;
  side_range minmax{};
  index_t length = 0;
  index_t boxes = 1;
  index_t align = 1;

  using kind = mixaug::kind::boxes;

  template <class Columns>
  void operator()(Columns const& columns, row_facts const& row, random const& draw) const {
    plan_shape const& s = row.shape;
    int const axes = detail::cut_axes(s);
    double const area = (1.0 - static_cast<double>(row.ratio)) / static_cast<double>(boxes);
    for (index_t j = 0; j < boxes; ++j) {
      box const b = detail::box_of_intervals(s, [&](int d) -> detail::interval {
        auto const number = static_cast<std::uint32_t>(6 * j + 2 * d);
        index_t const size = s.size[d] / align;
        index_t cut = length > 0 ? length / align : detail::box_side(size, area, axes);
        if (minmax.given()) {
          limits const sides = sides_of(size);
          cut = sides.low + draw.below(sides.high - sides.low + 1, number + 1);
        }
        auto const where = minmax.given() ? mixaug::placement::inside : placement;
        // A fixed length may exceed the image, which only clipping handles.
        if (where == mixaug::placement::inside || where == mixaug::placement::shifted) cut = detail::lesser(cut, size);
        detail::interval const tokens = detail::place_interval(where, size, cut, draw, number);
        auto const pixels = static_cast<std::int32_t>(align);
        return {tokens.begin * pixels, tokens.end * pixels};
      });
      columns.box(row.row, j) = b.empty() ? no_box : b;
    }
  }

  kind::layout layout(plan_shape const&) const noexcept { return {boxes}; }
  bool moves() const noexcept { return false; }
  bool blends() const noexcept { return false; }
  template <class In>
  void read(In const&, space) noexcept {}

  void check(plan_shape const& s) const {
    detail::check_cut_axes("region::random_box", s);
    if (boxes < 1 || boxes > 64)
      detail::fail("region::random_box's boxes", detail::text(boxes), "1 to 64 boxes a sample");
    if (length < 0 || length > INT32_MAX)
      detail::fail("region::random_box's length", detail::text(length),
                   "a side of at most 2147483647 pixels, or 0 for a side from the ratio");
    if (minmax.given() && !(minmax.low >= 0.0f && minmax.low <= minmax.high && minmax.high <= 1.0f))
      detail::fail("region::random_box's minmax",
                   std::string("[") + detail::text(static_cast<double>(minmax.low)) + ", " +
                       detail::text(static_cast<double>(minmax.high)) + "]",
                   "0 <= low <= high <= 1, fractions of the sides");
    if (minmax.given() && length > 0)
      detail::fail("region::random_box has both a length and a minmax range; give one of them");
    if (align < 1 || align > INT32_MAX)
      detail::fail("region::random_box's align", detail::text(align), "tokens of 1 to 2147483647 pixels a side");
    if (length % align != 0)
      detail::fail("region::random_box's length", detail::text(length), "a multiple of align, " + detail::text(align));
    bool const halves = placement == mixaug::placement::clipped && !minmax.given();
    for (index_t size : s.size) {
      if (size == 1) continue;
      if (size % align != 0)
        detail::fail("region::random_box's align", detail::text(align),
                     "a side of tokens that divides the axis of " + detail::text(size) + " pixels");
      index_t const tokens = size / align;
      index_t most = length > 0 ? length / align : detail::longest_side(tokens, boxes, detail::cut_axes(s));
      if (minmax.given()) most = sides_of(tokens).high;
      if (align > 1 && most < (halves ? 2 : 1))
        detail::fail("region::random_box's align", detail::text(align),
                     "smaller tokens: with " + detail::text(tokens) + " along the axis of " + detail::text(size) +
                         " pixels every box is empty");
      detail::check_longest_side("region::random_box", s, size, most, halves ? 2 : 1,
                                 minmax.given() ? "raise minmax.high"
                                 : length > 0   ? "use placement::inside or a greater length"
                                 : halves       ? "use placement::inside, or fewer boxes"
                                                : "use fewer boxes");
    }
  }

 private:
  struct limits {
    index_t low, high;
  };
  /// Returns the sides that `minmax` allows along an axis; computed in float, so that 0.9f of 30 is 27.
  limits sides_of(index_t size) const noexcept {
    auto const pixels = static_cast<float>(size);
    return {detail::lesser(static_cast<index_t>(minmax.low * pixels), size),
            detail::lesser(static_cast<index_t>(minmax.high * pixels), size)};
  }
};

}  // namespace region
}  // namespace mixaug

MIXAUG_EXACT_END
