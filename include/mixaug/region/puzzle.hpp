// SPDX-License-Identifier: MIT
#pragma once
#include <cfloat>
#include <initializer_list>
#include <mixaug/core/error.hpp>
#include <mixaug/region/detail/puzzle/cell_assignment.hpp>
#include <mixaug/region/detail/puzzle/cell_proposals.hpp>
#include <mixaug/region/detail/puzzle/least_labels.hpp>
#include <mixaug/region/detail/puzzle/puzzle_terms.hpp>
#include <mixaug/region/detail/puzzle/swap_labels.hpp>
#include <mixaug/region/kind/moved_cells.hpp>
#include <mixaug/saliency/pixel_values.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {
namespace detail {
template <class Rows, class Columns>
struct puzzle_steps;
}  // namespace detail

/// Energy that PuzzleMix minimises: that of the published code, or the bilinear one that the paper and the unit test of
/// the published code state. They differ for half labels only.
enum class puzzle_energy : unsigned char { published, bilinear };

/// How PuzzleMix minimises its energy: exactly, or by the published swaps of two labels, for comparison.
enum class puzzle_solver : unsigned char { exact, swap };

/// Which cells of an image PuzzleMix moves where: the assignment of least cost, or the published rounds of proposals,
/// for comparison.
enum class puzzle_assignment : unsigned char { exact, published };

/// Cells a side of PuzzleMix's grids, at most 8 numbers, of which one is drawn for each sample: {2, 4, 8, 16}.
struct block_list {
  static constexpr int most = 8;
  int count = 0;  ///< as given, also where it is more than `most`
  int side[most] = {};
  constexpr block_list(std::initializer_list<int> sides) noexcept {
    for (int n : sides) {
      if (count < most) side[count] = n;
      ++count;
    }
  }
};

namespace region {

/// The mask and the transport of PuzzleMix (Kim, Choo and Song, ICML 2020, arXiv 2009.06962). m of every cell of a grid
/// is one of n_labels values between 0 and 1, those of least energy: cells keep the image whose scores they hold,
/// neighbours prefer equal labels (beta) and images that fit each other (gamma), and the mean follows the ratio (eta).
/// The minimum is exact, on the integers of the published code; of several optima that of the pointwise largest m. The
/// number of cells a side is drawn from `blocks`.
///
/// With `transport` the cells of each image then move to where it is shown, by an exact assignment of least cost
/// t_eps d^2 / (n - 1)^2 - s_i [shown_j], d in cells, s the part of the scores that a cell holds; of several optima the
/// lexicographically smallest; or by the published rounds of proposals, which may lose cells: a destination that they
/// leave black shows its own cell. Cells of t_size pixels where these are smaller than the mask's. At the published
/// t_eps hardly a cell moves.
///
/// Reads the scores and the pixels of both images; scores of no mass count as uniform. A row that is its own partner
/// stays. Images (n, c, h, w) only.
///
/// On a device a block of threads makes the mask of an image, with the bits of the host. What a plan on the host
/// refuses by the pixels is defined there: a pixel that is not finite counts as 0, and one outside of its range as the
/// nearer end of it. So that no energy leaves 32 bits, options by which that of some images could are refused. Errors:
/// a batch that is not of images, n_labels outside 2 to 8, blocks that are none, more than 8, outside 1 to 16 or more
/// than the image has pixels along an axis, neigh_size < 1, beta outside [0, 1e3], gamma outside [0, 1], eta outside
/// [0, 25] or above 100 / (n_labels - 1)^2, an energy beyond 32 bits, t_eps outside [0, 4], with transport sides that a
/// block or t_size does not divide, or cells of t_size that are more than 16 a side; a range without width, a
/// normalisation without a std for a channel; on the host, pixels that are not finite or, with range and normalisation,
/// not in [0, 1].
struct puzzle {
  int n_labels = 3;
  float beta = 1.2f, gamma = 0.5f, eta = 0.2f;
  int neigh_size = 4;
  float t_eps = 0.8f;
  block_list blocks = {2, 4, 8, 16};
  bool transport = true;
  int t_size = -1;  ///< width of the cells that move, in pixels; -1: the mask's
  mixaug::puzzle_energy energy = mixaug::puzzle_energy::published;
  puzzle_solver solver = puzzle_solver::exact;
  puzzle_assignment assignment = puzzle_assignment::exact;
  value_range range = {0.0f, 1.0f};
  pixel_normalisation normalised{};
  /// Channels of the images, which planning found in the inputs, and the memory of the plan.
  index_t channels = 0;
  space planned_on = space::host;

  using kind = mixaug::kind::moved_cells;
  static constexpr bool joint = true, one_place = false;

  /// Draws the grid; until place() its cells read the partner.
  template <class Columns>
  void operator()(Columns const& columns, row_facts const& row, random const& draw) const noexcept {
    std::int32_t const side = blocks.side[draw.below(blocks.count)];
    columns.where[row.row] = kind::grid{{side, side}, pending_last, false};
    for (index_t k = 0; k < index_t{side} * side; ++k) {
      columns.label[row.row * columns.count + k] = pending_last;
      columns.self_cell[row.row * columns.count + k] = columns.source_cell[row.row * columns.count + k] =
          static_cast<std::int16_t>(k);
    }
  }
  kind::layout layout(plan_shape const& s) const noexcept {
    index_t most = 1;
    for (int side : blocks.side)
      if (side > 0) most = detail::greater(most, moving_side(s.size[2], side));
    return {most * most};
  }
  bool moves() const noexcept { return transport; }
  bool blends() const noexcept { return n_labels > 2; }
  template <class In>
  void read(In const& in, space where) noexcept {
    channels = in.pixels.channels();
    planned_on = where;
  }

  score_needs needs() const noexcept { return {.self = true, .partner = true, .pixels = true}; }
  bool changes_share() const noexcept { return true; }
  std::size_t bytes(index_t h, index_t w) const noexcept {
    std::size_t solvers = detail::least_labels_bytes(n_labels);
    bool const rounds = assignment == puzzle_assignment::published;
    for (std::size_t other :
         {detail::swap_labels_bytes(), rounds ? sizeof(detail::cell_proposals) : sizeof(detail::cell_assignment)})
      if (other > solvers) solvers = other;
    return detail::aligned(static_cast<index_t>(sizeof(detail::label_energy))) +
           detail::aligned(static_cast<index_t>(detail::puzzle_energy_bytes(h, w))) + detail::aligned(solvers);
  }
  template <class Columns>
  bool pending(Columns const& columns, index_t row, bool) const noexcept {
    return columns.where[row].last == pending_last;
  }
  template <class Columns>
  void place(Columns const& columns, index_t row, score_maps const& maps, std::byte* scratch) const {
    auto& where = columns.where[row];
    std::uint8_t* const label = &columns.label[row * columns.count];
    int const side = where.n[0];
    where.last = n_labels - 1;
    if (maps.alone) {
      for (int k = 0; k < side * side; ++k) label[k] = 0;
      return;
    }
    auto& energy_terms = *::new (scratch) detail::label_energy;
    scratch += detail::aligned(static_cast<index_t>(sizeof(detail::label_energy)));
    detail::puzzle_terms const terms = terms_of(side, static_cast<double>(maps.ratio));
    using problem = detail::puzzle_problem;
    auto const fault = problem(terms, maps, scratch)(energy_terms);
    if (fault == problem::fault::pixels)
      detail::fail("a pixel of row " + detail::text(row) + " or of its partner", "not finite, or not in [0, 1]",
                   "numbers that .range = {lowest, highest}, or .normalised = {.mean, .std}, brings there");
    if (fault == problem::fault::size)
      detail::fail("the energy of row " + detail::text(row), "beyond 32 bits",
                   "a smaller eta or beta, or fewer labels");
    scratch += detail::aligned(static_cast<index_t>(detail::puzzle_energy_bytes(maps.height, maps.width)));
    std::uint8_t found[detail::label_energy::cells];
    if (solver == puzzle_solver::swap)
      detail::swap_labels(energy_terms, scratch)(found);
    else
      detail::least_labels(energy_terms, found, scratch);
    // The cells that move may be smaller than those of the mask.
    int const fine = static_cast<int>(moving_side(maps.width, side)), times = fine / side;
    where.n[0] = where.n[1] = fine;
    for (int y = 0; y < fine; ++y)
      for (int x = 0; x < fine; ++x) label[y * fine + x] = found[y / times * detail::label_energy::pitch + x / times];
    if (!transport || fine == 1) return;
    bool const self = carry(maps, maps.self, fine, label, true, &columns.self_cell[row * columns.count], scratch);
    bool const source =
        carry(maps, maps.partner, fine, label, false, &columns.source_cell[row * columns.count], scratch);
    where.moved = self || source;
  }
  /// The same for all rows on a device, in one launch.
  template <class Backend, class Columns, class Rows, class Maps, class Scratch>
  void place_on_device(Backend const& be, Columns const& columns, Rows const& rows, Maps const& maps,
                       Scratch& scratch) const {
    be.steps(detail::puzzle_steps<Rows, Columns>{*this, terms_of(1, 1.0), rows, columns, maps}, rows.plan.shape.rows,
             scratch);
  }

  void check_maps(plan_shape const& s, index_t height, index_t width) const {
    detail::check_full_maps(s, height, width);
  }
  void check(plan_shape const& s) const {
    if (s.spatial != 2)
      detail::fail("region::puzzle needs images (n, c, h, w), and the batch has " + detail::text(index_t{s.spatial}) +
                   " spatial dimensions; for hidden features, plan on the images and use rescaled(plan, extents)");
    if (n_labels < 2 || n_labels > detail::label_energy::most_labels)
      detail::fail("puzzlemix's n_labels", detail::text(index_t{n_labels}), "2 to 8 values of the mask");
    if (blocks.count < 1 || blocks.count > block_list::most)
      detail::fail("puzzlemix's blocks", "a list of " + detail::text(index_t{blocks.count}) + " numbers",
                   "1 to 8 numbers of cells a side");
    for (int k = 0; k < blocks.count; ++k)
      if (int const n = blocks.side[k]; n < 1 || n > 16 || n > s.size[1] || n > s.size[2])
        detail::fail("puzzlemix's blocks[" + detail::text(index_t{k}) + "]", detail::text(index_t{n}),
                     "1 to 16 cells a side, and at most a pixel each of " + detail::shape_text(s.size + 1, 2));
    if (neigh_size < 1) detail::fail("puzzlemix's neigh_size", detail::text(index_t{neigh_size}), "1 or more pixels");
    within("puzzlemix's beta", beta, 1e3f, "a number in [0, 1e3]");
    within("puzzlemix's gamma", gamma, 1.0f, "a number in [0, 1]: with more, minima are no cuts");
    within("puzzlemix's eta", eta, 25.0f, "a number in [0, 25]");
    if (int const last = n_labels - 1; eta * static_cast<float>(last * last) > 100.0f)
      detail::fail("puzzlemix's eta",
                   detail::text(static_cast<double>(eta)) + " for " + detail::text(index_t{n_labels}) + " labels",
                   "at most 100 / (n_labels - 1)^2, for energies are in 32 bits");
    if (planned_on == space::device) check_energy();
    if (transport) check_transport(s);
    detail::check_pixel_map("puzzlemix", range, normalised, channels);
  }

 private:
  template <class Rows, class Columns>
  friend struct detail::puzzle_steps;

  /// Marks a grid whose labels are not known yet: as many labels as none has.
  static constexpr std::int32_t pending_last = 255;

  /// Cells a side of the grid that moves, for a mask of `side` cells on images of `width` pixels.
  MIXAUG_HD index_t moving_side(index_t width, index_t side) const noexcept {
    bool const finer = transport && t_size > 0 && width % side == 0 && t_size < width / side;
    return finer ? width / t_size : side;
  }
  /// A part of the scores, and t_eps d^2 / (n - 1)^2 for d = 1, in units of the assignment.
  MIXAUG_HD static std::int32_t units_of(double part) noexcept {
    return static_cast<std::int32_t>(std::floor(part * 0x1p24 + 0.5));
  }
  MIXAUG_HD std::int32_t units_of_step(int side) const noexcept {
    double const steps = static_cast<double>(side - 1) * (side - 1);
    return static_cast<std::int32_t>(std::floor(static_cast<double>(t_eps) * 0x1p24 / steps + 0.5));
  }
  /// Moves the cells of an image to where it is shown, and writes the cell that each shows; true if one moves.
  bool carry(score_maps const& maps, float const* scores, int side, std::uint8_t const* label, bool self,
             std::int16_t* shown, std::byte* scratch) const noexcept {
    constexpr int most = detail::label_energy::cells;
    double part[most];
    detail::cell_masses(scores, {maps.height, maps.width, side}, part);
    std::int32_t mass[most] = {};
    std::uint8_t wanted[most] = {};
    std::int16_t to[most];
    for (int y = 0; y < side; ++y)
      for (int x = 0; x < side; ++x) {
        mass[y * side + x] = units_of(part[y * detail::label_energy::pitch + x]);
        std::uint8_t const l = label[y * side + x];
        wanted[y * side + x] = (self ? l < n_labels - 1 : l > 0) ? 1 : 0;
      }
    std::int32_t const unit = units_of_step(side);
    bool moved = false;
    if (assignment == puzzle_assignment::published) {
      (*::new (scratch) detail::cell_proposals)(side, unit, mass, wanted, shown);
      for (int j = 0; j < side * side; ++j) moved = moved || shown[j] != j;
      return moved;
    }
    (*::new (scratch) detail::cell_assignment)(side, unit, mass, wanted, to);
    for (int i = 0; i < side * side; ++i) {
      shown[to[i]] = static_cast<std::int16_t>(i);
      moved = moved || to[i] != i;
    }
    return moved;
  }
  void check_transport(plan_shape const& s) const {
    within("puzzlemix's t_eps", t_eps, 4.0f, "a number in [0, 4]");
    if (t_size != -1 && t_size < 1)
      detail::fail("puzzlemix's t_size", detail::text(index_t{t_size}), "a side in pixels, or -1 for the mask's cells");
    for (int k = 0; k < blocks.count; ++k)
      for (int d = 1; d < 3; ++d) {
        index_t const side = moving_side(s.size[2], blocks.side[k]);
        bool const finer = side != blocks.side[k];
        if (s.size[d] % side != 0 || side % blocks.side[k] != 0 || (finer && s.size[2] % t_size != 0))
          detail::fail("a side of the images",
                       detail::text(s.size[d]) + " pixels for " + detail::text(side) + " cells, of blocks[" +
                           detail::text(index_t{k}) + "]",
                       "a multiple, for transport moves cells of one size; set transport = false, or other blocks");
        if (side > 16)
          detail::fail("puzzlemix's t_size", detail::text(index_t{t_size}),
                       "at most 16 cells a side that move, and these are " + detail::text(side));
      }
  }
  /// Refuses options by which the energy of some images could leave 32 bits: a device does not tell which.
  void check_energy() const {
    for (int k = 0; k < blocks.count; ++k)
      if (largest_energy(blocks.side[k]) >= static_cast<double>(detail::label_energy::most))
        detail::fail(
            "puzzlemix's {beta, eta} on a device, for blocks[" + detail::text(index_t{k}) + "]",
            "{" + detail::text(static_cast<double>(beta)) + ", " + detail::text(static_cast<double>(eta)) + "}",
            "energies in 32 bits whatever the images: a smaller beta or eta, fewer labels, or a plan made on "
            "the host, which sees the images");
  }
  /// Bound of what label_energy::bounded sums up, for n cells a side. From the first label to the last, the terms of
  /// all cells change by at most 2 for the scores, beta gamma (n - 1) / 4 for the pixels, and 37 eta for the prior,
  /// which has one maximum, and of which the logarithm lies between log 1e-8 and 0. The bilinear energy bends them by
  /// at most the sum of all weights, each of which is at most beta (1 + gamma) / (16 n).
  double largest_energy(int n) const noexcept {
    double const side = n, last = n_labels - 1, edges = 2.0 * side * (side - 1.0);
    double const smooth = static_cast<double>(beta), pixels = smooth * static_cast<double>(gamma);
    double const weights = edges * (smooth + pixels) / (16.0 * side);
    double change = 2.0 + pixels * (side - 1.0) / 4.0 + 37.0 * static_cast<double>(eta);
    if (energy == mixaug::puzzle_energy::bilinear) change += weights;
    if (solver == puzzle_solver::swap) change += 4.0 * weights;
    double const truncated = 2.0 * last * side * side;
    return last * last * (1000.0 * side * side * change * (1.0 + 1e-6) + truncated);
  }
  static void within(char const* name, float v, float most, char const* expected) {
    if (!(v >= 0.0f && v <= most)) detail::fail(name, detail::text(static_cast<double>(v)), expected);
  }
  /// The options of the energy of a row.
  detail::puzzle_terms terms_of(int side, double lambda) const noexcept {
    return {side,
            n_labels,
            neigh_size,
            static_cast<double>(beta),
            static_cast<double>(gamma),
            static_cast<double>(eta),
            lambda,
            energy == mixaug::puzzle_energy::bilinear,
            solver == puzzle_solver::swap,
            detail::pixel_map_of(range, normalised)};
  }
};

}  // namespace region
}  // namespace mixaug

MIXAUG_EXACT_END
