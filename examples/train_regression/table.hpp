// SPDX-License-Identifier: MIT
#pragma once
// What many trainings say: means, deviations, and differences paired by seed.

#include <cmath>
#include <cstddef>
#include <cstdio>
#include <string>
#include <vector>

#include "support/seed_statistics.hpp"
#include "train_regression/data.hpp"

namespace example {

// One column of numbers a mode, one number a seed.
class seed_table {
 public:
  explicit seed_table(std::size_t seeds) : values_(training_modes.size(), std::vector<double>(seeds)) {}
  double& at(std::size_t mode, std::size_t seed) { return values_[mode][seed]; }
  sample_of of(std::size_t mode) const { return sample_of(values_[mode]); }
  sample_of minus(std::size_t mode, std::size_t other) const { return sample_of(differences(mode, other)); }
  int seeds_below(std::size_t mode, std::size_t other) const {
    int out = 0;
    for (double const d : differences(mode, other)) out += d < 0;
    return out;
  }
  std::size_t seeds() const { return values_[0].size(); }

 private:
  std::vector<double> differences(std::size_t mode, std::size_t other) const {
    std::vector<double> out(seeds());
    for (std::size_t s = 0; s < out.size(); ++s) out[s] = values_[mode][s] - values_[other][s];
    return out;
  }
  std::vector<std::vector<double>> values_;
};

struct regression_errors {
  explicit regression_errors(std::size_t seeds)
      : rmse(seeds), mape(seeds), worst(seeds), alpha(seeds), bandwidth(seeds) {}
  seed_table rmse, mape, worst;
  seed_table alpha, bandwidth;  // that were trained with
};

// How many decimals show numbers that differ by about `size`.
inline int digits_for(double size) { return size > 20 ? 1 : size > 2 ? 2 : size > 0.2 ? 3 : 4; }

class regression_report {
 public:
  regression_report(regression_set const& set, regression_errors const& errors)
      : set_(set), errors_(errors), digits_(digits_for(errors.rmse.of(0).mean / 5)) {}

  void print() const {
    bool const groups = set_.grouped();
    auto const& paper = set_.recipe().paper;
    bool printed = false;
    for (double const p : paper) printed = printed || p > 0;
    std::printf("%-8s %-7s %17s %15s", "mode", "mixes", "test RMSE", "MAPE %");
    if (groups) std::printf(" %17s", "worst group RMSE");
    std::printf(" %18s %18s", "RMSE - erm (t)", "RMSE - mixup (t)");
    std::printf("%s\n", !printed ? "" : groups ? "  paper, worst" : "  paper");
    for (std::size_t m = 0; m < training_modes.size(); ++m) {
      training_mode const& mode = training_modes[m];
      std::printf("%-8s %-7s %17s %15s", mode.name, mode.place, spread(errors_.rmse.of(m), digits_).c_str(),
                  spread(errors_.mape.of(m), digits_for(errors_.mape.of(0).mean / 5)).c_str());
      if (groups) std::printf(" %17s", spread(errors_.worst.of(m), digits_).c_str());
      std::printf(" %18s %18s", difference(errors_.rmse, m, 0).c_str(),
                  difference(errors_.rmse, m, mode.rival).c_str());
      if (printed && paper[m] > 0) std::printf("  %.*f", 3, paper[m]);
      if (printed && !(paper[m] > 0)) std::printf("  -");
      std::printf("\n");
    }
    std::printf(
        "Means and standard deviations over the seeds (%zu), each a split and a start that all "
        "modes share; differences\nare paired by seed (t: how many standard errors from 0), those "
        "to mixup at the same place.\n\n",
        errors_.rmse.seeds());
    sum_up();
  }

  // What was chosen for the modes that have something to choose.
  void print_settings() const {
    std::puts("Chosen on each seed's validation rows, mean and standard deviation over the seeds:");
    for (std::size_t m = 0; m < training_modes.size(); ++m) {
      if (!training_modes[m].mixes) continue;
      std::printf("  %s: alpha %s", name_of(m).c_str(), spread(errors_.alpha.of(m), 2).c_str());
      if (training_modes[m].by_label) std::printf(", bandwidth %s", spread(errors_.bandwidth.of(m), 2).c_str());
      std::puts("");
    }
  }

 private:
  static std::string spread(sample_of const& s, int digits) {
    return s.n > 1 ? number(s.mean, digits) + " +- " + number(s.deviation, digits) : number(s.mean, digits);
  }
  std::string difference(seed_table const& table, std::size_t mode, int other) const {
    if (other < 0 || static_cast<std::size_t>(other) == mode) return "-";
    sample_of const d = table.minus(mode, static_cast<std::size_t>(other));
    std::string const sign = d.mean > 0 ? "+" : "";
    return sign + number(d.mean, digits_) + (d.n > 1 && d.deviation > 0 ? " (" + number(d.t(), 1) + ")" : "");
  }
  static std::string number(double value, int digits) {
    char text[32];
    std::snprintf(text, sizeof text, "%.*f", digits, value);
    return text;
  }

  // What the numbers say, whatever they are.
  void sum_up() const {
    if (errors_.rmse.seeds() < 3) {
      std::puts("Too few seeds to say whether c_mixup beats mixup; give --seeds 10 or more.");
      return;
    }
    std::puts("Does c_mixup beat mixup at the same place?");
    for (std::size_t m = 0; m < training_modes.size(); ++m)
      if (training_modes[m].rival >= 0) std::puts(verdict(m).c_str());
    std::size_t best = 0;
    for (std::size_t m = 1; m < training_modes.size(); ++m)
      if (errors_.rmse.of(m).mean < errors_.rmse.of(best).mean) best = m;
    std::string const lowest = best == 0 ? "plain training (erm)" : name_of(best);
    std::printf("The lowest mean RMSE is that of %s.\n", lowest.c_str());
  }
  static std::string name_of(std::size_t m) {
    return std::string(training_modes[m].name) + ", " + training_modes[m].place;
  }
  std::string verdict(std::size_t mode) const {
    auto const rival = static_cast<std::size_t>(training_modes[mode].rival);
    sample_of const d = errors_.rmse.minus(mode, rival);
    std::string const fact = !d.differs_from_zero() ? "no, not beyond chance: "
                             : d.mean < 0           ? "yes: "
                                                    : "no, it is worse: ";
    return std::string(training_modes[mode].hidden ? "  in the hidden layer: " : "  at the input: ") + fact + "RMSE " +
           number(std::fabs(d.mean), digits_) + (d.mean < 0 ? " lower" : " higher") +
           " on average (t = " + number(d.t(), 1) + "), lower in " +
           std::to_string(errors_.rmse.seeds_below(mode, rival)) + " of " + std::to_string(d.n) + " seeds";
  }

  regression_set const& set_;
  regression_errors const& errors_;
  int digits_;
};

}  // namespace example
