// SPDX-License-Identifier: MIT
#pragma once
// What every training of a classifier may spend, the same for every mode: results can be compared
// where it is equal.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <sstream>
#include <string>
#include <vector>

namespace example {

inline constexpr int most_classifier_epochs = 1000;

struct training_budget {
  std::int64_t train = 0, test = 0, classes = 0;  // images, and their classes
  std::uint64_t digest = 0;                       // of their pixels and labels
  int epochs = 0, batch = 0, width = 0;           // width: channels of the network's first layer
  int rate = 0, chance = 0;                       // in thousandths: the largest step, and how many images are mixed

  // "train=10000 test=2000 ...", as it stands in a file of results.
  std::string text() const {
    char out[256];
    std::snprintf(out, sizeof out,
                  "train=%lld test=%lld classes=%lld digest=%016llx epochs=%d batch=%d width=%d rate=%d/1000 "
                  "mixed=%d/1000",
                  static_cast<long long>(train), static_cast<long long>(test), static_cast<long long>(classes),
                  static_cast<unsigned long long>(digest), epochs, batch, width, rate, chance);
    return out;
  }
  // Whether the text is one that text() wrote, of a training that can be.
  bool read(std::string const& text_of_budget) {
    long long images = 0, tested = 0, kinds = 0;
    unsigned long long sum = 0;
    int const found =
        std::sscanf(text_of_budget.c_str(),
                    "train=%12lld test=%12lld classes=%6lld digest=%16llx epochs=%7d batch=%7d width=%7d rate=%7d/1000 "
                    "mixed=%7d/1000",
                    &images, &tested, &kinds, &sum, &epochs, &batch, &width, &rate, &chance);
    train = images, test = tested, classes = kinds, digest = sum;
    return found == 9 && text() == text_of_budget && train > 0 && test > 0 && classes > 1 && epochs > 0 &&
           epochs <= most_classifier_epochs && batch > 0 && width > 0 && rate > 0 && chance >= 0 && chance <= 1000;
  }
  // The words in which two budgets differ, "epochs=4 (here epochs=5)"; none where they are the same.
  std::string difference(training_budget const& here) const {
    std::istringstream these(text()), others(here.text());
    std::string out, a, b;
    while (these >> a && others >> b)
      if (a != b) out += (out.empty() ? "" : ", ") + a + " (here " + b + ")";
    return out;
  }
};

struct classifier_result {
  std::size_t mode = 0;
  std::uint64_t seed = 0;
  double seconds = 0;              // of the whole training
  std::vector<std::int64_t> hits;  // test images told right after each epoch
};

}  // namespace example
