// SPDX-License-Identifier: MIT
// Reads the metadata of a set with groups and prints how many samples each group has in each split, as its paper does.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/subpopulation_metadata.hpp"

using example::subpopulation_metadata;

void print_heading(subpopulation_metadata const& m, char const* what, int width) {
  std::printf("\n%-*s", width, what);
  for (std::string const& split : m.split_names) std::printf(" %9s", split.c_str());
  std::printf("   of train\n");
}

// A row: how many of `samples` each split has.
void print_row(subpopulation_metadata const& m, std::string const& name, std::vector<std::size_t> const& samples,
               int width) {
  std::vector<std::int64_t> counts(m.split_names.size()), all(m.split_names.size());
  for (std::size_t const i : samples) ++counts[static_cast<std::size_t>(m.splits[i])];
  for (std::int32_t const split : m.splits) ++all[static_cast<std::size_t>(split)];
  std::printf("%-*s", width, name.c_str());
  for (std::int64_t const count : counts) std::printf(" %9lld", static_cast<long long>(count));
  std::printf("   %6.2f %%\n", all[0] ? 100.0 * static_cast<double>(counts[0]) / static_cast<double>(all[0]) : 0.0);
}

void print_tables(subpopulation_metadata const& m) {
  std::vector<std::vector<std::size_t>> groups(m.group_names.size());
  std::vector<std::size_t> everyone;
  for (std::size_t i = 0; i < m.size(); ++i) {
    groups[static_cast<std::size_t>(m.groups[i])].push_back(i);
    everyone.push_back(i);
  }
  std::size_t longest = 26;
  for (std::string const& name : m.group_names) longest = std::max(longest, name.size());
  int const width = static_cast<int>(longest);

  std::printf("%s: %zu samples\n", m.set.c_str(), m.size());
  print_heading(m, "groups of a training", width);
  for (std::size_t g = 0; g < groups.size(); ++g) print_row(m, m.group_names[g], groups[g], width);
  print_row(m, "all", everyone, width);

  bool same = m.evaluation.size() == groups.size();
  for (std::size_t g = 0; same && g < groups.size(); ++g) same = m.evaluation[g].samples == groups[g];
  if (same) return;
  print_heading(m, "groups of an evaluation", width);
  for (auto const& each : m.evaluation)
    if (!each.samples.empty()) print_row(m, each.name, each.samples, width);
}

// What there is to see without files: six made-up birds.
subpopulation_metadata a_few_birds() {
  std::istringstream in(
      "img_id,img_filename,y,split,place,place_filename\n"
      "1,a.jpg,0,0,0,forest.jpg\n2,b.jpg,1,0,1,lake.jpg\n3,c.jpg,0,0,1,lake.jpg\n"
      "4,d.jpg,1,1,1,lake.jpg\n5,e.jpg,0,2,0,forest.jpg\n6,f.jpg,1,2,0,forest.jpg\n");
  return example::read_waterbirds(in, "six made-up birds");
}

int main(int argc, char** argv) try {
  std::string set, root;
  for (int i = 1; i < argc; ++i) {
    std::string const name = argv[i];
    if (name == "--help" || name == "-h") {
      std::puts(
          "subpopulation_data: the groups of a set, counted\n\n"
          "  --set NAME    waterbirds, celeba, civilcomments or camelyon17\n"
          "  --root DIR    the folder of its files; without both, six made-up birds are counted");
      return 0;
    }
    if (name != "--set" && name != "--root")
      throw std::runtime_error("unknown option '" + name + "'; --help lists them");
    if (++i == argc) throw std::runtime_error(name + " needs a value after it");
    (name == "--set" ? set : root) = argv[i];
  }
  if (set.empty() != root.empty()) throw std::runtime_error("--set and --root belong together");
  print_tables(set.empty() ? a_few_birds() : example::read_subpopulation_metadata(set, root));
} catch (std::exception const& problem) {
  std::fprintf(stderr, "subpopulation_data: %s\n", problem.what());
  return 2;
}
