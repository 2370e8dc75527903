// Several ranks of MPI on one machine: time, peak memory of a rank, bytes sent.
//   bench/run --ranks P mix [ROWS]      mix of ROWS x 3 x 224 x 224 bytes, against an all-gather of the batch
//   bench/run --ranks P table LABELS    the sharded kernel table: build, and draws of 2^14 queries a rank. It takes 32
//                                       bytes a label of the machine, and says so where there are fewer.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <mixaug/distributed/mpi.hpp>
#include <mixaug/mixaug.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace ma = mixaug;
using ma::index_t;

namespace {

/// The largest of all ranks' numbers.
template <class T>
T largest(ma::mpi::world const& w, T v) {
  double mine = static_cast<double>(v), all = 0.0;
  MPI_Allreduce(&mine, &all, 1, MPI_DOUBLE, MPI_MAX, w.comm());
  return static_cast<T>(all);
}
/// Seconds from the moment when all ranks begin to that when all have ended.
template <class Act>
double seconds(ma::mpi::world const& w, Act const& act) {
  MPI_Barrier(w.comm());
  auto const begin = std::chrono::steady_clock::now();
  act();
  MPI_Barrier(w.comm());
  return largest(w, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
}
/// The best of some runs.
template <class Act>
double best(ma::mpi::world const& w, int runs, Act const& act) {
  double least = seconds(w, act);
  for (int k = 1; k < runs; ++k) {
    double const next = seconds(w, act);
    least = next < least ? next : least;
  }
  return least;
}
/// A number of megabytes that Linux has under a name in a file of /proc; 0 elsewhere.
double megabytes(char const* file, char const* name) {
  std::ifstream in(file);
  for (std::string word; in >> word;)
    if (word == name) {
      double kilobytes = 0.0;
      in >> kilobytes;
      return kilobytes / 1024;
    }
  return 0.0;
}
/// Peak memory of this process.
double peak_megabytes() { return megabytes("/proc/self/status", "VmHWM:"); }
/// Refuses labels for whose table the machine has too little memory: Linux would kill a rank, and say nothing.
void check_memory(ma::mpi::world const& w, index_t labels) {
  double const needed = 32e-6 * static_cast<double>(labels), there = megabytes("/proc/meminfo", "MemAvailable:");
  w.agree(ma::detail::caught([&] {
    if (there > 0.0 && needed > there)
      throw std::runtime_error("a table of so many labels takes " + std::to_string(static_cast<long>(needed)) +
                               " MB, and " + std::to_string(static_cast<long>(there)) + " MB are free");
  }));
}
std::uint64_t mixed_bits(std::uint64_t z) {  // SplitMix64
  z = (z + 1) * 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}
double unit(index_t i) { return static_cast<double>(mixed_bits(static_cast<std::uint64_t>(i)) >> 11) * 0x1p-53; }

/// One method's mix, and that of a batch that is gathered by all ranks.
template <class M>
void mix(ma::mpi::world const& w, char const* name, M const& method, index_t rows) {
  index_t const p = w.size(), n = rows * (w.rank() + 1) / p - rows * w.rank() / p, size = 3 * 224 * 224;
  std::vector<std::uint8_t> x(static_cast<std::size_t>(n * size)), out(x.size()),
      all(static_cast<std::size_t>(rows * size));
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<std::uint8_t>(i * 37 % 251);
  auto const view = [](std::vector<std::uint8_t>& v, index_t count) {
    return ma::nchw(v.data(), {count, 3, 224, 224});
  };
  auto const in = view(x, n), to = view(out, n);
  auto const k = w.key_of({.seed = 1}, n);
  ma::plan_of<M> plan;
  std::vector<int> counts, at;
  for (index_t r = 0; r < p; ++r) {
    counts.push_back(static_cast<int>((rows * (r + 1) / p - rows * r / p) * size));
    at.push_back(static_cast<int>(rows * r / p * size));
  }
  double const planned = best(w, 5, [&] { w.make_plan(method, in, k, plan); });
  index_t const before = w.bytes_sent();
  ma::mpi::mix(w, plan, in, to);
  double const sent = static_cast<double>(largest(w, w.bytes_sent() - before));
  double const ours = best(w, 5, [&] { ma::mpi::mix(w, plan, in, to); });
  double const ruled = best(w, 5, [&] { ma::mpi::mix(w, plan, ma::pairing::shuffle{}, in, to); });
  double const gather = best(w, 5, [&] {
    MPI_Allgatherv(x.data(), counts[static_cast<std::size_t>(w.rank())], MPI_BYTE, all.data(), counts.data(), at.data(),
                   MPI_BYTE, w.comm());
    ma::apply(plan, in, view(all, rows), to);
  });
  double const peer = static_cast<double>(largest(w, (p - 1) * n * size));
  if (w.rank() == 0)
    std::printf(
        "%-7s %5ld rows %ld ranks | plan %6.2f ms | mix %7.1f ms, by the rule %7.1f ms, %6.1f MB sent a rank | "
        "all-gather %7.1f ms, "
        "%6.1f MB | time ratio %.2f, bytes ratio %.2f\n",
        name, static_cast<long>(rows), static_cast<long>(p), 1e3 * planned, 1e3 * ours, 1e3 * ruled, sent / 1e6,
        1e3 * gather, peer / 1e6, gather / ours, peer > 0 ? sent / peer : 1.0);
}

void table(ma::mpi::world const& w, index_t labels) {
  check_memory(w, labels);
  index_t const p = w.size(), first = labels * w.rank() / p, n = labels * (w.rank() + 1) / p - first;
  std::vector<float> y(static_cast<std::size_t>(n));
  for (index_t i = 0; i < n; ++i) y[static_cast<std::size_t>(i)] = static_cast<float>(unit(first + i));
  double const data = peak_megabytes();
  std::optional<ma::mpi::gaussian_kernel> made;
  index_t const before = w.bytes_sent();
  double const built = seconds(w, [&] {
    made.emplace(w, ma::labels(static_cast<float const*>(y.data()), {n}),
                 ma::pairing::kernel_options{.bandwidth = 0.01});
  });
  double const build_sent = static_cast<double>(largest(w, w.bytes_sent() - before));
  double const peak = largest(w, peak_megabytes()) - data;
  index_t const m = 1 << 14;
  std::vector<std::int64_t> queries, partners(static_cast<std::size_t>(m));
  for (index_t i = 0; i < m; ++i)
    queries.push_back(static_cast<std::int64_t>(mixed_bits(static_cast<std::uint64_t>(w.rank() * m + i)) %
                                                static_cast<std::uint64_t>(labels)));
  auto const draw = [&](std::uint64_t step) {
    made->draw(ma::indices(static_cast<std::int64_t const*>(queries.data()), {m}),
               {.seed = 1, .step = step, .first = w.rank() * m}, ma::indices(partners.data(), {m}));
  };
  index_t const at = w.bytes_sent();
  draw(0);
  double const sent = static_cast<double>(largest(w, w.bytes_sent() - at));
  double const drawn = best(w, 5, [&] { draw(1); });
  double const bytes = static_cast<double>(largest(w, static_cast<index_t>(made->bytes())));
  if (w.rank() == 0)
    std::printf(
        "%9.0e labels %ld ranks | build %7.2f s, peak %7.0f MB a rank beside the labels, %7.1f MB sent | table "
        "%7.1f MB a rank | draws %6.0f ns a query, %5.2f MB sent\n",
        static_cast<double>(labels), static_cast<long>(p), built, peak, build_sent / 1e6, bytes / 1e6,
        1e9 * drawn / static_cast<double>(m * p), sent / 1e6);
}

}  // namespace

int main(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  try {
    ma::mpi::world const w(MPI_COMM_WORLD);
    std::string const what = argc > 1 ? argv[1] : "mix";
    double const number = argc > 2 ? std::atof(argv[2]) : 0.0;
    if (what == "table") {
      table(w, static_cast<index_t>(number > 0 ? number : 1e6));
    } else {
      index_t const rows = static_cast<index_t>(number > 0 ? number : 1024);
      mix(w, "mixup", ma::mixup{}, rows);
      mix(w, "cutmix", ma::cutmix{}, rows);
    }
  } catch (std::exception const& e) {
    std::fprintf(stderr, "bench_ranks: %s\n", e.what());
    MPI_Abort(MPI_COMM_WORLD, 1);
  }
  MPI_Finalize();
}
