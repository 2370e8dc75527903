// SPDX-License-Identifier: MIT
#pragma once
#include <cfloat>
#include <cmath>
#include <mixaug/plan/pairing_task.hpp>
#include <mixaug/plan/recipe.hpp>

MIXAUG_EXACT_BEGIN

/// Checks of planning: rules that lack a member (at compile time), and bad shapes, keys and inputs, before the
/// plan is modified.
namespace mixaug {
namespace detail {

template <class Rule, space S>
concept pairing_rule = requires(Rule const& rule, pairing_task<S> const& task) {
  rule(task);
  { Rule::draws } -> std::convertible_to<bool>;
};

/// Compile-time messages for a recipe that lacks a member.
template <class Recipe, space S>
constexpr bool check_recipe() {
  constexpr bool pairs = pairing_rule<decltype(Recipe::pairing), S>, draws = ratio_rule<decltype(Recipe::ratio)>;
  constexpr bool places = region_rule<decltype(Recipe::region)>, blends = blend_rule<decltype(Recipe::blend)>;
  constexpr bool labels = label_rule<decltype(Recipe::label)>;
  static_assert(pairs,
                "mixaug: a pairing rule is called with a pairing_task, and says whether it draws; derive from "
                "mixaug::pairing::rule, and see mixaug/pairing/reverse.hpp");
  static_assert(draws,
                "mixaug: a ratio rule has sampler(), which is called as (bits, row_of_batch) and returns lambda, "
                "check(shape) and "
                "fractional(); "
                "derive from mixaug::ratio::rule for defaults, and see mixaug/ratio/uniform.hpp");
  static_assert(
      places,
      "mixaug: a region rule names its kind, is called with (columns, row_facts, random), and has check(shape), "
      "layout(shape), moves(), blends() and read(inputs, space); derive from mixaug::region::rule<kind> for defaults, "
      "and see "
      "mixaug/region/random_box.hpp");
  static_assert(
      blends,
      "mixaug: a blend rule has same_place, reads_source(choice), per_channel(choice), check<T>(channels) and "
      "run<kind>(...); derive from mixaug::blend::rule for defaults, and see mixaug/blend/mix.hpp");
  static_assert(labels,
                "mixaug: a label rule is called with (row_facts, double), returns label_shares, says whether it is "
                "on_device, and has read(inputs, space) and check(shape); derive from mixaug::label::rule for "
                "defaults, and see mixaug/label/by_share.hpp");
  constexpr bool weighs = weight_rule<decltype(Recipe::weight)>;
  static_assert(
      weighs,
      "mixaug: a weight rule has check(weight_task), of_sample(weight_task, i) and of_partner(weight_task, i, "
      "p), which return floats; derive from mixaug::weight::rule, and see mixaug/plan/given_weights.hpp");
  if constexpr (places) check_kind<typename decltype(Recipe::region)::kind>();
  return pairs && draws && places && blends && labels && weighs;
}
template <space S, class P, class... R>
constexpr bool check_recipes(recipe_list<P, R...> const*) {
  return (check_recipe<R, S>() && ...);
}

/// Compile-time messages for a user-defined method that lacks a member.
template <class M, space S>
constexpr bool check_method() {
  static_assert(method<M>,
                "mixaug: a method has stages() that returns a recipe, or members pairing, ratio, region, blend and "
                "label; see mixaug/method/mixup.hpp");
  if constexpr (is_recipe_list<stages_t<M>>) {
    using list = stages_t<M>;
    constexpr bool complete = check_recipes<S>(static_cast<list const*>(nullptr));
    constexpr bool pairs =
        std::is_same_v<decltype(list::pairing), own_pairings> || pairing_rule<decltype(list::pairing), S>;
    static_assert(pairs, "mixaug: a pairing rule is called with a pairing_task; see mixaug/pairing/reverse.hpp");
    return complete && pairs;
  } else if constexpr (method<M>) {
    return check_recipe<decltype(whole_recipe(std::declval<stages_t<M> const&>())), S>();
  } else {
    return false;
  }
}

inline constexpr index_t most_rows = (index_t{1} << 40) - 2;  // the last row number stands for the batch

inline void check_shape(plan_shape const& s) {
  if (s.samples < 0 || s.samples > most_rows)
    fail("the batch", std::to_string(s.samples) + " rows", "1 to 2^40 - 2 samples");
  for (int d = 3 - s.spatial; d < 3; ++d)
    if (s.size[d] <= 0 || s.size[d] > INT32_MAX)
      fail("the batch's spatial extents", shape_text(s.size + 3 - s.spatial, s.spatial),
           "1 to 2147483647 pixels along each axis");
  if (s.pixels() == INT64_MAX)
    fail("the batch's spatial extents", shape_text(s.size + 3 - s.spatial, s.spatial), "fewer than 2^63 pixels");
  if (!s.own_source && (s.source_rows < 0 || s.source_rows > most_rows))
    fail("source_rows", text(s.source_rows), "0 to 2^40 - 2 rows");
  if (s.own_source && s.source_first != 0)
    fail("source_first describes a second source, and the inputs name none; add source_rows(n)");
  if (s.source_first < 0 || s.source_first > most_rows - s.source_rows)
    fail("source_first", text(s.source_first), "a row >= 0, after which the source's rows end before 2^40 - 2");
}

/// Refuses a batch of 0 rows that is not a part of a global batch.
inline void check_any_rows(image_batch const& batch, plan_shape const& s, key const& k) {
  if (s.samples > 0 || k.global != 0) return;
  index_t const spatial[4] = {0, s.size[0], s.size[1], s.size[2]};
  bool const images = batch.type != element_type::none;
  fail("the batch", "of shape " + (images ? shape_text(batch.extent, 4) : shape_text(spatial, 4)),
       "at least one sample, and one element along each dimension (0 rows are a part of a global batch: set "
       "key.global)");
}

inline key checked(key k, index_t n) {
  if (k.step >= (std::uint64_t{1} << 40)) fail("key.step", std::to_string(k.step), "less than 2^40");
  if (k.first < 0 || k.global < 0 || k.block < 0 || k.global > most_rows || k.first > most_rows || k.block > most_rows)
    fail("the key's first, global, block", text(k.first) + ", " + text(k.global) + ", " + text(k.block),
         "three numbers in [0, 2^40 - 2]");
  if (k.global == 0) k.global = n;
  if (k.first + n > k.global)
    fail("the key's rows", "[" + text(k.first) + ", " + text(k.first + n) + ")",
         "rows of the global batch of " + text(k.global) + " rows (set key.global)");
  return k;
}

inline void check_when(when const& w) {
  if (!(w.prob >= 0.0f && w.prob <= 1.0f)) fail("prob", text(static_cast<double>(w.prob)), "a probability in [0, 1]");
}
/// Checks the output rows of a single method, or of a method of one_of (`chosen`).
inline void check_rows(output_rows const& r, bool reads_scores, bool chosen) {
  r.check();
  if (r.clean && chosen)
    fail(
        "output_rows{.clean = true} doubles the rows of a whole batch, and one_of mixes some of them; use it with one "
        "method");
  if (r.clean && reads_scores)
    fail(
        "output_rows{.clean = true} with a method that reads score maps, which are those of the output's rows; plan "
        "the mixes alone, and give the batch itself to the network beside them");
}

/// Checks rows of finite numbers: `rows` of them, or as many as the global batch has.
inline void check_reals(char const* name, real_list const& v, index_t rows, index_t global) {
  if (!v.given()) return;
  if (v.data() == nullptr && rows > 0) fail(name, "a null pointer", text(rows) + " rows of numbers");
  if (v.size() != rows && v.size() != global) same_rows(name, v.size(), rows);
  for (index_t i = 0; i < v.size(); ++i)
    for (index_t j = 0; j < v.width(); ++j)
      if (!finite(v.at(i, j)))
        fail(std::string(name) + "(" + text(i) + ", " + text(j) + ")", text(v.at(i, j)), "a finite number");
}

/// Checks loss weights: `rows` of them, or as many as the global batch has.
inline void check_weights(char const* name, real_list const& v, index_t rows, index_t global) {
  if (!v.given()) return;
  if (v.data() == nullptr && rows > 0) fail(name, "a null pointer", text(rows) + " numbers");
  if (v.size() != rows && v.size() != global) same_rows(name, v.size(), rows);
  for (index_t i = 0; i < v.size(); ++i)
    if (double const w = v.at(i); !(w >= 0 && w <= static_cast<double>(FLT_MAX)))
      fail(std::string(name) + "(" + text(i) + ")", text(w), "a finite float >= 0");
}

/// Refuses null pointers among the images of a batch by rows.
inline void check_rows(image_batch const& v, char const* name) {
  if (v.table == nullptr) return;
  if (index_t const i = v.missing(); i >= 0)
    fail("row " + text(i) + " of " + name, "a null pointer", "memory for an image");
}

/// Checks that images (n, c, h, w) that planning reads have the batch's extents, and memory; maps (n, h, w) may be
/// coarser grids.
inline void check_maps(char const* name, image_batch const& v, plan_shape const& s, index_t rows, bool images) {
  if (v.type == element_type::none) return;
  same_rows(name, v.samples(), rows);
  if (rows == 0) return;
  bool const same = v.height() == s.size[1] && v.width() == s.size[2];
  bool const coarser = v.height() >= 1 && v.height() <= s.size[1] && v.width() >= 1 && v.width() <= s.size[2];
  bool const fits = s.spatial == 2 && (images ? same : coarser);
  if (fits) check_rows(v, name);
  if (fits && v.missing() < 0) return;
  index_t const map[3] = {v.samples(), v.height(), v.width()};
  std::string const shape = images ? shape_text(v.extent, 4) : shape_text(map, 3);
  if (!fits && images) fail(name, shape, "(n, c, h, w) of the batch's images");
  if (!fits) fail(name, shape, "(n, h, w) of the batch's images, or of a coarser grid");
  fail(name, "a null pointer", "memory for " + shape + " numbers");
}

/// Checks that the views given with the batch have as many rows; views (n) may have those of the global batch instead.
template <space S>
void check_inputs(input_set<S> const& in, key const& k) {
  plan_shape const& s = in.shape;
  id_list const* const ids[] = {&in.ids, &in.group_ids, &in.places, &in.source_ids, &in.source_group_ids};
  char const* const names[] = {"class_ids", "groups", "index", "source_class_ids", "source_groups"};
  for (int j = 0; j < 5; ++j) {
    if (!ids[j]->given()) continue;
    bool const source = j >= 3;
    if (source && s.own_source)
      fail(std::string(names[j]) + " describe a second source, and the inputs name none; add source_rows(n)");
    index_t const expected = source ? s.source_rows : s.samples;
    if (ids[j]->size() != expected && (source || ids[j]->size() != k.global))
      same_rows(names[j], ids[j]->size(), expected);
    if (ids[j]->data() == nullptr && expected > 0) fail(names[j], "a null pointer", text(expected) + " integers");
  }
  check_reals("targets", in.labels, s.samples, k.global);
  check_reals("features", in.feature_rows, s.samples, k.global);
  if ((in.source_labels.given() || in.source_feature_rows.given() || in.source_loss_weights.given()) && s.own_source)
    fail(
        "source_targets, source_features and source_weights describe a second source, and the inputs name none; add "
        "source_rows(n)");
  check_reals("source_targets", in.source_labels, s.source_rows, s.source_rows);
  check_reals("source_features", in.source_feature_rows, s.source_rows, s.source_rows);
  if (!s.own_source && in.loss_weights.given() && !in.source_loss_weights.given())
    fail(
        "weights(v) are those of the batch, and the inputs name a second source, whose rows weigh in as partners; add "
        "source_weights(v), one for each of its rows (1 where it has none)");
  if (in.row_weights.given() && in.source_loss_weights.given())
    fail(
        "source_weights(v) and an object of weights, which knows the rows of the second source, were both given; leave "
        "one of the two");
  check_weights("weights", in.loss_weights, s.samples, k.global);
  check_weights("source_weights", in.source_loss_weights, s.source_rows, s.source_rows);
  check_maps("scores", in.score_maps, s, s.samples, false);
  check_maps("source_scores", in.source_maps, s, s.own_source ? k.global : s.source_rows, false);
  check_maps("source_images", in.source_pixels, s, s.own_source ? k.global : s.source_rows, true);
}

}  // namespace detail
}  // namespace mixaug

MIXAUG_EXACT_END
