// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/region/detail/peak.hpp>
#include <mixaug/region/kind/box_pair.hpp>
#include <mixaug/region/random_box.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {
namespace detail {
template <class Rule, class Rows, class Columns>
struct placing_steps;
}  // namespace detail

/// Pixel of the source that determines the box: the most or the least salient one.
enum class anchor : unsigned char { peak, valley };
/// Search of the anchor: one pixel, with the box around it (the paper), or the position at which a box of that size has
/// the largest or smallest summed score. Single least salient pixels are arbitrary, and often tie.
enum class search : unsigned char { pixel, box_sum };
/// Position of the box in the target: the same as in the source, or around the target's own peak or valley.
enum class destination : unsigned char { corresponding, peak, valley };
/// Treatment of a box that would leave the image.
enum class border : unsigned char {
  shift,  ///< moved inside, keeping its size: the paper
  clip    ///< cut off, [c - side / 2, c + side / 2): the published code; shares follow the smaller box
};

namespace region {

/// m = 0 in one box, found in score maps of the source and, for a salient destination, of the target. The sides are (1
/// - lambda)^(1/2) of the image's; in an image one pixel high (or wide) the box holds that axis whole, and the other
/// side is 1 - lambda of the image's. Ties go to the first position in row order, on every backend. The size follows
/// from the ratio, and the box is placed when the maps are available; images (n, c, h, w) only.
/// Errors: a batch that is not of images or is of single pixels; border::clip with a salient destination, with
/// search::box_sum or where every box would be empty.
struct salient_box {
  mixaug::anchor anchor = mixaug::anchor::peak;
  mixaug::search search = mixaug::search::pixel;
  mixaug::destination destination = mixaug::destination::corresponding;
  mixaug::border border = mixaug::border::shift;

  using kind = mixaug::kind::box_pair;
  static constexpr bool joint = false, one_place = true;

  /// Sets the size of the box, placed at the origin.
  template <class Columns>
  void operator()(Columns const& columns, row_facts const& row, random const&) const noexcept {
    double const area = 1.0 - static_cast<double>(row.ratio);
    index_t const* const size = row.shape.size;
    int const axes = detail::cut_axes(row.shape);
    std::int32_t side[2] = {1, 1};
    for (int d = 0; d < 2; ++d) {
      if (size[1 + d] == 1) continue;
      side[d] = static_cast<std::int32_t>(detail::box_side(size[1 + d], area, axes));
      if (changes_share()) side[d] -= side[d] % 2;  // equal halves before and after the centre
    }
    box const b{0, 1, 0, side[0], 0, side[1]};
    columns.to[row.row] = columns.from[row.row] = b.empty() ? no_box : b;
  }

  kind::layout layout(plan_shape const&) const noexcept { return {}; }
  /// True if the two boxes may lie at different places.
  MIXAUG_HD bool moves() const noexcept { return destination != mixaug::destination::corresponding; }
  bool blends() const noexcept { return false; }
  template <class In>
  void read(In const&, space) noexcept {}
  /// The map of the sample is read only for a salient destination.
  score_needs needs() const noexcept { return {.self = moves(), .partner = true}; }
  /// True if placing may change the box's size, and with it its share.
  MIXAUG_HD bool changes_share() const noexcept { return border == mixaug::border::clip; }
  /// True if the smallest score is searched, in the target or the source.
  MIXAUG_HD bool least(bool target) const noexcept {
    return target ? destination == mixaug::destination::valley : anchor == mixaug::anchor::valley;
  }

  /// Returns a box of the size of `b` around pixel c of an image of h x w pixels.
  MIXAUG_HD box around(detail::pixel_place c, box const& b, index_t h, index_t w) const noexcept {
    std::int32_t const sides[2] = {b.y1 - b.y0, b.x1 - b.x0}, centre[2] = {c.y, c.x};
    index_t const size[2] = {h, w};
    std::int32_t begin[2], end[2];
    for (int d = 0; d < 2; ++d) {
      index_t const half = sides[d] / 2, at = centre[d] - half;
      bool const clips = border == mixaug::border::clip && size[d] > 1;
      begin[d] = static_cast<std::int32_t>(detail::greater(0, clips ? at : detail::lesser(at, size[d] - sides[d])));
      end[d] = static_cast<std::int32_t>(clips ? detail::lesser(centre[d] + half, size[d]) : begin[d] + sides[d]);
    }
    box const placed{0, 1, begin[0], end[0], begin[1], end[1]};
    return placed.empty() ? box{0, 0, 0, 0, 0, 0} : placed;
  }

  /// Returns the size of the scratch of place(), for a map of h x w.
  std::size_t bytes(index_t h, index_t w) const noexcept {
    return search == mixaug::search::box_sum ? detail::window_bytes(h, w) : 0;
  }
  template <class Columns>
  bool pending(Columns const& columns, index_t row, bool own) const noexcept {
    return !(own ? columns.to : columns.from)[row].empty();
  }
  /// Places the box of the source by the partner's map. This is also the box of the output, unless that is placed by
  /// the sample's own map.
  template <class Columns>
  void place(Columns const& columns, index_t row, score_maps const& maps, std::byte* scratch) const noexcept {
    if (maps.partner != nullptr) {
      columns.from[row] = placed(maps.partner, maps, false, columns.from[row], scratch);
      if (!moves()) columns.to[row] = columns.from[row];
    }
    if (maps.self != nullptr) columns.to[row] = placed(maps.self, maps, true, columns.to[row], scratch);
  }
  /// The same for all rows on a device, one launch for each side.
  template <class Backend, class Columns, class Rows, class Maps, class Scratch>
  void place_on_device(Backend const& be, Columns const& columns, Rows const& rows, Maps const& maps,
                       Scratch& scratch) const {
    using job = detail::placing_steps<salient_box, Rows, Columns>;
    index_t const n = maps.lead ? 1 : rows.plan.shape.rows;
    be.steps(job{*this, rows, columns, maps, false}, n, scratch);
    if (moves()) be.steps(job{*this, rows, columns, maps, true}, n, scratch);
  }

  void check_maps(plan_shape const& s, index_t height, index_t width) const {
    detail::check_full_maps(s, height, width);
  }
  void check(plan_shape const& s) const {
    if (s.spatial != 2)
      detail::fail("region::salient_box needs images (n, c, h, w), and the batch has " +
                   detail::text(index_t{s.spatial}) +
                   " spatial dimensions; for hidden features, plan on the images and use rescaled(plan, extents)");
    detail::check_cut_axes("region::salient_box", s);
    if (border == mixaug::border::clip && moves())
      detail::fail(
          "region::salient_box's border = clip would cut the boxes of source and target apart where they lie at "
          "different places; use border = shift, or destination = corresponding");
    for (int d = 1; d < 3 && changes_share(); ++d)
      if (s.size[d] > 1)
        detail::check_longest_side("region::salient_box", s, s.size[d],
                                   detail::longest_side(s.size[d], 1, detail::cut_axes(s)), 2, "use border::shift");
    if (border == mixaug::border::clip && search == mixaug::search::box_sum)
      detail::fail(
          "region::salient_box's search = box_sum finds places inside the image, where nothing is clipped; "
          "use border = shift");
  }

 private:
  /// Returns the place of a box of the size of `b` on a map of the source, or the target.
  box placed(float const* map, score_maps const& maps, bool target, box const& b, std::byte* scratch) const noexcept {
    index_t const h = maps.height, w = maps.width;
    if (b.empty()) return no_box;
    if (search == mixaug::search::pixel)
      return around(least(target) ? detail::valley(map, h, w) : detail::peak(map, h, w), b, h, w);
    auto const c = detail::window_peak(map, h, w, b.y1 - b.y0, b.x1 - b.x0, least(target), scratch);
    return detail::sized(b, 0, c.y, c.x);
  }
};

}  // namespace region
}  // namespace mixaug

MIXAUG_EXACT_END
