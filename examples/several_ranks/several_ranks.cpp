// SPDX-License-Identifier: MIT
// Data-parallel training over MPI with one global plan and one kernel table over the ranks. It trains three times: on
// one rank alone, on all ranks, and on all ranks for an epoch, after which a smaller number of them resumes from what
// was saved. Plans must be equal bit for bit, losses within the rounding of float sums.
//   ./examples/run several_ranks --ranks 4 [--images N] [--batch N] [--epochs N]

#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <mixaug/distributed/mpi.hpp>
#include <stdexcept>
#include <string>

#include "several_ranks/training.hpp"
#include "support/drawn_images.hpp"

namespace {

namespace ma = mixaug;

struct run_options {
  example::rank_budget budget;
  std::string folder = "several_ranks.saved";
};

run_options read_options(int argc, char const* const* argv) {
  run_options o;
  for (int i = 1; i < argc; i += 2) {
    std::string const name = argv[i];
    if (i + 1 == argc) throw std::runtime_error(name + " needs a value");
    auto const number = std::atoll(argv[i + 1]);
    if (name == "--images")
      o.budget.images = number;
    else if (name == "--batch")
      o.budget.batch = number;
    else if (name == "--epochs")
      o.budget.epochs = static_cast<int>(number);
    else if (name == "--folder")
      o.folder = argv[i + 1];
    else
      throw std::runtime_error("unknown option " + name + "; there are --images, --batch, --epochs and --folder");
  }
  if (o.budget.images < 1 || o.budget.batch < 1 || o.budget.epochs < 2)
    throw std::runtime_error("at least one image, one image a batch and two epochs");
  return o;
}

// The largest difference of two histories' losses, relative; throws where a plan differs.
double difference(example::rank_history const& a, example::rank_history const& b, char const* what) {
  if (a.plans != b.plans) throw std::runtime_error(std::string("the plans of ") + what + " are not those of one rank");
  double most = 0.0;
  for (std::size_t k = 0; k < a.losses.size(); ++k)
    most = std::max(most, std::fabs(a.losses[k] - b.losses[k]) / std::max(1e-3, std::fabs(a.losses[k])));
  return most;
}

void run(ma::mpi::world const& all, run_options const& o) {
  auto const images = example::draw_images(o.budget.images, 32, 1);
  example::rank_history alone, together, resumed;
  {
    ma::mpi::world const one(MPI_COMM_SELF);
    example::rank_training(one, images, o.budget).run(o.budget.epochs, alone);
  }
  example::rank_training(all, images, o.budget).run(o.budget.epochs, together);

  // Stopped after an epoch; gone on with on half the ranks.
  all.agree(all.rank() != 0 ? nullptr : ma::detail::caught([&] { std::filesystem::create_directories(o.folder); }));
  {
    example::rank_training first(all, images, o.budget);
    first.run(1, resumed);
    first.save(o.folder);
  }
  int const fewer = (all.size() + 1) / 2;
  MPI_Comm comm = MPI_COMM_NULL;
  MPI_Comm_split(all.comm(), all.rank() < fewer ? 0 : MPI_UNDEFINED, all.rank(), &comm);
  if (comm == MPI_COMM_NULL) return;
  ma::mpi::world const some(comm);
  MPI_Comm_free(&comm);
  auto budget = o.budget;
  budget.table_seed = 0;  // that of the saved run comes with load
  example::rank_training second(some, images, budget);
  second.load(o.folder);
  second.run(o.budget.epochs, resumed);

  double const by_ranks = difference(alone, together, "all ranks"),
               by_resuming = difference(alone, resumed, "a resumed run");
  if (all.rank() == 0) {
    std::printf("%zu steps on %d ranks; resumed on %d\n", alone.losses.size(), all.size(), fewer);
    std::printf("loss of the first and the last step      %.4f  %.4f\n", alone.losses.front(), alone.losses.back());
    std::printf("plans, partners, weights                 equal, bit for bit\n");
    std::printf("losses of all ranks, largest difference  %.1e relative\n", by_ranks);
    std::printf("losses of the resumed run                %.1e relative\n", by_resuming);
  }
  if (by_ranks > 1e-3 || by_resuming > 1e-3) throw std::runtime_error("losses differ by more than float sums do");
}

}  // namespace

int main(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  at::set_num_threads(1);
  int failed = 0;
  try {
    run(ma::mpi::world(MPI_COMM_WORLD), read_options(argc, argv));
  } catch (std::exception const& e) {
    std::fprintf(stderr, "several_ranks: %s\n", e.what());
    failed = 1;
  }
  if (failed != 0) MPI_Abort(MPI_COMM_WORLD, failed);
  MPI_Finalize();
  return 0;
}
