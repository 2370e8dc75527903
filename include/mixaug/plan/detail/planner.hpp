// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/plan/detail/check_field.hpp>
#include <mixaug/plan/detail/check_plan.hpp>
#include <mixaug/plan/detail/plan_traits.hpp>
#include <mixaug/plan/detail/row_orders.hpp>
#include <mixaug/plan/detail/score_stage.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::detail {

/// Decisions that may still be refused. They are drawn outside of the plan, so that an error leaves the plan unchanged.
struct draft {
  column<std::uint8_t, space::host, access::write> choice;
  column<index_t, space::host, access::write> partner;
  column<float, space::host, access::write> ratio, weight_self, weight_partner;
  column<bool, space::host, access::write> fires;
  void place(column_layout& put, index_t n) noexcept {
    put(choice, n);
    put(partner, n);
    put(ratio, n);
    put(weight_self, n);
    put(weight_partner, n);
    put(fires, n);
  }
};

/// Makes the decisions of one step on the host, in the plan's columns (for a device plan, in its staging block).
template <class Recipes, class Plan, space S>
class planner {
  using view = plan_view<typename Plan::region_kind, space::host, access::write>;

 public:
  planner(Plan& p, Recipes const& recipes, input_set<S> in, key k) : plan_(p), recipes_(recipes), in_(in) {
    if (in_.shape.own_source) in_.shape.source_rows = 0;
    check_shape(in_.shape);
    check_any_rows(in_.pixels, in_.shape, k);
    key_ = checked(k, in_.shape.samples);
    in_.shape.first = key_.first;
    if (in_.shape.own_source) in_.shape.source_rows = key_.global;
    if (!in_.shape.own_source && key_.block != 0)
      fail("key.block confines partners inside the batch, but the inputs name a second source; use one of the two");
    check_inputs(in_, key_);
    recipes_.each([&](auto const& r, auto) { r.ratio.check(in_.shape); });
    recipes_.each([&](auto const& r, auto) { r.region.check(in_.shape); });
    recipes_.each([&](auto const& r, auto) { r.label.check(in_.shape); });
    recipes_.each([&](auto const& r, auto k_) {
      using recipe_type = std::remove_cvref_t<decltype(r)>;
      when_[decltype(k_)::value] = r.when;
      check_when(r.when);
      check_rows(r.rows, has_scored_region<recipe_type> || has_scored_label<recipe_type>, recipes_.chosen);
    });
    rows_ = recipes_.template get<0>().rows;
    if (rows_.clean) clean_ = in_.shape.samples;
    block_ = key_.block == 0 || key_.block > key_.global ? key_.global : key_.block;
    traits_ = traits_of(recipes_);
    in_.shape.rows = clean_ + in_.shape.samples;
  }

  /// Draws all decisions. `scorer` places the regions that depend on score maps, between the draws and the labels.
  template <class Scorer = no_scores>
  void draw(Scorer const& scorer = {}) {
    draft const d = decisions();
    scorer.check(in_, key_, !local_);
    plan_.fit(in_.shape, recipes_.layout(in_.shape));
    plan_.blend = recipes_.blend();
    plan_.drawn_with = key_;
    view const v = plan_writer::staging(plan_);
    plan_writer::flags(plan_) = {traits_.blends, local_, traits_.moves, clean_ == 0};
    try {
      for (index_t i = 0; i < clean_; ++i) keep(v, d, i);
      for (index_t i = 0; i < v.shape.samples; ++i) decide(v, d, i);
      index_readers(v, plan_.scratch());
      scorer.place(v, in_, !local_);
      for (index_t i = 0; i < v.shape.samples; ++i) share(v, clean_ + i, d.fires[i]);
      scorer.label(v, in_, !local_);
      for (index_t i = clean_; i < v.shape.rows; ++i) check_label(v, i);
    } catch (...) {  // a user-defined region or label rule threw: leave no partial plan
      plan_.fit({}, {});
      throw;
    }
    index_order(v, plan_.blend, local_, plan_.scratch());
  }

 private:
  /// Row number of the draws for sample i: its global row, or the row that stands for the batch.
  std::uint64_t drawer(mode m, index_t i) const noexcept {
    return m == mode::batch ? batch_row : static_cast<std::uint64_t>(key_.first + i);
  }
  draft decisions() {
    auto const samplers = std::apply([](auto const&... r) { return std::tuple(r.ratio.sampler()...); }, recipes_.all);
    index_t const n = in_.shape.samples;
    column_layout measure;
    draft d;
    d.place(measure, n);
    column_layout put{plan_.draft().reserve(measure.used)};
    d.place(put, n);
    choose(d);
    pair(d);
    ratios(d, samplers);
    for (index_t i = 0; i < n; ++i) check_partner(d, i);
    local_ = partners_are_local(d);
    weigh(d);
    for (index_t i = 0; i < n; ++i) check_row(d, i);
    return d;
  }
  void pair(draft const& d) {
    if (in_.shape.source_rows == 0) return;
    pairing_task<S> task{in_, key_, key_.global, block_, d.partner.data, d.choice.data, -1, plan_.scratch()};
    if constexpr (std::is_same_v<decltype(Recipes::pairing), own_pairings>)
      recipes_.each([&](auto const& r, auto k) {
        if (recipes_.chosen) task.member = decltype(k)::value;
        r.pairing(task);
      });
    else
      recipes_.pairing(task);
  }
  /// True if all partners are rows of the call at every step; rules that draw may choose any row of a block.
  bool partners_are_local(draft const& d) const noexcept {
    if (!in_.shape.own_source) return false;
    index_t const n = in_.shape.samples, end = key_.first + n;
    if (key_.first % block_ == 0 && (end % block_ == 0 || end == key_.global)) return true;
    if (traits_.draws) return false;
    for (index_t i = 0; i < n; ++i)
      if (d.partner[i] >= 0 && (d.partner[i] < key_.first || d.partner[i] >= end)) return false;
    return true;
  }
  void check_partner(draft const& d, index_t i) const {
    index_t const p = d.partner[i];
    index_t const begin = in_.shape.source_first, end = begin + in_.shape.source_rows;
    if (!in_.shape.has_partner(p))
      fail("the partner of row " + text(i), text(p),
           "a row in [" + text(begin) + ", " + text(end) + "), or -1 for none, from the pairing rule");
    if (in_.shape.own_source && p >= 0 && p / block_ != (key_.first + i) / block_)
      fail("the partner of row " + text(i), text(p),
           "a row of the block of " + text(block_) + " rows that holds row " + text(key_.first + i) +
               ", from the pairing rule (key.block)");
  }
  void check_row(draft const& d, index_t i) const {
    if (!(d.ratio[i] >= 0.0f && d.ratio[i] <= 1.0f))
      fail("the ratio of row " + text(i), text(static_cast<double>(d.ratio[i])),
           "a ratio in [0, 1] from the ratio rule");
    check_weight(i, d.weight_self[i]);
    check_weight(i, d.weight_partner[i]);
  }
  void check_weight(index_t i, float weight) const {
    if (!(weight >= 0.0f && weight <= FLT_MAX))
      fail("a loss weight of row " + text(i), text(static_cast<double>(weight)),
           "a finite float >= 0 from the weight rule");
    if (clean_ == 0) return;
    if (double const w = static_cast<double>(weight) * static_cast<double>(rows_.mixed_weight);
        !(w <= static_cast<double>(FLT_MAX)))
      fail("a loss weight of the mix of row " + text(i), text(w),
           "a finite float: " + text(static_cast<double>(weight)) + " times mixed_weight (regmixup's eta)");
  }
  void weigh(draft const& d) const {
    weight_task<S> const task{in_, key_, !local_};
    recipes_.each([&](auto const& r, auto) { r.weight.check(task); });
    for (index_t i = 0; i < in_.shape.samples; ++i)
      recipes_.at(d.choice[i], [&](auto const& r, auto) {
        d.weight_self[i] = r.weight.of_sample(task, i);
        d.weight_partner[i] = d.partner[i] >= 0 ? r.weight.of_partner(task, i, d.partner[i]) : 1.0f;
      });
  }
  void choose(draft const& d) const {
    for (index_t i = 0; i < in_.shape.samples; ++i) {
      d.partner[i] = -1;
      d.choice[i] = 0;
      if (recipes_.chosen)
        d.choice[i] =
            static_cast<std::uint8_t>(recipes_.choose(random(key_, drawer(recipes_.mode, i), purpose::choice)));
    }
  }
  template <class Samplers>
  void ratios(draft const& v, Samplers const& samplers) const {
    std::uint64_t bits[bits_width];
    index_t const n = in_.shape.samples;
    for (index_t i = 0; i < n; i += bits_width) {
      bits_of_rows(key_, static_cast<std::uint64_t>(key_.first + i), purpose::ratio, bits);
      for (index_t j = i; j < lesser(i + bits_width, n); ++j) {
        bool const batch = when_[v.choice[j]].mode == mode::batch;
        std::uint64_t const b = batch ? random(key_, batch_row, purpose::ratio).bits(0) : bits[j - i];
        v.ratio[j] = recipes_.at(v.choice[j], [&](auto const&, auto k) -> float {
          return std::get<static_cast<std::size_t>(decltype(k)::value)>(samplers)(b, row_of_batch{in_.shape, j});
        });
      }
    }
  }
  /// Makes row i of the output a copy of sample i.
  void keep(view const& v, draft const& d, index_t i) const {
    v.self[i] = i, v.choice[i] = 0, v.partner[i] = -1, v.ratio[i] = 1.0f;
    v.region.clear(i);
    v.share_self[i] = 1.0f, v.share_partner[i] = 0.0f;
    v.weight_self[i] = d.weight_self[i], v.weight_partner[i] = 1.0f;
  }
  /// True if the blend or the region of a choice reads the partner.
  bool reads_partner(std::uint8_t choice) const {
    return plan_.blend.reads_source(choice) || recipes_.at(choice, [](auto const& r, auto) -> bool {
      if constexpr (has_scored_region<std::remove_cvref_t<decltype(r)>>)
        return r.region.needs().partner || r.region.needs().pixels;
      else
        return false;
    });
  }
  void decide(view const& v, draft const& d, index_t i) {
    index_t const r = clean_ + i;
    v.self[r] = i, v.choice[r] = d.choice[i], v.partner[r] = d.partner[i], v.ratio[r] = d.ratio[i];
    when const& w = when_[v.choice[r]];
    std::uint64_t const row = drawer(w.mode, i);
    bool fires = w.prob >= 1.0f || random(key_, row, purpose::fires).uniform() < static_cast<double>(w.prob);
    // A row without a partner is left unchanged, unless nothing is read from the partner.
    fires = fires && (v.partner[r] >= 0 || !reads_partner(v.choice[r]));
    v.region.clear(r);
    row_facts const facts{v.shape, r, v.partner[r], fires ? v.ratio[r] : 1.0f};
    if (fires) {
      random const draw(key_, row, purpose::region);
      recipes_.at(v.choice[r], [&](auto const& recipe, auto k) {
        recipe.region(member_columns<decltype(k)::value, Recipes::count>(v.region), facts, draw);
      });
    } else {
      v.ratio[r] = 1.0f;
    }
    d.fires[i] = fires;
    v.weight_self[r] = d.weight_self[i];
    v.weight_partner[r] = d.weight_partner[i];
    if (clean_ > 0) {
      v.weight_self[r] *= rows_.mixed_weight;
      v.weight_partner[r] *= rows_.mixed_weight;
    }
  }
  /// Computes the labels of a row whose region has been placed.
  void share(view const& v, index_t i, bool fires) {
    row_facts const facts{v.shape, i, v.partner[i], v.ratio[i]};
    auto const state = v.state(i);
    float m = 0.0f;
    double const share = state.mean(v.shape);
    if (!state.constant(m) || (m > 0.0f && m < 1.0f)) {
      field_facts const f = facts_of<typename Plan::region_kind>(v.shape, state, i);
      if (f.fractional && !traits_.blends)
        fail("the field of row " + text(i) +
             " blends, but its kind says holds = field_weights::zero_or_one, or its ratio rule says that it is not "
             "fractional(), or its region rule says blends() = false; say what may be drawn");
      if (f.moved && !traits_.moves)
        fail("row " + text(i) +
             " reads its source at another place than it writes, but its region rule says moves() = false; say what "
             "may be placed");
    }
    label_shares shares{1.0f, 0.0f};
    if (fires)
      shares = recipes_.at(v.choice[i], [&](auto const& r, auto) -> label_shares { return r.label(facts, share); });
    v.share_self[i] = shares.self, v.share_partner[i] = shares.partner;
  }
  void check_label(view const& v, index_t i) const {
    if (finite(v.share_self[i]) && finite(v.share_partner[i])) return;
    fail("the label shares of row " + text(i),
         text(static_cast<double>(v.share_self[i])) + " and " + text(static_cast<double>(v.share_partner[i])),
         "two finite numbers from the label rule");
  }
  Plan& plan_;
  Recipes const& recipes_;
  input_set<S> in_;
  key key_{};
  output_rows rows_;
  index_t clean_ = 0;  ///< number of rows before those of the samples' mixes
  index_t block_ = 1;  ///< partners stay inside blocks of this many rows
  plan_traits traits_;
  bool local_ = false;
  c_array<when, Recipes::count> when_;
};

}  // namespace mixaug::detail

MIXAUG_EXACT_END
