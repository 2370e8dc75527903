#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "support/emulated_device.hpp"
#include "support/memory.hpp"
#include "support/plans.hpp"
#include "support/values.hpp"

namespace labels_test {

namespace ma = mixaug;
using ma::index_t;

namespace {

constexpr int n = 12, classes = 5, source_n = 20;

std::vector<float> pixels() { return std::vector<float>(std::size_t{n} * 3 * 8 * 8, 1.0f); }
std::vector<int> some_ids(int count, std::uint64_t seed) {
  test::stream s(seed);
  std::vector<int> ids(static_cast<std::size_t>(count));
  for (int& k : ids) k = static_cast<int>(s.below(classes));
  return ids;
}

/// A label row as the paper of label smoothing has it: off = s / C, on = 1 - s + s / C.
std::vector<double> spread(int id, double smoothing) {
  std::vector<double> row(classes, smoothing / classes);
  row.at(static_cast<std::size_t>(id)) += 1 - smoothing;
  return row;
}
std::vector<std::vector<double>> spread_all(std::vector<int> const& ids, double smoothing) {
  std::vector<std::vector<double>> rows;
  for (int id : ids) rows.push_back(spread(id, smoothing));
  return rows;
}

/// The first row that is not share_self * own + share_partner * partner's, to a rounding of float; -1 = none.
template <class Plan>
index_t first_wrong(Plan const& p, std::vector<std::vector<double>> const& own,
                    std::vector<std::vector<double>> const& source, float const* out) {
  std::size_t const width = own[0].size();
  for (index_t i = 0; i < p.rows(); ++i)
    for (std::size_t c = 0; c < width; ++c) {
      double v = static_cast<double>(p.share_self[i]) * own[static_cast<std::size_t>(p.self[i])][c];
      if (p.partner[i] >= 0)
        v += static_cast<double>(p.share_partner[i]) * source[static_cast<std::size_t>(p.partner[i])][c];
      if (std::fabs(static_cast<double>(out[static_cast<std::size_t>(i) * width + c]) - v) >
          6e-8 * std::max(1.0, std::fabs(v)))
        return i;
    }
  return -1;
}

template <class T>
std::vector<T> as(std::vector<int> const& v) {
  return std::vector<T>(v.begin(), v.end());
}

}  // namespace

TEST_CASE("class ids become the soft labels of every plan, with and without smoothing") {
  auto memory = pixels();
  auto const x = ma::nchw(memory.data(), {n, 3, 8, 8});
  auto const ids = some_ids(n, 1);
  auto const small = as<std::uint8_t>(ids);
  auto const wide = as<std::uint64_t>(ids);
  test::every_plan(x, {.seed = 3, .step = 5}, 3, [&](char const* name, auto const& p) {
    CAPTURE(name);
    for (float smoothing : {0.0f, 0.1f, 0.9f}) {
      std::vector<float> out(n * classes, -7.0f), again(n * classes, -7.0f);
      auto const own = spread_all(ids, static_cast<double>(smoothing));
      ma::soft_labels(p, ma::class_ids(ids.data(), {n}), ma::labels(out.data(), {n, classes}),
                      {.smoothing = smoothing, .num_classes = classes});
      CHECK(first_wrong(p, own, own, out.data()) == -1);
      ma::soft_labels(p, ma::class_ids(small.data(), {n}), ma::labels(again.data(), {n, classes}),
                      {.smoothing = smoothing});
      CHECK(again == out);
      ma::soft_labels(p, ma::class_ids(wide.data(), {n}), ma::labels(again.data(), {n, classes}),
                      {.smoothing = smoothing});
      CHECK(again == out);
      for (int i = 0; i < n; ++i)  // shares that sum to 1 give labels that do
        CHECK(std::accumulate(&out[static_cast<std::size_t>(i * classes)],
                              &out[static_cast<std::size_t>(i * classes)] + classes, 0.0) == doctest::Approx(1.0));
    }
  });
}

TEST_CASE("soft rows, multi-label rows and regression targets are mixed as they are") {
  auto memory = pixels();
  auto const x = ma::nchw(memory.data(), {n, 3, 8, 8});
  auto const rows = test::any_values<float>(n * classes, 2);
  auto const numbers = test::any_values<double>(n, 3);
  std::vector<std::vector<double>> own, own_numbers;
  for (std::size_t i = 0; i < n; ++i)
    own.emplace_back(rows.begin() + static_cast<long>(i * classes),
                     rows.begin() + static_cast<long>((i + 1) * classes)),
        own_numbers.push_back({numbers[i]});
  test::every_plan(x, {.seed = 4}, 3, [&](char const* name, auto const& p) {
    CAPTURE(name);
    std::vector<float> out(n * classes), columns(2 * n * classes, -7.0f), y_out(n);
    ma::mix_targets(p, ma::labels(rows.data(), {n, classes}), ma::labels(out.data(), {n, classes}));
    CHECK(first_wrong(p, own, own, out.data()) == -1);
    ma::mix_targets(p, ma::labels(rows.data(), {n, classes}),
                    ma::labels(columns.data(), {n, classes}, {2, 2 * n}));  // by columns, every second
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t c = 0; c < classes; ++c) {
        CHECK(columns[2 * i + 2 * n * c] == out[i * classes + c]);
        CHECK(columns[2 * i + 2 * n * c + 1] == -7.0f);
      }
    ma::mix_targets(p, ma::labels(numbers.data(), {n}), ma::labels(y_out.data(), {n}));
    CHECK(first_wrong(p, own_numbers, own_numbers, y_out.data()) == -1);
    std::vector<float> backwards(n);
    ma::mix_targets(ma::serial{}, p, ma::labels(numbers.data(), {n}), ma::labels(&backwards[n - 1], {n}, {-1}));
    CHECK(std::vector<float>(backwards.rbegin(), backwards.rend()) == y_out);
  });
}

TEST_CASE("labels of a second source, whole or gathered, and of a part of the global batch") {
  auto memory = pixels();
  auto const x = ma::nchw(memory.data(), {n, 3, 8, 8});
  auto const ids = some_ids(n, 5), source = some_ids(source_n, 6);
  auto const own = spread_all(ids, 0.25), others = spread_all(source, 0.25);
  auto const p = ma::make_plan(ma::cutmix{}, ma::inputs(x).source_rows(source_n), ma::key{.seed = 7});
  std::vector<int> fetched;
  for (int i = 0; i < n; ++i) fetched.push_back(source[static_cast<std::size_t>(p.partner[i])]);
  std::vector<float> out(n * classes), gathered(n * classes), soft;
  auto const matrix = [](std::vector<float>& v) { return ma::labels(v.data(), {n, classes}); };
  ma::soft_labels(p, ma::class_ids(ids.data(), {n}), ma::class_ids(source.data(), {source_n}), matrix(out),
                  {.smoothing = 0.25f});
  CHECK(first_wrong(p, own, others, out.data()) == -1);
  ma::soft_labels(p, ma::class_ids(ids.data(), {n}), ma::gathered(ma::class_ids(fetched.data(), {n})), matrix(gathered),
                  {.smoothing = 0.25f});
  CHECK(gathered == out);
  for (auto const& row : others)
    soft.insert(soft.end(), row.begin(), row.end());  // a student's soft labels on one side
  ma::soft_labels(p, ma::class_ids(ids.data(), {n}), ma::labels(soft.data(), {source_n, classes}), matrix(gathered),
                  {.smoothing = 0.25f, .smooth = ma::smooth::self});
  for (std::size_t k = 0; k < out.size(); ++k) CHECK(gathered[k] == doctest::Approx(out[k]).epsilon(1e-6));

  auto const all = ma::make_plan(ma::mixup{}, x, ma::key{.seed = 8});  // the same rows, planned as one part and as two
  ma::soft_labels(all, ma::class_ids(ids.data(), {n}), matrix(out));
  for (int first : {0, n / 2}) {
    auto const half = ma::make_plan(ma::mixup{}, ma::nchw(memory.data(), {n / 2, 3, 8, 8}),
                                    ma::key{.seed = 8, .first = first, .global = n});
    ma::soft_labels(half, ma::class_ids(ids.data() + first, {n / 2}), ma::class_ids(ids.data(), {n}),
                    ma::labels(gathered.data() + first * classes, {n / 2, classes}));
  }
  CHECK(gathered == out);
}

TEST_CASE("a label by hand, and a double matrix without rounding") {
  float pixel[2] = {};
  std::int64_t const swap[] = {1, 0};
  auto const method = with(ma::mixup{}, ma::pairing::given{ma::indices(swap, {2})}, ma::ratio::constant{0.75f});
  auto const p = ma::make_plan(method, ma::features(pixel, {2, 1}), ma::key{});
  int const ids[] = {2, 0};
  double out[8];
  ma::soft_labels(p, ma::class_ids(ids, {2}), ma::labels(out, {2, 4}), {.smoothing = 0.5f});
  double const expected[] = {0.25, 0.125, 0.5, 0.125, 0.5, 0.125, 0.25, 0.125};
  for (int k = 0; k < 8; ++k) CHECK(out[k] == expected[k]);
  bool const yes[] = {true, false};  // the class of a binary task
  ma::soft_labels(p, ma::class_ids(yes, {2}), ma::labels(out, {2, 2}));
  CHECK(out[0] == 0.25);
  CHECK(out[1] == 0.75);
}

namespace {

/// Rows of `count` samples, t (1 - s) + s / C of each number.
std::vector<std::vector<double>> smoothed_rows(std::vector<float> const& rows, double s) {
  std::vector<std::vector<double>> out;
  for (std::size_t i = 0; i < rows.size() / classes; ++i) {
    out.emplace_back();
    for (std::size_t c = 0; c < classes; ++c)
      out.back().push_back(static_cast<double>(rows[i * classes + c]) * (1 - s) + s / classes);
  }
  return out;
}
std::vector<float> one_hot(std::vector<int> const& ids) {
  std::vector<float> rows(ids.size() * classes, 0.0f);
  for (std::size_t i = 0; i < ids.size(); ++i) rows[i * classes + static_cast<std::size_t>(ids[i])] = 1.0f;
  return rows;
}
/// Labels of ids, zeros where the id is `ignored`.
std::vector<std::vector<double>> spread_but(std::vector<int> const& ids, double smoothing, int ignored) {
  std::vector<std::vector<double>> rows;
  for (int id : ids) rows.push_back(id == ignored ? std::vector<double>(classes, 0.0) : spread(id, smoothing));
  return rows;
}

}  // namespace

TEST_CASE("one-hot rows are smoothed as ids are, bit for bit, on both sides and on one") {
  auto memory = pixels();
  auto const x = ma::nchw(memory.data(), {n, 3, 8, 8});
  auto const ids = some_ids(n, 11), far = some_ids(source_n, 12);
  auto const rows = one_hot(ids), far_rows = one_hot(far), soft = test::any_values<float>(n * classes, 13);
  auto const second = ma::make_plan(ma::cutmix{}, ma::inputs(x).source_rows(source_n), ma::key{.seed = 14});
  std::vector<float> out(n * classes), again(n * classes), on_a_device(n * classes);
  auto const matrix = [](std::vector<float>& v) { return ma::labels(v.data(), {n, classes}); };
  for (float smoothing : {0.0f, 0.1f, 0.3f, 0.9f}) {
    CAPTURE(smoothing);
    double const s = static_cast<double>(smoothing);
    test::every_plan(x, {.seed = 3, .step = 5}, 3, [&](char const* name, auto const& p) {
      CAPTURE(name);
      ma::soft_labels(p, ma::class_ids(ids.data(), {n}), matrix(out), {.smoothing = smoothing});
      ma::soft_labels(p, ma::labels(rows.data(), {n, classes}), matrix(again), {.smoothing = smoothing});
      CHECK(again == out);
      ma::mix_targets(p, ma::labels(soft.data(), {n, classes}), matrix(again), {.smoothing = smoothing});
      CHECK(first_wrong(p, smoothed_rows(soft, s), smoothed_rows(soft, s), again.data()) == -1);
      ma::mix_targets(test::emulated_device{}, p, ma::labels(soft.data(), {n, classes}), matrix(on_a_device),
                      {.smoothing = smoothing});
      CHECK(on_a_device == again);
    });
    auto const own = ma::class_ids(ids.data(), {n}), other = ma::class_ids(far.data(), {source_n});
    auto const own_rows = ma::labels(rows.data(), {n, classes}),
               other_rows = ma::labels(far_rows.data(), {source_n, classes});
    ma::soft_labels(second, own, other, matrix(out), {.smoothing = smoothing});
    for (int mixed = 0; mixed < 3; ++mixed) {
      if (mixed == 0) ma::soft_labels(second, own, other_rows, matrix(again), {.smoothing = smoothing});
      if (mixed == 1) ma::soft_labels(second, own_rows, other, matrix(again), {.smoothing = smoothing});
      if (mixed == 2) ma::mix_targets(second, own_rows, other_rows, matrix(again), {.smoothing = smoothing});
      CHECK(again == out);
    }
    ma::soft_labels(second, own, other_rows, matrix(again), {.smoothing = smoothing, .smooth = ma::smooth::self});
    CHECK(first_wrong(second, spread_all(ids, s), spread_all(far, 0), again.data()) == -1);
    ma::soft_labels(second, own, other, matrix(again), {.smoothing = smoothing, .smooth = ma::smooth::source});
    CHECK(first_wrong(second, spread_all(ids, 0), spread_all(far, s), again.data()) == -1);
  }
}

TEST_CASE("an ignored id carries no label: its coefficient adds nothing, whatever the integer") {
  auto memory = pixels();
  auto const x = ma::nchw(memory.data(), {n, 3, 8, 8});
  for (int ignored : {-100, -1, 2, classes, 255}) {
    CAPTURE(ignored);
    auto ids = some_ids(n, 15), far = some_ids(source_n, 16);
    for (std::size_t i = 0; i < ids.size(); i += 3) ids[i] = ignored;
    for (std::size_t i = 1; i < far.size(); i += 2) far[i] = ignored;
    auto const bytes = as<std::uint8_t>(ids);
    std::vector<float> out(n * classes), again(n * classes);
    auto const matrix = [](std::vector<float>& v) { return ma::labels(v.data(), {n, classes}); };
    ma::soft_label_options const o{.smoothing = 0.2f, .ignore_index = ignored};
    test::every_plan(x, {.seed = 4}, 3, [&](char const* name, auto const& p) {
      CAPTURE(name);
      ma::soft_labels(p, ma::class_ids(ids.data(), {n}), matrix(out), o);
      auto const own = spread_but(ids, static_cast<double>(0.2f), ignored);
      CHECK(first_wrong(p, own, own, out.data()) == -1);
      ma::soft_labels(test::emulated_device{}, p, ma::class_ids(ids.data(), {n}), matrix(again), o);
      CHECK(again == out);
      if (ignored < 0) return;  // fits a byte
      ma::soft_labels(p, ma::class_ids(bytes.data(), {n}), matrix(again), o);
      CHECK(again == out);
    });
    auto const second = ma::make_plan(ma::cutmix{}, ma::inputs(x).source_rows(source_n), ma::key{.seed = 14});
    ma::soft_labels(second, ma::class_ids(ids.data(), {n}), ma::class_ids(far.data(), {source_n}), matrix(out),
                    {.ignore_index = ignored});
    CHECK(first_wrong(second, spread_but(ids, 0, ignored), spread_but(far, 0, ignored), out.data()) == -1);
    auto const rows = test::any_values<float>(source_n * classes, 17);
    ma::soft_labels(second, ma::class_ids(ids.data(), {n}), ma::labels(rows.data(), {source_n, classes}), matrix(out),
                    {.ignore_index = ignored});
    CHECK(first_wrong(second, spread_but(ids, 0, ignored), smoothed_rows(rows, 0), out.data()) == -1);
  }
}

TEST_CASE("a missing target makes NaN of what it is used in, and of nothing else") {
  double const nan = std::numeric_limits<double>::quiet_NaN();
  float pixel[4] = {};
  std::int64_t const partners[] = {1, 0, 3, -1};
  auto const given = ma::pairing::given{ma::indices(partners, {4})};
  auto const mixed =
      ma::make_plan(with(ma::mixup{}, given, ma::ratio::constant{0.75f}), ma::features(pixel, {4, 1}), ma::key{});
  auto const pasted =
      ma::make_plan(with(ma::mixup{}, given, ma::ratio::constant{0.0f}), ma::features(pixel, {4, 1}), ma::key{});
  auto const kept =
      ma::make_plan(with(ma::mixup{}, given, ma::ratio::constant{1.0f}), ma::features(pixel, {4, 1}), ma::key{});
  double const y[] = {nan, 8, 4, -0.0};
  auto const is = [&](auto const& p, double a, double b, double c, double d) {
    double const expected[] = {a, b, c, d};
    double out[4], device[4];
    ma::mix_targets(p, ma::labels(y, {4}), ma::labels(out, {4}), {.missing = ma::missing::nan});
    ma::mix_targets(test::emulated_device{}, p, ma::labels(y, {4}), ma::labels(device, {4}),
                    {.missing = ma::missing::nan});
    for (int i = 0; i < 4; ++i) {
      CAPTURE(i);
      CHECK((std::isnan(expected[i])
                 ? std::isnan(out[i]) && std::isnan(device[i])
                 : test::same_bits(out[i], expected[i]) && test::same_bits(device[i], expected[i])));
    }
  };
  is(mixed, nan, nan, 3, -0.0);
  is(pasted, 8, nan, 0.0, -0.0);
  is(kept, nan, 8, 4, -0.0);
  float const rows[] = {1, 2, static_cast<float>(nan), 3, 1, 1, 1, 1};  // two targets a sample, each missing by itself
  float out[8];
  ma::mix_targets(mixed, ma::labels(rows, {4, 2}), ma::labels(out, {4, 2}), {.missing = ma::missing::nan});
  CHECK(std::isnan(out[0]));
  CHECK(out[1] == 2.25f);
  CHECK(std::isnan(out[2]));
  CHECK(out[3] == 2.75f);
}

}  // namespace labels_test
