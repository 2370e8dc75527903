// SPDX-License-Identifier: MIT
#pragma once
#include <concepts>
#include <mixaug/core/resample.hpp>
#include <mixaug/plan/columns.hpp>

MIXAUG_EXACT_BEGIN

/// Contract of region kinds: columns that hold the field m (the weight of the sample itself in each pixel) and the
/// places at which a side is read, and the calls by which kernel bodies read them. A kind is a tag that derives from
/// kind::base and has
///   name           its name in the text of a plan
///   constant_field true if m is one number for each row, so that a plan fits views of every size and rank; where the
///                  layout decides, constant_field_of(layout) says it
///   holds          the values that m may take (field_weights)
///   moves          true if the source may be read at another place than is written
///   self_moves     true if the sample itself may be; its tiles then cover the image
///   resizes        true if the source may be read from a box of another size
///   weighted       true if tiles may have an m for each pixel; the state then has weights(z, y, x, count, out) and
///                  is_weighted(), which is false where m is 0 or 1 in runs, for which run_at is quicker
///   borrows        true if rows may refer to the caller's memory; columns then have kept(row)
///   layout         values needed to lay out columns (boxes for each sample); from options and shapes alone
///   state          values that are constant in a row: disjoint tiles, outside of which m = 1,
///     tiles(), tile_at(j)   the number of tiles, and the j-th tile
///     run_at(z, y, x)       the run of equal m that starts at a pixel, for threads
///     constant(m)           true if m is the same in all pixels, and its value
///     mean(shape)           the exact mean of m
///   columns<S, A>  typed columns, to be read or (access::write) written,
///     place(placer, layout, shape)   lays them out
///     state_of(row, ratio, choice)
///     clear(row)            m = 1 everywhere
///     assign(row, other, other_row)   copies a row of other columns of the kind, whose layout may be smaller
///     rescale(other, from, to, field)   the columns of a plan of another resolution
///     write(text_writer, row), read(text_reader, shape, row)   the words of the row in the text of a plan
///   and for the layout: merged(a, b), which is large enough for both; rescaled_layout(layout, to, field), that of a
///   plan of another resolution; write(text_writer, layout), read_layout(text_reader)
/// All functions that bodies call are MIXAUG_HD.
namespace mixaug {

/// Values that m may take in the fields of a kind, whatever is drawn.
enum class field_weights : unsigned char {
  ratio,        ///< the row's ratio, everywhere
  zero_or_one,  ///< only 0 and 1: pixels are pasted, so ids can be mixed
  any           ///< anything in [0, 1]
};

/// Place at which the source is read for pixels that are written: at offset `by` from them or, if `resized`, in the box
/// `from`, which is resized into the box `to` that contains them.
struct source_place {
  offset by{};
  bool resized = false;
  interpolation how = interpolation::nearest;
  box from{}, to{};

  constexpr source_place() = default;
  MIXAUG_HD constexpr source_place(offset away) noexcept : by(away) {}
  /// Makes a resized place; boxes of equal size are not resized.
  MIXAUG_HD constexpr source_place(box const& read, box const& written, interpolation between) noexcept
      : by{read.z0 - written.z0, read.y0 - written.y0, read.x0 - written.x0},
        resized(!same_size(read, written)),
        how(between),
        from(read),
        to(written) {}
  MIXAUG_HD constexpr bool elsewhere() const noexcept { return resized || !(by == offset{}); }
};

/// A box of pixels with one weight of the sample itself, and the places at which the source and the sample are read.
struct tile {
  box where;
  float m;
  source_place source{};
  bool weighted = false;  ///< m varies between pixels: see state.weights(z, y, x, count, out), or run_at
  offset self{};
};
/// Value of m for the pixels [x, end) of a row.
struct run_of_m {
  index_t end;
  float m;
  source_place source{};
  offset self{};
};

namespace kind {

/// Layout of kinds that need none.
struct no_layout {
  friend constexpr bool operator==(no_layout, no_layout) = default;
};

/// Defaults of a kind: m may have any value, and both sides are read where they are written, at the same size.
struct base {
  static constexpr bool constant_field = false;
  static constexpr field_weights holds = field_weights::any;
  static constexpr bool moves = false;
  static constexpr bool self_moves = false;
  static constexpr bool resizes = false;
  static constexpr bool weighted = false;
  static constexpr bool borrows = false;
  using layout = no_layout;
  static constexpr no_layout merged(no_layout, no_layout) noexcept { return {}; }
  template <class Layout>
  static constexpr Layout rescaled_layout(Layout const& l, plan_shape const&, field) noexcept {
    return l;
  }
  template <class Writer>
  static void write(Writer&, no_layout) noexcept {}
  template <class Reader>
  static no_layout read_layout(Reader&) noexcept {
    return {};
  }
  /// Number of methods that a plan chooses from.
  template <class Layout>
  static constexpr int members(Layout const&) noexcept {
    return 1;
  }
};

/// Base of kinds whose layout is a number of items of each sample, at most. A derived kind says in read_layout(reader)
/// how many there may be.
struct counted : base {
  struct layout {
    index_t count = 1;  ///< items of a sample, at most
    friend constexpr bool operator==(layout const&, layout const&) = default;
  };
  static constexpr layout merged(layout const& a, layout const& b) noexcept {
    return {detail::greater(a.count, b.count)};
  }
  template <class Writer>
  static void write(Writer& out, layout const& l) {
    out.number(l.count);
  }
};

}  // namespace kind

/// State of one row: disjoint tiles, the run of equal m at a pixel, m if it is constant, and the mean of m.
template <class S>
concept kind_state = requires(S const& s, index_t i, float& m, plan_shape const& shape) {
  { s.tiles() } -> std::same_as<index_t>;
  { s.tile_at(i) } -> std::same_as<tile>;
  { s.run_at(i, i, i) } -> std::same_as<run_of_m>;
  { s.constant(m) } -> std::same_as<bool>;
  { s.mean(shape) } -> std::same_as<double>;
};
/// Typed columns of a kind, which are placed in the memory of a plan and return the state of a row.
template <class C, class Layout>
concept kind_columns = requires(C& c, C const& r, detail::column_layout& put, Layout const& layout,
                                plan_shape const& shape, index_t i) {
  c.place(put, layout, shape);
  { r.state_of(i, 1.0f, std::uint8_t{}) } -> kind_state;
  r.clear(i);
  r.assign(i, r, i);
};

/// A kind of region.
template <class K>
concept field_kind = requires {
  { K::constant_field } -> std::convertible_to<bool>;
  { K::holds } -> std::convertible_to<field_weights>;
  { K::moves } -> std::convertible_to<bool>;
  { K::self_moves } -> std::convertible_to<bool>;
  { K::resizes } -> std::convertible_to<bool>;
  { K::weighted } -> std::convertible_to<bool>;
  { K::borrows } -> std::convertible_to<bool>;
  typename K::layout;
  typename K::state;
  typename K::template columns<space::host, access::write>;
};

namespace detail {

/// Compile-time messages for a user-defined kind that lacks a member.
template <class K>
constexpr bool check_kind() {
  static_assert(field_kind<K>,
                "mixaug: a region kind has constant_field, holds, moves, self_moves, resizes, weighted, borrows, "
                "layout, state and "
                "columns<space, "
                "access>; derive "
                "from "
                "mixaug::kind::base for defaults, and see mixaug/plan/kind.hpp");
  if constexpr (field_kind<K>) {
    constexpr bool reads = kind_state<typename K::state>;
    constexpr bool holds = kind_columns<typename K::template columns<space::host, access::write>, typename K::layout>;
    static_assert(reads,
                  "mixaug: the state of a region kind has tiles(), tile_at(j), run_at(z, y, x), constant(m) and "
                  "mean(shape); see mixaug/plan/kind.hpp");
    static_assert(
        holds,
        "mixaug: the columns of a region kind have place(placer, layout, shape), state_of(row, ratio, choice), "
        "clear(row) and assign(row, other, row); see mixaug/plan/kind.hpp");
    return reads && holds;
  } else {
    return false;
  }
}

}  // namespace detail
}  // namespace mixaug

MIXAUG_EXACT_END
