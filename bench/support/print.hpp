// SPDX-License-Identifier: MIT
#pragma once
#include <cstdio>
#include <ctime>
#include <fstream>
#include <support/contest.hpp>
#include <thread>

namespace bench {

inline std::string text(char const* form, double v) {
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, form, v);
  return buffer;
}
inline std::string time_text(double seconds) {
  if (seconds >= 1e-3) return text("%.3f ms", seconds * 1e3);
  if (seconds >= 1e-6) return text("%.2f us", seconds * 1e6);
  return text("%.2f ns", seconds * 1e9);
}

/// Runs a contest for about `budget` seconds and says it as a row. Where the target is missed both run again,
/// for longer: the minima of a disturbed machine need more repetitions.
inline row measured(contest const& c, double budget) {
  row r{c.name, "", "", "", c.target > 0 ? text("%.2f", c.target) : "-", true};
  times t = race(c.ours, c.peer ? c.peer : c.ours, budget);
  if (!c.peer) t.ours = std::min(t.ours, t.peer), t.peer = c.goal;
  double const items = c.peer_items / c.ours_items;
  if (c.peer && t.peer < c.target * t.ours * items) {
    times const again = race(c.ours, c.peer, 4 * budget);
    t.ours = std::min(t.ours, again.ours), t.peer = std::min(t.peer, again.peer);
  }
  t.ours /= c.ours_items, t.peer /= c.peer_items;
  r.ours = time_text(t.ours);
  if (!c.peer && c.goal == 0) {  // only reported
    r.peer = r.ratio = "-";
    return r;
  }
  r.peer = c.peer ? time_text(t.peer) : "goal " + time_text(t.peer);
  r.ratio = text("%.2f", t.peer / t.ours);
  if (!c.peer) r.target = "1.00 (goal)";
  r.ok = t.peer / t.ours >= (c.peer ? c.target : 1.0);
  return r;
}

inline void print(row const& r) {
  std::printf("%-58s | %11s | %15s | %7s | %11s | %s\n", r.name.c_str(), r.ours.c_str(), r.peer.c_str(),
              r.ratio.c_str(), r.target.c_str(),
              r.target == "-" ? "-"
              : r.ok          ? "yes"
                              : "no");
}
inline void print_title() {
  std::printf("\n%-58s | %11s | %15s | %7s | %11s | %s\n%s\n", "case", "ours", "peer or ceiling", "ratio", "target",
              "ok", std::string(118, '-').c_str());
}

inline void print_machine() {
  std::string line, model = "unknown processor";
  for (std::ifstream info("/proc/cpuinfo"); std::getline(info, line);)
    if (line.rfind("model name", 0) == 0) model = line.substr(line.find(':') + 2);
  std::time_t const now = std::time(nullptr);
  char date[32];
  std::strftime(date, sizeof date, "%Y-%m-%d %H:%M UTC", std::gmtime(&now));
  std::printf("machine:  %s, %u threads\ncompiler: %s\nflags:    %s\ndate:     %s\n", model.c_str(),
              std::thread::hardware_concurrency(), __VERSION__, MIXAUG_BENCH_FLAGS, date);
}

}  // namespace bench
