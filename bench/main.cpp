// SPDX-License-Identifier: MIT
// usage: bench [--quick] [--large] [--only TEXT] [--seconds S] [--benchmark_...]
// Prints the table of all contests (whose names hold TEXT), each measured for S seconds. With an argument of
// Google Benchmark the jobs run under it instead, one by one.
#include <benchmark/benchmark.h>

#include <ctime>
#include <support/options.hpp>
#include <support/print.hpp>

namespace {

std::vector<bench::suite> ordered() {
  auto list = bench::suite::all();
  std::sort(list.begin(), list.end(), [](auto const& a, auto const& b) { return a.order < b.order; });
  return list;
}

void add(std::string const& name, std::function<void()> const& job) {
  benchmark::RegisterBenchmark(name.c_str(), [job](benchmark::State& state) {
    for (auto _ : state) job();
  });
}

int run_google_benchmark(int argc, char** argv) {
  for (auto const& s : ordered()) {
    bench::table t;
    s.fill(t);
    for (auto const& c : t.contests) {
      add(c.name + " / ours", c.ours);
      if (c.peer) add(c.name + " / peer", c.peer);
    }
  }
  benchmark::Initialize(&argc, argv);
  return benchmark::RunSpecifiedBenchmarks() > 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  auto const& o = bench::parse(argc, argv);
  if (o.detail) return run_google_benchmark(argc, argv);
  bench::print_machine();
  std::vector<bench::row> rows;
  for (auto const& s : ordered()) {
    bench::table t;
    s.fill(t);
    for (auto const& line : t.head) std::printf("%s\n", line.c_str());
    std::fflush(stdout);
    for (auto const& c : t.contests) {
      if (c.name.find(o.only) == std::string::npos) continue;
      std::fprintf(stderr, "%s\n", c.name.c_str());
      rows.push_back(bench::measured(c, o.seconds));
    }
    for (auto const& r : t.rows)
      if (r.name.find(o.only) != std::string::npos) rows.push_back(r);
  }
  bench::print_title();
  for (auto const& r : rows) bench::print(r);
}
