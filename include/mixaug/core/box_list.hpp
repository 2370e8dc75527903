// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/detail/rows.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {

/// Which boxes are kept by apply_boxes.
struct box_options {
  float min_area = 0.0f;        ///< least visible area, in pixels of the output
  float min_visibility = 0.0f;  ///< least visible part of the box where it is shown, in [0, 1]
};

namespace detail {

/// Checks lists of boxes and points: (n, k, width), continuous pixel coordinates, in which the centre of the first
/// pixel is (0.5, 0.5).
template <class T, int R>
void check_list(tensor_view<T, R> const& v, index_t rows, index_t width, char const* name) {
  bool const shaped = v.extent[0] == rows && v.extent[1] >= 0 && (R == 2 || v.extent[R - 1] == width);
  if (!shaped)
    fail(name, "of shape " + shape_text(v.extent, R),
         "(" + text(rows) + ", k" + (R == 2 ? "" : ", " + text(width)) + "), a row for each image");
  if (v.data == nullptr && v.size() > 0)
    fail(name, "a null pointer", "memory for " + shape_text(v.extent, R) + " elements");
}
template <class T, class U, int R, int Q>
void check_same_count(tensor_view<T, R> const& a, tensor_view<U, Q> const& b, char const* name) {
  if (a.extent[1] != b.extent[1])
    fail(name, text(b.extent[1]) + " a row", text(a.extent[1]) + " a row, as what comes in");
}
inline void check_box_options(box_options const& options) {
  if (!(finite(options.min_area) && options.min_area >= 0.0f))
    fail("min_area", text(static_cast<double>(options.min_area)), "a number of pixels >= 0");
  if (!(options.min_visibility >= 0.0f && options.min_visibility <= 1.0f))
    fail("min_visibility", text(static_cast<double>(options.min_visibility)), "a number in [0, 1]");
}
/// Refuses boxes that are upside down or not finite; `what` names one of them, as "box". Where `partner` is given, rows
/// with a negative one are not read.
inline void check_boxes(tensor_view<float const, 3> const& boxes, char const* what, index_t const* partner = nullptr) {
  for (index_t i = 0; i < boxes.extent[0]; ++i) {
    if (partner != nullptr && partner[i] < 0) continue;
    for (index_t k = 0; k < boxes.extent[1]; ++k) {
      bool good = boxes(i, k, 0) <= boxes(i, k, 1) && boxes(i, k, 2) <= boxes(i, k, 3);
      for (index_t c = 0; c < 4; ++c) good = good && finite(boxes(i, k, c));
      auto const number = [&](index_t c) { return text(static_cast<double>(boxes(i, k, c))); };
      if (!good)
        fail(what + (" " + text(k)) + " of row " + text(i),
             "{" + number(0) + ", " + number(1) + ", " + number(2) + ", " + number(3) + "}",
             "{y0, y1, x0, x1} with y0 <= y1 and x0 <= x1");
    }
  }
}
/// Refuses points that are not finite.
inline void check_points(tensor_view<float const, 3> const& points, char const* what,
                         index_t const* partner = nullptr) {
  for (index_t i = 0; i < points.extent[0]; ++i) {
    if (partner != nullptr && partner[i] < 0) continue;
    for (index_t k = 0; k < points.extent[1]; ++k)
      if (!finite(points(i, k, 0)) || !finite(points(i, k, 1)))
        fail(what + (" " + text(k)) + " of row " + text(i), "not finite", "finite coordinates");
  }
}

}  // namespace detail
}  // namespace mixaug

MIXAUG_EXACT_END
