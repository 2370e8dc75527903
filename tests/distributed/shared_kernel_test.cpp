// One kernel table a machine: its draws are those of a table of one process.
#include <mixaug/distributed/shared_gaussian_kernel.hpp>
#include <optional>

#include "distributed/ranks.hpp"

namespace shared_kernel_test {

namespace ma = mixaug;
using ma::index_t;
using test::ranks;

template <class T>
void same_draws(index_t n, index_t d, ma::pairing::kernel_options const& options) {
  INFO("columns " << d << " on rank " << ranks().rank());
  auto const y = test::any_values<T>(n * d, 7);
  auto const labels = [&](index_t rows) { return ma::labels(rows == 0 ? nullptr : y.data(), {rows, d}); };
  ma::pairing::gaussian_kernel const alone(labels(n), options);
  // Only the first rank of the node has labels.
  auto const shared = ma::mpi::shared_gaussian_kernel(ranks(), labels(ranks().rank() == 0 ? n : 0), options);
  auto const copy = shared;
  CHECK(copy.rows() == n);
  CHECK(copy.columns() == d);
  CHECK(copy.bytes() == alone.bytes());
  index_t const m = 50, first = m * ranks().rank();
  std::vector<std::int64_t> queries, a(static_cast<std::size_t>(2 * m)), b(a);
  for (index_t i = 0; i < m; ++i) queries.push_back((first + 3 * i) % n);
  auto const rows = ma::indices(static_cast<std::int64_t const*>(queries.data()), {m});
  auto const pairs = [&](std::vector<std::int64_t>& p) { return ma::row_major(p.data(), ma::extents<2>{m, 2}); };
  ma::key const k{.seed = 3, .step = 5, .first = first};
  alone.draw(rows, k, pairs(a));
  copy.draw(rows, k, pairs(b));
  CHECK(a == b);
  alone.draw_at(labels(m), k, pairs(a));
  copy.draw_at(labels(m), k, pairs(b));
  CHECK(a == b);
}

TEST_CASE("a table in the memory that ranks share, of one to five columns") {
  for (index_t d = 1; d <= 5; ++d) {
    same_draws<float>(700, d, {.bandwidth = 0.1});
    same_draws<double>(300, d, {.bandwidth = 0.05, .with_self = false});
    same_draws<float>(900, d, {.bandwidth = 0.1, .kernel = ma::kernel::tophat});
  }
}

TEST_CASE("a shared table is a pairing rule") {
  index_t const n = 40;
  auto const y = test::any_values<float>(n, 2);
  std::vector<float> x(static_cast<std::size_t>(4 * n));
  auto const shared = ma::mpi::shared_gaussian_kernel(ranks(), ma::labels(y.data(), {n}), {.bandwidth = 0.2});
  ma::pairing::gaussian_kernel const alone(ma::labels(y.data(), {n}), {.bandwidth = 0.2});
  test::part const mine(n, 1);
  ma::key const k{.seed = 4};
  auto const whole = ma::make_plan(with(ma::mixup{}, alone), ma::features(x.data(), {n, 4}), k);
  auto const plan = ranks().make_plan(with(ma::mixup{}, shared), ma::features(mine.of(x, 4), {mine.count, 4}),
                                      ranks().key_of(k, mine.count));
  for (index_t i = 0; i < mine.count; ++i) CHECK(plan.partner[i] == whole.partner[mine.first + i]);
}

/// The ranks as if every second one ran on another node.
struct two_nodes {
  MPI_Comm comm = MPI_COMM_NULL;
  bool first;  ///< this rank is the first of its node
  two_nodes() : first(ranks().rank() < 2) { MPI_Comm_split(ranks().comm(), ranks().rank() % 2, ranks().rank(), &comm); }
  ~two_nodes() { MPI_Comm_free(&comm); }
};

TEST_CASE("several nodes: a table on each, the draws of one process") {
  index_t const n = 600, m = 40;
  for (index_t d : {1, 3, 5}) {
    auto const y = test::any_values<float>(n * d, 5);
    auto const labels = [&](index_t rows) { return ma::labels(rows == 0 ? nullptr : y.data(), {rows, d}); };
    ma::pairing::gaussian_kernel const alone(labels(n), {.bandwidth = 0.1});
    std::optional<ma::pairing::gaussian_kernel> shared;
    {
      two_nodes const nodes;  // its communicators are freed before the table
      shared = ma::mpi::shared_gaussian_kernel(ranks(), nodes.comm, labels(nodes.first ? n : 0), {.bandwidth = 0.1});
    }
    std::vector<std::int64_t> queries, a(static_cast<std::size_t>(m)), b(a);
    for (index_t i = 0; i < m; ++i) queries.push_back((11 * i + ranks().rank()) % n);
    auto const rows = ma::indices(static_cast<std::int64_t const*>(queries.data()), {m});
    ma::key const k{.seed = 3, .first = m * ranks().rank()};
    alone.draw(rows, k, ma::indices(a.data(), {m}));
    shared->draw(rows, k, ma::indices(b.data(), {m}));
    CHECK(a == b);
    CHECK(shared->bytes() == alone.bytes());
    CHECK(shared->rows() == n);
  }
}

TEST_CASE("labels that differ between nodes, and what one node refuses") {
  if (ranks().size() == 1) return;
  two_nodes const nodes;
  std::vector<float> y = {1.0f, ranks().rank() == 1 ? 3.0f : 2.0f};
  auto const build = [&](MPI_Comm comm, double bandwidth) {
    return test::refused(
        [&] { ma::mpi::shared_gaussian_kernel(ranks(), comm, ma::labels(y.data(), {2}), {.bandwidth = bandwidth}); });
  };
  CHECK(build(nodes.comm, 1.0).find("the labels or options of rank 1, each the first of a node, are not") !=
        std::string::npos);
  y[1] = 2.0f;
  CHECK(build(nodes.comm, ranks().rank() == 1 ? 2.0 : 1.0).find("the labels or options of rank 1") !=
        std::string::npos);
  CHECK(build(nodes.comm, 1.0) == "");
  y[1] = ranks().rank() == 1 ? HUGE_VALF : 2.0f;
  CHECK(build(nodes.comm, 1.0) == "mixaug: on rank 1: label 1 is inf; expected a finite number");
  y[1] = 2.0f;
  CHECK(build(ranks().rank() == 1 ? MPI_COMM_NULL : nodes.comm, 1.0).find("on rank 1: the communicator of the ranks") !=
        std::string::npos);
  CHECK(build(nodes.comm, 1.0) == "");
}

TEST_CASE("what the first rank of a node refuses, all refuse") {
  std::vector<float> const y = {1.0f, HUGE_VALF};
  CHECK(test::refused([&] {
          ma::mpi::shared_gaussian_kernel(ranks(), ma::labels(y.data(), {2}), {.bandwidth = 1.0});
        }) == "mixaug: on rank 0: label 1 is inf; expected a finite number");
}

}  // namespace shared_kernel_test
