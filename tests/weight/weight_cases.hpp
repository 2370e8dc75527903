#pragma once
#include <doctest/doctest.h>

#include <cmath>
#include <mixaug/weight/cvar.hpp>
#include <mixaug/weight/effective_number.hpp>
#include <mixaug/weight/group_dro.hpp>
#include <mixaug/weight/inverse_frequency.hpp>
#include <mixaug/weight/just_train_twice.hpp>

#include "reference/weight_reference.hpp"
#include "support/memory.hpp"
#include "support/values.hpp"

/// Weights on a backend: what the references give, and the bits of serial.
namespace test {

namespace w = ma::weight;
using index_t = ma::index_t;

inline bool near(std::vector<double> const& got, std::vector<long double> const& expected, double relative) {
  bool good = got.size() == expected.size();
  for (std::size_t i = 0; good && i < got.size(); ++i)
    good = std::fabs(got[i] - static_cast<double>(expected[i])) <=
           relative * (1 + std::fabs(static_cast<double>(expected[i])));
  return good;
}
template <class Be>
auto list_room(index_t n) {
  return room<Be>(ma::weights<double>(nullptr, {n}));
}

/// One batch of visits: by id (with ids that come twice) or in a range.
struct visits {
  index_t epoch, first;  // first row, or -1: by id
  std::vector<std::int64_t> ids, labels;
  std::vector<std::int32_t> predictions;
};
inline std::vector<visits> any_visits(index_t rows, index_t epochs, std::uint64_t seed) {
  stream s(seed);
  std::vector<visits> all;
  for (index_t e = 0; e < epochs; ++e)
    for (int part = 0; part < 3; ++part) {
      index_t const n = part == 2 ? 1 + s.below(2 * rows) : 1 + s.below(rows / 2);
      visits v{e, part == 1 ? s.below(rows - n + 1) : -1, {}, {}, {}};
      for (index_t i = 0; i < n; ++i) {
        v.ids.push_back(v.first < 0 ? s.below(part == 2 && e % 2 == 0 ? (rows + 3) / 4 : rows) : v.first + i);
        v.labels.push_back(s.below(3)), v.predictions.push_back(static_cast<std::int32_t>(s.below(3)));
      }
      all.push_back(v);
    }
  return all;
}

template <class Be>
w::uncertainty_of<Be::memory> recorded(Be const& be, index_t rows, w::uncertainty_options const& o,
                                       std::vector<visits> const& all) {
  w::uncertainty_of<Be::memory> r(be, rows, o);
  for (visits const& v : all) {
    auto const n = static_cast<index_t>(v.ids.size());
    auto ids = place<Be>(ma::indices<std::int64_t>(nullptr, {n}), v.ids);
    auto labels = place<Be>(ma::class_ids<std::int64_t>(nullptr, {n}, {v.epoch % 2 + 1}), v.labels);
    auto predictions = place<Be>(ma::class_ids<std::int32_t>(nullptr, {n}), v.predictions, v.epoch % 5);
    if (v.first < 0)
      r.record(be, v.epoch, ids.view(), predictions.view(), labels.view());
    else
      r.record(be, v.epoch, predictions.view(), labels.view(), v.first);
  }
  return r;
}
template <class Be, class Source>
std::vector<double> all_weights(Be const& be, Source const& s) {
  auto out = list_room<Be>(s.rows());
  s.weights(be, out.view());
  return out.read();
}
template <class Be, class Source>
std::vector<float> some_weights(Be const& be, Source const& s, std::vector<std::int32_t> const& ids) {
  auto const n = static_cast<index_t>(ids.size());
  auto in = place<Be>(ma::class_ids<std::int32_t>(nullptr, {n}), ids);
  auto out = room<Be>(ma::labels<float>(nullptr, {n}, {3}));
  s.weights(be, in.view(), out.view());
  CHECK(out.intact());
  return out.read();
}

template <class Be>
void check_record(Be const& be, index_t rows, index_t epochs, w::unvisited policy) {
  CAPTURE(rows);
  CAPTURE(epochs);
  bool const ignore = policy == w::unvisited::ignore;
  w::uncertainty_options o{.first_epoch = 1, .epochs = epochs, .eta = 3.7, .c = 1, .unvisited = policy};
  auto const all = any_visits(rows, 7, static_cast<std::uint64_t>(rows + epochs));
  reference::trajectory paper{rows, 1, epochs};
  for (visits const& v : all)
    for (std::size_t i = 0; i < v.ids.size(); ++i) paper.visit(v.epoch, v.ids[i], v.predictions[i] == v.labels[i]);
  auto const r = recorded(be, rows, o, all), same = recorded(be, rows, o, all);
  auto const host = recorded(ma::serial{}, rows, o, all);
  CHECK(r.recorded() == std::min<index_t>(6, epochs));
  std::vector<long double> expected;
  for (index_t i = 0; i < rows; ++i) expected.push_back(paper.weight(i, ignore, 3.7L, 1));
  // counters of the smallest windows saturate where ids come often: then the reference counts more than they hold
  if (!ignore || epochs > 15) CHECK(near(all_weights(be, r), expected, 1e-15));
  CHECK(first_difference(all_weights(be, r), all_weights(ma::serial{}, host)) == -1);
  CHECK(first_difference(all_weights(be, r), all_weights(be, same)) == -1);
  std::vector<std::int32_t> ids;
  for (index_t i = 0; i < rows; i += 3) ids.push_back(static_cast<std::int32_t>(rows - 1 - i)), ids.push_back(0);
  auto const some = some_weights(be, r, ids);
  for (std::size_t k = 0; k < ids.size(); ++k) CHECK(some[k] == host.weight(ids[k]));
  o.normalise = w::normalise::mean_one;
  auto scaled = recorded(be, rows, o, all);
  auto scaled_host = recorded(ma::serial{}, rows, o, all);
  scaled.fit(be), scaled_host.fit(ma::serial{});
  auto const ones = all_weights(be, scaled);
  CHECK(first_difference(ones, all_weights(ma::serial{}, scaled_host)) == -1);
  double mean = 0;
  for (double v : ones) mean += v / static_cast<double>(rows);
  CHECK(mean == doctest::Approx(1).epsilon(1e-12));
}

}  // namespace test

TEST_CASE_TEMPLATE_DEFINE("UMIX: counters of every width give the paper's weights, and the bits of serial", Backend,
                          same_records) {
  using enum ma::weight::unvisited;
  for (auto const policy : {as_wrong, ignore})
    for (test::index_t const epochs : {1, 5, 15, 16, 255, 256, 300}) test::check_record(Backend{}, 70, epochs, policy);
  test::check_record(Backend{}, 9000, 5, as_wrong);
  test::check_record(Backend{}, 13001, 20, ignore);
}

TEST_CASE_TEMPLATE_DEFINE("JTT: the error set of predictions, and of a record", Backend, same_errors) {
  test::index_t const n = 5000;
  std::vector<std::int32_t> p, y;
  test::stream s(3);
  for (test::index_t i = 0; i < n; ++i)
    p.push_back(static_cast<std::int32_t>(s.below(4))), y.push_back(static_cast<std::int32_t>(s.below(4)));
  Backend const be;
  auto a = test::place<Backend>(ma::class_ids<std::int32_t>(nullptr, {n}), p),
       b = test::place<Backend>(ma::class_ids<std::int32_t>(nullptr, {n}), y);
  using twice = ma::weight::just_train_twice_of<Backend::memory>;
  twice const direct(be, a.view(), b.view(), {.lambda_up = 20});
  ma::weight::uncertainty_of<Backend::memory> record(be, n, {.first_epoch = 4});
  for (test::index_t e = 0; e < 8; ++e) record.record(be, e, (e == 4 ? a : b).view(), b.view());
  twice const last(std::move(record), {.lambda_up = 20});
  auto const all = test::all_weights(be, direct);
  CHECK(test::first_difference(all, test::all_weights(be, last)) == -1);
  for (std::size_t i = 0; i < all.size(); ++i) REQUIRE(all[i] == (p[i] == y[i] ? 1.0 : 20.0));
  ma::weight::uncertainty_of<Backend::memory> first_half(be, n, {.epochs = 2});
  first_half.record(be, 0, b.view(), b.view()), first_half.record(be, 1, a.view(), b.view());  // u = 0.5 where wrong
  twice const above(std::move(first_half), {.lambda_up = 20});
  CHECK(test::all_weights(be, above) == std::vector<double>(all.size(), 1.0));
  CHECK(test::some_weights(be, last, {17, 4999}) ==
        std::vector<float>{static_cast<float>(all[17]), static_cast<float>(all[4999])});
}
