// SPDX-License-Identifier: MIT
#pragma once
// What many trainings say about the worst group: means, deviations, and differences paired by seed.

#include <cmath>
#include <cstddef>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "support/seed_statistics.hpp"
#include "train_subpopulation/recipes.hpp"
#include "train_subpopulation/training.hpp"

namespace example {

class subpopulation_report {
 public:
  subpopulation_report(std::vector<int> modes, std::size_t seeds, int epochs)
      : modes_(std::move(modes)),
        seeds_(seeds),
        epochs_(static_cast<std::size_t>(epochs)),
        results_(modes_.size(), std::vector<subpopulation_result>(seeds)) {}

  // Results come in any order; seeds count from 1.
  void take(subpopulation_result const& r) {
    results_[place(static_cast<std::size_t>(r.mode))][static_cast<std::size_t>(r.seed) - 1] = r;
  }

  void print() const {
    bool const rivals = place(umix) < modes_.size() && modes_.size() > 1;
    std::printf("%-10s %-6s %14s %14s %14s %14s", "mode", "reads", "average", "worst group", "worst, last", "epoch");
    std::printf("%s\n", rivals ? "    umix's worst group - its" : "");
    for (std::size_t k = 0; k < modes_.size(); ++k) {
      auto const& mode = subpopulation_modes[static_cast<std::size_t>(modes_[k])];
      std::printf("%-10s %-6s %14s %14s %14s %14s", mode.name, mode.reads,
                  spread(of(k, &subpopulation_result::average)).c_str(),
                  spread(of(k, &subpopulation_result::worst)).c_str(),
                  spread(of(k, &subpopulation_result::last_worst)).c_str(), spread(epoch_of(k)).c_str());
      if (rivals && k != place(umix)) {
        sample_of const d = minus(place(umix), k);
        std::printf("    %s%s", d.mean > 0 ? "+" : "", spread(d).c_str());
        if (d.n > 1 && d.deviation > 0) std::printf(" (t %.1f)", d.t());
      }
      std::puts("");
    }
    std::printf(
        "Test accuracies in %%, means and standard deviations over the seeds (%zu), of the epoch "
        "whose worst validation group\nwas best (how the field chooses it), and of the last epoch. "
        "Differences are paired by seed (t: how many standard\nerrors from 0). reads: what a mode "
        "is told of each training image besides its label.\n\n",
        seeds_);
    for (std::size_t k = 0; k < modes_.size(); ++k) describe_first_stage(k);
    if (place(umix) == modes_.size()) return;
    for (std::size_t rival : {erm, mixup})
      if (place(rival) < modes_.size()) std::puts(verdict(rival).c_str());
  }

  // Mean worst validation group after each epoch, in %, a curve a mode.
  std::vector<std::vector<double>> curves() const {
    std::vector<std::vector<double>> out(modes_.size(), std::vector<double>(epochs_));
    for (std::size_t k = 0; k < modes_.size(); ++k)
      for (std::size_t e = 0; e < epochs_; ++e)
        for (auto const& r : results_[k]) out[k][e] += 100 * double{r.curve[e]} / static_cast<double>(seeds_);
    return out;
  }
  // Mean worst test group in %, a number a mode.
  std::vector<double> tested() const {
    std::vector<double> out;
    for (std::size_t k = 0; k < modes_.size(); ++k) out.push_back(of(k, &subpopulation_result::worst).mean);
    return out;
  }

 private:
  // Where a mode stands in modes_; its size where it was not trained.
  std::size_t place(std::size_t mode) const {
    std::size_t k = 0;
    while (k < modes_.size() && static_cast<std::size_t>(modes_[k]) != mode) ++k;
    return k;
  }
  sample_of of(std::size_t k, float subpopulation_result::*value) const {
    std::vector<double> out;
    for (auto const& r : results_[k]) out.push_back(100 * double{r.*value});
    return sample_of(out);
  }
  sample_of epoch_of(std::size_t k) const {
    std::vector<double> out;
    for (auto const& r : results_[k]) out.push_back(r.best_epoch);
    return sample_of(out);
  }
  std::vector<double> differences(std::size_t a, std::size_t b) const {
    std::vector<double> out;
    for (std::size_t s = 0; s < seeds_; ++s)
      out.push_back(100 * (double{results_[a][s].worst} - double{results_[b][s].worst}));
    return out;
  }
  sample_of minus(std::size_t a, std::size_t b) const { return sample_of(differences(a, b)); }

  static std::string number(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f", value);
    return text;
  }
  static std::string spread(sample_of const& s) {
    return s.n > 1 ? number(s.mean) + " +- " + number(s.deviation) : number(s.mean);
  }

  void describe_first_stage(std::size_t k) const {
    auto const& mode = subpopulation_modes[static_cast<std::size_t>(modes_[k])];
    if (!mode.two_stages) return;
    std::printf(
        "%s's first stage got wrong: %s %% of the images whose colour misleads, %s %% of "
        "the others\n",
        mode.name, spread(of(k, &subpopulation_result::recall)).c_str(),
        spread(of(k, &subpopulation_result::alarms)).c_str());
  }

  // What the numbers say, whatever they are.
  std::string verdict(std::size_t rival) const {
    std::size_t const k = place(umix), other = place(rival);
    std::string const name = subpopulation_modes[rival].name;
    if (seeds_ < 3) return "Too few seeds to say whether umix beats " + name + "; give --seeds 5 or more.";
    sample_of const d = minus(k, other), a = of(k, &subpopulation_result::worst),
                    b = of(other, &subpopulation_result::worst);
    std::size_t above = 0;
    for (double const x : differences(k, other)) above += x > 0;
    std::string const fact = !d.differs_from_zero() ? "no, not beyond chance: "
                             : d.mean > 0           ? "yes: "
                                                    : "no, it is worse: ";
    return "Does umix's worst group beat that of " + name + "? " + fact + number(std::fabs(d.mean)) +
           (d.mean < 0 ? " points lower" : " points higher") + " on average, where seeds deviate by " +
           number(a.deviation) + " and " + number(b.deviation) + "; higher in " + std::to_string(above) + " of " +
           std::to_string(seeds_) + " seeds";
  }

  std::vector<int> modes_;
  std::size_t seeds_, epochs_;
  std::vector<std::vector<subpopulation_result>> results_;
};

}  // namespace example
