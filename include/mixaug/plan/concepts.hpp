// SPDX-License-Identifier: MIT
#pragma once
#include <concepts>
#include <mixaug/plan/inputs.hpp>
#include <mixaug/plan/plan.hpp>

MIXAUG_EXACT_BEGIN

/// The contracts of rules: what planning calls, and the bases that hold the defaults. A rule may derive from the base
/// of its room, or have all members itself; nothing is optional, so that nothing is lost where rules are combined.
/// Entry points check the contracts with a sentence (static_assert), so that a missing member is named.
namespace mixaug {

/// What a region or label rule knows of one row: the decisions made before it.
struct row_facts {
  plan_shape const& shape;
  index_t row;
  index_t partner;
  float ratio;
};

/// A row of the batch that is planned.
struct row_of_batch {
  plan_shape const& shape;
  index_t sample;
};
namespace detail {
/// Where a row of the batch stands in something given that has `rows` rows: those of the batch, or of the global batch.
inline index_t given_row(row_of_batch const& row, index_t rows) noexcept {
  return rows == row.shape.samples ? row.sample : row.shape.first + row.sample;
}
/// Refuses a number of rows that is neither.
inline void check_given_rows(char const* name, plan_shape const& s, index_t rows) {
  if (rows == s.samples || (s.own_source && rows == s.source_rows)) return;
  fail(name, text(rows) + " rows",
       text(s.samples) + (s.own_source && s.source_rows != s.samples
                              ? ", or the " + text(s.source_rows) + " of the global batch"
                              : " rows"));
}
}  // namespace detail

/// What a label rule answers: the two label coefficients, which need not sum to 1.
struct label_shares {
  float self, partner;
};

/// When a method is applied at all, and whether its draws are one a sample or one a batch.
struct when {
  mixaug::mode mode = mixaug::mode::sample;
  float prob = 1.0f;
};

/// Which rows the output has: the n mixes alone, or, with `clean`, rows [0, n) that are the samples themselves and rows
/// [n, 2 n) that are their mixes (RegMixup). The loss weights of mixes are multiplied by mixed_weight.
struct output_rows {
  bool clean = false;
  float mixed_weight = 1.0f;
  /// Refuses bad options.
  void check() const {
    if (!(mixed_weight >= 0.0f && detail::finite(mixed_weight)))
      detail::fail("mixed_weight", detail::text(static_cast<double>(mixed_weight)), "a finite number >= 0");
  }
};

namespace pairing {
/// Defaults of a pairing rule, which is called with a pairing_task (plan/pairing_task.hpp).
struct rule {
  /// Partners are drawn: they may be any rows of the block. false: they come from the caller, the same at every step.
  static constexpr bool draws = true;
};
}  // namespace pairing

namespace ratio {
/// Defaults of a ratio rule. Its sampler(), which may hold a table, is called as (bits, row_of_batch) and turns 64
/// uniform bits into lambda in [0, 1]; rules whose lambdas are given look the row up.
struct rule {
  /// Refuses bad options, or a batch that the rule does not fit.
  void check(plan_shape const&) const noexcept {}
  /// Whether lambda may lie strictly between 0 and 1.
  bool fractional() const noexcept { return true; }
};
}  // namespace ratio

namespace region {
/// Defaults of a region rule of kind `Kind`, which is called as rule(columns, row_facts, random) to place one row, only
/// where the method fires.
template <class Kind>
struct rule {
  using kind = Kind;
  /// Refuses bad options, or a batch that the rule does not fit.
  void check(plan_shape const&) const noexcept {}
  /// What the kind must know before its columns are laid out, from options and shapes alone.
  typename Kind::layout layout(plan_shape const&) const noexcept { return {}; }
  /// Whether a side may be read at another place than it is written.
  bool moves() const noexcept { return Kind::moves; }
  /// Whether m may lie strictly between 0 and 1 where it is not the ratio, or the source be read between its pixels:
  /// ids cannot follow then.
  bool blends() const noexcept { return Kind::holds == field_weights::any; }
  /// Takes what the rule reads of the inputs, for a plan in a memory space; before anything else is called.
  template <class In>
  void read(In const&, space) noexcept {}
};
}  // namespace region

namespace blend {
/// Defaults of a blend rule, which says how two read values become one: run<K>(choice, out, self, source, n, m,
/// channel, px) writes n elements of one weight m; reads_source(choice) says whether the source is read; both are
/// MIXAUG_HD.
struct rule {
  /// The source is read where it is written, so that a batch can be mixed in place.
  static constexpr bool same_place = true;
  /// Whether runs must know their channel.
  MIXAUG_HD static constexpr bool per_channel(std::uint8_t) noexcept { return false; }
  /// Refuses options that elements T, or a number of channels, do not fit; at the entry of apply.
  template <class T>
  void check(index_t) const noexcept {}
};
}  // namespace blend

namespace saliency {
/// Defaults of a detector (saliency/detector.hpp).
struct rule {
  /// Whether it reads maps that are there already, inputs(x).scores(v), instead of pixels.
  static constexpr bool reads_scores() noexcept { return false; }
};
}  // namespace saliency

namespace label {
/// Defaults of a label rule, which turns the ratio and the true share of the sample's pixels into label coefficients.
struct rule {
  /// Whether devices can call the rule (MIXAUG_HD).
  static constexpr bool on_device = false;
};
}  // namespace label

/// A rule of the column `ratio`: its sampler turns 64 uniform bits into lambda; `fractional` says whether lambda may
/// lie strictly between 0 and 1.
template <class R>
concept ratio_rule = requires(R const& rule, std::uint64_t bits, row_of_batch const& row, plan_shape const& shape) {
  { rule.sampler()(bits, row) } -> std::convertible_to<float>;
  rule.check(shape);
  { rule.fractional() } -> std::same_as<bool>;
};

/// A rule of the field m: places one row that is mixed into the columns of its kind; `layout` is known before any draw.
template <class R>
concept region_rule = requires(R& taking, R const& rule, input_set<space::host> const& in,
                               typename R::kind::template columns<space::host, access::write> const& columns,
                               row_facts const& row, random const& draw, plan_shape const& shape) {
  rule(columns, row, draw);
  rule.check(shape);
  { rule.layout(shape) } -> std::same_as<typename R::kind::layout>;
  { rule.moves() } -> std::same_as<bool>;
  { rule.blends() } -> std::same_as<bool>;
  taking.read(in, space::host);
};

/// A rule of `share_self` and `share_partner`: from the row and its true pixel share to two coefficients.
template <class R>
concept label_rule = requires(R const& rule, row_facts const& row) {
  { rule(row, 0.5) } -> std::same_as<label_shares>;
  { R::on_device } -> std::convertible_to<bool>;
};

/// How the output reads its two sides: whether both at the same place, whether the source at all, and each channel
/// alone.
template <class B>
concept blend_rule = requires(B const& rule, std::uint8_t choice) {
  { B::same_place } -> std::convertible_to<bool>;
  { rule.reads_source(choice) } -> std::same_as<bool>;
  { rule.per_channel(choice) } -> std::same_as<bool>;
  rule.template check<float>(index_t{1});
};

/// Which maps and images of a row a scored region reads.
struct score_needs {
  bool self = false;     ///< the score map of the sample
  bool partner = false;  ///< that of its partner
};
/// The maps of one row, (height, width) floats each; null where it is not read, or is given in another call.
struct score_maps {
  float const* self;
  float const* partner;
  index_t height, width;
};

/// A region rule that score maps complete: the rule's own call, among the other draws, writes what does not depend on
/// them (the size of a box), and place() the rest, once the maps are there. Members in addition to those of
/// region_rule:
///   needs()                           which maps are read
///   joint                             place() is called once with all maps; else once for each
///   pending(columns, row, own)        whether a row waits for its place by its partner's map, or by its own; of the
///   two
///                                     calls each reads what the other does not write
///   bytes(height, width)              scratch of place()
///   place(columns, row, score_maps, scratch)
///   changes_share()                   whether place() may change the share that labels follow
///   place_on_device(backend, plan, columns, rows, maps, scratch)   the same on a device, for all rows (device_scores)
template <class R>
concept scored_region = region_rule<R> && requires(R const& rule, index_t n) {
  { rule.needs() } -> std::same_as<score_needs>;
  { rule.bytes(n, n) } -> std::convertible_to<std::size_t>;
  { rule.changes_share() } -> std::same_as<bool>;
  { R::joint } -> std::convertible_to<bool>;
};

/// A recipe has the five stages as members; `when` is optional. Methods have stages() returning one, or are one.
template <class R>
concept recipe_like = requires(R const& r) {
  r.pairing, r.ratio, r.region, r.blend, r.label;
};

}  // namespace mixaug

MIXAUG_EXACT_END
