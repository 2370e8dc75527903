// SPDX-License-Identifier: MIT
#pragma once
#include <cfloat>
#include <mixaug/backend/backend.hpp>
#include <mixaug/core/detail/first_failure.hpp>
#include <mixaug/core/image_batch.hpp>
#include <mixaug/core/detail/math/search.hpp>
#include <mixaug/plan/concepts.hpp>
#include <mixaug/plan/detail/check_plan.hpp>
#include <mixaug/plan/detail/label_scores.hpp>
#include <mixaug/plan/detail/stored_scores.hpp>
#include <mixaug/plan/recipe.hpp>

MIXAUG_EXACT_BEGIN

/// The stage of planning that reads score maps: its checks, and its execution on a host backend. It depends on no
/// particular detector or region; see scored_region in plan/concepts.hpp.
namespace mixaug::detail {

template <class Recipe>
inline constexpr bool has_scored_region = scored_region<decltype(std::declval<Recipe const&>().region)>;
template <class Recipe>
inline constexpr bool has_scored_label = scored_label<decltype(std::declval<Recipe const&>().label)>;
/// True if some recipe of a list reads scores.
template <class>
inline constexpr bool any_scored = false;
template <class P, class... R>
inline constexpr bool any_scored<recipe_list<P, R...>> = ((has_scored_region<R> || has_scored_label<R>) || ...);

/// Scorer of methods that read no scores.
struct no_scores {
  template <class In>
  void check(In const&, key const&, bool) const noexcept {}
  template <class View, class In>
  void place(View const&, In const&, bool) const noexcept {}
  template <class View, class In>
  void label(View const&, In const&, bool) const noexcept {}
};

/// The rows of a plan that a recipe mixes: those of its choice, or all.
template <class View>
struct member_rows {
  View plan;
  int member;  ///< -1 = all rows
  MIXAUG_HD bool holds(index_t i) const noexcept { return member < 0 || plan.choice.data[i] == member; }
};

/// Calls act(recipe, columns, rows) for every recipe whose region reads scores.
template <class Recipes, class View, class Act>
void each_scored(Recipes const& recipes, View const& v, Act const& act) {
  recipes.each([&](auto const& r, auto k) {
    if constexpr (has_scored_region<std::remove_cvref_t<decltype(r)>>)
      act(r, member_columns<decltype(k)::value, Recipes::count>(v.region),
          member_rows<View>{v, Recipes::count == 1 ? -1 : decltype(k)::value});
  });
}

/// The same for every recipe whose label rule reads scores.
template <class Recipes, class View, class Act>
void each_scored_label(Recipes const& recipes, View const& v, Act const& act) {
  recipes.each([&](auto const& r, auto k) {
    if constexpr (has_scored_label<std::remove_cvref_t<decltype(r)>>)
      act(r, member_columns<decltype(k)::value, Recipes::count>(v.region),
          member_rows<View>{v, Recipes::count == 1 ? -1 : decltype(k)::value});
  });
}

/// Detector of a recipe; a recipe that names none reads given maps.
inline stored_scores detector_of(saliency::none const&) noexcept { return {}; }
template <class Detector>
Detector const& detector_of(Detector const& d) noexcept {
  return d;
}

/// Refuses inputs from which the score maps of a recipe cannot be read. `partners`: partners that lie outside the batch
/// are read. Returns the size of the maps.
template <class In, class Detector>
map_shape check_map_source(In const& in, Detector const& detector, char const* reader, bool partners) {
  bool const maps = in.score_maps.type != element_type::none;
  image_batch const &images = maps ? in.score_maps : in.pixels, &source = maps ? in.source_maps : in.source_pixels;
  if (detector.reads_scores() && !maps)
    fail(std::string(reader) + " reads score maps, which were not given; add them: mixaug::inputs(x).scores(v)");
  check_rows(images, "the batch");
  if (images.type == element_type::none || images.missing() >= 0)
    fail("the batch", "not of pixels that can be read", "images (n, c, h, w) of numbers, or inputs(x).scores(v)");
  for (image_batch const* v : {&images, &source})
    if (v->samples() > 0 && !addressable(layout5_of(*v), 8))
      fail("the images or score maps", "of strides " + shape_text(v->stride, 4), "elements that memory can hold");
  if (!maps) detector.check(map_shape{images.channels(), images.height(), images.width()});
  if (partners && source.type == element_type::none)
    fail(std::string("partners lie outside the batch, and their ") + (maps ? "score maps" : "images") +
         " are read; add them: mixaug::inputs(x)." + (maps ? "source_scores(v)" : "source_images(v)"));
  if (partners && source.channels() != images.channels())
    fail("source_images' channels", text(source.channels()), text(images.channels()) + " as the batch has");
  if (partners && source.samples() > 0 && (source.height() != images.height() || source.width() != images.width()))
    fail(maps ? "source_scores" : "source_images", text(source.height()) + " x " + text(source.width()),
         text(images.height()) + " x " + text(images.width()) + ", as those of the batch");
  return {images.channels(), images.height(), images.width()};
}

/// Refuses inputs and detectors that a recipe with a scored region cannot use. `outside`: partners may lie
/// outside the batch.
template <class In, class Recipe>
void check_scored(In const& in, key const& k, Recipe const& recipe, bool outside) {
  static_assert(!std::is_same_v<std::remove_cvref_t<decltype(recipe.saliency)>, saliency::none>,
                "mixaug: this region reads score maps, and the recipe names no detector; add one behind `when`, such "
                "as saliency::given{}");
  using rule = std::remove_cvref_t<decltype(recipe.region)>;
  score_needs const needs = recipe.region.needs();
  bool const partners = outside && (in.shape.own_source || in.shape.source_rows > 0);
  map_shape const map = check_map_source(in, recipe.saliency, "saliency::given", partners && needs.partner);
  recipe.region.check_maps(in.shape, map.height, map.width);
  if (needs.pixels) {
    image_batch const& other = in.source_pixels;
    check_rows(in.pixels, "the batch");
    if (in.pixels.type == element_type::none || in.pixels.missing() >= 0)
      fail("the batch", "not of pixels that can be read", "images (n, c, h, w) of numbers, beside their scores");
    if (partners && (other.type == element_type::none || other.channels() != in.pixels.channels()))
      fail(
          "partners lie outside the batch, and their pixels are read; add images of as many channels: "
          "mixaug::inputs(x).source_images(v)");
  }
  if (rule::one_place && recipe.when.mode == mode::batch && (k.first != 0 || k.global != in.shape.samples))
    fail(
        "mode = batch takes the box from the maps of the global batch's first pair; plan the global batch in one call "
        "(key.first = 0, key.global = 0), or use mode = sample");
}

/// Refuses inputs and detectors that a recipe with a scored label cannot use.
template <class In, class Recipe>
void check_scored_label(In const& in, Recipe const& recipe, bool outside) {
  bool const partners = outside && (in.shape.own_source || in.shape.source_rows > 0);
  check_map_source(in, detector_of(recipe.saliency), "the label rule", partners && recipe.label.needs().partner);
}
/// Refuses the same for all recipes of a list.
template <class Recipes, class In>
void check_all_scored(Recipes const& recipes, In const& in, key const& k, bool outside) {
  recipes.each([&](auto const& r, auto) {
    if constexpr (has_scored_region<std::remove_cvref_t<decltype(r)>>) check_scored(in, k, r, outside);
    if constexpr (has_scored_label<std::remove_cvref_t<decltype(r)>>) check_scored_label(in, r, outside);
  });
}

/// Finds, for each row, the first score that is not finite or is negative; -1 = none.
struct bad_score_body {
  image_batch maps;
  index_t* first;
  float* rows;  ///< a row of pixels for each row of the batch
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
  if (maps.type == element_type::none || maps.samples() == 0) return;
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

/// Images from which a recipe's maps are computed: those of the batch and of a second source.
struct map_source {
  image_batch batch, source;
  bool outside;   ///< partners are rows of `source`
  index_t first;  ///< number of row 0 of the images that partners are read from
  image_batch pixels, source_pixels;
};

/// Places the rows of one recipe on the host. Each lane holds one map at a time: it computes the map, searches it while
/// it is in cache, and discards it. Lane `lane` takes every lanes-th item.
///   joint = false   if the batch is its own source, item r is the map of row r, searched for the rows whose partner
///                   is r and for r itself; with a second source, item r < rows is a group of rows with one partner,
///                   and item rows + i is the map of row i itself
///   joint = true    item i is row i with both maps
template <class Detector, class Rule, class View, class Columns>
struct placing_items {
  Detector const& detector;
  Rule const& rule;
  Columns const& columns;
  member_rows<View> rows;
  map_source from;
  std::byte* scratch;
  std::size_t lane_bytes;
  index_t lanes, items;
  first_failure* failure;

  void operator()(index_t lane) const noexcept {
    index_t r = lane;
    try {
      for (; r < items; r += lanes) item(r, scratch + static_cast<std::size_t>(lane) * lane_bytes);
    } catch (...) {
      failure->keep(r);
    }
  }
  /// True if row i still needs a search of its partner's map or, with `own`, of its own map.
  bool pending(index_t i, bool own = false) const noexcept { return rows.holds(i) && rule.pending(columns, i, own); }
  std::size_t map_bytes() const noexcept { return aligned(4 * from.batch.pixels()); }
  /// Computes both maps of row i and places the row.
  void row(index_t i, std::byte* memory) const {
    score_needs const needs = rule.needs();
    if (Rule::joint) {
      auto* const self = reinterpret_cast<float*>(memory);
      auto* const partner = reinterpret_cast<float*>(memory + map_bytes());
      if (needs.self) detect(from.batch, i, self, memory);
      if (needs.partner) detect_partner(i, partner, memory);
      place(i, needs.self ? self : nullptr, needs.partner ? partner : nullptr, memory);
      return;
    }
    auto* const map = reinterpret_cast<float*>(memory);
    if (needs.partner) {
      detect_partner(i, map, memory);
      place(i, nullptr, map, memory);
    }
    if (needs.self) {
      detect(from.batch, i, map, memory);
      place(i, map, nullptr, memory);
    }
  }

 private:
  void item(index_t r, std::byte* memory) const {
    if constexpr (Rule::joint) {
      if (pending(r)) row(r, memory);
    } else {
      each_map(r, memory);
    }
  }
  void each_map(index_t r, std::byte* memory) const {
    auto const& plan = rows.plan;
    index_t const n = plan.shape.rows;
    index_t const* const order = plan.rows_by_partner.data;
    score_needs const needs = rule.needs();
    if (from.outside && r >= n) return own_map(r - n, memory, false);
    index_t const k = from.outside ? r : first_not_less(order, n, plan.partner.data, r + from.first);
    if (k >= n) return from.outside ? void() : own_map(r, memory, false);
    index_t const partner = from.outside ? plan.partner.data[order[k]] : r + from.first;
    if (from.outside && (partner < 0 || (k > 0 && plan.partner.data[order[k - 1]] == partner))) return;
    auto* const map = reinterpret_cast<float*>(memory);
    bool made = false;
    for (index_t j = k; needs.partner && j < n && plan.partner.data[order[j]] == partner; ++j) {
      index_t const i = order[j];
      if (!pending(i)) continue;
      if (!made) detect(from.outside ? from.source : from.batch, from.outside ? partner - from.first : r, map, memory);
      made = true;
      place(i, nullptr, map, memory);
    }
    if (!from.outside) own_map(r, memory, made);
  }
  void own_map(index_t i, std::byte* memory, bool made) const {
    if (!rule.needs().self || !pending(i, true)) return;
    auto* const map = reinterpret_cast<float*>(memory);
    if (!made) detect(from.batch, i, map, memory);
    place(i, map, nullptr, memory);
  }
  void detect_partner(index_t i, float* map, std::byte* memory) const {
    index_t const partner = rows.plan.partner.data[i];
    detect(from.outside ? from.source : from.batch, partner - from.first, map, memory);
  }
  void detect(image_batch const& images, index_t i, float* map, std::byte* memory) const {
    detector(images, i, map, memory + (Rule::joint ? 2 : 1) * map_bytes());
  }
  void place(index_t i, float const* self, float const* partner, std::byte* memory) const {
    score_maps maps{self, partner, from.batch.height(), from.batch.width()};
    maps.ratio = rows.plan.ratio.data[i];
    maps.alone =
        rows.plan.shape.own_source && rows.plan.partner.data[i] == rows.plan.shape.first + rows.plan.self.data[i];
    if (rule.needs().pixels) {
      maps.self_image = {&from.pixels, i};
      maps.partner_image = {from.outside ? &from.source_pixels : &from.pixels, rows.plan.partner.data[i] - from.first};
    }
    rule.place(columns, i, maps, memory + (Rule::joint ? 2 : 1) * map_bytes());
  }
};

/// Computes the labels of the rows of one recipe from score maps on the host. Lane `lane` takes every lanes-th row, and
/// holds the maps of one.
template <class Detector, class Recipe, class View, class Columns>
struct label_items {
  Detector const& detector;
  Recipe const& recipe;
  Columns const& columns;
  member_rows<View> rows;
  map_source from;
  std::byte* scratch;
  std::size_t lane_bytes;
  index_t lanes;
  first_failure* failure;

  void operator()(index_t lane) const noexcept {
    index_t i = lane;
    try {
      for (; i < rows.plan.shape.rows; i += lanes)
        if (rows.holds(i)) row(i, scratch + static_cast<std::size_t>(lane) * lane_bytes);
    } catch (...) {
      failure->keep(i);
    }
  }
  static std::size_t map_bytes(image_batch const& b) noexcept { return aligned(4 * b.pixels()); }

 private:
  void row(index_t i, std::byte* memory) const {
    auto const& plan = rows.plan;
    auto const state = columns.state_of(i, plan.ratio.data[i], 0);
    float m = 0.0f;
    score_sums self, partner;
    label_needs const needs = recipe.label.needs();
    bool const mixed = !(state.constant(m) && m >= 1.0f);
    index_t const p = plan.partner.data[i];
    if (mixed && needs.self) self = sums(from.batch, plan.self.data[i], state, true, memory);
    if (mixed && needs.partner && p >= 0)
      partner = sums(from.outside ? from.source : from.batch, p - from.first, state, false, memory);
    row_facts const facts{plan.shape, i, p, plan.ratio.data[i]};
    label_shares const shares = label_by_scores(recipe.label, facts, state, self, partner);
    plan.share_self.data[i] = shares.self;
    plan.share_partner.data[i] = shares.partner;
  }
  template <class State>
  score_sums sums(image_batch const& images, index_t image, State const& state, bool own, std::byte* memory) const {
    using kind = typename std::remove_cvref_t<decltype(recipe.region)>::kind;
    auto* const map = reinterpret_cast<float*>(memory);
    index_t const h = images.height(), w = images.width();
    detector(images, image, map, memory + map_bytes(images));
    float least = 0.0f;
    if (recipe.label.needs().above_least) least = least_score(map, h * w);
    shown_of_map<State, kind::resizes> const shown{state, rows.plan.shape, map, h, w, least, own};
    score_sums all;
    for (index_t y = 0; y < rows.plan.shape.size[1]; ++y) all += shown.line(y);
    return all;
  }
};

/// Places the regions that depend on score maps, on a host backend.
template <class Backend, class Recipes>
struct host_scorer {
  Backend const& be;
  Recipes const& recipes;
  workspace<space::host>& memory;

  template <class In>
  void check(In const& in, key const& k, bool outside) const {
    if constexpr (any_scored<Recipes>) {
      check_all_scored(recipes, in, k, outside);
      check_scores(be, "scores", in.score_maps, memory);
      check_scores(be, "source_scores", in.source_maps, memory);
    }
  }
  template <class View, class In>
  void place(View const& v, In const& in, bool outside) const {
    each_scored(recipes, v, [&](auto const& r, auto const& columns, auto const& rows) {
      if (in.score_maps.type != element_type::none)
        run(r, stored_scores{}, columns, rows,
            {in.score_maps, in.source_maps, outside, v.shape.first_of(!outside), in.pixels, in.source_pixels});
      else
        run(r, r.saliency, columns, rows,
            {in.pixels, in.source_pixels, outside, v.shape.first_of(!outside), in.pixels, in.source_pixels});
    });
  }
  /// Computes the labels that follow scores, for rows whose regions are placed.
  template <class View, class In>
  void label(View const& v, In const& in, bool outside) const {
    each_scored_label(recipes, v, [&](auto const& r, auto const& columns, auto const& rows) {
      if (in.score_maps.type != element_type::none)
        run_labels(r, stored_scores{}, columns, rows,
                   {in.score_maps, in.source_maps, outside, v.shape.first_of(!outside), {}, {}});
      else
        run_labels(r, detector_of(r.saliency), columns, rows,
                   {in.pixels, in.source_pixels, outside, v.shape.first_of(!outside), {}, {}});
    });
  }

 private:
  index_t lanes(index_t n) const noexcept {
    if constexpr (host_backend<Backend>)
      return greater(1, lesser(be.lanes(), n));
    else
      return 1;
  }
  template <class Job>
  void all_lanes(Job const& job) const {
    if constexpr (host_backend<Backend>)
      be.items(job.lanes, job);
    else
      job(0);
  }
  template <class Recipe, class Detector, class Columns, class View>
  void run(Recipe const& r, Detector const& detector, Columns const& columns, member_rows<View> const& rows,
           map_source const& from) const {
    using rule = std::remove_cvref_t<decltype(r.region)>;
    index_t const n = rows.plan.shape.rows;
    image_batch const& b = from.batch;
    first_failure failure;
    placing_items<Detector, rule, View, Columns> job{detector, r.region, columns, rows, from,
                                                     nullptr,  0,        1,       n,    &failure};
    if (from.outside && r.region.needs().self && !rule::joint) job.items = 2 * n;
    job.lanes = lanes(n);
    job.lane_bytes = (rule::joint ? 2 : 1) * job.map_bytes() +
                     aligned(detector.bytes({b.channels(), b.height(), b.width()})) +
                     aligned(r.region.bytes(b.height(), b.width()));
    if (rule::one_place && r.when.mode == mode::batch) return first_row_for_all(job);
    job.scratch = memory.reserve(job.lane_bytes * static_cast<std::size_t>(job.lanes));
    all_lanes(job);
    failure.rethrow();
  }
  template <class Recipe, class Detector, class Columns, class View>
  void run_labels(Recipe const& r, Detector const& detector, Columns const& columns, member_rows<View> const& rows,
                  map_source const& from) const {
    image_batch const& b = from.batch;
    first_failure failure;
    label_items<Detector, Recipe, View, Columns> job{detector, r, columns, rows, from, nullptr, 0, 1, &failure};
    job.lanes = lanes(rows.plan.shape.rows);
    job.lane_bytes = job.map_bytes(b) + aligned(detector.bytes({b.channels(), b.height(), b.width()}));
    job.scratch = memory.reserve(job.lane_bytes * static_cast<std::size_t>(job.lanes));
    all_lanes(job);
    failure.rethrow();
  }
  /// mode::batch: places the first mixed row and copies its place to all others.
  template <class Job>
  void first_row_for_all(Job& job) const {
    index_t const n = job.rows.plan.shape.rows;
    index_t lead = 0;
    while (lead < n && !job.pending(lead)) ++lead;
    if (lead == n) return;
    job.scratch = memory.reserve(job.lane_bytes);
    job.row(lead, job.scratch);
    for (index_t i = lead + 1; i < n; ++i)
      if (job.pending(i)) job.columns.assign(i, job.columns, lead);
  }
};

}  // namespace mixaug::detail

MIXAUG_EXACT_END
