#pragma once
#include "support/memory.hpp"

namespace test {

template <class Kind>
struct compare_region;
template <>
struct compare_region<ma::kind::whole> {
  template <class A, class B>
  static bool same(A const&, index_t, B const&, index_t) {
    return true;
  }
};
template <>
struct compare_region<ma::kind::boxes> {
  template <class A, class B>
  static bool same(A const& a, index_t i, B const& b, index_t k) {
    if (a.count != b.count) return false;
    for (index_t j = 0; j < a.count; ++j)
      if (!(a.where[i * a.count + j] == b.where[k * b.count + j])) return false;
    return true;
  }
};
template <>
struct compare_region<ma::kind::box_pair> {
  template <class A, class B>
  static bool same(A const& a, index_t i, B const& b, index_t k) {
    return a.to[i] == b.to[k] && a.from[i] == b.from[k];
  }
};
template <>
struct compare_region<ma::kind::resized_box> {
  template <class A, class B>
  static bool same(A const& a, index_t i, B const& b, index_t k) {
    return a.to[i] == b.to[k] && a.from[i] == b.from[k] && a.how[i] == b.how[k];
  }
};
template <>
struct compare_region<ma::kind::mask> {
  template <class A, class B>
  static bool same(A const& a, index_t i, B const& b, index_t k) {
    auto const &g = a.where[i], &h = b.where[k];
    if (g.data != h.data || g.n[0] != h.n[0] || g.n[1] != h.n[1] || g.n[2] != h.n[2]) return false;
    for (index_t j = 0; g.data == nullptr && j < g.count(); ++j)
      if (!same_bits(a.m[i * a.count + j], b.m[k * b.count + j])) return false;
    return true;
  }
};
template <>
struct compare_region<ma::kind::pixel_mask> {
  template <class A, class B>
  static bool same(A const& a, index_t i, B const& b, index_t k) {
    auto const& f = a.where[i];
    if (!(f == b.where[k])) return false;
    for (index_t j = 0; f.soft == 0 && j < f.words(); ++j)
      if (a.bits[i * a.words + j] != b.bits[k * b.words + j]) return false;
    for (index_t j = 0; f.soft != 0 && j < f.count(); ++j)
      if (!same_bits(a.m[i * a.numbers + j], b.m[k * b.numbers + j])) return false;
    return true;
  }
};
template <>
struct compare_region<ma::kind::cells> {
  template <class A, class B>
  static bool same(A const& a, index_t i, B const& b, index_t k) {
    if (!(a.grid[i] == b.grid[k]) || a.stride != b.stride) return false;
    for (index_t w = 0; w < a.stride; ++w)
      if (a.bits[i * a.stride + w] != b.bits[k * b.stride + w]) return false;
    return true;
  }
};
template <>
struct compare_region<ma::kind::moved_cells> {
  template <class A, class B>
  static bool same(A const& a, index_t i, B const& b, index_t k) {
    if (!(a.where[i] == b.where[k])) return false;
    for (index_t j = 0; j < a.where[i].count(); ++j)
      if (a.label[i * a.count + j] != b.label[k * b.count + j] ||
          a.self_cell[i * a.count + j] != b.self_cell[k * b.count + j] ||
          a.source_cell[i * a.count + j] != b.source_cell[k * b.count + j])
        return false;
    return true;
  }
};
template <class First, class... Rest>
struct compare_region<ma::kind::either<First, Rest...>> {
  template <class A, class B>
  static bool same(A const& a, index_t i, B const& b, index_t k) {
    if constexpr (sizeof...(Rest) == 0)
      return compare_region<First>::same(a, i, b, k);
    else
      return compare_region<First>::same(a.head, i, b.head, k) &&
             compare_region<ma::kind::either<Rest...>>::same(a.rest, i, b.rest, k);
  }
};

/// True if row i of plan a has the decisions of row k of plan b, bit for bit (`self` counts from each
/// plan's first row).
template <class R, class B>
bool same_row(ma::plan<R, B> const& a, index_t i, ma::plan<R, B> const& b, index_t k) {
  return a.choice[i] == b.choice[k] && a.self[i] + a.shape.first == b.self[k] + b.shape.first &&
         a.partner[i] == b.partner[k] && same_bits(a.ratio[i], b.ratio[k]) &&
         same_bits(a.share_self[i], b.share_self[k]) && same_bits(a.share_partner[i], b.share_partner[k]) &&
         same_bits(a.weight_self[i], b.weight_self[k]) && same_bits(a.weight_partner[i], b.weight_partner[k]) &&
         compare_region<R>::same(a.region, i, b.region, k);
}

/// True if two plans of the same rows are equal in all but the order in which rows are written in place: a device keeps
/// an order that holds whatever the masks turn out to be.
template <class R, class B>
bool same_rows(ma::plan<R, B> const& a, ma::plan<R, B> const& b) {
  if (!(a.shape == b.shape) || !(a.layout == b.layout) || !(a.flags() == b.flags()) || !(a.drawn_with == b.drawn_with))
    return false;
  for (index_t i = 0; i < a.rows(); ++i)
    if (!same_row(a, i, b, i) || a.rows_by_partner[i] != b.rows_by_partner[i] || a.rows_by_self[i] != b.rows_by_self[i])
      return false;
  return true;
}

/// True if two plans of the same rows are equal, including the lists derived from the rows.
template <class R, class B>
bool same_plan(ma::plan<R, B> const& a, ma::plan<R, B> const& b) {
  if (!same_rows(a, b)) return false;
  for (index_t i = 0; i < a.rows(); ++i) {
    if (!a.flags().local || a.rows() != a.shape.samples) continue;
    ma::inplace_step const x = a.order[i], y = b.order[i];
    if (x.row != y.row || x.source != y.source || x.kept_for != y.kept_for || x.last != y.last) return false;
  }
  return true;
}

}  // namespace test
