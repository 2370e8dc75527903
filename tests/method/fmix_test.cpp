#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <sstream>

#include <mixaug/core/detail/math/normal_pair.hpp>
#include <mixaug/plan/plan_text.hpp>

#include "reference/fourier_reference.hpp"
#include "reference/mix_reference.hpp"
#include "reference/statistics.hpp"
#include "support/compare_plans.hpp"
#include "support/refusal.hpp"
#include "support/values.hpp"

namespace fmix_test {

using ma::index_t;
using test::refusal;

namespace {

bool has(std::string const& text, char const* part) { return text.find(part) != std::string::npos; }
std::size_t at(index_t i) { return static_cast<std::size_t>(i); }

/// m of all pixels of a row, by the definition.
template <class Plan>
std::vector<float> field_of(Plan const& p, index_t i) {
  std::vector<float> m;
  for (index_t k = 0; k < p.shape.pixels(); ++k) m.push_back(reference::weight(p, i, k));
  return m;
}
index_t own_of(float ratio, index_t pixels) {
  return static_cast<index_t>(std::floor(static_cast<double>(ratio) * static_cast<double>(pixels) + 0.5));
}

/// Number of rows of a plan whose masks are not the highest pixels of the reference's image. Values that float rounds
/// to equal ones, within 1e-5 of the image's range, may stand on either side.
template <class Plan>
int wrong_masks(Plan const& p, double decay, ma::key const& k) {
  index_t const* const size = p.shape.size;
  reference::fourier_image const gray(size[0], size[1], size[2]);
  int wrong = 0;
  for (index_t i = 0; i < p.rows(); ++i) {
    auto const want = gray(ma::random(k, static_cast<std::uint64_t>(i), ma::purpose::region), decay);
    auto const got = field_of(p, i);
    double least_own = 1e300, most_other = -1e300;
    for (std::size_t j = 0; j < want.size(); ++j)
      if (got[j] > 0.5f)
        least_own = std::min(least_own, want[j]);
      else
        most_other = std::max(most_other, want[j]);
    auto const [low, high] = std::minmax_element(want.begin(), want.end());
    wrong += least_own < most_other - 1e-5 * (*high - *low) ? 1 : 0;
    wrong += std::count(got.begin(), got.end(), 1.0f) == own_of(p.ratio[i], p.shape.pixels()) ? 0 : 1;
  }
  return wrong;
}

/// The image as planning draws it.
std::vector<double> drawn_image(index_t d, index_t h, index_t w, float decay, std::uint64_t row) {
  index_t const size[3] = {d, h, w};
  ma::detail::gray_field gray(size);
  gray.place(ma::detail::kept_scratch().reserve(gray.place(nullptr)));
  std::vector<double> image(at(d * h * w));
  gray(ma::random({.seed = 5}, row, ma::purpose::region), decay,
       [&](index_t z, index_t y, float const* line) { std::copy(line, line + w, image.begin() + (z * h + y) * w); });
  return image;
}

}  // namespace

TEST_CASE("fmix's masks are the highest pixels of the transform by its defining sum, at every rank") {
  ma::key const k{.seed = 17, .step = 3};
  CHECK(wrong_masks(ma::make_plan(ma::fmix{}, ma::nchw<float>(nullptr, {3, 1, 12, 20}), k), 3, k) == 0);
  CHECK(wrong_masks(ma::make_plan(ma::fmix{.decay = 0.0f}, ma::nchw<float>(nullptr, {2, 1, 9, 7}), k), 0, k) == 0);
  CHECK(wrong_masks(ma::make_plan(ma::fmix{.decay = 1.5f}, ma::nchw<float>(nullptr, {2, 1, 3, 17}), k), 1.5, k) == 0);
  CHECK(wrong_masks(ma::make_plan(ma::fmix{}, ma::nchw<float>(nullptr, {2, 1, 17, 1}), k), 3, k) == 0);
  CHECK(wrong_masks(ma::make_plan(ma::fmix{}, ma::nchw<float>(nullptr, {2, 1, 16, 2}), k), 3, k) == 0);
  CHECK(wrong_masks(ma::make_plan(ma::fmix{}, ma::signals<float>(nullptr, {4, 1, 50}), k), 3, k) == 0);
  CHECK(wrong_masks(ma::make_plan(ma::fmix{}, ma::signals<float>(nullptr, {4, 1, 2}), k), 3, k) == 0);
  CHECK(wrong_masks(ma::make_plan(ma::fmix{.decay = 2}, ma::volumes<float>(nullptr, {2, 1, 3, 5, 6}), k), 2, k) == 0);
  CHECK(wrong_masks(ma::make_plan(ma::fmix{}, ma::volumes<float>(nullptr, {2, 1, 9, 1, 4}), k), 3, k) == 0);
}

TEST_CASE("the gray image is the defining sum to the precision of float") {
  struct size {
    index_t d, h, w;
  };
  for (size const& s : {size{1, 16, 16}, {1, 5, 40}, {1, 1, 100}, {4, 3, 9}, {1, 64, 3}}) {
    CAPTURE(s.h);
    CAPTURE(s.w);
    auto const got = drawn_image(s.d, s.h, s.w, 2.5f, 3),
               want = reference::fourier_image(s.d, s.h, s.w)(ma::random({.seed = 5}, 3, ma::purpose::region), 2.5);
    double worst = 0, most = 0;
    for (std::size_t j = 0; j < got.size(); ++j) {
      worst = std::max(worst, std::fabs(got[j] - want[j]));
      most = std::max(most, std::fabs(want[j]));
    }
    CHECK(worst < 2e-6 * most);
  }
}

TEST_CASE("the spectrum's bins are normal, with variance frequency^(-2 decay) in every direction") {
  int const draws = reference::draws(1600);
  struct bin {
    index_t y, x;
    bool real;
  };
  bin const bins[] = {{0, 1, false}, {1, 0, false}, {1, 1, false}, {15, 1, false}, {2, 1, false},
                      {1, 2, false}, {0, 5, false}, {5, 0, false}, {4, 3, false},  {13, 4, false},
                      {8, 8, true},  {8, 0, true},  {0, 8, true}};
  reference::fourier_image const gray(1, 16, 16);
  std::vector<double> sums(13);
  for (int r = 0; r < draws; ++r) {
    auto const image = drawn_image(1, 16, 16, 3, static_cast<std::uint64_t>(r));
    for (std::size_t b = 0; b < 13; ++b) {
      index_t const k[3] = {0, bins[b].y, bins[b].x};
      // Re halves a bin and adds its mirror image: |256 Re Z / f^3|^2, or |256 (Z[k] + Z[-k]*) / (2 f^3)|^2.
      sums[b] += std::norm(gray.bin(image, k)) / (65536.0 * std::pow(gray.frequency(k), -6.0));
    }
  }
  for (std::size_t b = 0; b < 13; ++b) {
    CAPTURE(b);
    double const shape = bins[b].real ? draws / 2.0 : draws, x = bins[b].real ? sums[b] / 2 : sums[b];
    double const above = reference::gamma_q(shape, x);
    CHECK((above > reference::level(26) && 1 - above > reference::level(26)));
  }
}

TEST_CASE("masks have no direction: borders lie along both axes equally often, also where sides differ") {
  auto const bias = [](index_t h, index_t w) {
    index_t const rows = reference::draws(1200);
    auto const p = ma::make_plan(with(ma::fmix{}, ma::ratio::constant{0.5f}), ma::nchw<float>(nullptr, {rows, 1, h, w}),
                                 ma::key{.seed = 8});
    double sum = 0, squares = 0;
    for (index_t i = 0; i < rows; ++i) {
      auto const s = p.state(i);
      double along = 0, across = 0;
      for (index_t y = 0; y + 1 < h; ++y)
        for (index_t x = 0; x + 1 < w; ++x) {
          along += s.at(0, y, x) != s.at(0, y, x + 1) ? 1 : 0;
          across += s.at(0, y, x) != s.at(0, y + 1, x) ? 1 : 0;
        }
      double const d = (along - across) / (along + across);
      sum += d, squares += d * d;
    }
    double const n = static_cast<double>(rows), mean = sum / n;
    return mean / std::sqrt((squares / n - mean * mean) / n);
  };
  CHECK(std::fabs(bias(16, 16)) < 4.9);
  CHECK(std::fabs(bias(24, 24)) < 4.9);
}

TEST_CASE("round(lambda N) pixels are the sample's, the share is their part, and lambda is uniform") {
  index_t const rows = 800;
  auto const p = ma::make_plan(ma::fmix{}, ma::nchw<float>(nullptr, {rows, 1, 5, 7}), ma::key{.seed = 3});
  std::vector<double> lambdas;
  for (index_t i = 0; i < rows; ++i) {
    auto const m = field_of(p, i);
    index_t const own = std::count(m.begin(), m.end(), 1.0f);
    REQUIRE(own == own_of(p.ratio[i], 35));
    REQUIRE(own + std::count(m.begin(), m.end(), 0.0f) == 35);
    REQUIRE(ma::pixel_share(p, i) == static_cast<double>(own) / 35);
    REQUIRE(p.share_self[i] == static_cast<float>(ma::pixel_share(p, i)));
    REQUIRE(p.share_partner[i] == 1.0f - p.share_self[i]);
    lambdas.push_back(static_cast<double>(p.ratio[i]));
  }
  std::sort(lambdas.begin(), lambdas.end());
  CHECK(reference::ks_p(lambdas) > reference::level(1));
}

TEST_CASE("the top n, ties by the lower place, as by sorting") {
  test::stream s(4);
  std::vector<float> values;
  for (int j = 0; j < 700; ++j)
    values.push_back(s.below(3) == 0 ? static_cast<float>(s.below(5) - 2)
                                     : std::ldexp(static_cast<float>(s.unit()) - 0.5f, 2));
  values[10] = -0.0f, values[20] = 0.0f, values[30] = -1e-42f, values[40] = 1e-42f;
  std::vector<std::uint32_t> keys, order(700), spare(700), sorted(700);
  for (float const v : values) keys.push_back(ma::detail::falling_bits(v));
  std::iota(sorted.begin(), sorted.end(), 0u);
  std::stable_sort(sorted.begin(), sorted.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return values[a] > values[b]; });
  ma::detail::sort_places(keys.data(), 700, order.data(), spare.data());
  CHECK(order == sorted);
  for (index_t n = 1; n <= 700; n += 3) {
    auto limit = ma::detail::limit_of(keys.data(), 700, n);
    std::vector<bool> top(700), want(700);
    for (index_t j = 0; j < n; ++j) want[sorted[at(j)]] = true;
    for (std::size_t j = 0; j < 700; ++j) {
      top[j] = keys[j] < limit.key || (keys[j] == limit.key && limit.ties > 0);
      limit.ties -= keys[j] == limit.key ? 1 : 0;
    }
    REQUIRE(top == want);
  }
}

TEST_CASE("soft masks fall from 1 to 0 in equal steps around the border, and keep the mean") {
  ma::key const k{.seed = 21};
  index_t const rows = 40, pixels = 11 * 13;
  auto const x = ma::nchw<float>(nullptr, {rows, 1, 11, 13});
  auto const hard = ma::make_plan(ma::fmix{}, x, k), soft = ma::make_plan(ma::fmix{.max_soft = 0.15f}, x, k);
  CHECK(!hard.flags().blends);
  CHECK(soft.flags().blends);
  reference::fourier_image const gray(1, 11, 13);
  for (index_t i = 0; i < rows; ++i) {
    CAPTURE(i);
    REQUIRE(hard.ratio[i] == soft.ratio[i]);
    index_t const own = own_of(soft.ratio[i], pixels), half = std::min<index_t>({21, own, pixels - own});
    auto const m = field_of(soft, i), sharp = field_of(hard, i);
    std::vector<float> sorted = m;
    std::sort(sorted.begin(), sorted.end(), std::greater<>());
    double sum = 0;
    for (index_t j = 0; j < pixels; ++j) {
      index_t const step = j - (own - half);
      double const want = step < 0           ? 1.0
                          : step >= 2 * half ? 0.0
                                             : 1.0 - static_cast<double>(step) / static_cast<double>(2 * half - 1);
      REQUIRE(std::fabs(static_cast<double>(sorted[at(j)]) - want) < 1e-7);
      REQUIRE((m[at(j)] > 0.5f) == (sharp[at(j)] > 0.5f));
      sum += static_cast<double>(m[at(j)]);
    }
    CHECK(std::fabs(ma::pixel_share(soft, i) - sum / static_cast<double>(pixels)) < 1e-15);
    CHECK(std::fabs(ma::pixel_share(soft, i) - ma::pixel_share(hard, i)) < 1e-8);
    if (i < 3) {  // higher pixels never have a smaller m
      auto const values = gray(ma::random(k, static_cast<std::uint64_t>(i), ma::purpose::region), 3);
      for (std::size_t a = 0; a < m.size(); ++a)
        for (std::size_t b = 0; b < m.size(); ++b)
          if (values[a] > values[b] + 1e-4) REQUIRE(m[a] >= m[b]);
    }
  }
}

TEST_CASE("one mask a batch, also of a part of it and in a choice; other draws have other masks") {
  auto const x = ma::nchw<float>(nullptr, {12, 1, 10, 9});
  auto const p = ma::make_plan(ma::fmix{.mode = ma::mode::batch}, x, ma::key{.seed = 2});
  auto const part = ma::make_plan(ma::fmix{.mode = ma::mode::batch}, ma::nchw<float>(nullptr, {5, 1, 10, 9}),
                                  ma::key{.seed = 2, .first = 7, .global = 12});
  for (index_t i = 0; i < 12; ++i) CHECK(field_of(p, i) == field_of(p, 0));
  for (index_t i = 0; i < 5; ++i) CHECK(test::same_row(part, i, p, 7 + i));
  CHECK(field_of(ma::make_plan(ma::fmix{.mode = ma::mode::batch}, x, ma::key{.seed = 3}), 0) != field_of(p, 0));
  ma::one_of const choice(ma::fmix{.mode = ma::mode::batch}, ma::fmix{.decay = 1, .max_soft = 0.1f},
                          ma::fmix{.decay = 0, .mode = ma::mode::batch});
  auto const some = ma::make_plan(choice, x, ma::key{.seed = 2});
  int seen[3] = {};
  for (index_t i = 0; i < 12; ++i) {
    ++seen[some.choice[i]];
    if (some.choice[i] == 0) CHECK(field_of(some, i) == field_of(p, 0));
    if (some.choice[i] == 2) CHECK(field_of(some, i) != field_of(p, 0));
  }
  CHECK((seen[0] > 0 && seen[1] > 0 && seen[2] > 0));
  CHECK(some.layout.head.words == 10);
  CHECK(some.layout.head.numbers == 0);
  CHECK(some.layout.rest.head.numbers == 90);
}

TEST_CASE("ids follow masks of bits; soft masks refuse them at every step") {
  index_t const n = 6;
  std::vector<std::int32_t> ids(at(n * 9 * 40)), mixed(ids.size());
  std::iota(ids.begin(), ids.end(), 0);
  auto const x = ma::scores(ids.data(), {n, 9, 40});
  auto const p = ma::make_plan(ma::fmix{}, x, ma::key{.seed = 6});
  ma::apply(p, x, ma::scores(mixed.data(), {n, 9, 40}));
  CHECK(reference::first_wrong(p, ids, ids, mixed, true) == -1);
  for (float const lambda : {0.0f, 1.0f, 0.5f}) {
    auto const soft = ma::make_plan(with(ma::fmix{.max_soft = 1e-9f}, ma::ratio::constant{lambda}), x, ma::key{});
    CHECK(has(refusal([&] { ma::apply(soft, x, ma::scores(mixed.data(), {n, 9, 40})); }), "ids cannot be blended"));
  }
}

TEST_CASE("a second source, its rows already gathered, parts of a batch, and clean rows beside the mixes") {
  index_t const n = 5, m = 9, row = 2 * 6 * 34;
  auto const values = test::any_values<float>(n * row, 1), others = test::any_values<float>(m * row, 2);
  std::vector<float> out(values.size()), again(out), rows;
  auto const x = ma::nchw(values.data(), {n, 2, 6, 34});
  for (float const soft : {0.0f, 0.2f}) {
    auto const p = ma::make_plan(ma::fmix{.max_soft = soft}, ma::inputs(x).source_rows(m), ma::key{.seed = 3});
    ma::apply(p, x, ma::nchw(others.data(), {m, 2, 6, 34}), ma::nchw(out.data(), {n, 2, 6, 34}));
    CHECK(reference::first_wrong(p, values, others, out, test::exact<ma::serial>()) == -1);
    rows.clear();
    for (index_t i = 0; i < n; ++i)
      rows.insert(rows.end(), others.begin() + p.partner[i] * row, others.begin() + (p.partner[i] + 1) * row);
    ma::apply(p, x, ma::gathered(ma::nchw(rows.data(), {n, 2, 6, 34})), ma::nchw(again.data(), {n, 2, 6, 34}));
    CHECK(again == out);
    auto const part = ma::make_plan(ma::fmix{.max_soft = soft}, ma::nchw<float>(nullptr, {3, 2, 6, 34}),
                                    ma::key{.seed = 3, .first = 2, .global = 5});
    auto const whole = ma::make_plan(ma::fmix{.max_soft = soft}, x, ma::key{.seed = 3});
    for (index_t i = 0; i < 3; ++i) CHECK(test::same_row(part, i, whole, 2 + i));
  }
  auto const both = ma::make_plan(with(ma::fmix{}, ma::output_rows{.clean = true}), x, ma::key{.seed = 3});
  auto const mixes = ma::make_plan(ma::fmix{}, x, ma::key{.seed = 3});
  for (index_t i = 0; i < n; ++i) {
    CHECK(ma::pixel_share(both, i) == 1.0);
    CHECK(field_of(both, n + i) == field_of(mixes, i));
  }
}

TEST_CASE("lambda 0 and 1 are copies, bit for bit, whatever the other image holds") {
  index_t const n = 4;
  std::vector<float> values(at(n * 2 * 7 * 5), std::numeric_limits<float>::quiet_NaN()), out(values.size());
  auto const x = ma::nchw(values.data(), {n, 2, 7, 5});
  for (float const lambda : {0.0f, 1.0f})
    for (float const soft : {0.0f, 0.3f}) {
      auto const p = ma::make_plan(
          with(ma::fmix{.max_soft = soft}, ma::ratio::constant{lambda}, ma::pairing::reverse{}), x, ma::key{});
      for (index_t i = 0; i < n; ++i) {
        CHECK(p.share_self[i] == lambda);
        for (index_t k = 0; k < 70; ++k) {
          index_t const kept = lambda > 0 ? i : n - 1 - i;
          values[at(i * 70 + k)] = std::numeric_limits<float>::infinity();
          values[at(kept * 70 + k)] = static_cast<float>(kept * 70 + k);
        }
        ma::apply(p, x, ma::nchw(out.data(), {n, 2, 7, 5}));
        for (index_t k = 0; k < 70; ++k)
          REQUIRE(out[at(i * 70 + k)] == static_cast<float>((lambda > 0 ? i : n - 1 - i) * 70 + k));
      }
    }
}

TEST_CASE("at another resolution a mask is read at the nearest bit, or averaged") {
  auto const p = ma::make_plan(ma::fmix{}, ma::nchw<float>(nullptr, {5, 1, 12, 34}), ma::key{.seed = 9});
  auto const near = ma::rescaled(p, {24, 51}), small = ma::rescaled(p, {5, 7}, ma::shares::derived);
  auto const mean = ma::rescaled(p, {4, 17}, ma::field::average, ma::shares::derived);
  CHECK(!near.flags().blends);
  CHECK(mean.flags().blends);
  for (index_t i = 0; i < 5; ++i) {
    auto const m = field_of(p, i);
    auto const value = [&](index_t y, index_t x) { return m[at(y * 34 + x)]; };
    double sum = 0;
    for (index_t y = 0; y < 24; ++y)
      for (index_t x = 0; x < 51; ++x) REQUIRE(near.state(i).at(0, y, x) == value(y / 2, x * 34 / 51));
    CHECK(near.share_self[i] == p.share_self[i]);
    for (index_t y = 0; y < 5; ++y)
      for (index_t x = 0; x < 7; ++x) {
        REQUIRE(small.state(i).at(0, y, x) == value(y * 12 / 5, x * 34 / 7));
        sum += static_cast<double>(small.state(i).at(0, y, x));
      }
    CHECK(small.share_self[i] == static_cast<float>(sum / 35));
    for (index_t y = 0; y < 4; ++y)
      for (index_t x = 0; x < 17; ++x) {
        float cells = 0;
        for (index_t k = 0; k < 6; ++k) cells += value(3 * y + k / 2, 2 * x + k % 2);
        REQUIRE(mean.state(i).at(0, y, x) == doctest::Approx(static_cast<double>(cells) / 6).epsilon(1e-7));
      }
    CHECK(std::fabs(mean.share_self[i] - p.share_self[i]) < 1e-6f);
  }
}

TEST_CASE("masks as text: bits as digits, soft ones as numbers, and what is refused") {
  auto const text_of = [](auto const& p) {
    std::ostringstream out;
    ma::write_plan(out, p);
    return out.str();
  };
  auto const x = ma::nchw<float>(nullptr, {3, 1, 3, 5});
  ma::key const k{.seed = 4};
  for (float const soft : {0.0f, 0.3f}) {
    auto const p = ma::make_plan(ma::fmix{.max_soft = soft}, x, k);
    std::string const text = text_of(p);
    CHECK(has(text, soft > 0 ? "choice 0 pixel_mask 1 15 mix" : "choice 0 pixel_mask 3 0 mix"));
    CHECK(has(text, soft > 0 ? " 1,3,5 numbers " : " 1,3,5 bits "));
    std::istringstream in(text);
    auto const read = ma::read_plan(in);
    CHECK(text_of(read) == text);
    for (index_t i = 0; i < 3; ++i) CHECK(field_of(read, i) == field_of(p, i));
  }
  std::string const head =
      "mixaug-plan 3\nrows 1 samples 1 source_rows 1 own_source 1 first 0\nsize 2 3\nkey 0 0 0 1 0\n"
      "blends 0 moves 0 local 1\n";
  auto const read = [&](std::string const& choice, std::string const& field) {
    return refusal([&] {
      std::istringstream in(head + "choice 0 pixel_mask " + choice +
                            " mix\ncolumns choice self partner ratio share_self share_partner weight_self "
                            "weight_partner field\n0 0 0 0.5 1 0 1 1 " +
                            field + "\nend 1\n");
      ma::read_plan(in);
    });
  };
  CHECK(read("2 0", "1,2,3 bits a8").empty());
  CHECK(read("2 0", "1,1,1 bits 8").empty());
  CHECK(has(read("2 0", "1,2,3 bits a"), "2 hexadecimal digits"));
  CHECK(has(read("2 0", "1,2,3 bits ax"), "hexadecimal digits 0-9, a-f"));
  CHECK(has(read("2 0", "1,2,3 bits a9"), "zeros after the last bit"));
  CHECK(has(read("2 0", "1,2,3 words a8"), "bits or numbers"));
  CHECK(has(read("2 0", "1,3,3 bits a88"), "at most as many bits or numbers as the choice says"));
  CHECK(has(read("2 0", "1,2,3 numbers 0 0 0 0 0 0"), "at most as many bits or numbers as the choice says"));
  CHECK(has(read("2 6", "1,2,3 numbers 0 0 1 0 0.5 0"), "a field that blends"));
  CHECK(has(read("2 6", "1,2,3 numbers 0 0 2 0 0 0"), "its m the range [0, 1]"));
  CHECK(has(read("2 6", "1,2,3 numbers 0 0 nan 0 0 0"), "expected a finite number"));
  CHECK(has(read("2 6", "1,2,3 numbers 0 0 1 0 0"), "a number (m)"));
  CHECK(has(read("0 0", "1,1,1 bits 8"), "words 0"));
  CHECK(has(read("1 4294967297", "1,1,1 bits 8"), "numbers 4294967297"));
  CHECK(has(read("1000000000 0", "1,1,1 bits 8"), "choices that ask for"));
  CHECK(has(read("1 1000000000", "1,1,1 bits 8"), "choices that ask for"));
}

TEST_CASE("what fmix refuses leaves a kept plan as it was") {
  auto const x = ma::nchw<float>(nullptr, {2, 1, 6, 10});
  auto kept = ma::make_plan(ma::fmix{}, x, ma::key{});
  auto const before = kept;
  auto const plan = [&](ma::fmix const& m, auto const& in) {
    return refusal([&] { ma::make_plan(m, in, ma::key{}, kept); });
  };
  float const nan = std::numeric_limits<float>::quiet_NaN(), inf = std::numeric_limits<float>::infinity();
  CHECK(has(plan({.alpha = 0}, x), "ratio::beta's alpha"));
  CHECK(has(plan({.decay = -1}, x), "region::fourier_mask's decay is -1; expected a finite number >= 0"));
  CHECK(has(plan({.decay = inf}, x), "decay is inf"));
  CHECK(has(plan({.decay = nan}, x), "decay is nan"));
  CHECK(has(plan({.max_soft = -0.1f}, x), "max_soft"));
  CHECK(has(plan({.max_soft = 0.51f}, x), "expected a number in [0, 0.5]"));
  CHECK(has(plan({.max_soft = nan}, x), "max_soft is nan"));
  CHECK(has(plan({.prob = 2}, x), "prob"));
  CHECK(has(plan({}, ma::features<float>(nullptr, {2, 9})), "needs spatial extents"));
  CHECK(has(plan({}, ma::nchw<float>(nullptr, {2, 3, 1, 1})), "one pixel"));
  CHECK(has(plan({}, ma::nchw<float>(nullptr, {2, 3, 4097, 4096})), "at most 2^24 pixels"));
  CHECK(has(plan({}, ma::signals<float>(nullptr, {2, 1, 2147483647})), "at most 2^24 pixels"));
  CHECK(test::same_plan(kept, before));
}

TEST_CASE("any decay gives a mask") {
  auto const x = ma::nchw<float>(nullptr, {3, 1, 9, 33});
  for (float const decay : {0.0f, 1e-30f, 20.0f, 1e4f, std::numeric_limits<float>::max()}) {
    auto const p = ma::make_plan(ma::fmix{.decay = decay}, x, ma::key{.seed = 7});
    for (index_t i = 0; i < 3; ++i) CHECK(ma::pixel_share(p, i) == static_cast<double>(own_of(p.ratio[i], 297)) / 297);
  }
}

TEST_CASE("normal numbers are those of Box and Muller, and normal") {
  test::stream s(11);
  std::vector<double> all;
  double worst = 0;
  for (int j = 0; j < reference::draws(40000); ++j) {
    std::uint64_t const bits = s.bits();
    auto const got = ma::detail::normal_pair(bits);
    double const u = (static_cast<double>((bits & 0xFFFFFFFFu) >> 9) + 0.5) / 8388608.0,
                 radius = std::sqrt(-2 * std::log(u)),
                 angle = 6.283185307179586 * (static_cast<double>(bits >> 32) / 4294967296.0 - 0.125);
    worst = std::max({worst, std::fabs(static_cast<double>(got.x) - radius * std::cos(angle)),
                      std::fabs(static_cast<double>(got.y) - radius * std::sin(angle))});
    for (float const v : {got.x, got.y}) all.push_back(0.5 * std::erfc(-static_cast<double>(v) / std::sqrt(2.0)));
  }
  CHECK(worst < 5e-6);
  std::sort(all.begin(), all.end());
  CHECK(reference::ks_p(all) > reference::level(1));
  for (std::uint64_t const bits : {std::uint64_t{0}, ~std::uint64_t{0}, std::uint64_t{0xFFFFFFFF}}) {
    auto const got = ma::detail::normal_pair(bits);
    CHECK((std::fabs(got.x) < 5.8f && std::fabs(got.y) < 5.8f));
  }
}

}  // namespace fmix_test
