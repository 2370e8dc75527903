// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/error.hpp>
#include <mixaug/plan/kind.hpp>
#include <mixaug/region/detail/field_average.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::kind {

/// m from a grid of numbers over the image, each valid for the pixels of its cell: along an axis of S pixels, pixel x
/// has number floor(x n / S) of n. A grid of the image's size is a mask of pixels. The numbers are stored in the plan,
/// or in the caller's memory, which must live as long as the plan is applied.
struct mask : counted {
  static constexpr bool weighted = true;
  static constexpr bool borrows = true;
  static constexpr char const* name = "mask";

  template <class Reader>
  static layout read_layout(Reader& in) {
    return {in.within("mask", 1, index_t{1} << 32)};
  }

  static constexpr layout rescaled_layout(layout const& l, plan_shape const& to, field how) noexcept {
    return how == field::average ? layout{to.pixels()} : l;
  }

  /// Location of the numbers of one sample.
  struct grid {
    float const* data = nullptr;    ///< null: in the plan, row by row
    std::int32_t n[3] = {1, 1, 1};  ///< numbers along each axis
    index_t stride[3] = {0, 0, 0};  ///< strides of the caller's numbers
    MIXAUG_HD constexpr index_t count() const noexcept {
      return detail::saturating_multiply(detail::saturating_multiply(n[0], n[1]), n[2]);
    }
  };

  struct state {
    grid g;
    index_t size[3];  ///< size of the image

    MIXAUG_HD index_t cell(int axis, index_t at) const noexcept {
      return detail::nearest_pixel(at, g.n[axis], size[axis]);
    }
    MIXAUG_HD float const* line(index_t z, index_t y) const noexcept {
      return g.data + cell(0, z) * g.stride[0] + cell(1, y) * g.stride[1];
    }
    /// m of a pixel.
    MIXAUG_HD float at(index_t z, index_t y, index_t x) const noexcept { return line(z, y)[cell(2, x) * g.stride[2]]; }
    MIXAUG_HD index_t tiles() const noexcept { return 1; }
    MIXAUG_HD tile tile_at(index_t) const noexcept {
      auto const end = [&](int axis) { return static_cast<std::int32_t>(size[axis]); };
      return {{0, end(0), 0, end(1), 0, end(2)}, 0.5f, {}, true};
    }
    MIXAUG_HD run_of_m run_at(index_t z, index_t y, index_t x) const noexcept {
      index_t const at = cell(2, x);
      return {detail::nearest_readers(at, g.n[2], size[2]).end, line(z, y)[at * g.stride[2]]};
    }
    /// Writes m of the pixels [x, x + count) of a row.
    MIXAUG_HD void weights(index_t z, index_t y, index_t x, index_t count, float* MIXAUG_RESTRICT out) const noexcept {
      float const* const MIXAUG_RESTRICT from = line(z, y);
      if (g.n[2] == size[2]) {
        for (index_t k = 0; k < count; ++k) out[k] = from[(x + k) * g.stride[2]];
        return;
      }
      for (index_t k = 0; k < count;) {
        run_of_m const run = run_at(z, y, x + k);
        for (index_t end = detail::lesser(run.end - x, count); k < end; ++k) out[k] = run.m;
      }
    }
    MIXAUG_HD bool is_weighted() const noexcept { return true; }
    MIXAUG_HD bool constant(float& value) const noexcept {
      if (g.count() != 1) return false;
      value = *g.data;
      return true;
    }
    /// Sums in row order, in double.
    MIXAUG_HD double mean(plan_shape const& s) const noexcept {
      double sum = 0.0;
      for (index_t z = 0; z < g.n[0]; ++z)
        for (index_t y = 0; y < g.n[1]; ++y) {
          double const lines = static_cast<double>(pixels(0, z) * pixels(1, y));
          double row = 0.0;
          for (index_t x = 0; x < g.n[2]; ++x)
            row = detail::fused_sum(static_cast<double>(g.data[z * g.stride[0] + y * g.stride[1] + x * g.stride[2]]),
                                    static_cast<double>(pixels(2, x)), row);
          sum = detail::fused_sum(row, lines, sum);
        }
      return sum / static_cast<double>(s.pixels());
    }

   private:
    /// Returns the number of pixels of a cell along an axis.
    MIXAUG_HD index_t pixels(int axis, index_t at) const noexcept {
      if (g.n[axis] == size[axis]) return 1;
      detail::pixel_range const r = detail::nearest_readers(at, g.n[axis], size[axis]);
      return r.end - r.begin;
    }
  };

  template <space S, access A = access::read>
  struct columns {
    column<grid, S, A> where;  ///< (rows)
    column<float, S, A> m;     ///< (rows * count)
    index_t count = 1;         ///< numbers of a sample, at most
    index_t size[3] = {1, 1, 1};

    void place(detail::column_layout& put, layout const& l, plan_shape const& s) noexcept {
      count = l.count;
      for (int d = 0; d < 3; ++d) size[d] = s.size[d];
      put(where, s.rows);
      put(m, detail::saturating_multiply(s.rows, count));
    }
    MIXAUG_HD state state_of(index_t i, float, std::uint8_t) const noexcept {
      grid g = where.data[i];
      if (g.data == nullptr) {
        g.data = m.data + i * count;
        g.stride[2] = 1;
        g.stride[1] = g.n[2];
        g.stride[0] = index_t{g.n[1]} * g.n[2];
      }
      return {g, {size[0], size[1], size[2]}};
    }
    void clear(index_t i) const noexcept {
      where[i] = grid{};
      m[i * count] = 1.0f;
    }
    template <class From>
    MIXAUG_HD void assign(index_t i, From const& other, index_t k) const noexcept {
      where.data[i] = other.where.data[k];
      if (where.data[i].data != nullptr) return;
      for (index_t j = 0; j < where.data[i].count(); ++j) m.data[i * count + j] = other.m.data[k * other.count + j];
    }
    /// True if row i's numbers are stored in the plan.
    bool kept(index_t i) const noexcept { return where[i].data == nullptr; }
    /// Copies the numbers, which are the same at every resolution; only the cells in pixels change. For field::average
    /// computes a number for each pixel.
    template <class From>
    void rescale(From const& f, plan_shape const& from, plan_shape const& to, field how) const noexcept {
      for (index_t i = 0; i < to.rows; ++i)
        if (state const old = f.state_of(i, 1.0f, 0); how == field::nearest || old.g.count() == 1)
          assign(i, f, i);
        else
          average(i, old, from, to);
    }
    /// Writes the mean of the old field over the area of each new pixel.
    void average(index_t i, state const& old, plan_shape const& from, plan_shape const& to) const noexcept {
      where[i] = grid{nullptr,
                      {static_cast<std::int32_t>(to.size[0]), static_cast<std::int32_t>(to.size[1]),
                       static_cast<std::int32_t>(to.size[2])}};
      detail::average_field(old, from, to, &m[i * count]);
    }
    template <class Writer>
    void write(Writer& out, index_t i) const {
      grid const g = where[i];
      if (!kept(i))
        detail::fail(
            "the field of row " + detail::text(i) +
            " stays in the caller's memory, and cannot be written as text; plan with region::given_mask{.keep = true}");
      out.number(g.n[0]).number(g.n[1], ',').number(g.n[2], ',');
      for (index_t k = 0; k < g.count(); ++k) out.number(m[i * count + k]);
    }
    template <class Reader>
    void read(Reader& in, plan_shape const&, index_t i) const {
      index_t n[3];
      in.list("mask", n, 3, 1, INT32_MAX);
      if (detail::saturating_multiply(detail::saturating_multiply(n[0], n[1]), n[2]) > count)
        in.bad("a mask of " + detail::shape_text(n, 3) + " numbers", "at most as many as the choice says");
      where[i] = grid{
          nullptr, {static_cast<std::int32_t>(n[0]), static_cast<std::int32_t>(n[1]), static_cast<std::int32_t>(n[2])}};
      for (index_t k = 0; k < where[i].count(); ++k) m[i * count + k] = in.finite("m");
    }
  };
};

}  // namespace mixaug::kind

MIXAUG_EXACT_END
