// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/backend/detail/device_steps.hpp>
#include <mixaug/plan/detail/score_stage.hpp>

MIXAUG_EXACT_BEGIN

/// The stage of planning that reads score maps, on a device: maps are computed and searched on the device, and the host
/// is not synchronised. The steps of a detector on a device are steps_of<Detector>.
namespace mixaug::detail {

/// The images, and the destination of their maps: map k belongs to image rows[k], or to image k if rows is null.
struct step_images {
  image_batch images;
  float* out;
  index_t stride[3];
  index_t const* rows = nullptr;
  index_t first_row = 0;  ///< number of image 0 in `rows`

  MIXAUG_HD index_t row(index_t k) const noexcept { return rows == nullptr ? k : rows[k] - first_row; }
  MIXAUG_HD bool skips(index_t k) const noexcept { return rows != nullptr && rows[k] < 0; }
  MIXAUG_HD index_t height() const noexcept { return images.height(); }
  MIXAUG_HD index_t width() const noexcept { return images.width(); }
  MIXAUG_HD index_t pixels() const noexcept { return images.pixels(); }
  MIXAUG_HD float& score(index_t k, index_t pixel) const noexcept {
    index_t const y = pixel / width(), x = pixel - y * width();
    return out[k * stride[0] + y * stride[1] + x * stride[2]];
  }
};

/// A detector on a device, constructed from step_images and the detector: a job of steps
/// (backend/detail/device_steps.hpp).
///   steps, fast_bytes(), slow_bytes(): number of steps, and memory of one image;  pixels(): its size
///   count(step): number of items;  run(step, k, item, memory): runs one of them for map k
template <class Detector>
struct steps_of;

/// Copies stored scores. A bad score is not reported to the host: scores that are not finite, or are
/// negative, count as 0.
template <>
struct steps_of<stored_scores> : step_images {
  static constexpr int steps = 1;
  steps_of(step_images const& s, stored_scores const&) noexcept : step_images(s) {}

  std::size_t fast_bytes() const noexcept { return 0; }
  std::size_t slow_bytes() const noexcept { return 0; }
  MIXAUG_HD index_t count(int) const noexcept { return pixels(); }
  MIXAUG_HD void run(int, index_t k, index_t item, step_memory const&) const noexcept {
    index_t const y = item / width(), x = item - y * width();
    float const v = images.value(row(k), 0, y, x);
    score(k, item) = v >= 0.0f && v <= FLT_MAX ? v : 0.0f;
  }
};

/// Runs the steps of a detector. Detectors chosen at run time have an overload.
template <class Backend, class Detector, class Scratch>
void device_detect(Backend const& be, Detector const& d, step_images const& images, index_t maps, Scratch& scratch) {
  be.steps(steps_of<Detector>(images, d), maps, scratch);
}

/// Maps of a plan's rows on a device.
struct device_maps {
  float const* self;     ///< maps of the batch's rows
  float const* partner;  ///< maps of the batch's rows, or of the partners of the plan's rows (`outside`)
  index_t height, width;
  bool outside;
  bool lead;                          ///< mode::batch: only the first mixed row is placed
  image_batch images, source_images;  ///< of the batch, and of a second source, for regions that need pixels

  template <class View>
  MIXAUG_HD float const* of(View const& plan, index_t row, bool own) const noexcept {
    if (own) return self + row * height * width;
    return partner + (outside ? row : plan.partner.data[row] - plan.shape.first) * height * width;
  }
};

/// The scorer of device plans. Its check does not look at pixels, because they are on the device.
template <class Recipes>
struct device_scorer {
  Recipes const& recipes;
  template <class In>
  void check(In const& in, key const& k, bool outside) const {
    check_all_scored(recipes, in, k, outside);
  }
  template <class View, class In>
  void place(View const&, In const&, bool) const noexcept {}
  template <class View, class In>
  void label(View const&, In const&, bool) const noexcept {}
};

/// mode::batch: copies the place of the first mixed row to all others.
template <class Rows, class Columns>
struct copy_place_body {
  Rows rows;
  Columns columns;
  MIXAUG_HD void operator()(index_t i, index_t lane, index_t) const noexcept {
    if (lane != 0 || !mixed(i)) return;
    index_t j = 0;
    while (!mixed(j)) ++j;
    if (j < i) columns.assign(i, columns, j);
  }

 private:
  MIXAUG_HD bool mixed(index_t i) const noexcept {
    return rows.holds(i) && rows.plan.partner.data[i] >= 0 && rows.plan.ratio.data[i] < 1.0f;
  }
};

/// Computes the labels of rows whose share changed when they were placed.
template <class Rows, class Columns, class Label>
struct share_body {
  Rows rows;
  Columns columns;
  Label label;
  MIXAUG_HD void operator()(index_t i, index_t lane, index_t) const noexcept {
    if (lane != 0 || !rows.holds(i)) return;
    auto const& plan = rows.plan;
    row_facts const facts{plan.shape, i, plan.partner.data[i], plan.ratio.data[i]};
    label_shares const shares = label(facts, columns.state_of(i, 0.0f, 0).mean(plan.shape));
    plan.share_self.data[i] = shares.self;
    plan.share_partner.data[i] = shares.partner;
  }
};

/// Computes the labels of rows whose region was completed on the device.
template <class Backend, class Columns, class Rows, class Label>
void device_share(Backend const& be, Columns const& columns, Rows const& rows, Label const& label) {
  if constexpr (Label::on_device)
    run_rows(be, share_body<Rows, Columns, Label>{rows, columns, label}, rows.plan.shape.rows);
  else
    fail(
        "the shares of this region are known on the device only (border = clip, or a field in device memory), where "
        "this label rule cannot be called; use a rule that says on_device = true (see mixaug/label/by_share.hpp)");
}

/// Completes the regions whose field is in device memory.
template <class Backend, class Recipes, class View>
void device_fields(Backend const& be, Recipes const& recipes, View const& plan) {
  recipes.each([&](auto const& r, auto k) {
    if constexpr (device_field_region<std::remove_cvref_t<decltype(r.region)>>) {
      if (!r.region.field_on_device()) return;
      auto const columns = member_columns<decltype(k)::value, Recipes::count>(plan.region);
      member_rows<View> const rows{plan, Recipes::count == 1 ? -1 : decltype(k)::value};
      r.region.complete_on_device(be, columns, rows);
      device_share(be, columns, rows, r.label);
    }
  });
}

/// Computes the score maps of a recipe on a device: those of the batch's rows (`self`), and of partners that are rows
/// of another source.
template <class Backend, class Recipe, class In, class View, space S>
device_maps device_maps_of(Backend const& be, Recipe const& r, In const& in, bool outside, View const& plan, bool self,
                           bool partner, workspace<S>& maps, workspace<S>& scratch) {
  bool const stored = in.score_maps.type != element_type::none;
  image_batch const &batch = stored ? in.score_maps : in.pixels, &source = stored ? in.source_maps : in.source_pixels;
  index_t const n = plan.shape.rows, h = batch.height(), w = batch.width(), all = n * h * w;
  bool const of_batch = self || !outside, of_source = outside && partner;
  auto* const memory = reinterpret_cast<float*>(
      maps.reserve(static_cast<std::size_t>(4 * all * (of_batch && of_source ? 2 : 1)), false));
  auto const detect = [&](image_batch const& images, float* out, index_t const* of_rows) {
    step_images const s{images, out, {h * w, w, 1}, of_rows, plan.shape.source_first};
    if (stored)
      device_detect(be, stored_scores{}, s, n, scratch);
    else
      device_detect(be, detector_of(r.saliency), s, n, scratch);
  };
  float* const own = memory + (of_batch && of_source ? all : 0);
  if (of_source) detect(source, memory, plan.partner.data);
  if (of_batch) detect(batch, own, nullptr);
  return {own, outside ? memory : own, h, w, outside, false, in.pixels, in.source_pixels};
}

/// Computes the labels of the rows of one recipe from score maps, a job for each row: the smallest score of each line
/// of its two maps, and of the maps; the sums of each line; the label.
template <class Label, class Kind, class Rows, class Columns>
struct label_steps {
  static constexpr int steps = 4;
  Label label;
  Rows rows;
  Columns columns;
  device_maps maps;
  label_needs needs;

  MIXAUG_HD index_t lines() const noexcept { return rows.plan.shape.size[1]; }
  MIXAUG_HD index_t pixels() const noexcept { return maps.height * maps.width; }
  std::size_t fast_bytes() const noexcept { return 64; }
  std::size_t slow_bytes() const noexcept {
    return aligned(static_cast<index_t>(sizeof(score_sums)) * 2 * lines()) + aligned(8 * maps.height);
  }
  MIXAUG_HD index_t count(int step) const noexcept {
    return step == 0 ? 2 * maps.height : step == 1 ? 2 : step == 2 ? 2 * lines() : 1;
  }
  MIXAUG_HD bool skips(index_t i) const noexcept { return !rows.holds(i); }
  MIXAUG_HD void run(int step, index_t i, index_t item, step_memory const& m) const noexcept {
    auto const& plan = rows.plan;
    auto const state = columns.state_of(i, plan.ratio.data[i], 0);
    auto* const sums = m.global_at<score_sums>(0);
    auto* const line_least = m.global_at<float>(static_cast<std::size_t>((32 * lines() + 63) / 64 * 64));
    auto* const least = m.shared_at<float>(0);
    index_t const per = step == 0 ? maps.height : step == 2 ? lines() : 1;
    bool const own = item < per;
    index_t const y = own ? item : item - per;
    switch (step) {
      case 0:
        if (reads(i, own)) line_least[item] = least_score(maps.of(plan, i, own) + y * maps.width, maps.width);
        return;
      case 1:
        least[item] = 0.0f;
        if (needs.above_least && reads(i, own))
          least[item] = least_score(line_least + (own ? 0 : maps.height), maps.height);
        return;
      case 2: {
        sums[item] = score_sums{};
        if (!reads(i, own)) return;
        shown_of_map<std::remove_cv_t<decltype(state)>, Kind::resizes> const shown{
            state, plan.shape, maps.of(plan, i, own), maps.height, maps.width, least[own ? 0 : 1], own};
        sums[item] = shown.line(y);
        return;
      }
      default: {
        score_sums self, partner;
        for (index_t k = 0; k < lines(); ++k) self += sums[k], partner += sums[lines() + k];
        row_facts const facts{plan.shape, i, plan.partner.data[i], plan.ratio.data[i]};
        label_shares const shares = label_by_scores(label, facts, state, self, partner);
        plan.share_self.data[i] = shares.self;
        plan.share_partner.data[i] = shares.partner;
      }
    }
  }

 private:
  MIXAUG_HD bool reads(index_t i, bool own) const noexcept {
    return own ? needs.self : needs.partner && rows.plan.partner.data[i] >= 0;
  }
};

/// Runs the device part of planning: given fields, maps, places and, for regions that change their share or labels that
/// follow scores, labels.
template <class Backend, class Recipes, class In, class View, space S>
void device_place(Backend const& be, Recipes const& recipes, In const& in, bool outside, View const& plan,
                  workspace<S>& maps, workspace<S>& scratch) {
  device_fields(be, recipes, plan);
  each_scored(recipes, plan, [&](auto const& r, auto const& columns, auto const& rows) {
    using rows_type = std::remove_cvref_t<decltype(rows)>;
    using columns_type = std::remove_cvref_t<decltype(columns)>;
    score_needs const needs = r.region.needs();
    device_maps found = device_maps_of(be, r, in, outside, plan, needs.self, needs.partner, maps, scratch);
    found.lead = std::remove_cvref_t<decltype(r.region)>::one_place && r.when.mode == mode::batch;
    r.region.place_on_device(be, columns, rows, found, scratch);
    if (found.lead) run_rows(be, copy_place_body<rows_type, columns_type>{rows, columns}, plan.shape.rows);
    if (r.region.changes_share()) device_share(be, columns, rows, r.label);
  });
  each_scored_label(recipes, plan, [&](auto const& r, auto const& columns, auto const& rows) {
    using label = std::remove_cvref_t<decltype(r.label)>;
    using region = std::remove_cvref_t<decltype(r.region)>;
    if constexpr (label::on_device) {
      label_needs const needs = r.label.needs();
      device_maps const found = device_maps_of(be, r, in, outside, plan, needs.self, needs.partner, maps, scratch);
      using job = label_steps<label, typename region::kind, std::remove_cvref_t<decltype(rows)>,
                              std::remove_cvref_t<decltype(columns)>>;
      be.steps(job{r.label, rows, columns, found, needs}, plan.shape.rows, scratch);
    } else {
      fail("this label rule reads score maps on the device, where it cannot be called; use one with on_device = true");
    }
  });
}

}  // namespace mixaug::detail

MIXAUG_EXACT_END
