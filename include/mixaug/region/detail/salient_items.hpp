// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/core/box.hpp>
#include <mixaug/plan/plan.hpp>
#include <mixaug/core/image_batch.hpp>
#include <mixaug/core/math/search.hpp>
#include <mixaug/core/detail/first_failure.hpp>

MIXAUG_EXACT_BEGIN

/// Placing boxes by score maps, on the host: one map at a time a thread, made when a row needs it, searched while
/// it is in cache, and forgotten.
namespace mixaug::detail {

/// Where a method's maps come from: the images of the batch, or of a second source.
struct map_source {
  image_batch batch, source;
  bool apart;     ///< partners are rows of `source`
  index_t first;  ///< global row of the batch's row 0
};

/// Lane `lane` takes every lanes-th map. Item r of a batch that is its own source: the map of row r, for the rows
/// that r is the partner of, and for r as a target. Of a second source: item r < rows is a group of rows with one
/// partner, item rows + i the target i.
template <class Detector, class Rule, class View, class Columns>
struct salient_items {
  Detector const& detector;
  Rule const& rule;
  View const& plan;
  Columns const& columns;
  int member;  ///< which method of one_of; -1 = all rows
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
  bool wants(index_t i, column<box, space::host> const& of) const noexcept {
    return (member < 0 || plan.choice[i] == member) && !of[i].empty();
  }
  void item(index_t r, std::byte* memory) const {
    index_t const n = plan.shape.rows;
    index_t const* const order = plan.readers.data;
    if (from.apart && r >= n) return target(r - n, memory, false);
    index_t const k = from.apart ? r : first_not_less(order, n, plan.partner.data, r + from.first);
    if (k >= n) return from.apart ? void() : target(r, memory, false);
    index_t const partner = from.apart ? plan.partner[order[k]] : r + from.first;
    if (from.apart && (partner < 0 || (k > 0 && plan.partner[order[k - 1]] == partner))) return;
    bool made = false;
    for (index_t j = k; j < n && plan.partner[order[j]] == partner; ++j) {
      index_t const i = order[j];
      if (!wants(i, columns.from)) continue;
      if (!made) detect(from.apart ? from.source : from.batch, from.apart ? partner : r, memory);
      made = true;
      columns.from[i] = place(false, columns.from[i], memory);
      if (!rule.reads_target()) columns.to[i] = columns.from[i];
    }
    if (!from.apart) target(r, memory, made);
  }
  void target(index_t i, std::byte* memory, bool made) const {
    if (!rule.reads_target() || !wants(i, columns.to)) return;
    if (!made) detect(from.batch, i, memory);
    columns.to[i] = place(true, columns.to[i], memory);
  }
  void detect(image_batch const& images, index_t i, std::byte* memory) const {
    detector(images, i, reinterpret_cast<float*>(memory), memory + map_bytes());
  }
  std::size_t map_bytes() const noexcept { return aligned(4 * from.batch.pixels()); }
  box place(bool target, box const& size, std::byte* memory) const {
    return rule.place(reinterpret_cast<float const*>(memory), from.batch.height(), from.batch.width(), target, size,
                      memory + map_bytes());
  }
};

}  // namespace mixaug::detail

MIXAUG_EXACT_END
