// SPDX-License-Identifier: MIT
// What our headers add to the compile time of a translation unit, as tests/rules/compile_time.sh measures it.
#include <cstdio>
#include <support/contest.hpp>
#include <support/options.hpp>

namespace {
using namespace bench;

#if defined(MIXAUG_BENCH_COMPILE)
/// A line of the script: "NAME bare B ms, ours O ms: +D ms (goal G, ..."
void add_line(table& t, std::string const& line) {
  std::size_t const bare = line.find("bare ");
  if (bare == std::string::npos) return;
  long b = 0, o = 0, more = 0, goal = 0;
  if (std::sscanf(line.c_str() + bare, "bare %ld ms, ours %ld ms: +%ld ms (goal %ld", &b, &o, &more, &goal) != 4)
    return;
  std::string const name = line.substr(0, line.find_last_not_of(' ', bare - 1) + 1);
  double const ratio = static_cast<double>(goal) / static_cast<double>(more > 1 ? more : 1);
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", ratio);
  t.rows.push_back({"compile " + name + ", added to a bare one", std::to_string(more) + " ms",
                    "bare " + std::to_string(b) + " ms", text, "<= " + std::to_string(goal) + " ms", more <= goal});
}

suite const rows(70, [](table& t) {
  if (chosen().detail || (!chosen().only.empty() && chosen().only.find("compile") == std::string::npos)) return;
  std::FILE* const out = popen(MIXAUG_BENCH_COMPILE " 2>/dev/null", "r");
  if (out == nullptr) return;
  char line[256];
  while (std::fgets(line, sizeof line, out) != nullptr) add_line(t, line);
  pclose(out);
});
#endif

}  // namespace
