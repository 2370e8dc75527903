// SPDX-License-Identifier: MIT
// The compile time of our headers beside that of standard headers, as tests/rules/compile_time.sh measures it.
#include <cstdio>
#include <support/contest.hpp>
#include <support/options.hpp>

namespace {
using namespace bench;

#if defined(MIXAUG_BENCH_COMPILE)
/// A line of the script: "NAME standard headers S ms, ours O ms: P % (limit L %) ..."
void add_line(table& t, std::string const& line) {
  std::size_t const standard = line.find("standard headers ");
  if (standard == std::string::npos) return;
  long s = 0, o = 0, percent = 0, limit = 0;
  if (std::sscanf(line.c_str() + standard, "standard headers %ld ms, ours %ld ms: %ld %% (limit %ld", &s, &o, &percent,
                  &limit) != 4)
    return;
  std::string const name = line.substr(0, line.find_last_not_of(' ', standard - 1) + 1);
  auto const text = [](double v) {
    char buffer[32];
    std::snprintf(buffer, sizeof buffer, "%.2f", v);
    return std::string(buffer);
  };
  t.rows.push_back({"compile " + name + ", standard headers", std::to_string(o) + " ms", std::to_string(s) + " ms",
                    text(static_cast<double>(s) / static_cast<double>(o > 1 ? o : 1)),
                    text(100.0 / static_cast<double>(limit > 1 ? limit : 1)), percent <= limit});
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
