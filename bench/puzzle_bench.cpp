// SPDX-License-Identifier: MIT
// PuzzleMix: its two solvers alone, beside Boost.Graph's maximum flow and dlib's assignment, and whole plans.
// Every run solves the next of many different instances, for one that is repeated flatters branch prediction.
#include <cmath>
#include <mixaug/backend/openmp.hpp>
#include <support/contest.hpp>
#include <support/images.hpp>
#include <vector>
#if __has_include(<boost/graph/boykov_kolmogorov_max_flow.hpp>)
#  include "../tests/reference/boost_labels.hpp"
#  define MIXAUG_BENCH_BOOST
#endif
#if __has_include(<dlib/optimization/max_cost_assignment.h>)
#  include <dlib/optimization/max_cost_assignment.h>
#  define MIXAUG_BENCH_DLIB
#endif

namespace {
using namespace bench;
using ma::detail::label_energy;

constexpr int pairs = 128, side = 32, most_cells = label_energy::cells;

/// Images of a few soft discs on a gradient, with noise, as photographs of 32 x 32 pixels have, and their scores: the
/// size of the gradient, as grainy as that of a network.
struct drawn {
  std::vector<float> pixels = std::vector<float>(std::size_t{2 * pairs} * 3 * side * side);
  std::vector<float> scores = std::vector<float>(std::size_t{2 * pairs} * side * side);

  drawn() {
    for (int i = 0; i < 2 * pairs; ++i) {
      double disc[4][3 + 3];
      for (auto& d : disc)
        for (double& v : d) v = next();
      double const slope[2] = {next() - 0.5, next() - 0.5};
      for (int c = 0; c < 3; ++c)
        for (int y = 0; y < side; ++y)
          for (int x = 0; x < side; ++x) {
            double v = 0.5 + slope[0] * (y - 16) / 32 + slope[1] * (x - 16) / 32 + 0.06 * (next() - 0.5);
            for (auto const& d : disc) {
              double const dy = y / 32.0 - d[0], dx = x / 32.0 - d[1], r = 0.08 + 0.25 * d[2];
              v += (d[3 + c] - v) / (1 + std::exp((std::sqrt(dy * dy + dx * dx) - r) * 60));
            }
            pixel(i, c, y, x) = static_cast<float>(std::min(1.0, std::max(0.0, v)));
          }
      for (int y = 0; y < side; ++y)
        for (int x = 0; x < side; ++x) {
          double sum = 1e-4;
          for (int c = 0; c < 3; ++c) {
            double const dy = pixel(i, c, std::min(y + 1, side - 1), x) - pixel(i, c, y, x);
            double const dx = pixel(i, c, y, std::min(x + 1, side - 1)) - pixel(i, c, y, x);
            sum += dy * dy + dx * dx;
          }
          scores[static_cast<std::size_t>((i * side + y) * side + x)] =
              static_cast<float>(std::sqrt(sum) * -std::log(1 - 0.999 * next()));
        }
    }
  }
  float& pixel(int i, int c, int y, int x) {
    return pixels[static_cast<std::size_t>(((i * 3 + c) * side + y) * side + x)];
  }
  auto x() { return ma::nchw(pixels.data(), {2 * pairs, 3, side, side}); }
  auto maps() { return ma::scores(scores.data(), {2 * pairs, side, side}); }

 private:
  double next() {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return static_cast<double>(state_ >> 11) * 0x1p-53;
  }
  std::uint64_t state_ = 7;
};

struct movement {
  int side;
  std::int32_t unit, mass[most_cells];
  std::uint8_t wanted[most_cells];
};

/// The energies of all pairs (2 k, 2 k + 1) for one number of cells a side, and what their cells would move for.
struct instances {
  std::vector<label_energy> energies = std::vector<label_energy>(pairs);
  std::vector<movement> own, other;  ///< transport of the sample by its own mask, or by that of the next pair
  std::size_t at = 0;

  instances(drawn& images, int cells, int labels, double t_eps) {
    std::vector<std::byte> scratch(std::size_t{1} << 20);
    auto const view = images.x();
    ma::image_batch const batch(view);
    for (int k = 0; k < pairs; ++k) {
      double const lambda = (k + 0.5) / pairs;
      ma::detail::puzzle_terms const terms{cells, labels, 4, 1.2f, 0.5f, 0.2f, lambda, false, false, {{1}, {0}, false}};
      ma::score_maps maps{};
      maps.self = images.scores.data() + std::size_t{2} * static_cast<std::size_t>(k) * side * side;
      maps.partner = maps.self + side * side;
      maps.height = maps.width = side;
      maps.self_image = {&batch, 2 * k};
      maps.partner_image = {&batch, 2 * k + 1};
      auto& energy = energies[static_cast<std::size_t>(k)];
      ma::detail::puzzle_problem(terms, maps, scratch.data())(energy);
      movement m{cells, static_cast<std::int32_t>(0.5 + 0x1p24 * t_eps / ((cells - 1) * (cells - 1))), {}, {}};
      double part[most_cells];
      ma::detail::cell_masses(maps.self, {side, side, cells}, part);
      std::uint8_t label[most_cells];
      ma::detail::least_labels(energy, label, scratch.data());
      for (int y = 0; y < cells; ++y)
        for (int x = 0; x < cells; ++x) {
          m.mass[y * cells + x] = static_cast<std::int32_t>(part[y * 16 + x] * 0x1p24 + 0.5);
          m.wanted[y * cells + x] = label[y * 16 + x] < labels - 1;
        }
      own.push_back(m);
    }
    other = own;
    for (std::size_t k = 0; k < other.size(); ++k)
      std::copy(own[(k + 1) % own.size()].wanted, own[(k + 1) % own.size()].wanted + most_cells, other[k].wanted);
  }
};

/// One run of a job goes through all instances, so that times are divided by their number.
constexpr double each = pairs;

void solve_labels(std::shared_ptr<instances> const& in, std::shared_ptr<std::vector<std::byte>> const& scratch) {
  std::uint8_t label[most_cells];
  for (auto const& e : in->energies) {
    ma::detail::least_labels(e, label, scratch->data());
    keep(label[0]);
  }
}
void solve_layers(std::shared_ptr<instances> const& in, std::shared_ptr<std::vector<std::byte>> const& scratch) {
  std::uint8_t label[most_cells];
  for (auto const& e : in->energies) {
    ma::detail::least_labels(e, label, scratch->data(), true);
    keep(label[0]);
  }
}

void labels_of_cells(table& t, std::shared_ptr<drawn> const& images, int labels) {
  auto const scratch = std::make_shared<std::vector<std::byte>>(std::size_t{1} << 20);
  std::vector<std::shared_ptr<instances>> all;
  for (int cells : {2, 4, 8, 16}) all.push_back(std::make_shared<instances>(*images, cells, labels, 0.8));
  std::string const name = "PuzzleMix, a mask of " + std::to_string(labels) + " labels, ";
  bool const main = labels == 3;
  auto const mean = [=] {
    for (auto const& in : all) solve_labels(in, scratch);
  };
  t.contests.push_back({name + "mean of blocks 2 to 16", mean, {}, 0, 4 * each, 1, main ? 6e-6 : 0});
  t.contests.push_back({name + "the same by layers",
                        [=] {
                          for (auto const& in : all) solve_layers(in, scratch);
                        },
                        {},
                        0,
                        4 * each,
                        1,
                        main ? 10e-6 : 0});
  for (auto const& in : all)
    t.contests.push_back(
        {name + "blocks " + std::to_string(in->energies[0].width), [=] { solve_labels(in, scratch); }, {}, 0, each});
#ifdef MIXAUG_BENCH_BOOST
  using graphs = std::vector<std::unique_ptr<reference::boost_labels>>;
  auto const built = std::make_shared<graphs>();
  for (auto const& in : all)
    for (auto const& e : in->energies) built->push_back(std::make_unique<reference::boost_labels>(e));
  t.contests.push_back({name + "Boost's flow alone", mean,
                        [=] {
                          for (auto const& g : *built) keep(g->flow());
                        },
                        main ? 5.0 : 0, 4 * each, 4 * each});
  t.contests.push_back({name + "Boost's graph and flow", mean,
                        [=] {
                          for (auto const& in : all)
                            for (auto const& e : in->energies) keep(reference::boost_labels(e).flow());
                        },
                        main ? 20.0 : 0, 4 * each, 4 * each});
#endif
}

void move_cells(std::vector<movement> const& all) {
  static ma::detail::cell_assignment solver;
  std::int16_t to[most_cells];
  for (auto const& m : all) {
    solver(m.side, m.unit, m.mass, m.wanted, to);
    keep(to[0]);
  }
}
void transport(table& t, std::shared_ptr<drawn> const& images, int cells, double t_eps, bool hard) {
  auto const in = std::make_shared<instances>(*images, cells, 3, t_eps);
  auto const& list = hard ? in->other : in->own;
  std::string const name = "PuzzleMix, transport of " + std::to_string(cells * cells) + " cells, t_eps " +
                           std::to_string(t_eps).substr(0, 4) + (hard ? ", another pair's mask" : "");
#ifdef MIXAUG_BENCH_DLIB
  t.contests.push_back({name + ", dlib", [in, &list] { move_cells(list); },
                        [in, &list] {
                          for (std::size_t k = 0; k < 16; ++k) {
                            auto const& m = list[k];
                            int const n = m.side * m.side;
                            dlib::matrix<int> gain(n, n);
                            for (int i = 0; i < n; ++i)
                              for (int j = 0; j < n; ++j) {
                                int const y = i / m.side - j / m.side, x = i % m.side - j % m.side;
                                gain(i, j) = (m.wanted[j] != 0 ? m.mass[i] : 0) - m.unit * (y * y + x * x);
                              }
                            keep(dlib::max_cost_assignment(gain)[0]);
                          }
                        },
                        cells < 16 ? 0
                        : hard     ? 5.0
                                   : 10.0,
                        each, 16});
#else
  t.contests.push_back({name, [in, &list] { move_cells(list); }, {}, 0, each, 1, cells == 16 && !hard ? 10e-6 : 0});
#endif
}

/// Both solvers for both sides of 256 images, 64 of each number of blocks: a mask and two transports each.
void both(table& t, std::shared_ptr<drawn> const& images) {
  std::vector<std::shared_ptr<instances>> all;
  for (int cells : {2, 4, 8, 16}) all.push_back(std::make_shared<instances>(*images, cells, 3, 0.8));
  auto const scratch = std::make_shared<std::vector<std::byte>>(std::size_t{1} << 20);
  t.contests.push_back({"PuzzleMix, masks and both transports of 256 images",
                        [=] {
                          for (auto const& in : all) {
                            solve_labels(in, scratch);
                            move_cells(in->own);
                            move_cells(in->own);
                          }
                        },
                        {},
                        0,
                        4 * each / 256,
                        1,
                        3e-3});
}

void whole(table& t, std::shared_ptr<drawn> const& images) {
  auto const out = std::make_shared<std::vector<float>>(images->pixels.size());
  auto const plan = std::make_shared<ma::plan_of<ma::puzzlemix>>();
  auto const maps = std::make_shared<std::vector<float>>(images->scores.size());
  ma::key const key{.seed = 42, .step = 7};
  auto const inputs = [=] { return ma::inputs(images->x()).scores(images->maps()); };
  auto const x = [=] { return images->x(); };
  auto const to = [=] { return ma::nchw(out->data(), {2 * pairs, 3, side, side}); };
  std::string const name = "PuzzleMix 256x3x32x32 float32, ";
  t.contests.push_back({name + "planned on one thread",
                        [=] { ma::make_plan(ma::serial{}, ma::puzzlemix{}, inputs(), key, *plan); },
                        {}});
  t.contests.push_back({name + "planned on two threads",
                        [=] { ma::make_plan(ma::openmp{.threads = 2}, ma::puzzlemix{}, inputs(), key, *plan); },
                        {}});
  t.contests.push_back({name + "score maps on two threads",
                        [=] {
                          ma::saliency_map(ma::openmp{.threads = 2}, ma::saliency::gradient_magnitude{}, x(),
                                           ma::scores(maps->data(), {2 * pairs, side, side}));
                        },
                        {}});
  t.contests.push_back(
      {name + "applied on two threads", [=] { ma::apply(ma::openmp{.threads = 2}, *plan, x(), to()); }, {}});
  t.contests.push_back({name + "planned and applied on two threads",
                        [=] {
                          ma::make_plan(ma::openmp{.threads = 2}, ma::puzzlemix{}, inputs(), key, *plan);
                          ma::apply(ma::openmp{.threads = 2}, *plan, x(), to());
                        },
                        {}});
}

suite const puzzles(27, [](table& t) {
  auto const images = std::make_shared<drawn>();
  for (int labels : {2, 3, 4}) labels_of_cells(t, images, labels);
  for (int cells : {4, 8, 16}) transport(t, images, cells, 0.8, false);
  transport(t, images, 16, 0.2, false);
  transport(t, images, 16, 0.8, true);
  both(t, images);
  whole(t, images);
});

}  // namespace
