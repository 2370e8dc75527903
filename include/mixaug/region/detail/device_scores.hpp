// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/region/detail/salient_steps.hpp>
#include <mixaug/saliency/detail/frequency_tuned_steps.hpp>
#include <mixaug/saliency/detail/residual_steps.hpp>
#include <mixaug/region/detail/score_stage.hpp>

MIXAUG_EXACT_BEGIN

/// Score maps on a device: made and searched there, with no word to the host. A device backend runs
/// steps(job, maps, scratch) and rows(body, n).
namespace mixaug::detail {

/// Runs the steps of a detector that is known at run time.
template <class Backend, class Scratch>
struct device_detecting {
  Backend const& be;
  step_images const& images;
  index_t maps;
  Scratch& scratch;
  template <class Detector>
  void operator()(Detector const& d) const {
    be.steps(steps_of<Detector>(images, d), maps, scratch);
  }
};
template <class Backend, class Detector, class Scratch>
void device_detect(Backend const& be, Detector const& d, step_images const& images, index_t maps, Scratch& scratch) {
  device_detecting<Backend, Scratch> const run{be, images, maps, scratch};
  if constexpr (std::is_same_v<Detector, saliency::any>)
    d.visit(run);
  else
    run(d);
}

/// On a device nothing is checked that would need its pixels: what is not finite, or negative, counts as 0.
template <class Stages>
struct device_scorer {
  Stages const& stages;
  template <class In>
  void check(In const& in, key const& k, bool apart) const {
    if constexpr (scored<decltype(Stages::region)>)
      each_scored(score_check<In, Stages>{in, k, stages, apart}, stages, no_columns{});
  }
  template <class View, class In>
  void place(View const&, In const&, bool) const noexcept {}
};

/// The device part of planning: maps, places, and, for boxes that are cut off, labels.
template <class Backend, class In, class View, class Stages, space S>
struct device_placing {
  Backend const& be;
  In const& in;
  View const& plan;
  Stages const& stages;
  bool apart;
  workspace<S>&maps, &scratch;

  template <class Rule, class Detector, class Columns>
  void operator()(Rule const& rule, Detector const& detector, Columns const& columns, int member) const {
    bool const given = in.score_maps.type != element_type::none;
    index_t const n = plan.shape.rows, all = n * plan.shape.pixels();
    bool const both = apart && rule.reads_target();
    auto* const source =
        reinterpret_cast<float*>(maps.reserve(static_cast<std::size_t>(4 * all * (both ? 2 : 1)), false));
    float* const target = both ? source + all : source;
    detect(detector, given, apart, source);
    if (both) detect(detector, given, false, target);
    bool const lead = mode_of(stages, member) == mode::batch;
    place(rule, columns, member, source, false, lead);
    if (rule.reads_target()) place(rule, columns, member, target, true, lead);
    if (lead) run_rows(be, copy_pair_body<Columns, View>{plan, columns, member}, n);
    if (rule.resizes()) relabel(columns, member);
  }

 private:
  template <class Detector>
  void detect(Detector const& detector, bool given, bool from_source, float* out) const {
    image_batch const& images =
        from_source ? (given ? in.source_maps : in.source_pixels) : (given ? in.score_maps : in.pixels);
    index_t const h = plan.shape.size[1], w = plan.shape.size[2];
    step_images const s{images, out, {h * w, w, 1}, from_source ? plan.partner.data : nullptr};
    if (given)
      device_detect(be, saliency::given{}, s, plan.shape.rows, scratch);
    else
      device_detect(be, detector, s, plan.shape.rows, scratch);
  }
  template <class Columns>
  void place(region::salient_box const& rule, Columns const& columns, int member, float const* from, bool target,
             bool lead) const {
    placing_steps<View, Columns> const job{rule, plan, columns, member, from, apart, target, lead};
    be.steps(job, lead ? 1 : plan.shape.rows, scratch);
  }
  template <class Columns>
  void relabel(Columns const& columns, int member) const {
    if constexpr (chooses<Stages>)
      relabel_member(stages.label.all, columns, member);
    else
      relabel_by(stages.label, columns, member);
  }
  template <class... R, class Columns>
  void relabel_member(rules<R...> const& r, Columns const& columns, int member, int at = 0) const {
    if (at == member) relabel_by(r.head, columns, member);
    if constexpr (sizeof...(R) > 1) relabel_member(r.rest, columns, member, at + 1);
  }
  template <class Label, class Columns>
  void relabel_by(Label const& label, Columns const& columns, int member) const {
    if constexpr (requires { Label::on_device; })
      run_rows(be, clipped_share_body<Columns, View, Label>{plan, columns, label, member}, plan.shape.rows);
    else
      fail(
          "window = clipped changes the shares on the device, where this label rule cannot be called; use window = "
          "shifted, or a rule that says on_device = true (see mixaug/label/by_share.hpp)");
  }
};

template <class Backend, class Stages, class In, class View, space S>
void device_place(Backend const& be, Stages const& stages, In const& in, bool apart, View const& plan,
                  workspace<S>& maps, workspace<S>& scratch) {
  if constexpr (scored<decltype(Stages::region)>)
    each_scored(device_placing<Backend, In, View, Stages, S>{be, in, plan, stages, apart, maps, scratch}, stages,
                plan.region);
}

}  // namespace mixaug::detail

MIXAUG_EXACT_END
