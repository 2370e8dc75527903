// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/plan/detail/check_field.hpp>
#include <mixaug/plan/detail/row_orders.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::detail {

/// Copies the columns that every kind of plan has.
template <class From, class To>
void copy_decisions(From const& p, To const& v) noexcept {
  for (index_t i = 0; i < v.shape.rows; ++i) {
    v.choice[i] = p.choice[i];
    v.self[i] = p.self[i];
    v.partner[i] = p.partner[i];
    v.ratio[i] = p.ratio[i];
    v.share_self[i] = p.share_self[i];
    v.share_partner[i] = p.share_partner[i];
    v.weight_self[i] = p.weight_self[i];
    v.weight_partner[i] = p.weight_partner[i];
  }
}

/// Sets the label shares of rows with a partner to their true pixel shares.
template <class View, class Blend>
void derive_shares(View const& v, Blend const& blend) noexcept {
  for (index_t i = 0; i < v.shape.rows; ++i) {
    if (v.partner[i] < 0 || !blend.reads_source(v.choice[i])) continue;
    v.share_self[i] = static_cast<float>(v.state(i).mean(v.shape));
    v.share_partner[i] = 1.0f - v.share_self[i];
  }
}

/// Checks the decisions of row i of an edited plan.
template <class View>
void check_decisions(View const& v, index_t i, int members) {
  auto const refuse = [&](char const* column, std::string const& got, std::string const& expected) {
    fail("the edited plan's " + std::string(column) + "[" + text(i) + "]", got, expected);
  };
  plan_shape const& s = v.shape;
  if (v.choice[i] >= members)
    refuse("choice", text(index_t{v.choice[i]}), "less than " + text(index_t{members}) + ", the plan's methods");
  if (v.self[i] < 0 || v.self[i] >= s.samples) refuse("self", text(v.self[i]), "a row in [0, " + text(s.samples) + ")");
  if (!s.has_partner(v.partner[i]))
    refuse("partner", text(v.partner[i]),
           "a row in [" + text(s.source_first) + ", " + text(s.source_first + s.source_rows) + "), or -1 for none");
  if (!(v.ratio[i] >= 0.0f && v.ratio[i] <= 1.0f))
    refuse("ratio", text(static_cast<double>(v.ratio[i])), "a ratio in [0, 1]");
  float const numbers[] = {v.share_self[i], v.share_partner[i], v.weight_self[i], v.weight_partner[i]};
  char const* const names[] = {"share_self", "share_partner", "weight_self", "weight_partner"};
  for (int k = 0; k < 4; ++k)
    if (!finite(numbers[k])) refuse(names[k], text(static_cast<double>(numbers[k])), "a finite number");
}

/// Checks a plan whose columns were written, and computes the columns and flags that depend on them.
template <class View, class Plan>
void check_edited(View const& v, Plan& p, plan_flags& flags, shares labels) {
  plan_shape const& s = v.shape;
  check_made(s);
  int const members = Plan::region_kind::members(v.layout);
  bool local = s.own_source;
  for (index_t i = 0; i < s.rows; ++i) {
    check_decisions(v, i, members);
    field_facts const f = facts_of<typename Plan::region_kind>(s, v.state(i), i);
    flags.blends = flags.blends || f.fractional;
    flags.moved = flags.moved || f.moved;
    local = local && (v.partner[i] < 0 || (v.partner[i] >= s.first && v.partner[i] < s.first + s.samples));
  }
  flags.local = local;
  flags.in_order = rows_in_order(v);
  if (labels == shares::derived) derive_shares(v, p.blend);
  index_plan(v, p.blend, local, p.scratch());
}

}  // namespace mixaug::detail

MIXAUG_EXACT_END
