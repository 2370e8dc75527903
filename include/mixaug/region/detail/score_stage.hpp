// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/method/one_of.hpp>
#include <mixaug/region/salient_box.hpp>
#include <mixaug/saliency/detector.hpp>
#include <mixaug/region/detail/salient_items.hpp>

MIXAUG_EXACT_BEGIN

/// The stage of planning that reads score maps: what it refuses, and its run on a host backend.
namespace mixaug::detail {

/// For methods that read no scores.
struct no_scores {
  template <class In>
  void check(In const&, key const&, bool) const noexcept {}
  template <class View, class In>
  void place(View const&, In const&, bool) const noexcept {}
};

/// The columns of one method inside one_of, or none yet.
struct no_columns {};
inline no_columns head_of(no_columns) noexcept { return {}; }
inline no_columns rest_of(no_columns) noexcept { return {}; }
template <class Columns>
auto const& head_of(Columns const& c) noexcept {
  return c.head;
}
template <class Columns>
auto const& rest_of(Columns const& c) noexcept {
  return c.rest;
}

/// Calls act(rule, detector, columns, member) for every method whose region reads scores.
template <class Act, class Rule, class Detector, class Columns>
void each_scored(Act const& act, Rule const& rule, Detector const& detector, Columns const& columns, int member) {
  if constexpr (scored<Rule>) {
    static_assert(!std::is_same_v<Detector, saliency::none>,
                  "mixaug: this region reads score maps, and the recipe names no detector; add one behind `when`, such "
                  "as saliency::given{}");
    act(rule, detector, columns, member);
  }
}
template <class Act, class... R, class... D, class Columns>
void each_scored(Act const& act, rules<R...> const& rule, rules<D...> const& detector, Columns const& columns,
                 int member) {
  if constexpr (sizeof...(R) == 1) {
    each_scored(act, rule.head, detector.head, columns, member);
  } else {
    each_scored(act, rule.head, detector.head, head_of(columns), member);
    each_scored(act, rule.rest, detector.rest, rest_of(columns), member + 1);
  }
}
template <class Act, class Stages, class Columns>
void each_scored(Act const& act, Stages const& stages, Columns const& columns) {
  if constexpr (chooses<Stages>)
    each_scored(act, stages.region.all, stages.saliency, columns, 0);
  else
    each_scored(act, stages.region, saliency_of(stages), columns, -1);
}
template <class Stages>
mode mode_of(Stages const& stages, int member) noexcept {
  if constexpr (chooses<Stages>)
    return stages.when.of(member).mode;
  else
    return when_of(stages).mode;
}

/// What a score-driven method needs beside its options.
template <class In, class Stages>
struct score_check {
  In const& in;
  key const& k;
  Stages const& stages;
  bool apart;  ///< partners may lie outside the batch

  template <class Rule, class Detector>
  void operator()(Rule const&, Detector const& detector, no_columns, int member) const {
    bool const maps = in.score_maps.type != element_type::none;
    image_batch const &images = maps ? in.score_maps : in.pixels, &source = maps ? in.source_maps : in.source_pixels;
    bool given = std::is_same_v<Detector, saliency::given>;
    if constexpr (requires { detector.is_given(); }) given = detector.is_given();
    if (given && !maps)
      fail("saliency::given reads score maps, which were not given; add them: mixaug::inputs(x).scores(v)");
    if (images.type == element_type::none || images.data == nullptr)
      fail("the batch", "not of pixels that can be read", "images (n, c, h, w) of numbers, or inputs(x).scores(v)");
    for (image_batch const* v : {&images, &source})
      if (!addressable(five_of(*v), 8))
        fail("the images or score maps", "of strides " + shape_text(v->stride, 4), "elements that memory can hold");
    if (!maps) detector.check(map_shape{images.channels(), images.height(), images.width()});
    if (apart && source.type == element_type::none)
      fail(std::string("partners lie outside the batch, and their ") + (maps ? "score maps" : "images") +
           " are read; add them: mixaug::inputs(x)." + (maps ? "source_scores(v)" : "source_images(v)"));
    if (apart && source.channels() != images.channels())
      fail("source_images' channels", text(source.channels()), text(images.channels()) + " as the batch has");
    if (mode_of(stages, member) == mode::batch && (k.first != 0 || k.global != in.shape.samples))
      fail(
          "mode = batch takes the box from the maps of the global batch's first pair; plan the global batch in one "
          "call "
          "(key.first = 0, key.global = 0), or use mode = sample");
  }
};

/// The first score of each row that is not finite, or negative; -1 = none.
struct bad_score_body {
  image_batch maps;
  index_t* first;
  float* rows;  // a row of pixels for each row of the batch
  void operator()(index_t i, index_t, index_t) const noexcept {
    index_t const w = maps.width();
    float* const row = rows + i * w;
    first[i] = -1;
    for (index_t y = 0; y < maps.height() && first[i] < 0; ++y) {
      maps.values(i, 0, y, row);
      int bad = 0;
      for (index_t x = 0; x < w; ++x) bad |= !(row[x] >= 0.0f && row[x] <= FLT_MAX);
      for (index_t x = 0; x < w && bad != 0; ++x)
        if (!(row[x] >= 0.0f && row[x] <= FLT_MAX)) {
          first[i] = y * w + x;
          break;
        }
    }
  }
};
template <class Backend>
void check_scores(Backend const& be, char const* name, image_batch const& maps, workspace<space::host>& scratch) {
  if (maps.type == element_type::none) return;
  index_t const n = maps.samples(), w = maps.width();
  std::size_t const head = aligned(8 * n);
  std::byte* const memory = scratch.reserve(head + aligned(4 * n * w));
  auto* const first = reinterpret_cast<index_t*>(memory);
  run_rows(be, bad_score_body{maps, first, reinterpret_cast<float*>(memory + head)}, n);
  for (index_t i = 0; i < n; ++i)
    if (first[i] >= 0) {
      index_t const y = first[i] / w, x = first[i] - y * w;
      fail(std::string(name) + "(" + text(i) + ", " + text(y) + ", " + text(x) + ")",
           text(static_cast<double>(maps.value(i, 0, y, x))), "a finite number >= 0");
    }
}

template <class Backend>
index_t lanes_of(Backend const& be) noexcept {
  if constexpr (requires { be.lanes(); })
    return be.lanes();
  else
    return 1;
}

/// Runs the items of one method.
template <class Backend, class In, class View, class Stages>
struct salient_placing {
  Backend const& be;
  In const& in;
  View const& plan;
  Stages const& stages;
  bool apart;
  workspace<space::host>& maps;

  template <class Rule, class Detector, class Columns>
  void operator()(Rule const& rule, Detector const& detector, Columns const& columns, int member) const {
    if (in.score_maps.type != element_type::none)
      run(rule, saliency::given{}, columns, member, {in.score_maps, in.source_maps, apart, plan.shape.first});
    else
      run(rule, detector, columns, member, {in.pixels, in.source_pixels, apart, plan.shape.first});
  }

 private:
  template <class Rule, class Detector, class Columns>
  void run(Rule const& rule, Detector const& detector, Columns const& columns, int member,
           map_source const& from) const {
    index_t const n = plan.shape.rows;
    image_batch const& b = from.batch;
    first_failure failure;
    salient_items<Detector, Rule, View, Columns> job{detector, rule, plan, columns, member,  from,
                                                     nullptr,  0,    1,    n,       &failure};
    if (from.apart && rule.reads_target()) job.items = 2 * n;
    job.lanes = greater(1, lesser(lanes_of(be), n));
    job.lane_bytes = job.map_bytes() + aligned(detector.bytes({b.channels(), b.height(), b.width()})) +
                     aligned(rule.bytes(b.height(), b.width()));
    if (mode_of(stages, member) == mode::batch) return first_row_for_all(job);
    job.scratch = maps.reserve(job.lane_bytes * static_cast<std::size_t>(job.lanes));
    be.items(job.lanes, job);
    failure.rethrow();
  }
  /// mode::batch: the first row that is mixed finds the boxes of all.
  template <class Job>
  void first_row_for_all(Job& job) const {
    index_t const n = plan.shape.rows;
    index_t lead = 0;
    while (lead < n && !job.wants(lead, job.columns.from)) ++lead;
    if (lead == n) return;
    job.scratch = maps.reserve(job.lane_bytes);
    auto const &from = job.columns.from, &to = job.columns.to;
    job.detect(job.from.apart ? job.from.source : job.from.batch,
               job.from.apart ? plan.partner[lead] : plan.partner[lead] - job.from.first, job.scratch);
    from[lead] = job.place(false, from[lead], job.scratch);
    if (job.rule.reads_target())
      job.target(lead, job.scratch, false);
    else
      to[lead] = from[lead];
    for (index_t i = lead + 1; i < n; ++i)
      if (job.wants(i, from)) from[i] = from[lead], to[i] = to[lead];
  }
};

/// Places what score maps decide, on a host backend.
template <class Backend, class Stages>
struct host_scorer {
  Backend const& be;
  Stages const& stages;
  workspace<space::host>& maps;

  template <class In>
  void check(In const& in, key const& k, bool apart) const {
    if constexpr (scored<decltype(Stages::region)>) {
      each_scored(score_check<In, Stages>{in, k, stages, apart}, stages, no_columns{});
      check_scores(be, "scores", in.score_maps, maps);
      check_scores(be, "source_scores", in.source_maps, maps);
    }
  }
  template <class View, class In>
  void place(View const& v, In const& in, bool apart) const {
    if constexpr (scored<decltype(Stages::region)>)
      each_scored(salient_placing<Backend, In, View, Stages>{be, in, v, stages, apart, maps}, stages, v.region);
  }
};

}  // namespace mixaug::detail

MIXAUG_EXACT_END
