// PuzzleMix's masks against its energy, written from the paper and the published code for whole images.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <mixaug/kernel/gaussian_kernel.hpp>
#include <mixaug/mixaug.hpp>
#include <mixaug/plan/any_plan.hpp>
#include <mixaug/plan/plan_text.hpp>
#include <sstream>
#include <utility>
#include <vector>

#include "reference/mix_reference.hpp"
#include "support/compare_plans.hpp"
#include "support/memory.hpp"
#include "support/refusal.hpp"
#include "support/values.hpp"

namespace puzzlemix_test {

using ma::index_t;
using test::refusal;

namespace {

bool has(std::string const& text, char const* part) { return text.find(part) != std::string::npos; }

constexpr index_t n = 6, c = 3;

/// Images with edges and flat parts, and scores with a few peaks.
struct batch {
  index_t h, w;
  std::vector<float> pixels, scores;
  batch(index_t height, index_t width, std::uint64_t seed)
      : h(height),
        w(width),
        pixels(static_cast<std::size_t>(n * c * h * w)),
        scores(static_cast<std::size_t>(n * h * w)) {
    test::stream draw(seed);
    for (index_t i = 0; i < n; ++i) {
      double const cy = draw.unit() * static_cast<double>(h), cx = draw.unit() * static_cast<double>(w),
                   level = draw.unit();
      for (index_t y = 0; y < h; ++y)
        for (index_t x = 0; x < w; ++x) {
          double const dy = (static_cast<double>(y) - cy) / static_cast<double>(h),
                       dx = (static_cast<double>(x) - cx) / static_cast<double>(w);
          double const near = std::exp(-20 * (dy * dy + dx * dx));
          scores[static_cast<std::size_t>((i * h + y) * w + x)] = static_cast<float>(near * near + 0.1 * draw.unit());
          for (index_t k = 0; k < c; ++k)
            pixels[static_cast<std::size_t>(((i * c + k) * h + y) * w + x)] =
                static_cast<float>(std::clamp(level + (near > 0.5 ? 0.4 : -0.2) + 0.1 * draw.unit(), 0.0, 1.0));
        }
    }
  }
  auto x() const { return ma::nchw(pixels.data(), {n, c, h, w}); }
  auto in() const { return ma::inputs(x()).scores(ma::scores(scores.data(), {n, h, w})); }
};

/// The energy of one pair in the published form, on a grid of B x B cells, by definition: sums over pixels.
struct energy {
  int B, L;
  std::vector<std::vector<long>> unary;                    // [cell][label]
  std::vector<std::pair<std::pair<int, int>, long>> edge;  // cells, weight

  energy(batch const& b, index_t self, index_t partner, int B_, ma::puzzlemix const& m, double lambda)
      : B(B_), L(m.n_labels) {
    auto const cell = [&](index_t at, index_t size) { return static_cast<int>(at * B / size); };
    std::vector<double> s[2], u[2];
    for (int side = 0; side < 2; ++side) {
      s[side].assign(static_cast<std::size_t>(B * B), 0.0);
      double all = 0;
      for (index_t y = 0; y < b.h; ++y)
        for (index_t x = 0; x < b.w; ++x) {
          double const v = static_cast<double>(
              b.scores[static_cast<std::size_t>(((side == 0 ? self : partner) * b.h + y) * b.w + x)]);
          s[side][static_cast<std::size_t>(cell(y, b.h) * B + cell(x, b.w))] += v;
          all += v;
        }
      for (double& v : s[side]) v = all > 0 ? v / all : 1.0 / (B * B);
      u[side] = s[side];
    }
    auto const pool_of = [&](index_t size) -> index_t {
      if (size % B != 0) return 1;
      index_t p = std::min<index_t>(m.neigh_size, size / B);
      while (size / B % p != 0) --p;
      return p;
    };
    index_t const py = pool_of(b.h), px = pool_of(b.w);
    auto const pooled = [&](index_t image, index_t channel, index_t y, index_t x) {
      double sum = 0;
      for (index_t v = y * py; v < (y + 1) * py; ++v)
        for (index_t t = x * px; t < (x + 1) * px; ++t)
          sum += static_cast<double>(b.pixels[static_cast<std::size_t>(((image * c + channel) * b.h + v) * b.w + t)]);
      return sum / static_cast<double>(py * px);
    };
    double const smooth = static_cast<double>(m.beta) / (16.0 * B), times = smooth * static_cast<double>(m.gamma);
    index_t const image[2] = {self, partner};
    std::vector<double> bend(static_cast<std::size_t>(B * B), 0.0);
    for (int down = 0; down < 2; ++down)
      for (int y = 0; y < B; ++y)
        for (int x = 0; x < B; ++x) {
          int const y2 = y + down, x2 = x + 1 - down;
          if (y2 >= B || x2 >= B) continue;
          double p[2][2];
          for (int a = 0; a < 2; ++a)
            for (int d = 0; d < 2; ++d) {
              double sum = 0, count = 0;
              // Pooled pixels on both sides of the border between the cells.
              for (index_t v = 0; v < b.h / py; ++v)
                for (index_t t = 0; t < b.w / px; ++t) {
                  index_t const v2 = v + down, t2 = t + 1 - down;
                  if (v2 >= b.h / py || t2 >= b.w / px) continue;
                  bool const first = cell(v * py, b.h) == y && cell(t * px, b.w) == x;
                  bool const second = cell(v2 * py, b.h) == y2 && cell(t2 * px, b.w) == x2;
                  if (!first || !second) continue;
                  for (index_t k = 0; k < c; ++k)
                    sum += std::fabs(pooled(image[a], k, v, t) - pooled(image[d], k, v2, t2));
                  count += static_cast<double>(c);
                }
              p[a][d] = times * sum / count;
            }
          auto const i = static_cast<std::size_t>(y * B + x), j = static_cast<std::size_t>(y2 * B + x2);
          u[1][i] += (p[0][1] + p[0][0]) / 2;
          u[0][i] += (p[1][0] + p[1][1]) / 2;
          u[1][j] += (p[1][0] + p[0][0]) / 2;
          u[0][j] += (p[0][1] + p[1][1]) / 2;
          double const weight = (p[0][1] + p[1][0] - p[0][0] - p[1][1]) / 2 + smooth;
          bend[i] += weight;
          bend[j] += weight;
          edge.push_back({{static_cast<int>(i), static_cast<int>(j)}, static_cast<long>(weight * 1000 * B * B)});
        }
    auto const binomial = [&](int k) { return std::tgamma(L) / std::tgamma(k + 1) / std::tgamma(L - k); };
    for (int i = 0; i < B * B; ++i) {
      std::vector<long> cost;
      for (int l = 0; l < L; ++l) {
        double const t = static_cast<double>(l) / (L - 1);
        double const prior = -static_cast<double>(m.eta) / (B * B) *
                             std::log(binomial(l) * std::pow(lambda, L - 1 - l) * std::pow(1 - lambda, l) + 1e-8);
        double v = (1 - t) * u[1][static_cast<std::size_t>(i)] + t * u[0][static_cast<std::size_t>(i)] + prior;
        if (m.energy == ma::puzzle_energy::bilinear) v += t * (1 - t) * bend[static_cast<std::size_t>(i)];
        cost.push_back(static_cast<long>(v * 1000 * B * B));
      }
      unary.push_back(cost);
    }
  }
  long of(std::vector<int> const& label) const {
    long sum = 0;
    for (std::size_t i = 0; i < unary.size(); ++i)
      sum += (L - 1) * (L - 1) * unary[i][static_cast<std::size_t>(label[i])];
    for (auto const& [cells, weight] : edge) {
      long const d = label[static_cast<std::size_t>(cells.first)] - label[static_cast<std::size_t>(cells.second)];
      sum += weight * d * d;
    }
    return sum;
  }
  /// Rounding of the reference's own doubles may change a truncated term by one.
  long slack() const { return (L - 1) * (L - 1) * static_cast<long>(unary.size() + edge.size()); }
};

template <class Plan>
std::vector<int> labels_of(Plan const& p, index_t i, int L) {
  auto const& g = p.region.where[i];
  CHECK(g.last == L - 1);
  std::vector<int> label;
  for (int k = 0; k < g.n[0] * g.n[1]; ++k) label.push_back(p.region.label[i * p.region.count + k]);
  return label;
}
std::vector<int> enumerated(energy const& e) {
  std::vector<int> label(e.unary.size(), 0), best = label;
  for (long lowest = e.of(label);;) {
    std::size_t k = 0;
    for (; k < label.size(); ++k) {
      if (++label[k] < e.L) break;
      label[k] = 0;
    }
    if (k == label.size()) return best;
    if (long const v = e.of(label); v < lowest) lowest = v, best = label;
  }
}

}  // namespace

TEST_CASE("the mask is a minimum of the published energy: every labelling of small grids, every change of large ones") {
  int mixed = 0, exact = 0, all = 0;
  for (auto const& [h, w] : {std::pair<index_t, index_t>{32, 32}, {24, 32}, {33, 20}}) {
    batch const b(h, w, static_cast<std::uint64_t>(h));
    for (int L = 2; L <= 4; ++L)
      for (auto const form : {ma::puzzle_energy::published, ma::puzzle_energy::bilinear})
        for (int side : {1, 2, 3, 4, 8, 16}) {
          if (side == 3 && L == 4) continue;
          ma::puzzlemix const m{.n_labels = L, .blocks = {side}, .transport = false, .energy = form};
          auto const p = ma::make_plan(ma::serial{}, m, b.in(), ma::key{.seed = 7});
          CAPTURE(h);
          CAPTURE(L);
          CAPTURE(side);
          for (index_t i = 0; i < n; ++i) {
            if (p.partner[i] == i) continue;
            energy const e(b, i, p.partner[i], side, m, static_cast<double>(p.ratio[i]));
            auto label = labels_of(p, i, L);
            REQUIRE(label.size() == e.unary.size());
            long const value = e.of(label);
            ++all;
            if (side <= 3 && (side < 3 || L < 3 || i < 2)) {
              auto const best = enumerated(e);
              CHECK(value <= e.of(best) + e.slack());
              exact += label == best ? 1 : 0;
            } else {
              ++exact;
              for (std::size_t k = 0; k < label.size(); ++k) {
                int const kept = label[k];
                for (label[k] = 0; label[k] < L; ++label[k]) CHECK(value <= e.of(label) + e.slack());
                label[k] = kept;
              }
            }
            mixed += *std::max_element(label.begin(), label.end()) > 0 &&
                     *std::min_element(label.begin(), label.end()) < L - 1;
            double mean = 0;
            for (index_t y = 0; y < h; ++y)
              for (index_t x = 0; x < w; ++x)
                mean += 1.0 - static_cast<double>(label[static_cast<std::size_t>(y * side / h * side + x * side / w)]) /
                                  (L - 1);
            CHECK(p.share_self[i] == doctest::Approx(mean / static_cast<double>(h * w)).epsilon(1e-6));
          }
        }
  }
  CHECK(mixed > all / 3);
  CHECK(exact > all * 95 / 100);
}

TEST_CASE("pixels, labels, ids and gradients follow the mask, in a batch, a source, and one_of") {
  batch const b(32, 32, 3);
  auto const p = ma::make_plan(ma::serial{}, ma::puzzlemix{.transport = false}, b.in(), ma::key{.seed = 2});
  CHECK(p.flags().blends);
  CHECK(!p.flags().moved);
  std::vector<float> out(b.pixels.size()), field(static_cast<std::size_t>(n * 32 * 32));
  ma::apply(p, b.x(), ma::nchw(out.data(), {n, c, 32, 32}));
  ma::write_field(p, ma::scores(field.data(), {n, 32, 32}));
  double worst = 0;
  for (index_t i = 0; i < n; ++i)
    for (index_t k = 0; k < c * 1024; ++k) {
      double const m = static_cast<double>(field[static_cast<std::size_t>(i * 1024 + k % 1024)]);
      double const want =
          m * static_cast<double>(b.pixels[static_cast<std::size_t>(i * c * 1024 + k)]) +
          (1 - m) * static_cast<double>(b.pixels[static_cast<std::size_t>(p.partner[i] * c * 1024 + k)]);
      worst = std::max(worst, std::fabs(want - static_cast<double>(out[static_cast<std::size_t>(i * c * 1024 + k)])));
    }
  CHECK(worst < 1e-6);
  auto const two = ma::make_plan(ma::serial{}, ma::puzzlemix{.n_labels = 2}, b.in(), ma::key{.seed = 2});
  CHECK(!two.flags().blends);
  std::stringstream text;
  ma::write_plan(text, p);
  std::string const written = text.str();
  std::stringstream again;
  ma::write_plan(again, ma::read_plan(text));
  CHECK(again.str() == written);

  batch const other(32, 32, 9);
  auto const source =
      b.in().source_rows(n).source_scores(ma::scores(other.scores.data(), {n, 32, 32})).source_images(other.x());
  auto const q =
      ma::make_plan(ma::serial{}, with(ma::puzzlemix{.blocks = {4}}, ma::pairing::reverse{}), source, ma::key{});
  index_t mixed = 0;
  for (index_t i = 0; i < n; ++i) mixed += q.share_self[i] < 1.0f ? 1 : 0;
  CHECK(mixed > 3);
  // Cells that moved, of rows that are gathered in the order of their readers.
  auto const moving = ma::make_plan(ma::serial{}, ma::puzzlemix{.t_eps = 0.01f}, source, ma::key{.seed = 3});
  CHECK(moving.flags().moved);
  std::vector<float> rows(b.pixels.size()), gathered(out.size());
  for (index_t i = 0; i < n; ++i)
    std::copy_n(other.pixels.data() + moving.partner[i] * c * 1024, c * 1024, rows.data() + i * c * 1024);
  auto const view = [](std::vector<float>& v) { return ma::nchw(v.data(), {n, c, 32, 32}); };
  ma::apply(moving, b.x(), other.x(), view(out));
  ma::apply(moving, b.x(), ma::gathered(view(rows)), view(gathered));
  CHECK(out == gathered);
  CHECK(out != b.pixels);
  auto const some = ma::make_plan(ma::serial{}, ma::one_of(ma::puzzlemix{}, ma::cutmix{}), b.in(), ma::key{.seed = 5});
  for (index_t i = 0; i < n; ++i) CHECK(some.share_self[i] == doctest::Approx(ma::pixel_share(some, i)));
  auto const detected = ma::make_plan(ma::serial{}, ma::puzzlemix{.detector = ma::saliency::fine_grained{}},
                                      ma::inputs(b.x()), ma::key{.seed = 5});
  CHECK(detected.rows() == n);
}

TEST_CASE("cells move to where their image is shown, at least cost, and the pixels with them") {
  batch const b(32, 32, 11);
  index_t moved = 0, seldom = 0, finer = 0;
  for (int t_size : {-1, 2, 4})
    for (float t_eps : {0.8f, 0.02f, 0.001f}) {
      ma::puzzlemix const m{.t_eps = t_eps, .blocks = {2, 4, 8}, .t_size = t_size};
      auto const p = ma::make_plan(ma::serial{}, m, b.in(), ma::key{.seed = 12});
      CAPTURE(t_eps);
      CAPTURE(t_size);
      CHECK(p.flags().moved);
      std::vector<float> out(b.pixels.size());
      ma::apply(p, b.x(), ma::nchw(out.data(), {n, c, 32, 32}));
      CHECK(reference::first_wrong(p, b.pixels, b.pixels, out, test::exact<ma::serial>()) == -1);
      for (index_t i = 0; i < n; ++i) {
        auto const& g = p.region.where[i];
        int const side = g.n[0], cells = side * side;
        if (t_size > 0) finer += side == 32 / t_size;
        for (int own = 0; own < 2; ++own) {
          index_t const image = own == 1 ? i : p.partner[i];
          std::vector<double> part(static_cast<std::size_t>(cells));
          double all = 0;
          for (index_t y = 0; y < 32; ++y)
            for (index_t x = 0; x < 32; ++x) {
              double const v = static_cast<double>(b.scores[static_cast<std::size_t>((image * 32 + y) * 32 + x)]);
              part[static_cast<std::size_t>(y * side / 32 * side + x * side / 32)] += v;
              all += v;
            }
          std::vector<int> shown, from(static_cast<std::size_t>(cells), -1);
          for (int j = 0; j < cells; ++j)
            shown.push_back(own == 1 ? p.region.self_cell[i * p.region.count + j]
                                     : p.region.source_cell[i * p.region.count + j]);
          if (p.partner[i] == i) continue;
          auto const cost = [&](std::vector<int> const& s) {
            double sum = 0;
            for (int j = 0; j < cells; ++j) {
              int const k = s[static_cast<std::size_t>(j)], dy = k / side - j / side, dx = k % side - j % side;
              int const label = p.region.label[i * p.region.count + j];
              bool const wanted = own == 1 ? label < g.last : label > 0;
              sum += static_cast<double>(t_eps) * (dy * dy + dx * dx) / ((side - 1) * (side - 1)) -
                     (wanted ? part[static_cast<std::size_t>(k)] / all : 0.0);
            }
            return sum;
          };
          double const value = cost(shown);
          for (int j = 0; j < cells; ++j) {
            REQUIRE((shown[static_cast<std::size_t>(j)] >= 0 && shown[static_cast<std::size_t>(j)] < cells));
            bool const away = shown[static_cast<std::size_t>(j)] != j;
            moved += away ? 1 : 0;
            seldom += away && t_eps == 0.8f ? 1 : 0;
            CHECK(std::exchange(from[static_cast<std::size_t>(shown[static_cast<std::size_t>(j)])], j) == -1);
            for (int k = 0; k < j; ++k) {  // no exchange of two cells is better
              auto other = shown;
              std::swap(other[static_cast<std::size_t>(j)], other[static_cast<std::size_t>(k)]);
              if (cells <= 64) CHECK(value <= cost(other) + 1e-5);
            }
          }
        }
      }
    }
  CHECK(moved > 50);
  CHECK(seldom < moved / 5);
  CHECK(finer > 5);
  auto const p = ma::make_plan(ma::serial{}, ma::puzzlemix{.t_eps = 0.001f}, b.in(), ma::key{.seed = 3});
  std::stringstream text;
  ma::write_plan(text, p);
  std::string const written = text.str();
  std::stringstream again;
  ma::write_plan(again, ma::read_plan(text));
  CHECK(again.str() == written);
  std::vector<float> small(static_cast<std::size_t>(n * c * 256)), mixed(small.size());
  for (index_t side : {16, 12, 5}) {  // cells of one size, and of several
    auto const q = ma::rescaled(p, {side, side});
    auto const view = [&](auto& v) { return ma::nchw(v.data(), {n, c, side, side}); };
    ma::apply(q, view(small), view(mixed));
    for (index_t i = 0; i < n; ++i) CHECK(q.share_self[i] == p.share_self[i]);
  }
  std::vector<float> copy = b.pixels;
  CHECK(has(refusal([&] { ma::apply_inplace(p, ma::nchw(copy.data(), {n, c, 32, 32})); }), "another place"));
}

TEST_CASE("the published rounds move cells of wanted places only, and pixels and gradients follow cells shown twice") {
  batch const b(32, 32, 16);
  ma::puzzlemix const m{.t_eps = 0.01f, .blocks = {4, 8}, .assignment = ma::puzzle_assignment::published};
  auto const p = ma::make_plan(ma::serial{}, m, b.in(), ma::key{.seed = 3});
  index_t moved = 0, twice = 0;
  for (index_t i = 0; i < n; ++i) {
    auto const& g = p.region.where[i];
    std::vector<int> times(static_cast<std::size_t>(g.count()));
    for (index_t j = 0; j < g.count(); ++j) {
      int const label = p.region.label[i * p.region.count + j];
      int const self = p.region.self_cell[i * p.region.count + j],
                source = p.region.source_cell[i * p.region.count + j];
      CHECK((self == j || label < g.last));
      CHECK((source == j || label > 0));
      moved += self != j || source != j ? 1 : 0;
      twice += ++times[static_cast<std::size_t>(self)] == 2 ? 1 : 0;
    }
  }
  CHECK(moved > 20);
  CHECK(twice > 3);
  std::vector<float> out(b.pixels.size());
  ma::apply(p, b.x(), ma::nchw(out.data(), {n, c, 32, 32}));
  CHECK(reference::first_wrong(p, b.pixels, b.pixels, out, test::exact<ma::serial>()) == -1);
  // <A x, g> = <x, A' g>
  test::stream draw(8);
  std::vector<double> x(b.pixels.size()), grad(x.size()), ax(x.size()), ag(x.size());
  for (double& v : x) v = draw.unit() - 0.5;
  for (double& v : grad) v = draw.unit() - 0.5;
  auto const view = [](auto& v) { return ma::nchw(v.data(), {n, c, 32, 32}); };
  ma::apply(p, view(x), view(ax));
  ma::apply_adjoint(p, view(grad), view(ag));
  double left = 0, right = 0;
  for (std::size_t k = 0; k < x.size(); ++k) {
    left += ax[k] * grad[k];
    right += x[k] * ag[k];
  }
  CHECK(left == doctest::Approx(right).epsilon(1e-12));
}

TEST_CASE("the published swaps give the exact masks of two labels, and nearly those of three") {
  batch const b(32, 32, 13);
  for (int labels : {2, 3}) {
    ma::key const key{.seed = 4};
    ma::puzzlemix const exact{.n_labels = labels, .transport = false};
    ma::puzzlemix swaps = exact;
    swaps.solver = ma::puzzle_solver::swap;
    auto const p = ma::make_plan(ma::serial{}, exact, b.in(), key), q = ma::make_plan(ma::serial{}, swaps, b.in(), key);
    index_t same = 0;
    for (index_t i = 0; i < n; ++i) same += labels_of(p, i, labels) == labels_of(q, i, labels) ? 1 : 0;
    CHECK(same >= (labels == 2 ? n : n / 2));
  }
}

TEST_CASE("grids and ratios are drawn once for a batch, masks for each sample; parts of a batch draw the same") {
  batch const b(32, 32, 4);
  auto const p = ma::make_plan(ma::serial{}, ma::puzzlemix{.mode = ma::mode::batch}, b.in(), ma::key{.seed = 3});
  bool differ = false;
  for (index_t i = 1; i < n; ++i) {
    CHECK(p.ratio[i] == p.ratio[0]);
    CHECK(p.region.where[i].n[1] == p.region.where[0].n[1]);
    differ = differ || labels_of(p, i, 3) != labels_of(p, 0, 3);
  }
  CHECK(differ);
  int sides[17] = {};
  auto const whole =
      ma::make_plan(ma::serial{}, with(ma::puzzlemix{}, ma::pairing::reverse{}), b.in(), ma::key{.seed = 6});
  for (index_t i = 0; i < n; ++i) ++sides[whole.region.where[i].n[1]];
  CHECK(sides[2] + sides[4] + sides[8] + sides[16] == n);
  for (index_t first : {index_t{0}, index_t{3}}) {
    auto const at = first * c * 1024;
    auto const part = ma::inputs(ma::nchw(b.pixels.data() + at, {3, c, 32, 32}))
                          .scores(ma::scores(b.scores.data() + first * 1024, {3, 32, 32}))
                          .source_scores(ma::scores(b.scores.data(), {n, 32, 32}))
                          .source_images(b.x());
    auto const q = ma::make_plan(ma::serial{}, with(ma::puzzlemix{}, ma::pairing::reverse{}), part,
                                 ma::key{.seed = 6, .first = first, .global = n});
    for (index_t i = 0; i < 3; ++i) {
      CHECK(q.partner[i] == whole.partner[first + i]);
      CHECK(q.share_self[i] == whole.share_self[first + i]);
      CHECK(labels_of(q, i, 3) == labels_of(whole, first + i, 3));
    }
  }
}

TEST_CASE("pairs of a kernel table; own partners stay in every split; a blend that reads no partner") {
  batch const b(32, 32, 14);
  float const ages[] = {1, 2, 3, 30, 31, 32};
  ma::pairing::gaussian_kernel const table(ma::labels(ages, {n}), {.bandwidth = 1.0});
  auto const near = ma::make_plan(ma::serial{}, with(ma::puzzlemix{}, table), b.in(), ma::key{.seed = 3});
  for (index_t i = 0; i < n; ++i) CHECK((near.partner[i] < 3) == (i < 3));

  index_t own = 0;
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    auto const whole = ma::make_plan(ma::serial{}, ma::puzzlemix{}, b.in(), ma::key{.seed = seed});
    for (index_t first : {index_t{0}, index_t{3}}) {
      auto const part = ma::inputs(ma::nchw(b.pixels.data() + first * c * 1024, {3, c, 32, 32}))
                            .scores(ma::scores(b.scores.data() + first * 1024, {3, 32, 32}))
                            .source_scores(ma::scores(b.scores.data(), {n, 32, 32}))
                            .source_images(b.x());
      auto const q =
          ma::make_plan(ma::serial{}, ma::puzzlemix{}, part, ma::key{.seed = seed, .first = first, .global = n});
      for (index_t i = 0; i < 3; ++i) {
        CHECK(q.share_self[i] == whole.share_self[first + i]);
        own += q.partner[i] == first + i ? 1 : 0;
        if (q.partner[i] == first + i) CHECK(q.share_self[i] == 1.0f);
      }
    }
  }
  CHECK(own > 5);

  std::int64_t const none[] = {-1, -1, -1, 0, -1, -1};
  auto const erasing = ma::with(ma::puzzlemix{}, ma::pairing::given{ma::indices(none, {n})}, ma::blend::erase{});
  auto const erased = ma::make_plan(ma::serial{}, erasing, b.in(), ma::key{});
  for (index_t i = 0; i < n; ++i) CHECK((erased.share_self[i] < 1.0f) == (i == 3 && erased.share_self[i] < 1.0f));
}

TEST_CASE("scores without mass are uniform, a partner that is the sample stays, pixels of any range") {
  batch b(32, 32, 5);
  std::fill(b.scores.begin(), b.scores.end(), 0.0f);
  ma::puzzlemix const m{.blocks = {2}};
  auto const flat = ma::make_plan(ma::serial{}, m, b.in(), ma::key{.seed = 3});
  for (index_t i = 0; i < n; ++i) {
    if (flat.partner[i] == i) continue;
    energy const e(b, i, flat.partner[i], 2, m, static_cast<double>(flat.ratio[i]));
    CHECK(e.of(labels_of(flat, i, 3)) <= e.of(enumerated(e)) + e.slack());
  }
  std::int64_t const self[] = {0, 1, 2, 3, 4, 5};
  auto const stays =
      ma::make_plan(ma::serial{}, with(m, ma::pairing::given{ma::indices(self, {n})}), b.in(), ma::key{});
  for (index_t i = 0; i < n; ++i) CHECK(stays.share_self[i] == 1.0f);

  batch const unit(32, 32, 6);
  batch bytes = unit, normal = unit;
  float const mean[3] = {0.5f, 0.25f, 0.75f}, std[3] = {0.5f, 0.25f, 0.125f};
  for (std::size_t k = 0; k < unit.pixels.size(); ++k) {
    bytes.pixels[k] = 256.0f * unit.pixels[k] - 128.0f;
    std::size_t const channel = k / 1024 % 3;
    normal.pixels[k] = (unit.pixels[k] - mean[channel]) / std[channel];
  }
  ma::key const key{.seed = 8};
  auto const want = ma::make_plan(ma::serial{}, ma::puzzlemix{}, unit.in(), key);
  ma::puzzlemix scaled;
  scaled.range = {-128, 128};
  scaled.blocks = {2, 4, 8, 16};
  auto const got = ma::make_plan(ma::serial{}, scaled, bytes.in(), key);
  auto const same = ma::make_plan(
      ma::serial{}, ma::puzzlemix{.normalised = {.mean = {0.5f, 0.25f, 0.75f}, .std = {0.5f, 0.25f, 0.125f}}},
      normal.in(), key);
  index_t equal = 0;
  for (index_t i = 0; i < n; ++i)
    equal += labels_of(got, i, 3) == labels_of(want, i, 3) && labels_of(same, i, 3) == labels_of(want, i, 3);
  CHECK(equal >= n - 1);  // the pixels are rounded to float, which may turn a cell
}

TEST_CASE("what puzzlemix refuses, before or without a plan") {
  batch const b(32, 24, 5);
  auto const said = [&](ma::puzzlemix const& m, auto const& in) {
    return refusal([&] { ma::make_plan(ma::serial{}, m, in, ma::key{.seed = 2}); });
  };
  ma::puzzlemix const still{.transport = false};
  CHECK(has(said({.n_labels = 4, .eta = 25.0f}, b.in()), "eta is 25 for 4 labels; expected at most 100"));
  CHECK(said(still, b.in()).empty());
  CHECK(has(said({.n_labels = 1}, b.in()), "puzzlemix's n_labels is 1; expected 2 to 8"));
  CHECK(has(said({.n_labels = 9}, b.in()), "n_labels is 9"));
  CHECK(has(said({.blocks = {}}, b.in()), "blocks is a list of 0 numbers; expected 1 to 8"));
  CHECK(has(said({.blocks = {2, 2, 2, 2, 2, 2, 2, 2, 2}}, b.in()), "a list of 9 numbers"));
  CHECK(has(said({.blocks = {4, 17}}, b.in()), "blocks[1] is 17"));
  CHECK(has(said({.blocks = {0}}, b.in()), "blocks[0] is 0"));
  CHECK(has(said({.neigh_size = 0}, b.in()), "neigh_size is 0"));
  CHECK(has(said({.beta = -1.0f}, b.in()), "beta is -1"));
  CHECK(has(said({.beta = 2000.0f}, b.in()), "beta is 2000; expected a number in [0, 1e3]"));
  CHECK(has(said({.gamma = 1.5f}, b.in()), "gamma is 1.5; expected a number in [0, 1]"));
  CHECK(has(said({.eta = std::numeric_limits<float>::quiet_NaN()}, b.in()), "eta is nan"));
  CHECK(has(said({.eta = 26.0f}, b.in()), "eta is 26"));
  CHECK(has(
      said({.n_labels = 8, .beta = 1000.0f, .gamma = 1.0f, .eta = 1.0f, .blocks = {16}, .transport = false}, b.in()),
      "beyond 32 bits"));
  CHECK(has(said({}, b.in()), "24 pixels for 16 cells, of blocks[3]; expected a multiple"));
  CHECK(has(said({.t_eps = 9.0f, .blocks = {2}}, b.in()), "t_eps is 9"));
  CHECK(has(said({.blocks = {2}, .t_size = 0}, b.in()), "t_size is 0"));
  batch const square(32, 32, 5);
  CHECK(has(said({.blocks = {2}, .t_size = 1}, square.in()), "at most 16 cells a side"));
  CHECK(has(said({.blocks = {4}, .t_size = 4}, b.in()), "expected a multiple"));
  CHECK(has(said({.transport = false, .range = {1, 1}}, b.in()), "puzzlemix's range is {1, 1}"));
  CHECK(has(said({.transport = false, .normalised = {.mean = {0.5f}, .std = {0.5f, 0.5f}}}, b.in()),
            "without a std for channel 2"));
  CHECK(has(said({.alpha = 0.0f}, b.in()), "alpha"));
  CHECK(has(said(still, ma::inputs(b.x())), "add them: mixaug::inputs(x).scores(v)"));
  batch small(4, 9, 1);
  CHECK(has(said(still, small.in()),
            "blocks[2] is 8; expected 1 to 16 cells a side, and at most a pixel each of (4, 9)"));
  for (float bad : {std::numeric_limits<float>::quiet_NaN(), 1.5f, -0.5f}) {
    batch wrong = b;
    wrong.pixels[100] = bad;
    CHECK(has(said(still, wrong.in()), "not finite, or not in [0, 1]"));
  }
  batch scored = b;
  scored.scores[5] = -1.0f;
  CHECK(has(said(still, scored.in()), "a finite number >= 0"));
  CHECK(has(said(still, b.in().source_rows(3)), "source_scores(v)"));
  CHECK(has(said(still, b.in().source_rows(n).source_scores(ma::scores(b.scores.data(), {n, 32, 24}))),
            "source_images(v)"));
}

}  // namespace puzzlemix_test
