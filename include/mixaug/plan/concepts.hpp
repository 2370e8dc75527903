// SPDX-License-Identifier: MIT
#pragma once
#include <concepts>
#include <mixaug/plan/plan.hpp>

MIXAUG_EXACT_BEGIN

/// What the parts of a method are called with. Entry points check these with a sentence (static_assert),
/// so that a missing member is named instead of a template dump.
namespace mixaug {

/// What a region or label rule knows of one row: the decisions made before it.
struct row_facts {
  plan_shape const& shape;
  index_t row;
  index_t partner;
  float ratio;
};

/// What a label rule answers: the two label coefficients, which need not sum to 1.
struct label_shares {
  float self, partner;
};

/// When a method is applied at all, whether its draws are one a sample or one a batch, and whether the batch as it is
/// comes along: rows [0, n) of the output are then the samples themselves, and rows [n, 2 n) their mixes, whose loss
/// weights are multiplied by mixed_weight (RegMixup).
struct when {
  mixaug::mode mode = mixaug::mode::sample;
  float prob = 1.0f;
  bool clean_rows = false;
  float mixed_weight = 1.0f;
};

/// A ratio rule gives a sampler (which may hold a table); the sampler turns 64 uniform bits into lambda in [0, 1].
template <class R>
concept ratio_rule = requires(R const& rule, std::uint64_t bits) {
  { rule.sampler()(bits) } -> std::convertible_to<float>;
};

/// A region rule names its kind and places it for one row; called only where the method fires.
template <class R>
concept region_rule = requires(R const& rule, typename R::kind::template columns<space::host> const& columns,
                               row_facts const& row, random const& draw) {
  typename R::kind;
  rule(columns, row, draw);
};

/// A label rule turns the ratio and the true share of the sample's pixels into label coefficients.
template <class R>
concept label_rule = requires(R const& rule, row_facts const& row) {
  { rule(row, 0.5) } -> std::same_as<label_shares>;
};

/// A recipe has the five stages as members; `when` is optional. Methods have stages() returning one, or are one.
template <class R>
concept recipe_like = requires(R const& r) {
  r.pairing, r.ratio, r.region, r.blend, r.label;
};
template <class M>
concept method = recipe_like<M> || requires(M const& m) {
  { m.stages() } -> recipe_like;
};

}  // namespace mixaug

MIXAUG_EXACT_END
