// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <chrono>
#include <functional>
#include <string>
#include <vector>

/// What the benchmarks have in common: a contest is one row of the table.
namespace bench {

/// Two jobs that run in turns in one process, so that only their ratio is trusted.
struct contest {
  std::string name;
  std::function<void()> ours, peer;       ///< no peer: `goal` seconds stand in its place, or nothing
  double target = 0;                      ///< wanted peer time / our time; 0 = only reported
  double ours_items = 1, peer_items = 1;  ///< where the two do different amounts, time is compared per item
  double goal = 0;                        ///< seconds, absolute: printed, never a failure
};
/// A row that is not a time in this process: compile times, allocations.
struct row {
  std::string name, ours, peer, ratio, target;
  bool ok = true;
};
struct table {
  std::vector<contest> contests;
  std::vector<row> rows;
  std::vector<std::string> head;  ///< lines above the table: probes
};

/// Each bench file adds its rows with one static suite; `order` says where they stand.
struct suite {
  int order;
  void (*fill)(table&);
  suite(int where, void (*rule)(table&)) : order(where), fill(rule) { all().push_back(*this); }
  static std::vector<suite>& all() {
    static std::vector<suite> list;
    return list;
  }
};

/// Keeps what a job computed.
template <class T>
void keep(T const& value) {
  asm volatile("" : : "r,m"(value) : "memory");
}

template <class Job>
double seconds_of(Job const& job, int times) {
  auto const start = std::chrono::steady_clock::now();
  for (int k = 0; k < times; ++k) job();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() / times;
}

struct times {
  double ours = 1e30, peer = 1e30;
};
/// The shortest of many repetitions of each, in turns, for about `budget` seconds. Short jobs are repeated
/// inside one measurement.
template <class A, class B>
times race(A const& ours, B const& peer, double budget) {
  ours(), peer();
  double const a = seconds_of(ours, 1), b = seconds_of(peer, 1);
  int const na = static_cast<int>(std::clamp(5e-4 / a, 1.0, 1e4)),
            nb = static_cast<int>(std::clamp(5e-4 / b, 1.0, 1e4));
  times best;
  double spent = 0;
  for (int round = 0; spent < budget || round < 5; ++round) {
    double const x = seconds_of(ours, na), y = seconds_of(peer, nb);
    best.ours = std::min(best.ours, x), best.peer = std::min(best.peer, y);
    spent += x * na + y * nb;
  }
  return best;
}

}  // namespace bench
