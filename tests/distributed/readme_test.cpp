// The code of include/mixaug/distributed/README.md.
#include <mixaug/distributed/mpi.hpp>
#include <mixaug/distributed/records.hpp>
#include <mixaug/distributed/statistics.hpp>

#include "distributed/ranks.hpp"

namespace readme_test {

namespace ma = mixaug;

TEST_CASE("a step on several ranks") {
  ma::index_t const n = 2 + test::ranks().rank(), c = 3, h = 8, w = 8, num_classes = 4;
  std::vector<float> pixels(static_cast<std::size_t>(n * c * h * w), 1.0f), mixed(pixels.size());
  std::vector<float> soft(static_cast<std::size_t>(n * num_classes));
  std::vector<std::int64_t> ids(static_cast<std::size_t>(n), 1), partner_ids(ids);
  std::uint64_t const step = 0;

  ma::mpi::world world(MPI_COMM_WORLD);            // after MPI_Init
  auto x = ma::nchw(pixels.data(), {n, c, h, w});  // this rank's rows: n may differ between ranks, and be 0
  auto out = ma::nchw(mixed.data(), {n, c, h, w});
  auto class_ids = ma::class_ids(ids.data(), {n});
  auto targets = ma::features(soft.data(), {n, num_classes});

  auto key = world.key_of({.seed = 42, .step = step}, n);          // first and global, from all ranks' numbers of rows
  auto plan = world.make_plan(ma::cutmix{.alpha = 1.0f}, x, key);  // the rows of one global plan; all ranks agree
  ma::mpi::mix(world, plan, x, out);                               // partners on any rank
  ma::mpi::soft_labels(world, plan, class_ids, targets);
  CHECK(mixed == pixels);
  std::fill(mixed.begin(), mixed.end(), 0.0f);
  ma::mpi::mix(world, plan, ma::pairing::shuffle{}, x, out);
  ma::mpi::soft_labels(world, plan, ma::pairing::shuffle{}, class_ids, targets);
  CHECK(mixed == pixels);

  std::vector<float> each_loss(static_cast<std::size_t>(n), 2.0f);
  auto losses = ma::labels(each_loss.data(), {n});
  auto guesses = class_ids;
  double const step_loss = ma::mpi::mean(world, losses);  // of the losses (n) of all ranks
  double const accuracy = ma::mpi::pair_accuracy(world, plan, guesses, class_ids);
  CHECK(step_loss == 2.0);
  CHECK(accuracy == 1.0);

  auto inputs = world.gather(ma::inputs(x).class_ids(class_ids));
  auto pairs = world.make_plan(with(ma::cutmix{}, ma::pairing::same_class{}), inputs, key);
  CHECK(pairs.rows() == n);

  auto rows = ma::class_ids(partner_ids.data(), {n});
  ma::mpi::fetch(world, plan, class_ids, rows);  // row i: what row i of the plan reads; gathered(rows) for any call
  CHECK(partner_ids == ids);
}

TEST_CASE("tables and records of several ranks") {
  std::vector<float> local(10 + static_cast<std::size_t>(test::ranks().rank())), everything(50);
  for (std::size_t i = 0; i < local.size(); ++i) local[i] = static_cast<float>(i);
  for (std::size_t i = 0; i < everything.size(); ++i) everything[i] = static_cast<float>(i);
  auto labels = ma::labels(static_cast<float const*>(local.data()), {local.size()});
  auto all_labels = ma::labels(static_cast<float const*>(everything.data()), {everything.size()});
  std::vector<std::int64_t> asked = {0, 3}, drawn(2);
  auto queries = ma::indices(static_cast<std::int64_t const*>(asked.data()), {2});
  auto partners = ma::indices(drawn.data(), {2});
  ma::mpi::world world(MPI_COMM_WORLD);
  ma::key key{.seed = 1};

  auto shared = ma::mpi::shared_gaussian_kernel(world, all_labels, {.bandwidth = 0.5});  // one table a machine
  shared.draw(queries, key, partners);
  ma::mpi::gaussian_kernel sharded(world, labels, {.bandwidth = 0.5});  // labels and table in parts, one a rank
  sharded.draw(queries, key, partners);                                 // queries and partners: rows of the whole
  CHECK(drawn[0] >= 0);

  key = world.key_of(key, 2);
  std::vector<float> batch(8, 1.0f), mixed(8), data(4 * local.size(), 1.0f);
  auto x = ma::features(batch.data(), {2, 4}), out = ma::features(mixed.data(), {2, 4});
  auto slice = ma::features(data.data(), {local.size(), 4});
  auto rule = sharded.as_rule(queries, key, partners);  // draws, and gives the plan these partners
  auto pairs = world.make_plan(with(ma::mixup{.alpha = 2.0f}, rule), ma::inputs(x).source_rows(sharded.rows()), key);
  ma::mpi::mix(world, pairs, x, slice, out);  // fetch(world, partners, slice, rows) brings the rows alone
  CHECK(mixed == batch);

  ma::index_t const samples = 20, epoch = 0;
  ma::weight::uncertainty record(samples, {.epochs = 4});
  std::vector<int> told(20, 1);
  auto predictions = ma::class_ids(told.data(), {test::ranks().rank() == 0 ? 20 : 0});
  ma::weight::uncertainty fresh(samples, record.options());
  fresh.record(ma::serial{}, epoch, predictions, predictions);
  ma::mpi::merge(world, fresh);  // what the ranks have recorded of this epoch, on all of them
  record.merge(fresh);
  CHECK(record.u(3) == 0.0);
}

}  // namespace readme_test
