// What a world and a table keep from step to step: the second step allocates nothing. Counted are calls of operator new
// alone, which MPI, a library in C, does not call.
#include <mixaug/distributed/statistics.hpp>

#include "distributed/ranks.hpp"

namespace allocation_test {

namespace ma = mixaug;
using ma::index_t;
using test::ranks;

/// Calls of operator new on this rank in the second of two equal calls.
long in_second(auto const& act) {
  act();
  long const before = test::news();
  act();
  return test::news() - before;
}

template <class M>
void allocates_once(char const* name, M const& method) {
  INFO(std::string(name) << " on rank " << ranks().rank());
  index_t const n = 7 + ranks().rank(), classes = 3, size = 3 * 6 * 5;
  auto pixels = test::any_values<float>(n * size, 1), mixed = pixels;
  std::vector<float> soft(static_cast<std::size_t>(2 * n * classes)), out(soft.size());
  std::vector<int> ids(static_cast<std::size_t>(n), 1), partner_ids(ids);
  auto const x = ma::nchw(pixels.data(), {n, 3, 6, 5}), to = ma::nchw(mixed.data(), {n, 3, 6, 5});
  auto const y = ma::class_ids(ids.data(), {n});
  ma::plan_of<M> plan;
  CHECK(in_second([&] {
          auto const in = ranks().gather(ma::inputs(x).class_ids(y).targets(ma::labels(pixels.data(), {n})));
          auto const key = ranks().key_of({.seed = 3}, n);
          ranks().make_plan(method, in, key, plan);
        }) == 0);
  CHECK(in_second([&] {
          ma::mpi::mix(ranks(), plan, x, to);
          ma::mpi::mix(ranks(), plan, x, to, ma::mpi::fetch_options{});
        }) == 0);
  CHECK(in_second([&] { ma::mpi::mix(ranks(), plan, ma::pairing::shuffle{}, x, to); }) == 0);
  auto const targets = ma::labels(soft.data(), {n, classes}), place = ma::labels(out.data(), {n, classes});
  CHECK(in_second([&] {
          ma::mpi::soft_labels(ranks(), plan, y, targets);
          ma::mpi::soft_labels(ranks(), plan, ma::pairing::shuffle{}, y, targets);
        }) == 0);
  CHECK(in_second([&] { ma::mpi::mix_targets(ranks(), plan, targets, place); }) == 0);
  CHECK(in_second([&] { ma::mpi::fetch(ranks(), plan, y, ma::class_ids(partner_ids.data(), {n})); }) == 0);
}

TEST_CASE("the second step of a shape allocates nothing") {
  long const before = test::news();
  ::operator delete(::operator new(8));
  CHECK(test::news() == before + 1);
  allocates_once("mixup", ma::mixup{});
  allocates_once("cutmix", ma::cutmix{});
  allocates_once("one of two", ma::one_of(ma::cutmix{}, ma::mixup{}));
}

TEST_CASE("the second draw of a sharded table allocates nothing, nor do statistics") {
  index_t const n = 300, m = 40;
  auto const y = test::any_values<float>(n, 4 + static_cast<std::uint64_t>(ranks().rank()));
  std::vector<std::int64_t> queries, partners(static_cast<std::size_t>(2 * m));
  for (index_t i = 0; i < m; ++i) queries.push_back((7 * i + ranks().rank()) % n);
  auto const rows = ma::indices(static_cast<std::int64_t const*>(queries.data()), {m});
  auto const pairs = ma::row_major(partners.data(), ma::extents<2>{m, 2});
  // The second bandwidth is so narrow that without self partners are found by walks.
  for (double h : {0.1, 1e-6}) {
    ma::mpi::gaussian_kernel const table(ranks(), ma::labels(y.data(), {n}), {.bandwidth = h, .with_self = false});
    CHECK(in_second([&] { table.draw(rows, {.seed = 1}, pairs); }) == 0);
    CHECK(in_second([&] { table.draw_at(ma::labels(y.data(), {m}), {.seed = 1}, pairs); }) == 0);
  }
  ma::weight::cvar tail({.fraction = 0.3});
  std::vector<float> weights(static_cast<std::size_t>(m));
  auto const losses = ma::labels(y.data(), {m});
  CHECK(in_second([&] {
          ma::mpi::weights(ranks(), ma::serial{}, tail, losses, ma::row_major(weights.data(), ma::extents<1>{m}));
        }) == 0);
}

}  // namespace allocation_test
