// SPDX-License-Identifier: MIT
// Trains a small residual network on images, plainly and with the mixing methods, every method with
// the same budget and paired by seeds, and says what each of them is worth. Finished trainings are
// kept in a file, so that a job that was stopped goes on.

#include <torch/torch.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>

#include "support/progress.hpp"
#include "train_classifier/budget.hpp"
#include "train_classifier/data.hpp"
#include "train_classifier/modes.hpp"
#include "train_classifier/options.hpp"
#include "train_classifier/results.hpp"
#include "train_classifier/table.hpp"
#include "train_classifier/training.hpp"

using example::classifier_results;

static example::classifier_images images_for(example::classifier_options const& o) {
  if (!o.data.empty()) return example::classifier_images::read(o.data, o.images);
  return o.quick ? example::classifier_images::drawn(200, 80) : example::classifier_images::drawn(4000, 1000);
}

static void report(classifier_results const& results, example::classifier_options const& o) {
  example::classifier_report const all(results, o.modes);
  if (all.empty()) throw std::runtime_error(o.results + ": holds no training of these methods");
  all.print();
  all.plot(o.out);
  std::printf("\nThe curves are in %s\n", o.out.c_str());
}

static void train(example::classifier_options const& o) {
  auto const images = images_for(o);
  example::training_budget budget{.train = images.train.n,
                                  .test = images.test.n,
                                  .classes = images.classes(),
                                  .digest = images.digest(),
                                  .epochs = o.epochs  ? o.epochs
                                            : o.quick ? 1
                                                      : 30,
                                  .batch = 100,
                                  .width = o.width,
                                  .rate = o.rate,
                                  .chance = o.chance};
  auto const seeds = static_cast<std::uint64_t>(o.seeds ? o.seeds : o.quick ? 1 : 3);
  auto results = o.results.empty() ? classifier_results(budget) : classifier_results::resume(o.results, budget);
  std::size_t missing = 0;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed)
    for (auto const mode : o.modes) missing += results.find(mode, seed) == nullptr;
  std::printf("%s\n%zu of %zu trainings to do\n\n", budget.text().c_str(), missing, o.modes.size() * seeds);
  std::fflush(stdout);

  torch::set_num_threads(o.threads);
  example::progress bar("epoch", missing * static_cast<std::size_t>(budget.epochs));
  for (std::uint64_t seed = 1; seed <= seeds; ++seed)  // seed by seed: early on there is one of every mode
    for (auto const mode : o.modes) {
      if (results.find(mode, seed)) continue;
      std::string const name = std::string(example::mode_of(mode).name) + ", seed " + std::to_string(seed);
      auto const accuracy = [&](std::int64_t hits) {
        char text[32];
        std::snprintf(text, sizeof text, ": %.2f %%",
                      100 * static_cast<double>(hits) / static_cast<double>(budget.test));
        return std::string(text);
      };
      auto const result = example::classifier_training(images, budget, mode, seed).run([&](std::int64_t hits) {
        bar.step(name + accuracy(hits));
      });
      results.add(result);
      bar.clear();
      std::printf("%s%s in %.0f s\n", name.c_str(), accuracy(result.hits.back()).c_str(), result.seconds);
      std::fflush(stdout);
    }
  bar.clear();
  std::puts("");
  report(results, o);
}

int main(int argc, char** argv) try {
  auto const options = example::read_classifier_options(argc, argv);
  example::check_writable(options.out);  // better now than after the work
  if (options.report)
    report(classifier_results::read(options.results), options);
  else
    train(options);
} catch (std::exception const& problem) {
  std::fprintf(stderr, "train_classifier: %s\n", problem.what());
  return 2;
}
