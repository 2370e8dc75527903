// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/error.hpp>
#include <mixaug/plan/concepts.hpp>
#include <mixaug/region/kind/mask.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {
namespace detail {

/// Copies the marked rows of a field in device memory to the plan, brought into [0, 1].
template <class Columns, class Rows>
struct device_field_body {
  given_field field;
  bool binary;
  Columns columns;
  Rows rows;

  MIXAUG_HD void operator()(index_t i, index_t lane, index_t lanes) const noexcept {
    kind::mask::grid const to = columns.where.data[i];
    if (!rows.holds(i) || to.stride[2] == 0) return;
    row_of_batch const sample = sample_of({rows.plan.shape, i, -1, 1.0f});
    float const* const from = field.data + given_row(sample, field.extent[0]) * field.stride[0];
    int const first = 4 - field.rank;  // the first of the batch's axes among {depth, height, width}
    index_t stride[3] = {0, 0, 0};
    for (int d = first; d < 3; ++d) stride[d] = field.stride[1 + d - first];
    for (index_t k = lane; k < to.count(); k += lanes) {
      index_t const line = k / to.n[2], x = k - line * to.n[2], z = line / to.n[1], y = line - z * to.n[1];
      columns.m.data[i * columns.count + k] = brought_in(from[z * stride[0] + y * stride[1] + x * stride[2]]);
    }
  }

 private:
  MIXAUG_HD float brought_in(float m) const noexcept {
    if (!finite(m)) return 1.0f;
    if (binary) return m >= 0.5f ? 1.0f : 0.0f;
    return m < 0.0f ? 0.0f : m > 1.0f ? 1.0f : m;
  }
};

}  // namespace detail

namespace region {

/// m from inputs(x).field(v): attention, class activation, segmentation, a mask of another library. The field has a
/// number for each pixel, (n, h, w) for images, or is a coarser grid (n, gh, gw), whose numbers hold for all pixels of
/// their cells: pixel y has number floor(y gh / h). n is the number of rows of the batch or of the global batch. The
/// ratio is not read; by_share labels follow the mean of m. A grid is copied into the plan. A field of all pixels is
/// not copied and must live, unchanged, as long as the plan is applied, unless `keep` is set: for text, for devices
/// (which always copy), for plans that outlive it. `binary` accepts only 0 and 1, so that ids can be mixed, as in
/// ClassMix. Errors: no field, another number of rows, more numbers than pixels along an axis, NaN, a number outside
/// [0, 1], with `binary` any but 0 and 1, a batch without spatial extents.
///
/// A field in device memory is copied and checked there, by the plan of a device backend, which does not wait: what is
/// not finite counts as 1, numbers outside [0, 1] as the nearer end, and with `binary` numbers as the nearer of 0
/// and 1. Shares are computed on the device too. Errors: such a field for a plan on the host; a label rule that devices
/// cannot call.
struct given_mask {
  bool keep = false;
  bool binary = false;
  /// The field that planning found in the inputs, and the memory of the plan.
  given_field field{};
  space planned_on = space::host;

  using kind = mixaug::kind::mask;

  template <class In>
  void read(In const& in, space where) noexcept {
    field = in.given;
    planned_on = where;
    keep = keep || where == space::device;
  }
  bool field_on_device() const noexcept { return field.memory == space::device; }
  template <class Columns>
  void operator()(Columns const& columns, row_facts const& row, random const&) const noexcept {
    kind::grid g = grid_of(row.shape);
    float const* const data = row_of(detail::sample_of(row));
    auto& where = columns.where[row.row];
    if (!kept(row.shape)) {
      g.data = data;
      where = g;
      return;
    }
    where = kind::grid{nullptr, {g.n[0], g.n[1], g.n[2]}, {0, 0, 1}};  // a stride marks the row as placed
    float* to = &columns.m[row.row * columns.count];
    if (field_on_device()) {
      for (index_t k = 0; k < g.count(); ++k) to[k] = 0.0f;  // until then the row reads its partner
      return;
    }
    for (index_t z = 0; z < g.n[0]; ++z)
      for (index_t y = 0; y < g.n[1]; ++y)
        for (index_t x = 0; x < g.n[2]; ++x) *to++ = data[z * g.stride[0] + y * g.stride[1] + x * g.stride[2]];
  }
  kind::layout layout(plan_shape const& s) const noexcept { return {kept(s) ? grid_of(s).count() : 1}; }
  bool moves() const noexcept { return false; }
  bool blends() const noexcept { return !binary; }

  void check(plan_shape const& s) const {
    if (!field.given())
      detail::fail("region::given_mask reads a field, which was not given; add it: mixaug::inputs(x).field(v)");
    if (s.spatial == 0) detail::fail("region::given_mask needs spatial extents, and the batch is features (n, d)");
    detail::check_given_rows("inputs(x).field", s, field.extent[0]);
    if (field.rank != 1 + s.spatial)
      detail::fail("inputs(x).field", "of rank " + detail::text(index_t{field.rank}),
                   "rank " + detail::text(index_t{1} + s.spatial) + ", (n, spatial...)");
    for (int d = 0; d < s.spatial; ++d)
      if (field.extent[1 + d] < 1 || field.extent[1 + d] > s.size[3 - s.spatial + d])
        detail::fail("inputs(x).field",
                     detail::text(field.extent[1 + d]) + " numbers along axis " + detail::text(index_t{d}),
                     "1 to " + detail::text(s.size[3 - s.spatial + d]) + ", as the images have pixels");
    if (field.data == nullptr) detail::fail("inputs(x).field", "a null pointer", "memory for the field");
    if (field_on_device() && planned_on == space::host)
      detail::fail(
          "inputs(x).field is in device memory, and the plan on the host; plan with the device's backend, "
          "make_plan(cuda{stream}, ...), or give a view of host memory");
    if (field_on_device()) return;
    for (index_t sample = 0; sample < s.samples; ++sample) check_row(s, sample);
  }
  template <class Backend, class Columns, class Rows>
  void complete_on_device(Backend const& be, Columns const& columns, Rows const& rows) const {
    run_rows(be, detail::device_field_body<Columns, Rows>{field, binary, columns, rows}, rows.plan.shape.rows);
  }

 private:
  float const* row_of(row_of_batch const& row) const noexcept {
    return field.data + detail::given_row(row, field.extent[0]) * field.stride[0];
  }
  kind::grid grid_of(plan_shape const& s) const noexcept {
    kind::grid g;
    for (int d = 0; d < s.spatial; ++d) {
      g.n[3 - s.spatial + d] = static_cast<std::int32_t>(field.extent[1 + d]);
      g.stride[3 - s.spatial + d] = field.stride[1 + d];
    }
    return g;
  }
  bool kept(plan_shape const& s) const noexcept {
    bool all = true;
    for (int d = 0; d < s.spatial; ++d) all = all && field.extent[1 + d] == s.size[3 - s.spatial + d];
    return keep || !all;
  }
  bool fits(float m) const noexcept { return binary ? m == 0.0f || m == 1.0f : m >= 0.0f && m <= 1.0f; }
  void check_row(plan_shape const& s, index_t sample) const {
    kind::grid const g = grid_of(s);
    float const* const data = row_of({s, sample});
    for (index_t z = 0; z < g.n[0]; ++z)
      for (index_t y = 0; y < g.n[1]; ++y)
        for (index_t x = 0; x < g.n[2]; ++x)
          if (float const m = data[z * g.stride[0] + y * g.stride[1] + x * g.stride[2]]; !fits(m)) {
            index_t const at[3] = {z, y, x};
            detail::fail("inputs(x).field of row " + detail::text(sample) + " at " +
                             detail::shape_text(at + 3 - s.spatial, s.spatial),
                         detail::text(static_cast<double>(m)),
                         binary ? "0 or 1, as binary = true says" : "a number in [0, 1]");
          }
  }
};

}  // namespace region
}  // namespace mixaug

MIXAUG_EXACT_END
