// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/blend/mix.hpp>
#include <mixaug/core/detail/rows.hpp>

MIXAUG_EXACT_BEGIN

/// Elements of a sample that a GPU thread owns: packs of 16 aligned bytes, or single elements.
namespace mixaug::detail {

/// V elements: 16 bytes, or one element.
template <class T, int V>
using pack = chunk_of<T, V>;

/// n elements from element e of row (p, z, y) of a sample.
struct slot {
  index_t p, z, y, e, n;
};

/// Assigns a sample's elements to threads, V at a time: along each row, or along the whole sample if its rows are
/// contiguous (`flat`; V elements may then extend over the end of a row).
struct thread_partition {
  index_t height, depth, run;  // rows of a slice, slices of a plane, elements of a row
  index_t stretch;             // number of contiguous elements: a row or a sample
  index_t across, count;       // threads of a stretch, threads of a sample

  template <class T>
  thread_partition(rows_view<T> const& v, bool flat, int V) noexcept
      : height(v.height),
        depth(v.depth),
        run(v.run_length()),
        stretch(flat ? v.rows() * run : run),
        across(ceil_div(stretch, V)),
        count(flat ? across : across * v.rows()) {}

  /// Returns the elements of thread c: V, or fewer at the end of a stretch.
  template <int V>
  MIXAUG_HD slot at(index_t c) const noexcept {
    index_t const from = quotient(c, across), first = (c - from * across) * V;
    index_t const inside = stretch == run ? 0 : quotient(first, run), row = from + inside;
    index_t const slice = quotient(row, height), plane = quotient(slice, depth);
    return {plane, slice - plane * depth, row - slice * height, first - inside * run, lesser(V, stretch - first)};
  }
  /// Advances by k elements, at most to the end of the row.
  MIXAUG_HD void advance(slot& at, index_t k) const noexcept {
    at.e += k, at.n -= k;
    if (at.e < run) return;
    at.e = 0;
    if (++at.y < height) return;
    at.y = 0;
    if (++at.z < depth) return;
    at.z = 0, ++at.p;
  }
  /// Calls act.run<V>(slot), or run<1> for each element if there are fewer than V.
  template <int V, class Act>
  MIXAUG_HD void each(index_t c, Act const& act) const noexcept {
    slot at = this->at<V>(c);
    if (at.n == V) return act.template run<V>(at);
    for (index_t left = at.n; left > 0; --left) {
      at.n = 1;
      act.template run<1>(at);
      advance(at, 1);
    }
  }
};

/// True if every row of a view can be read V aligned elements at a time.
template <int V, class T>
bool packs_fit(rows_view<T> const& v, bool flat) noexcept {
  bool const rows =
      (v.height == 1 || v.row % V == 0) && (v.depth == 1 || v.slice % V == 0) && (v.planes == 1 || v.plane % V == 0);
  return v.step == 1 && v.addresses % (sizeof(T) * V) == 0 && (v.n == 1 || v.sample % V == 0) &&
         (flat ? v.rows() * v.run_length() : v.run_length()) >= V && (flat || rows);
}

/// Returns the V elements of row i at a slot. The address is computed in packs: nvcc 13 splits the access if it is
/// computed in elements.
template <int V, class T>
MIXAUG_HD auto& pack_at(rows_view<T> const& v, index_t i, slot const& at) noexcept {
  using packed = std::conditional_t<std::is_const_v<T>, pack<std::remove_const_t<T>, V> const, pack<T, V>>;
  index_t const offset = at.p * v.plane + at.z * v.slice + at.y * v.row + at.e * v.step;
  if (v.table != nullptr) return reinterpret_cast<packed*>(v.first(i))[offset / V];
  return reinterpret_cast<packed*>(v.data)[(i * v.sample + offset) / V];
}

}  // namespace mixaug::detail

MIXAUG_EXACT_END
