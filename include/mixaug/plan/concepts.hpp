// SPDX-License-Identifier: MIT
#pragma once
#include <concepts>
#include <mixaug/plan/inputs.hpp>
#include <mixaug/plan/plan.hpp>

MIXAUG_EXACT_BEGIN

/// Contracts of rules: the members that planning calls, and base classes with the defaults. A rule derives from the
/// base of its room or declares all members itself. No member is optional, so that none is lost where rules are
/// combined. Entry points check the contracts by static_assert with messages that name the missing member.
namespace mixaug {

/// One row and the decisions already made for it, as region and label rules read them.
struct row_facts {
  plan_shape const& shape;
  index_t row;
  index_t partner;
  float ratio;
};

/// The two images of a mix: the sample, into which is pasted, and its partner.
enum class side : unsigned char { target, source };

/// A row of the batch that is planned.
struct row_of_batch {
  plan_shape const& shape;
  index_t sample;
};
namespace detail {
/// The sample whose mix an output row is.
MIXAUG_HD inline row_of_batch sample_of(row_facts const& row) noexcept {
  return {row.shape, row.row - (row.shape.rows - row.shape.samples)};
}
/// Index of a batch row in given data of `rows` rows: the rows of the batch, or of the global batch.
MIXAUG_HD inline index_t given_row(row_of_batch const& row, index_t rows) noexcept {
  return rows == row.shape.samples ? row.sample : row.shape.first + row.sample;
}
/// Refuses a number of rows that is neither the batch's nor the global batch's.
inline void check_given_rows(char const* name, plan_shape const& s, index_t rows) {
  if (rows == s.samples || (s.own_source && rows == s.source_rows)) return;
  fail(name, text(rows) + " rows",
       text(s.samples) + (s.own_source && s.source_rows != s.samples
                              ? ", or the " + text(s.source_rows) + " of the global batch"
                              : " rows"));
}
}  // namespace detail

/// Result of a label rule: the two label coefficients, which need not sum to 1.
struct label_shares {
  float self, partner;
};

/// Probability that a method is applied, and scope of its draws: one for each sample or one for the batch.
struct when {
  mixaug::mode mode = mixaug::mode::sample;
  float prob = 1.0f;
};

/// Rows of the output: the n mixes alone or, with `clean`, the samples themselves in rows [0, n) and their mixes in
/// rows [n, 2 n) (RegMixup). The loss weights of mixes are multiplied by mixed_weight.
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
  /// True if partners are drawn; they may then be any rows of the block. False if the caller gives them, the
  /// same at every step.
  static constexpr bool draws = true;
};
}  // namespace pairing

namespace ratio {
/// Defaults of a ratio rule. Its sampler(), which may hold a table, is called as (bits, row_of_batch) and turns 64
/// uniform bits into lambda in [0, 1]; rules with given lambdas use the row.
struct rule {
  /// Refuses bad options, and batches that the rule does not fit.
  void check(plan_shape const&) const noexcept {}
  /// True if lambda may lie strictly between 0 and 1.
  bool fractional() const noexcept { return true; }
};
}  // namespace ratio

namespace region {
/// Defaults of a region rule of kind `Kind`. The rule is called as rule(columns, row_facts, random) to place one row,
/// only if the method is applied to that row.
template <class Kind>
struct rule {
  using kind = Kind;
  /// Refuses bad options, and batches that the rule does not fit.
  void check(plan_shape const&) const noexcept {}
  /// Returns what the kind needs to lay out its columns; depends on options and shapes alone.
  typename Kind::layout layout(plan_shape const&) const noexcept { return {}; }
  /// True if a side may be read at another place than it is written.
  bool moves() const noexcept { return Kind::moves; }
  /// True if m may lie strictly between 0 and 1 other than by the ratio, or the source be read between its pixels; ids
  /// cannot be mixed then.
  bool blends() const noexcept { return Kind::holds == field_weights::any; }
  /// Reads the rule's part of the inputs, for a plan in a memory space. Called before all other members.
  template <class In>
  void read(In const&, space) noexcept {}
};
}  // namespace region

namespace blend {
/// Defaults of a blend rule, which combines two values. run<K>(choice, out, self, source, n, m, channel, px) writes n
/// elements of equal weight m; reads_source(choice) tells whether the source is read. Both are MIXAUG_HD.
struct rule {
  /// True if the source is read where it is written, so that a batch can be mixed in place.
  static constexpr bool same_place = true;
  /// True if runs must know their channel.
  MIXAUG_HD static constexpr bool per_channel(std::uint8_t) noexcept { return false; }
  /// Refuses options that do not fit elements of type T or the number of channels. Called at the entry of apply.
  template <class T>
  void check(index_t) const noexcept {}
};
}  // namespace blend

namespace saliency {
/// Defaults of a detector (saliency/detector.hpp).
struct rule {
  /// True if it reads given maps, inputs(x).scores(v), instead of pixels.
  static constexpr bool reads_scores() noexcept { return false; }
};
}  // namespace saliency

namespace label {
/// Defaults of a label rule, which turns the ratio and the true share of the sample's pixels into label coefficients.
struct rule {
  /// True if devices can call the rule (MIXAUG_HD).
  static constexpr bool on_device = false;
  /// Reads the rule's part of the inputs, for a plan in a memory space. Called before all other members.
  template <class In>
  void read(In const&, space) noexcept {}
  /// Refuses bad options, and batches and inputs that the rule does not fit.
  void check(plan_shape const&) const noexcept {}
};
}  // namespace label

/// What a weight rule reads: the inputs, and the rows that the call plans.
template <space S>
struct weight_task {
  input_set<S> const& in;
  mixaug::key const& key;
  bool apart;  ///< true if partners may be rows that the call does not plan
};

namespace weight {
/// Defaults of a weight rule, which writes the loss weights of the two labels of a row, finite and >= 0:
/// of_sample(weight_task, i) of sample i of the batch, of_partner(weight_task, i, p) of its partner p, a row of the
/// global batch or of the second source.
struct rule {
  /// Refuses inputs that lack what the rule reads.
  template <class Task>
  void check(Task const&) const noexcept {}
};
}  // namespace weight

/// A rule for the column `ratio`: its sampler turns 64 uniform bits into lambda; `fractional` tells whether lambda may
/// lie strictly between 0 and 1.
template <class R>
concept ratio_rule = requires(R const& rule, std::uint64_t bits, row_of_batch const& row, plan_shape const& shape) {
  { rule.sampler()(bits, row) } -> std::convertible_to<float>;
  rule.check(shape);
  { rule.fractional() } -> std::same_as<bool>;
};

/// A rule for the field m: writes one mixed row into the columns of its kind; `layout` is known before any draw.
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

/// A rule for `share_self` and `share_partner`: maps a row and its true pixel share to two coefficients.
template <class R>
concept label_rule = requires(R& taking, R const& rule, row_facts const& row, input_set<space::host> const& in,
                              plan_shape const& shape) {
  { rule(row, 0.5) } -> std::same_as<label_shares>;
  { R::on_device } -> std::convertible_to<bool>;
  taking.read(in, space::host);
  rule.check(shape);
};

/// What a label rule reads of score maps.
struct label_needs {
  bool self = false;         ///< the score map of the sample, or of its mix
  bool partner = false;      ///< the score map of its partner
  bool above_least = false;  ///< scores less the smallest of their map
};
/// The parts of the scores of its images that a row shows, in [0, 1]: of the sample's map and of its partner's. For
/// maps that are not read, or whose scores sum to 0, the parts of the pixels.
struct shown_scores {
  double self, partner;
};

/// A label rule that reads score maps, called after the regions are placed. Members in addition to those of label_rule:
///   needs()                       the maps that are read
///   rule(row, share, scores)      two coefficients; for a plan on a device the rule says on_device
template <class R>
concept scored_label = label_rule<R> && requires(R const& rule, row_facts const& row, shown_scores const& scores) {
  { rule.needs() } -> std::same_as<label_needs>;
  { rule(row, 0.5, scores) } -> std::same_as<label_shares>;
};

/// A rule for `weight_self` and `weight_partner`.
template <class R>
concept weight_rule = requires(R const& rule, weight_task<space::host> const& task, index_t i) {
  rule.check(task);
  { rule.of_sample(task, i) } -> std::same_as<float>;
  { rule.of_partner(task, i, i) } -> std::same_as<float>;
};

/// A rule for combining the two sides of the output. It declares whether both are read at the same place, whether the
/// source is read at all, and whether each channel is processed alone.
template <class B>
concept blend_rule = requires(B const& rule, std::uint8_t choice) {
  { B::same_place } -> std::convertible_to<bool>;
  { rule.reads_source(choice) } -> std::same_as<bool>;
  { rule.per_channel(choice) } -> std::same_as<bool>;
  rule.template check<float>(index_t{1});
};

/// The maps and images of a row that a scored region reads.
struct score_needs {
  bool self = false;     ///< the score map of the sample
  bool partner = false;  ///< the score map of its partner
  bool pixels = false;   ///< the pixels of both
};
/// An image of a batch.
struct image_of_batch {
  image_batch const* batch = nullptr;
  index_t row = 0;
};
/// The maps of one row, (height, width) floats each; null if the map is not read, or is given in another call. The
/// images if the region needs pixels.
struct score_maps {
  float const* self;
  float const* partner;
  index_t height, width;
  image_of_batch self_image{}, partner_image{};
  float ratio = 1.0f;  ///< the drawn lambda
  bool alone = false;  ///< true if the row is its own partner
};

namespace detail {
/// Refuses maps that do not have the size of the images.
inline void check_full_maps(plan_shape const& s, index_t height, index_t width) {
  if (height == s.size[1] && width == s.size[2]) return;
  index_t const map[3] = {s.samples, height, width};
  fail("scores", shape_text(map, 3), "(n, h, w) of the batch's images, for this region reads a score for each pixel");
}
}  // namespace detail

/// A region rule that score maps complete. The rule's own call, with the other draws, writes what does not depend on
/// the maps (the size of a box); place() writes the rest when the maps are available. Members in addition to those of
/// region_rule:
///   needs()                           the maps that are read
///   joint                             true: place() is called once with all maps; false: once for each map
///   one_place                         true: mode::batch places all rows as the first one that is mixed; false: each
///                                     row by its own maps, also where the batch shares its draws
///   pending(columns, row, own)        true if the map of the row (own) or of its partner has yet to be searched
///                                     for this row; each of these two calls reads nothing that the other writes
///   bytes(height, width)              size of the scratch of place()
///   check_maps(shape, height, width)  refuses maps of a size that the region cannot read (detail::check_full_maps)
///   place(columns, row, score_maps, scratch)
///   changes_share()                   true if place() may change the pixel share that labels follow
///   place_on_device(backend, columns, rows, maps, scratch)   the same on a device, for all rows (device_place)
template <class R>
concept scored_region = region_rule<R> && requires(R const& rule, plan_shape const& shape, index_t n) {
  rule.check_maps(shape, n, n);
  { rule.needs() } -> std::same_as<score_needs>;
  { rule.bytes(n, n) } -> std::convertible_to<std::size_t>;
  { rule.changes_share() } -> std::same_as<bool>;
  { R::joint } -> std::convertible_to<bool>;
  { R::one_place } -> std::convertible_to<bool>;
};

/// A region rule that may read a given field in device memory. Its call on the host marks the rows that it places;
/// these read their partner (m = 0) until the device has completed them. Members in addition to those of region_rule:
///   field_on_device()                            true if the field that was given is on the device
///   complete_on_device(backend, columns, rows)   completes the marked rows, after the upload
template <class R>
concept device_field_region = region_rule<R> && requires(R const& rule) {
  { rule.field_on_device() } -> std::same_as<bool>;
};

/// A recipe has the five stages as members; `when` is optional. A method has stages() that returns a recipe, or is one.
template <class R>
concept recipe_like = requires(R const& r) {
  r.pairing, r.ratio, r.region, r.blend, r.label;
};

}  // namespace mixaug

MIXAUG_EXACT_END
