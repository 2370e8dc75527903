// The table that lies on several ranks draws what the table of one process draws, bit for bit.
#include <algorithm>
#include <cmath>
#include <mixaug/distributed/gaussian_kernel.hpp>
#include <mixaug/kernel/gaussian_kernel.hpp>

#include "distributed/ranks.hpp"

namespace sharded_kernel_test {

namespace ma = mixaug;
using ma::index_t;
using test::ranks;
using options = ma::pairing::kernel_options;

/// Labels of several shapes.
template <class T>
std::vector<T> labels_of(std::string const& shape, index_t n) {
  test::stream s(static_cast<std::uint64_t>(n) + shape.size());
  std::vector<T> y;
  for (index_t i = 0; i < n; ++i) {
    double const u = s.unit();
    double v = u;
    if (shape == "ties") v = std::floor(8 * u) / 8;
    if (shape == "constant") v = 3.5;
    if (shape == "skewed") v = std::exp(12 * u * u);
    if (shape == "outliers") v = i % 97 == 0 ? (u < 0.5 ? -1.0 : 1.0) * std::exp(10 * u) : 0.01 * u;
    if (shape == "half ties") v = u < 0.5 ? 0.25 : u;
    if (shape == "zeros") v = i % 2 == 0 ? -0.0 : 0.0;
    if (shape == "sorted") v = static_cast<double>(i) / static_cast<double>(n);
    y.push_back(static_cast<T>(v));
  }
  return y;
}

/// The split of the next case.
int next_split = 0;

/// Draws of every row, and of values beside the labels, k partners each, on every split.
template <class T>
void same_draws(std::string const& shape, index_t n, options const& o,
                ma::detail::kernel_line_tuning const& tuning = {}, index_t slots = 2) {
  INFO(shape << " " << n << " h " << o.bandwidth << " rank " << ranks().rank());
  auto const y = labels_of<T>(shape, n);
  ma::detail::one_thread const be;
  ma::tensor_view<T const, 1> const all = ma::labels(y.data(), {n});
  ma::detail::sorted_table<T> const alone(all, o, be, tuning);
  ma::key const k{.seed = 11, .step = 2};
  std::vector<std::int64_t> rows, expected(static_cast<std::size_t>(n * slots)), at_values(expected);
  std::vector<T> values;
  for (index_t i = 0; i < n; ++i) {
    rows.push_back((7 * i + 3) % n);
    values.push_back(
        static_cast<T>(static_cast<double>(y[static_cast<std::size_t>(i)]) * (i % 3 == 0 ? 1.0 : 1.01) - 0.003));
  }
  values[0] = static_cast<T>(-1e6);
  values[static_cast<std::size_t>(n - 1)] = static_cast<T>(1e6);
  auto const matrix = [&](std::vector<std::int64_t>& p) { return ma::row_major(p.data(), ma::extents<2>{n, slots}); };
  ma::detail::kernel_draw_items<T> by_row{
      {alone.view(), k, ma::indices(static_cast<std::int64_t const*>(rows.data()), {n}), {}, matrix(expected)}};
  be.items(by_row.count(), by_row);
  ma::detail::kernel_draw_items<T> by_value{
      {alone.view(), k, {}, ma::labels(static_cast<T const*>(values.data()), {n}), matrix(at_values)}};
  be.items(by_value.count(), by_value);

  ++next_split;
  for (int how = 0; how < test::splits; ++how) {
    if (how != next_split % test::splits && shape != "uniform") continue;  // each shape on one split, in turns
    INFO("split " << how);
    test::part const mine(n, how), asked(n, (how + 1) % test::splits);
    ma::detail::sharded_table<T> const table(
        ranks().shared(), ma::labels(mine.count == 0 ? nullptr : y.data() + mine.first, {mine.count}), o, tuning);
    CHECK(table.rows() == n);
    index_t const held[2] = {table.held(), table.held()};
    index_t sum = 0, most = 0;
    MPI_Allreduce(held, &sum, 1, MPI_INT64_T, MPI_SUM, ranks().comm());
    MPI_Allreduce(held, &most, 1, MPI_INT64_T, MPI_MAX, ranks().comm());
    CHECK(sum == n);
    CHECK(most <= n / ranks().size() + n / 64 + ranks().size());  // balanced, however the labels lie
    auto list = ranks().shared()->list<ma::detail::shard_query<T>>(), list_of_values = list;
    auto wanted = ranks().shared()->list<index_t>();
    wanted.assign(rows.begin() + asked.first, rows.begin() + asked.first + asked.count);
    auto const labels = ma::detail::labels_of_rows(table, wanted);
    for (index_t i = 0; i < asked.count; ++i) {
      std::size_t const at = static_cast<std::size_t>(i);
      list.push_back({labels[at], wanted[at], asked.first + i});
      list_of_values.push_back({values[static_cast<std::size_t>(asked.first + i)], -1, asked.first + i});
    }
    auto const drawn = ma::detail::partners_of(table, k, list, slots);
    auto const from = expected.begin() + asked.first * slots;
    CHECK(std::equal(drawn.begin(), drawn.end(), from, from + asked.count * slots));
    auto const drawn_at = ma::detail::partners_of(table, k, list_of_values, slots);
    auto const from_at = at_values.begin() + asked.first * slots;
    CHECK(std::equal(drawn_at.begin(), drawn_at.end(), from_at, from_at + asked.count * slots));
  }
}

TEST_CASE("sharded draws are those of one process: alias tables, scanned windows, ties, skew") {
  for (std::string shape : {"uniform", "ties", "constant", "skewed", "half ties", "zeros", "sorted"}) {
    same_draws<float>(shape, 3000, {.bandwidth = 0.1});
    same_draws<double>(shape, 900, {.bandwidth = 0.02, .with_self = false});
  }
  same_draws<float>("uniform", 20000, {.bandwidth = 1e-3}, {}, 1);
  same_draws<float>("uniform", 2000, {.bandwidth = 50.0});
  same_draws<double>("skewed", 4000, {.bandwidth = 30.0, .with_self = false});
}

TEST_CASE("distant queries: lone outliers, without self, narrow bandwidths") {
  same_draws<float>("outliers", 2000, {.bandwidth = 1e-3, .with_self = false});
  same_draws<double>("outliers", 2000, {.bandwidth = 0.05, .with_self = false}, {}, 3);
  same_draws<float>("uniform", 500, {.bandwidth = 1e-6, .with_self = false});
  same_draws<double>("sorted", 700, {.bandwidth = 1e-300, .with_self = false});
  same_draws<float>("outliers", 30000, {.bandwidth = 0.3, .with_self = false}, {}, 1);  // walks over many labels
}

TEST_CASE("a uniform kernel") {
  for (std::string shape : {"uniform", "ties", "outliers", "half ties"}) {
    same_draws<float>(shape, 2000, {.bandwidth = 0.05, .kernel = ma::kernel::tophat});
    same_draws<double>(shape, 1500, {.bandwidth = 1e-4, .kernel = ma::kernel::tophat, .with_self = false});
  }
}

TEST_CASE("every path of the table, reached by its parameters") {
  same_draws<float>("sorted", 1500, {.bandwidth = 0.01}, {.width = 1.0 / 16, .scan_most = 8});
  same_draws<float>("sorted", 1500, {.bandwidth = 0.2}, {.width = 1.0 / 16});  // windows of too many cells
  same_draws<double>("half ties", 1000, {.bandwidth = 0.05, .with_self = false}, {.reach = 1.0, .scan_most = 4});
  same_draws<float>("skewed", 1000, {.bandwidth = 5.0}, {.reach = 2.0, .scan_most = 0});
}

TEST_CASE("few labels, and more than one call can count") {
  for (index_t n : {1, 2, 3, 5, 17}) {
    same_draws<float>("uniform", n, {.bandwidth = 0.1});
    same_draws<double>("ties", n, {.bandwidth = 0.1, .with_self = false});
  }
  ranks().shared()->most = 64 * ranks().size();
  same_draws<float>("uniform", 900, {.bandwidth = 0.05, .with_self = false});
  ranks().shared()->most = INT32_MAX;
}

TEST_CASE("the public table: partners (m) and (m, k), rows of any rank, a plan of the drawn rows") {
  index_t const n = 500, m = 60;
  auto const y = labels_of<double>("uniform", n);
  ma::pairing::gaussian_kernel const alone(ma::labels(y.data(), {n}), {.bandwidth = 0.05});
  test::part const mine(n, 1), asked(m, 0);
  auto const labels = ma::labels(mine.count == 0 ? nullptr : y.data() + mine.first, {mine.count});
  auto world = std::make_unique<ma::mpi::world>(MPI_COMM_WORLD);
  ma::mpi::gaussian_kernel const table(*world, labels, {.bandwidth = 0.05});
  world = nullptr;  // the table keeps its communicator
  CHECK(table.rows() == n);
  CHECK(table.bytes() > 0);
  std::vector<std::int64_t> rows, a(static_cast<std::size_t>(m)), b(a), pairs(static_cast<std::size_t>(3 * m)),
      same(pairs);
  for (index_t i = 0; i < m; ++i) rows.push_back(i * 8);
  auto const all = ma::indices(static_cast<std::int64_t const*>(rows.data()), {m});
  auto const part = ma::indices(static_cast<std::int64_t const*>(rows.data()) + asked.first, {asked.count});
  ma::key const k{.seed = 9, .step = 4}, key{.seed = 9, .step = 4, .first = asked.first};
  alone.draw(all, k, ma::indices(a.data(), {m}));
  table.draw(part, key, ma::indices(b.data(), {asked.count}));
  CHECK(std::equal(b.begin(), b.begin() + asked.count, a.begin() + asked.first));
  alone.draw(all, k, ma::row_major(pairs.data(), ma::extents<2>{m, 3}));
  table.draw(part, key, ma::row_major(same.data(), ma::extents<2>{asked.count, 3}));
  CHECK(std::equal(same.begin(), same.begin() + 3 * asked.count, pairs.begin() + 3 * asked.first));
  alone.draw_at(ma::labels(y.data(), {m}), k, ma::indices(a.data(), {m}));
  table.draw_at(ma::labels(y.data() + asked.first, {asked.count}), key, ma::indices(b.data(), {asked.count}));
  CHECK(std::equal(b.begin(), b.begin() + asked.count, a.begin() + asked.first));

  // C-Mixup of a sharded data set: partners from the table, their rows from the ranks that hold them.
  std::vector<float> data = test::any_values<float>(n * 4, 3), x, out(static_cast<std::size_t>(4 * m)), mixed(out);
  for (std::int64_t row : rows) x.insert(x.end(), data.begin() + row * 4, data.begin() + row * 4 + 4);
  auto const view = [](float* p, index_t count) { return ma::features(p, {count, 4}); };
  auto const whole =
      ma::make_plan(with(ma::mixup{}, alone), ma::inputs(view(x.data(), m)).index(all).source_rows(n), k);
  ma::apply(whole, view(x.data(), m), view(data.data(), n), view(out.data(), m));
  std::fill(b.begin(), b.end(), -7);
  auto const drawn = table.as_rule(part, key, ma::indices(b.data(), {asked.count}));
  auto const here = view(x.data() + 4 * asked.first, asked.count);
  auto const plan =
      ranks().make_plan(with(ma::mixup{}, drawn), ma::inputs(here).source_rows(n), ranks().key_of(k, asked.count));
  ma::mpi::mix(ranks(), plan, here, view(mine.count == 0 ? nullptr : data.data() + 4 * mine.first, mine.count),
               view(mixed.data(), asked.count));
  CHECK(std::equal(mixed.begin(), mixed.begin() + 4 * asked.count, out.begin() + 4 * asked.first));
}

TEST_CASE("a sharded table refuses, on all ranks") {
  int const last = ranks().size() - 1;
  bool const odd = ranks().rank() == last;
  std::string const who = "mixaug: on rank " + std::to_string(last) + ": ";
  std::vector<float> y = {1.0f, odd ? HUGE_VALF : 2.0f};
  auto const make = [&](index_t n, options const& o) {
    ma::mpi::gaussian_kernel(ranks(), ma::labels(y.data(), {n}), o);
  };
  CHECK(test::refused([&] { make(2, {.bandwidth = 1.0}); }) ==
        who + "label " + std::to_string(2 * last + 1) + " is inf; expected a finite number");
  CHECK(test::refused([&] { make(0, {.bandwidth = 1.0}); }).find("the number of labels of all ranks is 0") !=
        std::string::npos);
  CHECK(test::refused([&] { make(1, {.bandwidth = odd ? -1.0 : 1.0}); }).find(who + "the kernel's bandwidth is -1") ==
        0);
  if (last > 0)
    CHECK(test::refused([&] { make(1, {.bandwidth = odd ? 2.0 : 1.0}); }).find("the kernel's bandwidth of rank") !=
          std::string::npos);
  y[1] = 2.0f;
  ma::mpi::gaussian_kernel const table(ranks(), ma::labels(y.data(), {2}), {.bandwidth = 1.0});
  std::int64_t query = odd ? 2 * ranks().size() : 0, partner = 0;
  auto const draw = [&](ma::key const& k) {
    table.draw(ma::indices(static_cast<std::int64_t const*>(&query), {1}), k, ma::indices(&partner, {1}));
  };
  CHECK(test::refused([&] { draw({}); }).find(who + "queries(0) is " + std::to_string(2 * ranks().size())) == 0);
  query = 0;
  if (last > 0)
    CHECK(test::refused([&] { draw({.step = odd ? 1u : 0u}); }).find("key.step is 0 on rank 0 and 1") !=
          std::string::npos);
  draw({});
  CHECK(partner >= 0);
  double const wrong = 1.0;
  CHECK(test::refused([&] {
          table.draw_at(ma::labels(&wrong, {1}), {}, ma::indices(&partner, {1}));
        }).find("the queries are of another type") != std::string::npos);
}

}  // namespace sharded_kernel_test
