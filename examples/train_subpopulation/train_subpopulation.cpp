// SPDX-License-Identifier: MIT
// Trains a small network on images whose colour gives the label away, except for one in twenty, and
// tests it where the colour says nothing: plainly, with mixup, with weights that know the groups,
// and in two stages with jtt and umix (Han et al., arXiv 2209.08928), which find out by themselves
// whom the colour misleads. Counts the worst of the four groups, label by colour.

#include <torch/torch.h>

#include <cstddef>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "support/curve_plot.hpp"
#include "support/progress.hpp"
#include "support/worker_processes.hpp"
#include "train_subpopulation/data.hpp"
#include "train_subpopulation/options.hpp"
#include "train_subpopulation/recipes.hpp"
#include "train_subpopulation/table.hpp"
#include "train_subpopulation/training.hpp"

using example::subpopulation_modes;

static void run(std::string const& task, example::subpopulation_options const& o) {
  auto recipe = example::recipe_of(task);
  auto const set = example::subpopulation_set::load(task, o.data, o.quick);
  std::string const sheet = o.sheet(task);
  example::check_writable(sheet);  // better now than after the work
  if (o.quick) recipe.epochs = 8;
  if (o.epochs) recipe.epochs = o.epochs;
  int const modes = static_cast<int>(o.modes.size());
  int const seeds = o.seeds ? o.seeds : o.quick ? 1 : recipe.seeds;
  std::printf("%s: %s\n%d seed%s, %d epochs, batches of %d, AdamW\n\n", task.c_str(), set.what().c_str(), seeds,
              seeds > 1 ? "s" : "", recipe.epochs, recipe.batch);

  example::subpopulation_report report(o.modes, static_cast<std::size_t>(seeds), recipe.epochs);
  example::progress bar("trained", static_cast<std::size_t>(seeds * modes));
  example::in_processes(
      seeds * modes, o.jobs,
      [&](int job) {
        int const mode = o.modes[static_cast<std::size_t>(job % modes)];
        return example::subpopulation_training(set, recipe, mode, 1 + job / modes).run();
      },
      [&](example::subpopulation_result const& r) {
        report.take(r);
        auto const& mode = subpopulation_modes[static_cast<std::size_t>(r.mode)];
        bar.step(std::string(mode.name) + ", seed " + std::to_string(r.seed));
      });
  bar.clear();
  report.print();

  std::vector<example::curve_style> styles;
  for (int const mode : o.modes) {
    auto const& m = subpopulation_modes[static_cast<std::size_t>(mode)];
    styles.push_back({m.colour, m.dash, m.name});
  }
  example::curve_plot(styles, report.curves(), report.tested(),
                      task + ": accuracy of the worst validation group after each epoch, %",
                      "mean of " + std::to_string(seeds) + (seeds > 1 ? " trainings" : " training") +
                          " of each mode (bold: smoothed; dashes: told the groups); test: of the epoch that "
                          "validates best",
                      {.low = 0, .high = 100, .logarithmic = false})
      .write(sheet);
  std::printf("\nThe validation curves are in %s\n\n", sheet.c_str());
}

int main(int argc, char** argv) try {
  auto const options = example::read_subpopulation_options(argc, argv);
  for (auto const& task : options.tasks) run(task, options);
} catch (std::exception const& problem) {
  std::fprintf(stderr, "train_subpopulation: %s\n", problem.what());
  return 2;
}
