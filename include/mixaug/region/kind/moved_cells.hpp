// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/error.hpp>
#include <mixaug/plan/kind.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::kind {

/// A grid of cells over an image, each with a weight m = 1 - label / last, and with the cells of the sample and of the
/// source that it shows (PuzzleMix). Along an axis of S pixels, pixel x lies in cell floor(x n / S). A cell is read at
/// the place of another, moved inside where that is smaller.
struct moved_cells : counted {
  static constexpr bool moves = true;
  static constexpr bool self_moves = true;
  static constexpr char const* name = "moved_cells";
  static constexpr index_t most = 4096;  ///< cells of a sample, at most

  template <class Reader>
  static layout read_layout(Reader& in) {
    return {in.within("moved_cells", 1, most)};
  }

  /// The grid of one sample.
  struct grid {
    std::int32_t n[2] = {1, 1};  ///< cells along the height and the width
    std::int32_t last = 1;       ///< the label of m = 0
    bool moved = false;          ///< some cell shows another one
    MIXAUG_HD constexpr index_t count() const noexcept { return index_t{n[0]} * n[1]; }
    friend constexpr bool operator==(grid const&, grid const&) = default;
  };

  struct state {
    std::uint8_t const* label;
    std::int16_t const *self_cell, *source_cell;
    grid g;
    index_t size[2];  ///< height and width of the image

    MIXAUG_HD index_t border(int axis, index_t k) const noexcept { return detail::ceil_div(k * size[axis], g.n[axis]); }
    MIXAUG_HD float weight(index_t j) const noexcept {
      return static_cast<float>(g.last - label[j]) / static_cast<float>(g.last);
    }
    /// Offset from cell j to the pixels of cell k, for a box of the size of cell j.
    MIXAUG_HD offset to(index_t j, index_t k) const noexcept {
      if (!g.moved || j == k) return {};
      index_t const from[2] = {j / g.n[1], j % g.n[1]}, at[2] = {k / g.n[1], k % g.n[1]};
      std::int32_t by[2];
      for (int d = 0; d < 2; ++d) {
        index_t const begin = border(d, from[d]), side = border(d, from[d] + 1) - begin;
        by[d] = static_cast<std::int32_t>(detail::lesser(border(d, at[d]), size[d] - side) - begin);
      }
      return {0, by[0], by[1]};
    }
    MIXAUG_HD index_t tiles() const noexcept { return g.count(); }
    MIXAUG_HD tile tile_at(index_t j) const noexcept {
      index_t const y = j / g.n[1], x = j - y * g.n[1];
      auto const at = [&](int axis, index_t k) { return static_cast<std::int32_t>(border(axis, k)); };
      tile t{{0, 1, at(0, y), at(0, y + 1), at(1, x), at(1, x + 1)}, weight(j)};
      t.source.by = to(j, source_cell[j]);
      t.self = to(j, self_cell[j]);
      return t;
    }
    MIXAUG_HD run_of_m run_at(index_t, index_t y, index_t x) const noexcept {
      index_t const column = x * g.n[1] / size[1], j = y * g.n[0] / size[0] * g.n[1] + column;
      return {border(1, column + 1), weight(j), source_place(to(j, source_cell[j])), to(j, self_cell[j])};
    }
    MIXAUG_HD bool constant(float& value) const noexcept {
      if (g.moved) return false;
      for (index_t k = 1; k < g.count(); ++k)
        if (label[k] != label[0]) return false;
      value = weight(0);
      return true;
    }
    /// Sums in row order, in double.
    MIXAUG_HD double mean(plan_shape const& s) const noexcept {
      double sum = 0.0;
      for (index_t j = 0; j < g.count(); ++j) {
        index_t const y = j / g.n[1], x = j - y * g.n[1];
        index_t const pixels = (border(0, y + 1) - border(0, y)) * (border(1, x + 1) - border(1, x));
        sum = detail::fused_sum(static_cast<double>(weight(j)), static_cast<double>(pixels), sum);
      }
      return sum / static_cast<double>(s.pixels());
    }
  };

  template <space S, access A = access::read>
  struct columns {
    column<grid, S, A> where;                ///< (rows)
    column<std::uint8_t, S, A> label;        ///< (rows * count)
    column<std::int16_t, S, A> self_cell;    ///< (rows * count): the sample's cell that a cell shows
    column<std::int16_t, S, A> source_cell;  ///< (rows * count): the source's
    index_t count = 1;                       ///< cells of a sample, at most
    index_t size[2] = {1, 1};

    void place(detail::column_layout& put, layout const& l, plan_shape const& s) noexcept {
      count = l.count;
      size[0] = s.size[1];
      size[1] = s.size[2];
      put(where, s.rows);
      put(label, s.rows * count);
      put(self_cell, s.rows * count);
      put(source_cell, s.rows * count);
    }
    MIXAUG_HD state state_of(index_t i, float, std::uint8_t) const noexcept {
      return {label.data + i * count,
              self_cell.data + i * count,
              source_cell.data + i * count,
              where.data[i],
              {size[0], size[1]}};
    }
    void clear(index_t i) const noexcept {
      where[i] = grid{};
      label[i * count] = 0;
      self_cell[i * count] = source_cell[i * count] = 0;
    }
    template <class From>
    MIXAUG_HD void assign(index_t i, From const& other, index_t k) const noexcept {
      where.data[i] = other.where.data[k];
      for (index_t j = 0; j < where.data[i].count(); ++j) {
        label.data[i * count + j] = other.label.data[k * other.count + j];
        self_cell.data[i * count + j] = other.self_cell.data[k * other.count + j];
        source_cell.data[i * count + j] = other.source_cell.data[k * other.count + j];
      }
    }
    /// Copies the grid, which is the same at every resolution; only its borders in pixels change.
    template <class From>
    void rescale(From const& f, plan_shape const&, plan_shape const& to, field) const noexcept {
      for (index_t i = 0; i < to.rows; ++i) assign(i, f, i);
    }
    template <class Writer>
    void write(Writer& out, index_t i) const {
      grid const g = where[i];
      out.number(g.n[0]).number(g.n[1], ',').number(g.last, ',').number(int{g.moved}, ',');
      for (index_t j = 0; j < g.count(); ++j) out.number(int{label[i * count + j]}, j == 0 ? ' ' : ',');
      for (index_t j = 0; j < g.count() && g.moved; ++j) out.number(int{self_cell[i * count + j]}, j == 0 ? ' ' : ',');
      for (index_t j = 0; j < g.count() && g.moved; ++j)
        out.number(int{source_cell[i * count + j]}, j == 0 ? ' ' : ',');
    }
    template <class Reader>
    void read(Reader& in, plan_shape const& s, index_t i) const {
      index_t head[4];
      in.list("moved_cells", head, 4, 0, most);
      if (head[0] < 1 || head[1] < 1 || head[0] * head[1] > count || head[2] < 1 || head[2] > 255 || head[3] > 1)
        in.bad("a grid of " + detail::shape_text(head, 2) + " cells", "at most as many as the choice says, and labels");
      if (s.spatial != 2 && (head[0] * head[1] > 1 || head[3] != 0)) in.bad("several cells", "a plan of images");
      grid& g = where[i];
      g = grid{{static_cast<std::int32_t>(head[0]), static_cast<std::int32_t>(head[1])},
               static_cast<std::int32_t>(head[2]),
               head[3] != 0};
      read_list(in, "label", &label[i * count], g.count(), g.last);
      for (index_t j = 0; j < g.count(); ++j)
        self_cell[i * count + j] = source_cell[i * count + j] = static_cast<std::int16_t>(j);
      if (!g.moved) return;
      read_list(in, "cell of the sample", &self_cell[i * count], g.count(), g.count() - 1);
      read_list(in, "cell of the source", &source_cell[i * count], g.count(), g.count() - 1);
    }

   private:
    template <class Reader, class T>
    static void read_list(Reader& in, char const* what, T* to, index_t n, index_t high) {
      index_t all[most];
      in.list(what, all, static_cast<int>(n), 0, high);
      for (index_t j = 0; j < n; ++j) to[j] = static_cast<T>(all[j]);
    }
  };
};

}  // namespace mixaug::kind

MIXAUG_EXACT_END
