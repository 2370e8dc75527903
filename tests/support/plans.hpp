#pragma once
#include <mixaug/mixaug.hpp>
#include <mixaug/plan/any_plan.hpp>

/// Plans of the test cases: visit(name, plan) for every kind of field and blend, each with options that reach its
/// corner cases. There are few kinds and many options, because each kind is compiled for each backend and element type.
namespace test {

/// m = the ratio everywhere.
template <class X, class Visit>
void whole_plans(X const& x, mixaug::key const& k, Visit const& visit) {
  using mixaug::make_plan, mixaug::mixup;
  visit("mixup", make_plan(mixup{}, x, k));
  visit("mixup of a batch", make_plan(mixup{.alpha = 0.4f, .mode = mixaug::mode::batch}, x, k));
  visit("mixup now and then", make_plan(mixup{.alpha = 2, .prob = 0.5f}, x, k));
  visit("mixup, reversed", make_plan(with(mixup{}, mixaug::ratio::uniform{}, mixaug::pairing::reverse{}), x, k));
}

/// m = 0 in boxes of the partner. Ids can be mixed.
template <class X, class Visit>
void box_plans(X const& x, mixaug::key const& k, Visit const& visit) {
  using mixaug::make_plan, mixaug::cutmix, mixaug::placement;
  visit("cutmix", make_plan(cutmix{}, x, k));
  visit("cutmix inside", make_plan(cutmix{.placement = placement::inside}, x, k));
  visit("cutmix shifted", make_plan(cutmix{.placement = placement::shifted, .correct_lam = false}, x, k));
  visit("cutmix uniform_pixels", make_plan(cutmix{.prob = 0.6f, .placement = placement::uniform_pixels}, x, k));
  visit("cutmix minmax", make_plan(cutmix{.minmax = {0.3f, 1.0f}}, x, k));
  visit("cutmix of three boxes", make_plan(cutmix{.boxes = 3}, x, k));
  visit("cutmix of a batch", make_plan(cutmix{.mode = mixaug::mode::batch}, x, k));
  visit("cutmix, derangement", make_plan(with(cutmix{}, mixaug::pairing::derangement{}), x, k));
}

/// m = 0 in cells of a grid, and a choice of two grids. Ids can be mixed.
template <class X, class Visit>
void grid_plans(X const& x, mixaug::key const& k, Visit const& visit) {
  using mixaug::make_plan, mixaug::gridmix;
  visit("gridmix", make_plan(gridmix{.n = 2}, x, k));
  visit("gridmix of one cell or of all", make_plan(gridmix{.alpha = 0.2f, .n = 2, .prob = 0.7f}, x, k));
}

/// A value for each channel if there are three channels; whole numbers, for bytes and ids.
inline mixaug::fill_value fill_for(mixaug::index_t channels) {
  return channels == 3 ? mixaug::fill_value(7, 100, 255) : mixaug::fill_value(9);
}

/// m = 0 in boxes of a constant. Ids can be mixed.
template <class X, class Visit>
void hole_plans(X const& x, mixaug::key const& k, mixaug::index_t channels, Visit const& visit) {
  using mixaug::make_plan, mixaug::cutout;
  visit("cutout", make_plan(cutout{.length = 3}, x, k));
  visit(
      "cutout of three holes",
      make_plan(cutout{.n_holes = 3, .length = 4, .fill = fill_for(channels), .placement = mixaug::placement::shifted},
                x, k));
}

/// All three kinds in one batch.
template <class X, class Visit>
void chosen_plans(X const& x, mixaug::key const& k, mixaug::index_t channels, Visit const& visit) {
  mixaug::one_of method(mixaug::mixup{}, mixaug::cutmix{.boxes = 2},
                        mixaug::cutout{.n_holes = 3, .length = 3, .fill = fill_for(channels)});
  visit("one_of, a choice a sample", mixaug::make_plan(method, x, k));
  method.mode = mixaug::mode::batch;
  visit("one_of, a choice a batch", mixaug::make_plan(method, x, k));
}

/// Pastes a box of the source anywhere else; the places are drawn, so that no score map is needed.
struct random_pair : mixaug::region::rule<mixaug::kind::box_pair> {
  template <class Columns>
  void operator()(Columns const& columns, mixaug::row_facts const& row, mixaug::random const& draw) const {
    mixaug::plan_shape const& s = row.shape;
    std::int32_t at[2][3] = {}, side[3] = {1, 1, 1};
    for (int d = 3 - s.spatial; d < 3; ++d) {
      if (s.size[d] > 1)
        side[d] = static_cast<std::int32_t>(
            mixaug::detail::box_side(s.size[d], 1.0 - static_cast<double>(row.ratio), mixaug::detail::cut_axes(s)));
      for (int j = 0; j < 2; ++j)
        at[j][d] =
            static_cast<std::int32_t>(draw.below(s.size[d] - side[d] + 1, static_cast<std::uint32_t>(2 * d + j)));
    }
    mixaug::box const b{0, side[0], 0, side[1], 0, side[2]};
    columns.to[row.row] = mixaug::detail::sized(b, at[0][0], at[0][1], at[0][2]);
    columns.from[row.row] = mixaug::detail::sized(b, at[1][0], at[1][1], at[1][2]);
  }
};

/// Boxes that move, alone and together with other kinds. Ids can be mixed by the first.
template <class X, class Visit>
void moved_plans(X const& x, mixaug::key const& k, mixaug::index_t channels, Visit const& visit) {
  auto const moving = with(mixaug::cutmix{.prob = 0.9f}, random_pair{});
  visit("a box from elsewhere", mixaug::make_plan(moving, x, k));
  mixaug::one_of const all(mixaug::mixup{}, moving, mixaug::cutout{.length = 3, .fill = fill_for(channels)});
  visit("one_of with a box from elsewhere", mixaug::make_plan(all, x, k));
}

/// Resizes a box of the source into any other box, smaller or larger; both are drawn, with nearest
/// or linear interpolation.
struct random_resize : mixaug::region::rule<mixaug::kind::resized_box> {
  bool linear = false;
  bool blends() const noexcept { return linear; }
  template <class Columns>
  void operator()(Columns const& columns, mixaug::row_facts const& row, mixaug::random const& draw) const {
    std::int32_t at[2][3][2] = {};
    for (int j = 0; j < 2; ++j)
      for (int d = 0; d < 3; ++d) {
        auto const number = static_cast<std::uint32_t>(6 * j + 2 * d);
        mixaug::index_t const size = row.shape.size[d], side = 1 + draw.below(size, number);
        at[j][d][0] = static_cast<std::int32_t>(draw.below(size - side + 1, number + 1));
        at[j][d][1] = at[j][d][0] + static_cast<std::int32_t>(side);
      }
    auto const box_of = [&](int j) {
      return mixaug::box{at[j][0][0], at[j][0][1], at[j][1][0], at[j][1][1], at[j][2][0], at[j][2][1]};
    };
    columns.to[row.row] = box_of(0);
    columns.from[row.row] = box_of(1);
    // Half of the linear rows are half-pixel aligned, a quarter aligned at the corners.
    auto const way = linear ? draw.below(4, 100) : 0;
    columns.how[row.row] = way == 0   ? mixaug::interpolation::nearest
                           : way == 3 ? mixaug::interpolation::linear_corners
                                      : mixaug::interpolation::linear;
  }
};

/// Resized boxes. Ids can be mixed.
template <class X, class Visit>
void resized_pastes(X const& x, mixaug::key const& k, Visit const& visit) {
  visit("resizemix", mixaug::make_plan(mixaug::resizemix{.prob = 0.9f}, x, k));
  visit("a box resized from elsewhere", mixaug::make_plan(with(mixaug::resizemix{}, random_resize{}), x, k));
}
/// Boxes that are resized linearly, together with another kind.
template <class X, class Visit>
void resized_plans(X const& x, mixaug::key const& k, Visit const& visit) {
  random_resize linear;
  linear.linear = true;
  mixaug::one_of const method(with(mixaug::resizemix{}, linear), mixaug::cutmix{.boxes = 2});
  visit("one_of with a box resized linearly", mixaug::make_plan(method, x, k));
}
/// The kinds with which ids can be mixed, in one batch.
template <class X, class Visit>
void chosen_pastes(X const& x, mixaug::key const& k, mixaug::index_t channels, Visit const& visit) {
  mixaug::one_of const method(mixaug::cutmix{}, mixaug::cutout{.n_holes = 2, .length = 4, .fill = fill_for(channels)},
                              with(mixaug::resizemix{}, random_resize{}), mixaug::fmix{});
  visit("one_of that pastes", mixaug::make_plan(method, x, k));
}

/// A grid of numbers, many of them 0 and 1; drawn, so that no field is needed. Every second row has one number
/// for each pixel.
struct random_mask : mixaug::region::rule<mixaug::kind::mask> {
  mixaug::kind::mask::layout layout(mixaug::plan_shape const& s) const noexcept { return {s.pixels()}; }
  template <class Columns>
  void operator()(Columns const& columns, mixaug::row_facts const& row, mixaug::random const& draw) const {
    mixaug::kind::mask::grid g;
    for (int d = 0; d < 3; ++d) {
      mixaug::index_t const size = row.shape.size[d];
      g.n[d] = static_cast<std::int32_t>(row.row % 2 == 0 ? size : 1 + draw.below(size, static_cast<std::uint32_t>(d)));
    }
    columns.where[row.row] = g;
    for (mixaug::index_t k = 0; k < g.count(); ++k) {
      double const u = draw.uniform(static_cast<std::uint32_t>(8 + k));
      columns.m[row.row * columns.count + k] = u < 0.2 ? 0.0f : u > 0.8 ? 1.0f : static_cast<float>(u);
    }
  }
};

/// Masks, alone and together with other kinds and blends.
template <class X, class Visit>
void mask_plans(X const& x, mixaug::key const& k, mixaug::index_t channels, Visit const& visit) {
  auto const masked = with(mixaug::cutmix{.prob = 0.9f}, random_mask{});
  visit("a mask", mixaug::make_plan(masked, x, k));
  mixaug::one_of const all(masked, with(mixaug::cutout{.fill = fill_for(channels)}, random_mask{}));
  visit("one_of of masks, blended and erased", mixaug::make_plan(all, x, k));
  visit("smoothmix", mixaug::make_plan(mixaug::smoothmix{.prob = 0.9f}, x, k));
}

/// Masks of bits, and soft ones.
template <class X, class Visit>
void fourier_plans(X const& x, mixaug::key const& k, Visit const& visit) {
  using mixaug::make_plan, mixaug::fmix;
  visit("fmix", make_plan(fmix{.prob = 0.9f}, x, k));
  visit("fmix, soft, of a batch", make_plan(fmix{.max_soft = 0.2f, .mode = mixaug::mode::batch}, x, k));
}

/// Cells with labels and places drawn, on grids that divide the image: no score map is needed. Images only; other
/// batches stay as they are.
struct random_cells : mixaug::region::rule<mixaug::kind::moved_cells> {
  mixaug::kind::moved_cells::layout layout(mixaug::plan_shape const&) const noexcept { return {36}; }
  template <class Columns>
  void operator()(Columns const& columns, mixaug::row_facts const& row, mixaug::random const& draw) const {
    if (row.shape.spatial != 2) return;
    auto& g = columns.where[row.row];
    for (std::uint32_t d = 0; d < 2; ++d) {
      g.n[d] = static_cast<std::int32_t>(1 + draw.below(6, d));
      while (row.shape.size[1 + d] % g.n[d] != 0) --g.n[d];
    }
    g.last = static_cast<std::int32_t>(1 + draw.below(3, 2));
    g.moved = draw.below(4, 3) > 0;
    auto const count = static_cast<std::uint32_t>(g.count());
    mixaug::index_t const first = row.row * columns.count;
    for (std::uint32_t j = 0; j < count; ++j) {
      columns.label[first + j] = static_cast<std::uint8_t>(draw.below(g.last + 1, 4 + j));
      columns.self_cell[first + j] = columns.source_cell[first + j] = static_cast<std::int16_t>(j);
    }
    for (std::uint32_t j = count; j-- > 1 && g.moved;) {
      std::swap(columns.self_cell[first + j], columns.self_cell[first + draw.below(j + 1, 100 + j)]);
      std::swap(columns.source_cell[first + j], columns.source_cell[first + draw.below(j + 1, 200 + j)]);
    }
  }
};

/// Cells that move, blended and erased.
template <class X, class Visit>
void cell_plans(X const& x, mixaug::key const& k, mixaug::index_t channels, Visit const& visit) {
  auto const cells = with(mixaug::cutmix{.prob = 0.9f}, random_cells{});
  mixaug::one_of const all(cells, with(mixaug::cutout{.fill = fill_for(channels)}, random_cells{}));
  visit("one_of of cells that move, blended and erased", mixaug::make_plan(all, x, k));
}

template <class X, class Visit>
void every_plan(X const& x, mixaug::key const& k, mixaug::index_t channels, Visit const& visit) {
  whole_plans(x, k, visit);
  box_plans(x, k, visit);
  grid_plans(x, k, visit);
  hole_plans(x, k, channels, visit);
  chosen_plans(x, k, channels, visit);
  moved_plans(x, k, channels, visit);
  resized_pastes(x, k, visit);
  resized_plans(x, k, visit);
  mask_plans(x, k, channels, visit);
  fourier_plans(x, k, visit);
  cell_plans(x, k, channels, visit);
}

/// True if a backend has loops of its own. OpenMP and Thrust run the loops of serial on other threads (this is
/// specialised where they are listed), so bodies compiled for serial need not be tested in full there.
template <class Backend>
inline constexpr bool own_loops = true;

/// Returns a plan in the form in which a backend's cases use it: unchanged if the backend has loops of its own, else in
/// the run-time form, so that new kinds of plans are not compiled again for each of these backends.
template <class Backend, class Plan>
decltype(auto) form_of(Plan const& plan) {
  if constexpr (own_loops<Backend>)
    return static_cast<Plan const&>(plan);
  else
    return mixaug::to_any(plan);
}

}  // namespace test
