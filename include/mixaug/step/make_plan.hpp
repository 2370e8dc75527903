// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/method/recipe.hpp>
#include <mixaug/pairing/task.hpp>
#include <mixaug/step/index_plan.hpp>

namespace mixaug {
namespace detail {

inline void check_shape(plan_shape const& s) {
  if (s.samples <= 0) fail("the batch", std::to_string(s.samples) + " rows", "at least one sample");
  for (int d = 3 - s.spatial; d < 3; ++d)
    if (s.size[d] <= 0 || s.size[d] > INT32_MAX)
      fail("the batch's spatial extents", shape_text(s.size + 3 - s.spatial, s.spatial), "1 to 2147483647 pixels along each axis");
  if (s.source_rows < 0 || (!s.own_source && s.source_rows == 0)) fail("source_rows", text(s.source_rows), "at least one row");
}

inline key checked(key k, index_t n) {
  constexpr index_t most = (index_t{1} << 40) - 1;
  if (k.step >= (std::uint64_t{1} << 40)) fail("key.step", std::to_string(k.step), "less than 2^40");
  if (k.first < 0 || k.global < 0 || k.block < 0 || k.global >= most || k.first >= most)
    fail("the key's first, global, block", shape_text(&k.first, 1) + shape_text(&k.global, 1) + shape_text(&k.block, 1), "0 <= each < 2^40 - 1");
  if (k.global == 0) k.global = n;
  if (k.first + n > k.global)
    fail("the key's rows", "[" + text(k.first) + ", " + text(k.first + n) + ")", "rows of the global batch of " + text(k.global) + " rows (set key.global)");
  return k;
}

inline void check_when(when const& w) {
  if (!(w.prob >= 0.0f && w.prob <= 1.0f)) fail("prob", text(double{w.prob}), "a probability in [0, 1]");
}

/// Views beside the batch have its rows; (n) ids may instead cover the global batch.
template <space S> void check_inputs(input_set<S> const& in, key const& k) {
  plan_shape const& s = in.shape;
  id_list const* const ids[] = {&in.ids, &in.group_ids, &in.places};
  char const* const names[] = {"class_ids", "groups", "index"};
  for (int j = 0; j < 3; ++j)
    if (ids[j]->given() && ids[j]->size() != s.samples && ids[j]->size() != k.global) same_rows(names[j], ids[j]->size(), s.samples);
  if (in.labels.given()) {
    if (in.labels.size() != s.samples && in.labels.size() != k.global) same_rows("targets", in.labels.size(), s.samples);
    for (index_t i = 0; i < in.labels.size(); ++i)
      for (index_t j = 0; j < in.labels.width(); ++j)
        if (!std::isfinite(in.labels.at(i, j))) fail("targets(" + text(i) + ", " + text(j) + ")", text(in.labels.at(i, j)), "a finite number");
  }
  if (in.loss_weights.given()) {
    if (in.loss_weights.size() != s.samples && in.loss_weights.size() != k.global) same_rows("weights", in.loss_weights.size(), s.samples);
    for (index_t i = 0; i < in.loss_weights.size(); ++i)
      if (double const w = in.loss_weights.at(i); !(std::isfinite(w) && w >= 0)) fail("weights(" + text(i) + ")", text(w), "a finite weight >= 0");
  }
  if (in.score_maps.data != nullptr) {
    same_rows("scores", in.score_maps.extent[0], s.samples);
    if (s.spatial != 2 || in.score_maps.extent[1] != s.size[1] || in.score_maps.extent[2] != s.size[2])
      fail("scores", shape_text(in.score_maps.extent, 3), "(n, h, w) of the batch's images");
  }
}

/// The decisions of one step, made on the host into the plan's columns (its staging block for a device plan).
template <class Stages, class Plan, space S> class planner {
  using view = plan_view<typename Plan::region_kind>;

 public:
  planner(Plan& p, Stages const& s, input_set<S> in, key k) : plan_(p), stages_(s), in_(in), when_(when_of(s)) {
    if (in_.shape.own_source) in_.shape.source_rows = 0;
    check_shape(in_.shape);
    key_ = checked(k, in_.shape.samples);
    in_.shape.first = key_.first;
    if (in_.shape.own_source) in_.shape.source_rows = key_.global;
    if (!in_.shape.own_source && key_.block != 0) fail("key.block confines partners inside the batch, but the inputs name a second source; use one of the two");
    check_inputs(in_, key_);
    if constexpr (requires { s.ratio.check(in_.shape); }) s.ratio.check(in_.shape);
    if constexpr (requires { s.region.check(in_.shape); }) s.region.check(in_.shape);
    if constexpr (choosing)
      for (auto const& w : when_.each) check_when(w);
    else
      check_when(when_);
    if constexpr (requires { s.region.box_count(); }) in_.shape.boxes = s.region.box_count();
    in_.shape.rows = in_.shape.samples;
  }

  void draw() {
    auto const sampler = stages_.ratio.sampler();  // may build a table: before anything is written
    plan_.fit(in_.shape);
    plan_.blend = stages_.blend;
    plan_.drawn_with = key_;
    view const v = plan_.staging();
    choose(v);
    index_t const block = key_.block == 0 || key_.block > key_.global ? key_.global : key_.block;
    stages_.pairing(pairing_task<S>{in_, key_, key_.global, block, v.partner.data, v.choice.data, -1, plan_.scratch()});
    ratios(v, sampler);
    plan_.blends = false;
    plan_.local = in_.shape.own_source;
    for (index_t i = 0; i < v.shape.rows; ++i) decide(v, i);
    index_plan(v, plan_.blend, plan_.local, plan_.scratch());
  }

 private:
  static constexpr bool choosing = chooses<Stages>;

  mixaug::when when_for(index_t choice) const {
    if constexpr (choosing) return when_.of(static_cast<int>(choice));
    else return when_;
  }
  /// The row whose draws serve sample i: its global row, or the one that stands for the batch.
  std::uint64_t drawer(mode m, index_t i) const noexcept {
    return m == mode::batch ? batch_row : static_cast<std::uint64_t>(key_.first + i);
  }
  void choose(view const& v) const {
    for (index_t i = 0; i < v.shape.rows; ++i) {
      v.self[i] = i;
      v.choice[i] = 0;
      if constexpr (choosing)
        v.choice[i] = static_cast<std::uint8_t>(when_.choose(random(key_, drawer(when_.mode, i), purpose::choice)));
    }
  }
  template <class Sampler> void ratios(view const& v, Sampler const& sampler) const {
    std::uint64_t bits[bits_width];
    for (index_t i = 0; i < v.shape.rows; i += bits_width) {
      bits_of_rows(key_, static_cast<std::uint64_t>(key_.first + i), purpose::ratio, bits);
      for (index_t j = i; j < lesser(i + bits_width, v.shape.rows); ++j) {
        bool const batch = when_for(v.choice[j]).mode == mode::batch;
        std::uint64_t const b = batch ? random(key_, batch_row, purpose::ratio).bits(0) : bits[j - i];
        if constexpr (choosing) v.ratio[j] = sampler(b, v.choice[j]);
        else v.ratio[j] = sampler(b);
      }
    }
  }
  void decide(view const& v, index_t i) {
    auto const w = when_for(v.choice[i]);
    std::uint64_t const row = drawer(w.mode, i);
    bool fires = w.prob >= 1.0f || random(key_, row, purpose::gate).uniform() < static_cast<double>(w.prob);
    // A row without a partner stays as it is, unless nothing is read from the partner.
    fires = fires && (v.partner[i] >= 0 || !plan_.blend.reads_source(v.choice[i]));
    if (!(v.ratio[i] >= 0.0f && v.ratio[i] <= 1.0f)) fail("the ratio of row " + text(i), text(double{v.ratio[i]}), "a ratio in [0, 1] from the ratio rule");
    v.region.clear(i);
    row_facts const facts{v.shape, i, v.partner[i], fires ? v.ratio[i] : 1.0f};
    if (fires) {
      random const draw(key_, row, purpose::region);
      if constexpr (choosing) stages_.region(v.region, facts, draw, v.choice[i]);
      else stages_.region(v.region, facts, draw);
    } else {
      v.ratio[i] = 1.0f;
    }
    auto const state = v.state(i);
    float m = 0.0f;
    double const share = state.mean(v.shape);
    if (!state.constant(m) || (m > 0.0f && m < 1.0f)) plan_.blends = plan_.blends || fractional(state);
    label_shares shares{1.0f, 0.0f};
    if (fires) {
      if constexpr (choosing) shares = stages_.label(facts, share, v.choice[i]);
      else shares = stages_.label(facts, share);
    }
    v.share_self[i] = shares.self, v.share_partner[i] = shares.partner;
    index_t const p = v.partner[i] - key_.first;
    plan_.local = plan_.local && (v.partner[i] < 0 || (p >= 0 && p < v.shape.samples));
    v.weight_self[i] = weight(i), v.weight_partner[i] = v.partner[i] < 0 || !in_.shape.own_source ? 1.0f : weight(p);
  }
  template <class State> static bool fractional(State const& s) noexcept {
    for (index_t j = 0; j < s.patches(); ++j)
      if (float const m = s.get(j).m; m > 0.0f && m < 1.0f) return true;
    return false;
  }
  /// The loss weight of a row of the batch, or of the global batch where the view covers it.
  float weight(index_t local) const {
    auto const& w = in_.loss_weights;
    if (!w.given()) return 1.0f;
    bool const whole = w.size() == key_.global;
    index_t const at = whole ? local + key_.first : local;
    if (at < 0 || at >= w.size())
      fail("weights", text(w.size()) + " rows", text(key_.global) + " rows, for partners are rows of the global batch");
    return static_cast<float>(w.at(at));
  }

  Plan& plan_;
  Stages const& stages_;
  input_set<S> in_;
  key key_{};
  decltype(when_of(std::declval<Stages const&>())) when_;
};

}  // namespace detail

/// The plan of a method: its region kind and blend rule, in a memory space.
template <class M, space S = space::host>
using plan_of = plan<typename decltype(detail::stages_t<M>::region)::kind, decltype(detail::stages_t<M>::blend), S>;

/// Draws the plan of one step into `into`, reusing its memory: nothing is allocated after the first step of
/// a shape. `in` names the batch and what rules read (class ids, ...); `k` says which rows and which step.
/// Errors: invalid_argument for a bad option, key or input, before the plan is touched.
template <class M, space S, class Plan>
void make_plan(M const& m, input_set<S> const& in, key const& k, Plan& into)
  requires is_plan<Plan>
{
  static_assert(method<M>, "mixaug: a method has stages() that returns a recipe, or members pairing, ratio, region, blend and label; see mixaug/method/mixup.hpp");
  if constexpr (method<M>) {
    static_assert(std::is_same_v<Plan, plan_of<M, Plan::memory>>, "mixaug: this plan is of another method; declare it as plan_of<method>");
    static_assert(Plan::memory == space::host, "mixaug: a device plan is made with a backend: make_plan(cuda{stream}, method, inputs, key, plan)");
    auto const stages = detail::stages_of(m);
    detail::planner<decltype(stages), Plan, S>(into, stages, in, k).draw();
  }
}

/// The plan of one step, by value.
template <class M, space S> auto make_plan(M const& m, input_set<S> const& in, key const& k) {
  static_assert(method<M>, "mixaug: a method has stages() that returns a recipe, or members pairing, ratio, region, blend and label; see mixaug/method/mixup.hpp");
  if constexpr (method<M>) {
    plan_of<M> p;
    make_plan(m, in, k, p);
    return p;
  }
}
template <class M, class T, int R, space S> auto make_plan(M const& m, tensor_view<T, R, S> const& x, key const& k) {
  return make_plan(m, inputs(x), k);
}
template <class M, class T, int R, space S, class Plan>
void make_plan(M const& m, tensor_view<T, R, S> const& x, key const& k, Plan& into)
  requires is_plan<Plan>
{
  make_plan(m, inputs(x), k, into);
}

/// The share of row i's pixels that come from the sample itself: the mean of m, exact.
template <class R, class B> double pixel_share(plan<R, B> const& p, index_t i) noexcept {
  return p.state(i).mean(p.shape);
}

}  // namespace mixaug
