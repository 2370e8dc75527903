// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/error.hpp>
#include <mixaug/plan/concepts.hpp>
#include <mixaug/region/kind/boxes.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::region {

/// m = 0 in boxes given by the caller: ma::boxes(p, {n, 4}), or k boxes for each sample (n, k, 4), of {y0, y1, x0, x1}
/// in images; 2 numbers in signals and 6 in volumes. n is the number of rows of the batch or of the global batch. A box
/// may be empty, as {0, 0, 0, 0}; boxes may overlap, and shares count their union. The ratio is not read. The boxes are
/// copied into the plan. Errors: a batch without spatial extents, another number of rows or of numbers in a box, more
/// than 64 boxes for a sample, a box outside the image or whose end is less than its beginning.
class given_boxes {
 public:
  using kind = mixaug::kind::boxes;

  template <class T>
  explicit given_boxes(tensor_view<T, 2> const& v) noexcept
      : data_(v.data), rows_(v.extent[0]), numbers_(v.extent[1]), stride_{v.stride[0], 0, v.stride[1]} {}
  template <class T>
  explicit given_boxes(tensor_view<T, 3> const& v) noexcept
      : data_(v.data),
        rows_(v.extent[0]),
        boxes_(v.extent[1]),
        numbers_(v.extent[2]),
        stride_{v.stride[0], v.stride[1], v.stride[2]} {}

  template <class Columns>
  void operator()(Columns const& columns, row_facts const& row, random const&) const noexcept {
    index_t const i = detail::given_row(detail::sample_of(row), rows_);
    for (index_t j = 0; j < boxes_; ++j) {
      box const b = at(row.shape, i, j);
      columns.box(row.row, j) = b.empty() ? no_box : b;
    }
  }
  kind::layout layout(plan_shape const&) const noexcept { return {boxes_}; }
  bool moves() const noexcept { return false; }
  bool blends() const noexcept { return false; }
  template <class In>
  void read(In const&, space) noexcept {}

  void check(plan_shape const& s) const {
    if (s.spatial == 0) detail::fail("region::given_boxes needs spatial extents, and the batch is features (n, d)");
    detail::check_given_rows("region::given_boxes's boxes", s, rows_);
    if (numbers_ != 2 * s.spatial)
      detail::fail("region::given_boxes's boxes", detail::text(numbers_) + " numbers a box",
                   detail::text(index_t{2} * s.spatial) + ", a begin and an end for each spatial axis");
    if (boxes_ < 1 || boxes_ > 64)
      detail::fail("region::given_boxes's boxes", detail::text(boxes_) + " boxes a sample", "1 to 64");
    if (data_ == nullptr)
      detail::fail("region::given_boxes's boxes", "a null pointer", detail::text(rows_ * boxes_) + " boxes");
    for (index_t sample = 0; sample < s.samples; ++sample) {
      index_t const i = detail::given_row({s, sample}, rows_);
      for (index_t j = 0; j < boxes_; ++j) check_box(s, i, j);
    }
  }

 private:
  std::int32_t number(index_t i, index_t j, int k) const noexcept {
    return data_[i * stride_[0] + j * stride_[1] + k * stride_[2]];
  }
  box at(plan_shape const& s, index_t i, index_t j) const noexcept {
    std::int32_t corner[6] = {0, 1, 0, 1, 0, 1};
    for (int k = 0; k < 2 * s.spatial; ++k) corner[6 - 2 * s.spatial + k] = number(i, j, k);
    return {corner[0], corner[1], corner[2], corner[3], corner[4], corner[5]};
  }
  void check_box(plan_shape const& s, index_t i, index_t j) const {
    for (int d = 0; d < s.spatial; ++d) {
      index_t const begin = number(i, j, 2 * d), end = number(i, j, 2 * d + 1), size = s.size[3 - s.spatial + d];
      if (begin >= 0 && begin <= end && end <= size) continue;
      detail::fail("box " + detail::text(j) + " of row " + detail::text(i) + " of region::given_boxes",
                   "[" + detail::text(begin) + ", " + detail::text(end) + ") along axis " + detail::text(index_t{d}),
                   "0 <= begin <= end <= " + detail::text(size) + ", pixels of the image");
    }
  }

  std::int32_t const* data_;
  index_t rows_, boxes_ = 1, numbers_;
  index_t stride_[3];
};

}  // namespace mixaug::region

MIXAUG_EXACT_END
