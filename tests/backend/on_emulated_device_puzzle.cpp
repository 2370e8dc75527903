// PuzzleMix on a device, item by item on the CPU, against the host's plans.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <mixaug/apply/device_saliency_map.hpp>
#include <mixaug/region/detail/puzzle/puzzle_steps.hpp>
#include <thread>

#include "support/compare_plans.hpp"
#include "support/emulated_plan.hpp"
#include "support/refusal.hpp"
#include "support/score_maps.hpp"
#include "support/step_teams.hpp"

namespace puzzle_device_test {

namespace ma = mixaug;
using ma::index_t;

namespace {

/// Bytes with soft blobs, and scores with a peak each.
struct batch {
  index_t n, c, h, w;
  std::vector<std::uint8_t> pixels;
  std::vector<float> scores;
  batch(index_t rows, index_t channels, index_t height, index_t width, std::uint64_t seed)
      : n(rows), c(channels), h(height), w(width), pixels(test::soft_images(rows, channels, height, width, seed)) {
    test::stream draw(seed + 100);
    for (index_t i = 0; i < n; ++i) {
      double const cy = draw.unit() * static_cast<double>(h), cx = draw.unit() * static_cast<double>(w);
      for (index_t k = 0; k < h * w; ++k) {
        double const dy = (static_cast<double>(k / w) - cy) / static_cast<double>(h),
                     dx = (static_cast<double>(k % w) - cx) / static_cast<double>(w);
        scores.push_back(static_cast<float>(std::exp(-20 * (dy * dy + dx * dx)) + 0.05 * draw.unit()));
      }
    }
  }
  auto x() const { return ma::nchw(pixels.data(), {n, c, h, w}); }
  auto maps() const { return ma::scores(scores.data(), {n, h, w}); }
  auto in() const { return ma::inputs(x()).scores(maps()); }
};

struct counts {
  index_t rows = 0, mixed = 0, moved = 0;
};
template <class Device = test::emulated_device, class Method, class In>
counts same_masks(Method const& m, In const& in, ma::key const& k, Device const& be = {}) {
  auto const got = test::planned_on_device(m, in, k, be);
  auto const want = ma::make_plan(ma::serial{}, m, in, k);
  CHECK(test::same_rows(got, want));
  counts c;
  for (index_t i = 0; i < want.rows(); ++i) {
    ++c.rows;
    c.mixed += want.share_self[i] > 0.0f && want.share_self[i] < 1.0f ? 1 : 0;
    if constexpr (requires { want.region.where; }) c.moved += want.region.where[i].moved ? 1 : 0;
  }
  return c;
}

}  // namespace

TEST_CASE("masks and transports of a device are those of the host, for all energies, solvers and assignments") {
  batch const b(5, 3, 16, 32, 3);
  index_t mixed = 0, moved = 0, all = 0;
  for (int labels = 2; labels <= 8; ++labels)
    for (int form = 0; form < 8; ++form) {
      ma::puzzlemix m{.n_labels = labels, .t_eps = 0.01f, .blocks = {2, 4, 8}, .range = {0, 255}};
      if (labels <= 3) m.blocks = {2, 4, 8, 16};
      m.energy = form % 2 == 0 ? ma::puzzle_energy::published : ma::puzzle_energy::bilinear;
      m.solver = form / 2 % 2 == 0 ? ma::puzzle_solver::exact : ma::puzzle_solver::swap;
      m.assignment = form / 4 == 0 ? ma::puzzle_assignment::exact : ma::puzzle_assignment::published;
      if (labels > 4 && form != labels - 1) continue;
      CAPTURE(labels);
      CAPTURE(form);
      counts const c = same_masks(m, b.in(), {.seed = static_cast<std::uint64_t>(10 * labels + form)});
      mixed += c.mixed, moved += c.moved, all += c.rows;
    }
  CHECK(mixed > all / 2);
  CHECK(moved > all / 4);
}

TEST_CASE("grids of any side on images of any side, squares of any size, cells that move finer than the mask") {
  index_t mixed = 0, all = 0;
  auto const count = [&](counts const& c) { mixed += c.mixed, all += c.rows; };
  std::uint64_t seed = 0;
  for (auto const& size : {std::pair<index_t, index_t>{33, 20}, {16, 48}, {21, 21}})
    for (int neighbours : {1, 2, 3, 8}) {
      index_t const h = size.first, w = size.second;
      batch const b(5, neighbours == 2 ? 1 : 3, h, w, 20 + ++seed);
      ma::puzzlemix const m{.neigh_size = neighbours, .blocks = {1, 3, 5, 16}, .transport = false, .range = {0, 255}};
      CAPTURE(h);
      CAPTURE(neighbours);
      count(same_masks(m, b.in(), {.seed = seed}));
    }
  batch const b(5, 3, 32, 32, 9);
  index_t moved = 0;
  for (int size : {2, 4, 8})
    for (auto const by : {ma::puzzle_assignment::exact, ma::puzzle_assignment::published}) {
      ma::puzzlemix const m{.t_eps = 0.002f, .blocks = {1, 2, 4}, .t_size = size, .assignment = by, .range = {0, 255}};
      moved += same_masks(m, b.in(), {.seed = ++seed}).moved;
    }
  CHECK(moved > 10);
  // No cost of the way: every assignment that shows the best cells is optimal.
  same_masks(ma::puzzlemix{.t_eps = 0.0f, .blocks = {2, 4, 8}, .range = {0, 255}}, b.in(), {.seed = 5});
  batch flat(5, 3, 32, 32, 10);
  std::fill(flat.scores.begin(), flat.scores.end(), 0.0f);
  same_masks(ma::puzzlemix{.t_eps = 0.01f, .range = {0, 255}}, flat.in(), {.seed = 6});
  for (float eta : {0.0f, 3.0f})
    for (float beta : {0.0f, 12.0f})
      count(same_masks(ma::puzzlemix{.beta = beta, .gamma = 1.0f, .eta = eta, .t_eps = 0.05f, .range = {0, 255}},
                       b.in(), {.seed = 7}));
  CHECK(mixed > all / 4);
}

TEST_CASE("batches, sources, parts of a global batch, layouts, detectors and one_of") {
  batch const b(8, 3, 16, 16, 4), other(11, 3, 16, 16, 5);
  ma::puzzlemix const m{.t_eps = 0.01f, .blocks = {2, 4, 8}, .range = {0, 255}};
  ma::puzzlemix together = m, seldom = m, found = m;
  together.mode = ma::mode::batch;
  seldom.prob = 0.5f;
  found.detector = ma::saliency::fine_grained{};
  same_masks(together, b.in(), {.seed = 1});
  same_masks(seldom, b.in(), {.seed = 2});
  same_masks(found, ma::inputs(b.x()), {.seed = 3});
  auto const two = [&](auto in) { return in.source_rows(11).source_images(other.x()).source_scores(other.maps()); };
  same_masks(m, two(b.in()), {.seed = 4});
  same_masks(together, two(b.in()), {.seed = 5});
  std::int64_t const given[] = {0, 1, -1, 2, 3, 4, 5, -1};  // own partners, none, others
  same_masks(with(m, ma::pairing::given{ma::indices(given, {8})}), b.in(), {.seed = 6});
  for (index_t first : {index_t{0}, index_t{4}}) {
    auto const part = ma::inputs(ma::nchw(b.pixels.data() + first * 3 * 256, {4, 3, 16, 16}))
                          .scores(ma::scores(b.scores.data() + first * 256, {4, 16, 16}))
                          .source_scores(b.maps())
                          .source_images(b.x());
    for (std::uint64_t seed = 0; seed < 4; ++seed) same_masks(m, part, {.seed = seed, .first = first, .global = 8});
  }
  ma::one_of some(m, ma::cutmix{}, found);
  for (std::uint64_t seed = 7; seed < 10; ++seed) same_masks(some, b.in(), {.seed = seed});
  std::get<2>(some.methods).mode = ma::mode::batch;
  std::get<2>(some.methods).transport = false;
  for (std::uint64_t seed = 10; seed < 13; ++seed) same_masks(some, b.in(), {.seed = seed});

  // Pixels of other types and layouts.
  std::vector<std::uint8_t> last(b.pixels.size());
  std::vector<float> floats(b.pixels.size()), normal(b.pixels.size());
  std::vector<ma::float16> halves(b.pixels.size());
  float const mean[3] = {0.5f, 0.25f, 0.4f}, std[3] = {0.25f, 0.5f, 0.2f};
  for (index_t i = 0; i < 8; ++i)
    for (index_t k = 0; k < 3; ++k)
      for (index_t p = 0; p < 256; ++p) {
        auto const from = static_cast<std::size_t>((i * 3 + k) * 256 + p);
        last[static_cast<std::size_t>((i * 256 + p) * 3 + k)] = b.pixels[from];
        floats[from] = static_cast<float>(b.pixels[from]) / 255.0f;
        normal[from] = (floats[from] - mean[k]) / std[k];
        halves[from] = ma::detail::from_float<ma::float16>(floats[from]);
      }
  same_masks(m, ma::inputs(ma::nhwc(last.data(), {8, 16, 16, 3})).scores(b.maps()), {.seed = 20});
  ma::puzzlemix unit = m, normalised = m;
  unit.range = {0, 1};
  normalised.normalised = {.mean = {0.5f, 0.25f, 0.4f}, .std = {0.25f, 0.5f, 0.2f}};
  same_masks(unit, ma::inputs(ma::nchw(floats.data(), {8, 3, 16, 16})).scores(b.maps()), {.seed = 21});
  same_masks(unit, ma::inputs(ma::nchw(halves.data(), {8, 3, 16, 16})).scores(b.maps()), {.seed = 22});
  same_masks(normalised, ma::inputs(ma::nchw(normal.data(), {8, 3, 16, 16})).scores(b.maps()), {.seed = 23});
}

namespace {

/// Compares the integers of every energy with those that the host makes of the same maps and images.
struct comparing_device : test::emulated_device {
  index_t* compared;

  template <class Job, class Scratch>
  void steps(Job const& job, index_t maps, Scratch& scratch) const {
    if constexpr (requires { job.terms; })
      for (index_t k = 0; k < maps; ++k)
        if (!job.skips(k) && job.rows.plan.partner.data[k] != k) compare(job, k);
    emulated_device::steps(job, maps, scratch);
  }
  template <class Job>
  void compare(Job const& job, index_t k) const {
    std::vector<double> fast(job.fast_bytes() / 8 + 1), slow(job.slow_bytes() / 8 + 1);
    ma::detail::step_memory const m{reinterpret_cast<std::byte*>(fast.data()),
                                    reinterpret_cast<std::byte*>(slow.data())};
    for (int step = 0; step < 4; ++step) ma::detail::run_step(job, step, k, m, ma::detail::lone_thread{});
    auto const& got = *m.shared_at<ma::detail::label_energy>(0);

    auto const& plan = job.rows.plan;
    ma::score_maps maps{job.maps.of(plan, k, true), job.maps.of(plan, k, false), job.height(), job.width()};
    maps.self_image = {&job.maps.images, plan.self.data[k]};
    maps.partner_image = {job.maps.outside ? &job.maps.source_images : &job.maps.images, plan.partner.data[k]};
    ma::detail::puzzle_terms terms = job.terms;
    terms.blocks = job.columns.where.data[k].n[0];
    terms.lambda = static_cast<double>(plan.ratio.data[k]);
    std::vector<double> room(ma::detail::puzzle_energy_bytes(job.height(), job.width()) / 8 + 1);
    ma::detail::label_energy want;
    ma::detail::puzzle_problem const problem(terms, maps, reinterpret_cast<std::byte*>(room.data()));
    REQUIRE(problem(want) == ma::detail::puzzle_problem::fault::none);
    REQUIRE((got.height == want.height && got.width == want.width && got.labels == want.labels));
    index_t wrong = 0;
    want.each_cell([&](int i) {
      wrong += got.right[i] != want.right[i] || got.down[i] != want.down[i] ? 1 : 0;
      for (int l = 0; l < want.labels; ++l) wrong += got.unary[l][i] != want.unary[l][i] ? 1 : 0;
    });
    CHECK(wrong == 0);
    ++*compared;
  }
};

}  // namespace

TEST_CASE("the integers of a device's energies are those of the host") {
  index_t compared = 0;
  comparing_device const be{{}, &compared};
  std::uint64_t seed = 0;
  for (auto const& size : {std::pair<index_t, index_t>{32, 32}, {33, 20}, {48, 16}})
    for (auto const form : {ma::puzzle_energy::published, ma::puzzle_energy::bilinear})
      for (int labels : {2, 3, 7}) {
        batch const b(5, labels == 7 ? 1 : 3, size.first, size.second, 40 + ++seed), other(5, b.c, b.h, b.w, 70 + seed);
        ma::puzzlemix const m{.n_labels = labels,
                              .beta = labels == 7 ? 12.0f : 40.0f,
                              .neigh_size = labels,
                              .blocks = {1, 2, 4, 7, 16},
                              .transport = false,
                              .energy = form,
                              .range = {0, 255}};
        CAPTURE(size.first);
        CAPTURE(labels);
        auto in = b.in();
        if (labels == 3) in.source_rows(5).source_images(other.x()).source_scores(other.maps());
        test::planned_on_device(m, in, ma::key{.seed = seed}, be);
      }
  CHECK(compared > 60);
}

TEST_CASE("rows of a device's plan are mixed in place as elsewhere") {
  batch const b(8, 3, 16, 16, 14);
  ma::puzzlemix const m{.transport = false, .range = {0, 255}};
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    auto const p = test::planned_on_device(m, b.in(), ma::key{.seed = seed});
    std::vector<std::uint8_t> out(b.pixels.size()), same = b.pixels;
    ma::apply(ma::serial{}, ma::make_plan(ma::serial{}, m, b.in(), ma::key{.seed = seed}), b.x(),
              ma::nchw(out.data(), {8, 3, 16, 16}));
    ma::apply_inplace(test::emulated_device{}, p, ma::nchw(same.data(), {8, 3, 16, 16}));
    CHECK(out == same);
  }
}

TEST_CASE("on a device, pixels outside of their range are brought in, and those that are not finite are 0") {
  batch const b(6, 3, 16, 16, 6);
  std::vector<float> bad, mended;
  for (std::uint8_t v : b.pixels) {
    float const u = static_cast<float>(v) / 127.5f - 0.5f;  // in [-0.5, 1.5]
    bad.push_back(u);
    mended.push_back(std::clamp(u, 0.0f, 1.0f));
  }
  float const wrong[] = {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
                         -std::numeric_limits<float>::infinity()};
  for (std::size_t k = 0; k < bad.size(); k += 7) bad[k] = wrong[k % 3], mended[k] = 0.0f;
  ma::puzzlemix const m{.beta = 4.0f, .gamma = 1.0f, .t_eps = 0.01f};
  auto const view = [&](std::vector<float> const& v) {
    return ma::inputs(ma::nchw(v.data(), {6, 3, 16, 16})).scores(b.maps());
  };
  for (std::uint64_t seed = 0; seed < 3; ++seed)
    CHECK(test::same_rows(test::planned_on_device(m, view(bad), ma::key{.seed = seed}),
                          ma::make_plan(ma::serial{}, m, view(mended), ma::key{.seed = seed})));
}

TEST_CASE("a device refuses the options by which some energy could leave 32 bits, and few others") {
  // Black, white, and two boards of black and white cells; each image has all its scores in one cell. Pairs of these
  // have the largest weights, and the largest terms of pixels.
  index_t const side = 16, n = 6;
  std::vector<float> pixels, scores(static_cast<std::size_t>(n * side * side));
  for (index_t i = 0; i < n; ++i)
    for (index_t k = 0; k < side * side; ++k) {
      index_t const board = (k / side + k % side) % 2, of[n] = {0, 1, board, 0, board, 1 - board};
      pixels.push_back(static_cast<float>(of[i]));
    }
  for (index_t i = 0; i < n; ++i) scores[static_cast<std::size_t>(i * side * side + 37 * i)] = 1.0f;
  auto const in =
      ma::inputs(ma::nchw(pixels.data(), {n, 1, side, side})).scores(ma::scores(scores.data(), {n, side, side}));
  std::int64_t const partner[] = {1, 0, 3, 2, 5, 4};
  auto const takes = [&](ma::puzzlemix m, float beta, bool device) {
    m.beta = beta;
    return test::refusal([&] {
             if (device) {
               auto region = m.stages().region;
               region.read(in, ma::space::device);
               region.check(in.shape);
             } else {
               ma::make_plan(ma::serial{}, with(m, ma::pairing::given{ma::indices(partner, {n})}), in, ma::key{});
             }
           })
        .empty();
  };
  int told = 0;
  for (int labels : {3, 8})
    for (int form = 0; form < (labels == 3 ? 4 : 1); ++form)
      for (float gamma : {0.0f, 1.0f}) {
        ma::puzzlemix m{.n_labels = labels, .gamma = gamma, .blocks = {16}, .transport = false};
        m.energy = form % 2 == 0 ? ma::puzzle_energy::published : ma::puzzle_energy::bilinear;
        m.solver = form / 2 == 0 ? ma::puzzle_solver::exact : ma::puzzle_solver::swap;
        CAPTURE(labels);
        CAPTURE(form);
        CAPTURE(gamma);
        float low = 0.0f, high = 1000.0f;  // the largest beta that a device takes, within 20 %
        if (takes(m, high, true)) low = high;
        while (high > 1.2f * low && high > 0.1f) (takes(m, (low + high) / 2, true) ? low : high) = (low + high) / 2;
        CHECK(low > 1.2f);
        CHECK(takes(m, low, false));
        if (4 * low > 1000.0f) continue;
        CHECK_FALSE(takes(m, 4 * low, false));
        ++told;
      }
  CHECK(told >= 4);
  ma::puzzlemix const large{.beta = 900.0f, .gamma = 1.0f, .blocks = {4, 16}, .transport = false};
  CHECK(test::refusal([&] { test::planned_on_device(large, in, ma::key{}); }) ==
        "mixaug: puzzlemix's {beta, eta} on a device, for blocks[1] is {900, 0.2}; expected energies in 32 bits "
        "whatever the images: a smaller beta or eta, fewer labels, or a plan made on the host, which sees the images");
}

namespace {

/// A device that runs the steps of every map by a team whose items come in any order.
struct shuffled_device : test::emulated_device {
  test::stream* draw;
  template <class Job, class Scratch>
  void steps(Job const& job, index_t maps, Scratch& scratch) const {
    std::size_t const fast = ma::detail::aligned(job.fast_bytes()), slow = ma::detail::aligned(job.slow_bytes());
    std::byte* const block = scratch.reserve(fast + slow, false);
    for (index_t k = 0; k < maps; ++k) {
      std::memset(block, 0xEE, fast + slow);
      test::run_map(job, k, {block, block + fast}, test::shuffled_team{draw});
    }
  }
};
/// A device whose teams are threads that wait for each other.
struct threaded_device : test::emulated_device {
  template <class Job, class Scratch>
  void steps(Job const& job, index_t maps, Scratch& scratch) const {
    std::size_t const fast = ma::detail::aligned(job.fast_bytes()), slow = ma::detail::aligned(job.slow_bytes());
    std::byte* const block = scratch.reserve(fast + slow, false);
    for (index_t k = 0; k < maps; ++k) {
      std::memset(block, 0xEE, fast + slow);
      test::team_threads shared;
      std::vector<std::thread> threads;
      for (int own = 0; own < test::team_threads::count; ++own)
        threads.emplace_back([&, own] {
          test::run_map(job, k, {block, block + fast}, test::thread_team{&shared, own});
        });
      for (auto& t : threads) t.join();
    }
  }
};

template <class Device>
void teams(Device const& be, std::initializer_list<int> forms) {
  batch const b(2, 1, 16, 16, 8);
  for (int form : forms) {
    ma::puzzlemix m{.n_labels = form == 3 ? 5 : 3, .t_eps = 0.002f, .blocks = {4, 8}, .range = {0, 255}};
    if (form == 1) m.energy = ma::puzzle_energy::bilinear;
    if (form == 2) m.solver = ma::puzzle_solver::swap;
    if (form == 3) m.eta = 2.0f;
    if (form == 4) m.assignment = ma::puzzle_assignment::published;
    if (form == 5) m.t_eps = 0.0f, m.t_size = 2;
    CAPTURE(form);
    auto const reversed = with(m, ma::pairing::reverse{});
    same_masks(reversed, b.in(), {.seed = static_cast<std::uint64_t>(form)}, be);
  }
}

}  // namespace

TEST_CASE("a team finds the same, whatever the order of its items between two barriers") {
  test::stream draw(1);
  teams(shuffled_device{{}, &draw}, {0, 1, 2, 3, 4, 5});
}
TEST_CASE("a team of threads that wait for each other finds the same") { teams(threaded_device{}, {0, 1, 2, 5}); }

}  // namespace puzzle_device_test
