// What no test program survives, run by faults.sh: faults uninitialised | killed FILE | read FILE.
#include <csignal>
#include <cstdio>
#include <cstring>
#include <mixaug/distributed/mpi.hpp>
#include <mixaug/mixaug.hpp>
#include <mixaug/weight/record_file.hpp>
#include <vector>

namespace ma = mixaug;

namespace {

constexpr ma::index_t rows = 1 << 16;

/// A world without MPI_Init, and after MPI_Finalize, is refused by a sentence.
int uninitialised(int argc, char** argv) {
  auto const refused = [](char const* sentence) {
    try {
      ma::mpi::world w;
    } catch (ma::invalid_argument const& e) {
      return std::strstr(e.what(), sentence) != nullptr;
    }
    return false;
  };
  bool const before = refused("MPI is not initialised; call MPI_Init");
  MPI_Init(&argc, &argv);
  ma::mpi::world* const kept = new ma::mpi::world;  // outlives MPI, and must not touch it then
  MPI_Finalize();
  bool const after = refused("MPI is finalised");
  delete kept;
  return before && after ? 0 : 1;
}

/// Mixes, and saves a record at each step, until the last rank is killed in the third.
int killed(int argc, char** argv, char const* path) {
  MPI_Init(&argc, &argv);
  ma::mpi::world const w;
  std::vector<float> x(4 * 3 * 16), out(x.size());
  auto const view = ma::nchw(x.data(), {4, 3, 4, 4});
  ma::weight::uncertainty record(rows, {.epochs = 9});
  std::vector<int> const ones(rows, 1);
  for (int step = 0; step < 1000; ++step) {
    if (step == 3 && w.rank() + 1 == w.size()) std::raise(SIGKILL);
    auto const plan = w.make_plan(ma::cutmix{}, view, w.key_of({.step = static_cast<std::uint64_t>(step)}, 4));
    ma::mpi::mix(w, plan, view, ma::nchw(out.data(), {4, 3, 4, 4}));
    if (w.rank() == 0 && step < 9) {
      record.record(ma::serial{}, step, ma::class_ids(ones.data(), {rows}), ma::class_ids(ones.data(), {rows}));
      ma::weight::save(record, path);
    }
  }
  MPI_Finalize();
  return 0;  // not reached: faults.sh expects that mpirun fails
}

/// The record is whole, and of an epoch that was complete.
int read(char const* path) {
  auto const record = ma::weight::load(path);
  std::printf("%ld epochs\n", static_cast<long>(record.recorded()));
  return record.rows() == rows && record.recorded() >= 3 && record.u(0) == 0.0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::strcmp(argv[1], "uninitialised") == 0) return uninitialised(argc, argv);
  if (argc == 3 && std::strcmp(argv[1], "killed") == 0) return killed(argc, argv, argv[2]);
  if (argc == 3 && std::strcmp(argv[1], "read") == 0) return read(argv[2]);
  return 2;
}
