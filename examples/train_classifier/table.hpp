// SPDX-License-Identifier: MIT
#pragma once
// What finished trainings say: accuracies, and differences paired by seed.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "support/curve_plot.hpp"
#include "support/seed_statistics.hpp"
#include "train_classifier/modes.hpp"
#include "train_classifier/results.hpp"

namespace example {

class classifier_report {
 public:
  // Of the modes those that have a training.
  classifier_report(classifier_results const& results, std::vector<classifier> const& modes) : results_(results) {
    for (auto const mode : modes)
      if (!accuracies(mode).empty()) modes_.push_back(mode);
    for (auto const& r : results.all()) seeds_.insert(r.seed);
  }

  bool empty() const { return modes_.empty(); }

  void print() const {
    std::printf("%-20s %5s %17s %24s %24s %11s\n", "method", "seeds", "test accuracy %", "minus erm (t)",
                "minus cutmix (t)", "s a seed");
    for (auto const mode : modes_) {
      sample_of const own(accuracies(mode)), spent(seconds(mode));
      std::printf("%-20s %5zu %17s %24s %24s %11.0f\n", std::string(mode_of(mode).name).c_str(), own.n,
                  spread(own).c_str(), difference(mode, classifier::erm).c_str(),
                  difference(mode, classifier::cutmix).c_str(), spent.mean);
    }
    std::printf(
        "Accuracy after the last epoch: mean and standard deviation over the seeds. Differences are paired by seed: "
        "all methods of a seed\nstart with the same weights and see the same crops in the same batches; mean and "
        "standard error, t: how many of these from 0 (of three seeds or more).\n\n");
    bool any = verdict(classifier::saliencymix, classifier::saliencymix_byte_bug);
    for (auto const mode : modes_)
      if (mode != classifier::erm) any = verdict(mode, classifier::erm) || any;
    if (!any) std::puts("Too few seeds to say what is beyond chance; give --seeds 3 or more.");
  }

  // Test accuracy in % after each epoch, mean over the seeds: a curve a mode.
  void plot(std::string const& file) const {
    std::vector<curve_style> styles;
    std::vector<std::string> names;
    std::vector<std::vector<double>> curves;
    std::vector<double> last;
    names.reserve(modes_.size());  // styles point into it
    double low = 100, high = 0;
    for (auto const mode : modes_) {
      names.emplace_back(mode_of(mode).name);
      styles.push_back({mode_of(mode).colour, mode_of(mode).dash, names.back().c_str()});
      curves.push_back(curve(mode));
      last.push_back(curves.back().back());
      low = std::min(low, curves.back()[curves.back().size() / 4]);
      high = std::max(high, *std::max_element(curves.back().begin(), curves.back().end()));
    }
    low = 5 * std::floor(low / 5), high = 5 * std::floor(high / 5) + 5;
    training_budget const& budget = results_.budget();
    auto const [least, most] = std::minmax_element(modes_.begin(), modes_.end(), [&](classifier a, classifier b) {
      return accuracies(a).size() < accuracies(b).size();
    });
    std::size_t const fewest = accuracies(*least).size(), all = accuracies(*most).size();
    std::string const trained =
        (fewest < all ? std::to_string(fewest) + " to " : "") + std::to_string(all) + (all > 1 ? " seeds" : " seed");
    curve_plot(styles, curves, last, "Test accuracy after each epoch, %",
               std::to_string(budget.train) + " images, " + std::to_string(budget.epochs) + " epochs, mean of " +
                   trained + " of each method (bold: smoothed); test: after the last epoch",
               {.low = low, .high = high, .logarithmic = false})
        .write(file);
  }

 private:
  double percent(std::int64_t hits) const {
    return 100 * static_cast<double>(hits) / static_cast<double>(results_.budget().test);
  }
  std::vector<double> accuracies(classifier mode) const {
    std::vector<double> out;
    for (auto const& r : results_.all())
      if (r.mode == static_cast<std::size_t>(mode)) out.push_back(percent(r.hits.back()));
    return out;
  }
  std::vector<double> seconds(classifier mode) const {
    std::vector<double> out;
    for (auto const& r : results_.all())
      if (r.mode == static_cast<std::size_t>(mode)) out.push_back(r.seconds);
    return out;
  }
  // Of the seeds that both have been trained with.
  std::vector<double> differences(classifier mode, classifier other) const {
    std::vector<double> out;
    for (auto const seed : seeds_) {
      auto const *a = results_.find(mode, seed), *b = results_.find(other, seed);
      if (a && b) out.push_back(percent(a->hits.back()) - percent(b->hits.back()));
    }
    return out;
  }
  std::vector<double> curve(classifier mode) const {
    std::vector<double> out(static_cast<std::size_t>(results_.budget().epochs));
    auto const n = static_cast<double>(accuracies(mode).size());
    for (auto const& r : results_.all())
      if (r.mode == static_cast<std::size_t>(mode))
        for (std::size_t e = 0; e < out.size(); ++e) out[e] += percent(r.hits[e]) / n;
    return out;
  }

  static std::string number(double value, int digits) {
    char text[32];
    std::snprintf(text, sizeof text, "%.*f", digits, value);
    return text;
  }
  static std::string spread(sample_of const& s) {
    return number(s.mean, 2) + (s.n > 1 ? " +- " + number(s.deviation, 2) : std::string());
  }
  std::string difference(classifier mode, classifier other) const {
    sample_of const d(differences(mode, other));
    if (mode == other || d.n == 0) return "-";
    std::string const mean = (d.mean > 0 ? "+" : "") + number(d.mean, 2);
    if (d.n < 2 || !(d.deviation > 0)) return mean;
    return mean + " +- " + number(d.error(), 2) + (d.n > 2 ? " (" + number(d.t(), 1) + ")" : std::string());
  }
  // What the numbers say, whatever they are; false where there are too few of them.
  bool verdict(classifier mode, classifier other) const {
    sample_of const d(differences(mode, other));
    if (d.n < 3) return false;
    char const* const fact = !d.differs_from_zero() ? "no, not beyond chance" : d.mean > 0 ? "yes" : "no, it is worse";
    std::printf("Is %s better than %s? %s: %s points\n", std::string(mode_of(mode).name).c_str(),
                std::string(mode_of(other).name).c_str(), fact, difference(mode, other).c_str());
    return true;
  }

  classifier_results const& results_;
  std::vector<classifier> modes_;
  std::set<std::uint64_t> seeds_;
};

}  // namespace example
