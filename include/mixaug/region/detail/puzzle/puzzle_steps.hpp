// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/plan/detail/device_score_stage.hpp>
#include <mixaug/region/detail/puzzle/team_assignment.hpp>
#include <mixaug/region/detail/puzzle/team_labels.hpp>
#include <mixaug/region/puzzle.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::detail {

/// Makes PuzzleMix's masks on a device, in steps of which the solvers are a team's (step_team.hpp); map k is for row k
/// of the plan. Steps: the scores of the mask's cells; differences of pixels across their borders; sums and priors; the
/// energy; its labels; the scores of the cells that move, and their sums; the columns; the transport; the grid.
///
/// Sums are one item's each, in the order of the host, and so the same bits; from the integers of the
/// energy on nothing is rounded. Of the pixels only those at the borders of cells are read; one that is not finite
/// counts as 0, others are brought into [0, 1]. region::puzzle::check has seen to it that no energy leaves 32 bits.
template <class Rows, class Columns>
struct puzzle_steps {
  static constexpr int steps = 10;
  region::puzzle rule;
  puzzle_terms terms;  ///< of all rows; `blocks` and `lambda` are those of the row
  Rows rows;
  Columns columns;
  device_maps maps;

  MIXAUG_HD index_t height() const noexcept { return rows.plan.shape.size[1]; }
  MIXAUG_HD index_t width() const noexcept { return rows.plan.shape.size[2]; }
  MIXAUG_HD index_t pixels() const noexcept { return height() * width(); }
  std::size_t fast_bytes() const noexcept { return area_at + sizeof(step_area); }
  std::size_t slow_bytes() const noexcept {
    bool const rounds = rule.transport && rule.assignment == puzzle_assignment::published;
    std::size_t const layered = team_layered<lone_thread>::bytes(rule.n_labels);
    return rounds && sizeof(cell_proposals) > layered ? sizeof(cell_proposals) : layered;
  }
  MIXAUG_HD static constexpr bool of_team(int step) noexcept { return step == 4 || step == 8; }
  MIXAUG_HD index_t count(int step) const noexcept {
    switch (step) {
      case 0:
        return 2 * cells;
      case 1:
        return 8 * cells;
      case 2:
        return 2 + rule.n_labels;
      case 3:
      case 7:
        return cells;
      case 5:
        return rule.transport && rule.t_size > 0 ? 2 * cells : 0;
      case 6:
        return rule.transport && rule.t_size > 0 ? 2 : 0;
      default:
        return 1;
    }
  }
  MIXAUG_HD bool skips(index_t k) const noexcept {
    return !rows.holds(k) || columns.where.data[k].last != region::puzzle::pending_last;
  }
  MIXAUG_HD void run(int step, index_t k, index_t item, step_memory const& memory) const noexcept {
    int const side = side_of(k), fine = fine_of(k), i = static_cast<int>(item % cells);
    int const part = static_cast<int>(item / cells);
    if (step == 7) return write_label(k, i, memory);
    if (step == 9) return finish(k, memory);
    if (alone(k)) return;
    if (step == 0) return sum_scores(k, part, i, side, memory);
    if (step == 1) return compare(k, part / 4, i, part % 4, memory);
    if (step == 2 && i < 2) return add_up(i, side, memory);
    if (step == 2) return find_prior(k, i - 2, memory);
    if (step == 3) return write_terms(k, i, memory);
    if (fine == side) return;  // the sums of the mask's cells are those of the cells that move
    if (step == 5) return sum_scores(k, part, i, fine, memory);
    add_up(i, fine, memory);
  }
  MIXAUG_HD_AS_ARGUMENT
  template <class Team>
  MIXAUG_HD void work(int step, index_t k, step_memory const& memory, Team const& team) const noexcept {
    if (alone(k)) return;
    if (step == 8) return carry_both(k, memory, team);
    label_energy const& energy = *energy_of(memory);
    step_area& area = *area_of(memory);
    if (rule.solver == puzzle_solver::swap)
      team_swaps<Team>(team, energy, area.swap)(found_of(memory));
    else
      team_least_labels(team, energy, area.raise, memory.slow, found_of(memory));
  }

 private:
  static constexpr int pitch = label_energy::pitch, cells = label_energy::cells;
  /// Memory that only some steps need.
  union step_area {
    double edge[2][cells][4];  ///< of the edge down, and of that to the right, of each cell
    std::byte raise[cut_memory::bytes(cells, 4)];
    swap_memory swap;
    assignment_memory assignment;
  };
  /// Sums of both images, and what of their cells moves.
  struct step_sums {
    double part[2][cells], all[2], prior[label_energy::most_labels];
    bool moved[2];
  };
  static constexpr std::size_t sums_at = (sizeof(label_energy) + 63) / 64 * 64;
  static constexpr std::size_t found_at = sums_at + (sizeof(step_sums) + 63) / 64 * 64, area_at = found_at + cells;

  MIXAUG_HD static label_energy* energy_of(step_memory const& m) noexcept { return m.shared_at<label_energy>(0); }
  MIXAUG_HD static step_sums* sums_of(step_memory const& m) noexcept { return m.shared_at<step_sums>(sums_at); }
  MIXAUG_HD static std::uint8_t* found_of(step_memory const& m) noexcept { return m.shared_at<std::uint8_t>(found_at); }
  MIXAUG_HD static step_area* area_of(step_memory const& m) noexcept { return m.shared_at<step_area>(area_at); }

  MIXAUG_HD int side_of(index_t k) const noexcept { return columns.where.data[k].n[0]; }
  /// Cells a side of the grid that moves, or of the mask's where none does.
  MIXAUG_HD int fine_of(index_t k) const noexcept {
    return alone(k) ? side_of(k) : static_cast<int>(rule.moving_side(width(), side_of(k)));
  }
  /// True if a row is its own partner.
  MIXAUG_HD bool alone(index_t k) const noexcept {
    auto const& plan = rows.plan;
    return plan.shape.own_source && plan.partner.data[k] == plan.shape.first + plan.self.data[k];
  }
  MIXAUG_HD puzzle_terms terms_of(index_t k) const noexcept {
    puzzle_terms own = terms;
    own.blocks = side_of(k);
    own.lambda = static_cast<double>(rows.plan.ratio.data[k]);
    return own;
  }
  /// Border k of `side` cells along an axis.
  MIXAUG_HD index_t border(int axis, index_t k, int side) const noexcept {
    return ceil_div(k * (axis == 0 ? height() : width()), side);
  }
  MIXAUG_HD static bool inside(int i, int side) noexcept { return i / pitch < side && i % pitch < side; }

  /// Sums the scores of cell i of an image (0: the sample), in row order.
  MIXAUG_HD void sum_scores(index_t k, int image, int i, int side, step_memory const& memory) const noexcept {
    if (!inside(i, side)) return;
    float const* const map = maps.of(rows.plan, k, image == 0);
    int const y = i / pitch, x = i % pitch;
    index_t const left = border(1, x, side), right = border(1, x + 1, side), end = border(0, y + 1, side);
    double sum = 0.0;
    for (index_t v = border(0, y, side); v < end; ++v)
      for (index_t u = left; u < right; ++u) sum += static_cast<double>(map[v * width() + u]);
    sums_of(memory)->part[image][i] = sum;
  }
  MIXAUG_HD static void add_up(int image, int side, step_memory const& memory) noexcept {
    double sum = 0.0;
    for (int y = 0; y < side; ++y)
      for (int x = 0; x < side; ++x) sum += sums_of(memory)->part[image][y * pitch + x];
    sums_of(memory)->all[image] = sum;
  }
  MIXAUG_HD void find_prior(index_t k, int label, step_memory const& memory) const noexcept {
    sums_of(memory)->prior[label] = terms_of(k).prior_of(label);
  }
  /// The part of an image's scores that cell i holds.
  MIXAUG_HD static double share_of(int image, int i, int side, step_memory const& memory) noexcept {
    return share_of_scores(sums_of(memory)->part[image][i], sums_of(memory)->all[image], side);
  }

  MIXAUG_HD image_of_batch image_of(index_t k, int image) const noexcept {
    auto const& plan = rows.plan;
    if (image == 0) return {&maps.images, plan.self.data[k]};
    return {maps.outside ? &maps.source_images : &maps.images,
            plan.partner.data[k] - plan.shape.first_of(!maps.outside)};
  }
  /// The mean of a square of py x px pixels.
  MIXAUG_HD double pooled(image_of_batch const& image, index_t channel, index_t y, index_t x, index_t py,
                          index_t px) const noexcept {
    double sum = 0.0;
    for (index_t v = y * py; v < (y + 1) * py; ++v)
      for (index_t u = x * px; u < (x + 1) * px; ++u)
        sum += unit_pixel(terms.to_unit(static_cast<double>(image.batch->value(image.row, channel, v, u)), channel));
    return sum / static_cast<double>(py * px);
  }
  MIXAUG_HD static double unit_pixel(double v) noexcept {
    if (!finite(v)) return 0.0;
    return v < 0.0 ? 0.0 : v > 1.0 ? 1.0 : v;
  }
  /// Writes the mean difference of the pixels across the border of cell i and the next one along an axis, of one pair
  /// of images.
  MIXAUG_HD void compare(index_t k, int axis, int i, int pair, step_memory const& memory) const noexcept {
    int const side = side_of(k), y = i / pitch, x = i % pitch;
    if (y >= side - (axis == 0 ? 1 : 0) || x >= side - (axis == 1 ? 1 : 0)) return;
    index_t const py = pool_side(height(), side, rule.neigh_size), px = pool_side(width(), side, rule.neigh_size);
    index_t const along = axis == 0 ? px : py, across = axis == 0 ? py : px;
    index_t const begin = border(1 - axis, axis == 0 ? x : y, side) / along;
    index_t const end = border(1 - axis, (axis == 0 ? x : y) + 1, side) / along;
    index_t const second = border(axis, (axis == 0 ? y : x) + 1, side) / across, first = second - 1;
    image_of_batch const a = image_of(k, pair / 2), b = image_of(k, pair % 2);
    index_t const channels = maps.images.channels();
    double mean = 0.0;
    for (index_t c = 0; c < channels; ++c) {
      double sum = 0.0;
      for (index_t at = begin; at < end; ++at) {
        double const p = axis == 0 ? pooled(a, c, first, at, py, px) : pooled(a, c, at, first, py, px);
        double const q = axis == 0 ? pooled(b, c, second, at, py, px) : pooled(b, c, at, second, py, px);
        sum += p < q ? q - p : p - q;
      }
      mean += sum / static_cast<double>(end - begin);
    }
    area_of(memory)->edge[axis][i][pair] = mean / static_cast<double>(channels);
  }
  /// Writes the terms of cell i, in the order in which the host adds them: those of the edges above, below, on the left
  /// and on the right.
  MIXAUG_HD void write_terms(index_t k, int i, step_memory const& memory) const noexcept {
    label_energy& energy = *energy_of(memory);
    puzzle_terms const own = terms_of(k);
    int const side = own.blocks;
    if (i == 0) {
      energy.height = energy.width = side;
      energy.labels = own.labels;
    }
    energy.right[i] = energy.down[i] = 0;
    if (!inside(i, side)) return;
    double const smooth = own.smooth(), times = smooth * own.gamma;
    double data[2] = {share_of(0, i, side, memory), share_of(1, i, side, memory)}, bend = 0.0;
    for (int axis = 0; axis < 2; ++axis) {
      int const at = axis == 0 ? i / pitch : i % pitch, step = axis == 0 ? pitch : 1;
      for (int next = 0; next < 2; ++next) {
        if (next == 0 ? at == 0 : at == side - 1) continue;
        double const* const p = area_of(memory)->edge[axis][next == 0 ? i - step : i];
        edge_differences const d{{p[0], p[1], p[2], p[3]}};
        for (int image = 0; image < 2; ++image)
          data[1 - image] = fused_sum(times, next == 0 ? d.of_second(image) : d.of_first(image), data[1 - image]);
        double const weight = d.weight(smooth, times);
        bend += weight;
        if (next == 1) puzzle_terms::store(weight * own.scale(), axis == 0 ? energy.down[i] : energy.right[i]);
      }
    }
    for (int l = 0; l < own.labels; ++l)
      puzzle_terms::store(own.cost_of(l, data, sums_of(memory)->prior[l], bend), energy.unary[l][i]);
  }

  /// The label of a cell of the grid that moves, of which `times` a side lie in one of the mask's.
  MIXAUG_HD static std::uint8_t label_at(int y, int x, int times, step_memory const& memory) noexcept {
    return found_of(memory)[y / times * pitch + x / times];
  }
  MIXAUG_HD void write_label(index_t k, int i, step_memory const& memory) const noexcept {
    int const side = side_of(k), fine = fine_of(k), y = i / pitch, x = i % pitch;
    if (inside(i, fine))
      columns.label.data[k * columns.count + y * fine + x] = alone(k) ? 0 : label_at(y, x, fine / side, memory);
  }
  MIXAUG_HD_AS_ARGUMENT
  template <class Team>
  MIXAUG_HD void carry_both(index_t k, step_memory const& memory, Team const& team) const noexcept {
    for (int image = 0; image < 2; ++image) {
      bool moved = false;
      if (rule.transport && fine_of(k) > 1)
        moved = rule.assignment == puzzle_assignment::published ? propose(k, image, memory, team)
                                                                : carry(k, image, memory, team);
      team.once([&] { sums_of(memory)->moved[image] = moved; });
    }
  }
  MIXAUG_HD std::int16_t* shown_of(index_t k, int image) const noexcept {
    return (image == 0 ? columns.self_cell.data : columns.source_cell.data) + k * columns.count;
  }
  /// True if a cell of an image (0: the sample) may come to a cell of this label.
  MIXAUG_HD bool wants(int image, std::uint8_t label) const noexcept {
    return image == 0 ? label < rule.n_labels - 1 : label > 0;
  }
  /// Moves the cells of an image by the exact assignment; true if one moves.
  MIXAUG_HD_AS_ARGUMENT
  template <class Team>
  MIXAUG_HD bool carry(index_t k, int image, step_memory const& memory, Team const& team) const noexcept {
    assignment_memory& m = area_of(memory)->assignment;
    int const fine = fine_of(k), times = fine / side_of(k);
    team.each(cells, [&](int i) {
      if (!inside(i, fine)) return;
      m.mass[i] = region::puzzle::units_of(share_of(image, i, fine, memory));
      m.wanted[i] = wants(image, label_at(i / pitch, i % pitch, times, memory)) ? -1 : 0;
    });
    team_assignment<Team>(team, fine, rule.units_of_step(fine), m)();
    std::int16_t* const shown = shown_of(k, image);
    return team.any(cells, [&](int j) {
      if (!inside(j, fine)) return false;
      int const from = m.row_of[j];
      shown[j / pitch * fine + j % pitch] = static_cast<std::int16_t>(from / pitch * fine + from % pitch);
      return from != j;
    });
  }
  /// The same by the published rounds of proposals, on one thread, for they are for comparison.
  MIXAUG_HD_AS_ARGUMENT
  template <class Team>
  MIXAUG_HD bool propose(index_t k, int image, step_memory const& memory, Team const& team) const noexcept {
    assignment_memory& m = area_of(memory)->assignment;
    int const fine = fine_of(k), times = fine / side_of(k);
    std::uint8_t* const wanted = m.seen;
    team.each(fine * fine, [&](int i) {
      int const y = i / fine, x = i % fine;
      m.mass[i] = region::puzzle::units_of(share_of(image, y * pitch + x, fine, memory));
      wanted[i] = wants(image, label_at(y, x, times, memory)) ? 1 : 0;
    });
    std::int16_t* const shown = shown_of(k, image);
    team.once([&] {
      auto& rounds = *reinterpret_cast<cell_proposals*>(memory.slow);
      rounds(fine, rule.units_of_step(fine), m.mass, wanted, shown);
    });
    return team.any(fine * fine, [&](int j) { return shown[j] != j; });
  }
  MIXAUG_HD void finish(index_t k, step_memory const& memory) const noexcept {
    int const fine = fine_of(k);
    auto const* const moved = sums_of(memory)->moved;
    columns.where.data[k] = {{fine, fine}, rule.n_labels - 1, !alone(k) && (moved[0] || moved[1])};
  }
};

}  // namespace mixaug::detail

MIXAUG_EXACT_END
