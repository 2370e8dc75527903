// SPDX-License-Identifier: MIT
// Trains the published network of C-Mixup (Yao et al., arXiv 2210.05775) on a table of real
// numbers, plainly and with mixup or c_mixup of the input or of the hidden layer, for many seeds,
// and says what each of them is worth. mixaug mixes in the forward pass and in the backward pass.

#include <torch/torch.h>

#include <cstddef>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "support/progress.hpp"
#include "support/worker_processes.hpp"
#include "train_regression/data.hpp"
#include "train_regression/options.hpp"
#include "train_regression/plot.hpp"
#include "train_regression/table.hpp"
#include "train_regression/training.hpp"

using example::training_modes, example::regression_set;

int main(int argc, char** argv) try {
  auto const o = example::read_training_options(argc, argv);
  auto const set = o.data.empty() ? regression_set::generated(500) : regression_set::read(o.data);
  example::check_writable(o.out);  // better now than after the work
  auto recipe = set.recipe();
  if (o.epochs) recipe.epochs = o.epochs;
  int const modes = static_cast<int>(training_modes.size());
  auto const seeds = static_cast<std::size_t>(o.seeds);
  auto const epochs = static_cast<std::size_t>(recipe.epochs);
  std::printf("%s: %zu rows of %zu features\n", recipe.file.c_str(), set.size(), set.features());
  std::printf("%d seed%s, %d epochs, batches of %d, Adam %g, alpha %g, bandwidth %g%s\n\n", o.seeds,
              o.seeds > 1 ? "s" : "", recipe.epochs, recipe.batch, recipe.rate, recipe.alpha, recipe.bandwidth,
              o.tune ? ", both chosen by validation" : "");

  example::regression_errors errors(seeds);
  std::vector<std::vector<double>> curves(training_modes.size(), std::vector<double>(epochs));
  example::progress bar("trained", seeds * training_modes.size());
  example::in_processes(
      o.seeds * modes, o.jobs,
      [&](int task) { return example::train(set, recipe, task % modes, 1 + task / modes, o.tune); },
      [&](example::training_result const& r) {
        auto const mode = static_cast<std::size_t>(r.mode), seed = static_cast<std::size_t>(r.seed) - 1;
        errors.rmse.at(mode, seed) = r.rmse, errors.mape.at(mode, seed) = r.mape;
        errors.worst.at(mode, seed) = r.worst, errors.alpha.at(mode, seed) = r.alpha;
        errors.bandwidth.at(mode, seed) = r.bandwidth;
        for (std::size_t e = 0; e < epochs; ++e) curves[mode][e] += r.curve[e] / static_cast<double>(seeds);
        bar.step(std::string(training_modes[mode].name) + ", seed " + std::to_string(r.seed));
      });
  bar.clear();
  example::regression_report const report(set, errors);
  report.print();
  if (o.tune) report.print_settings();
  std::vector<double> tested;
  for (std::size_t m = 0; m < training_modes.size(); ++m) tested.push_back(errors.rmse.of(m).mean);
  example::curve_plot(example::regression_styles(), curves, tested, recipe.file + ": validation RMSE after each epoch",
                      "mean of " + std::to_string(o.seeds) + (seeds > 1 ? " trainings" : " training") +
                          " of each mode (bold: smoothed); test: RMSE of the epoch that validates best")
      .write(o.out);
  std::printf("\nThe validation curves are in %s\n", o.out.c_str());
} catch (std::exception const& problem) {
  std::fprintf(stderr, "train_regression: %s\n", problem.what());
  return 2;
}
