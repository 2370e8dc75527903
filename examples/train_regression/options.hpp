// SPDX-License-Identifier: MIT
#pragma once
// The command line of a training.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <thread>

#include "support/options.hpp"
#include "train_regression/training.hpp"

namespace example {

struct training_options {
  std::string data, out = "train_regression.svg";
  int seeds = 0, jobs = 0;
  int epochs = 0;  // 0: what the data suggest
  bool tune = false;
};

// Prints the help and leaves where it is asked for; throws std::runtime_error on anything unknown.
inline training_options read_training_options(int argc, char const* const* argv) {
  training_options o;
  for (int i = 1; i < argc; ++i) {
    std::string const name = argv[i];
    if (name == "--help" || name == "-h") {
      std::puts(
          "train_regression: what mixup and c_mixup are worth to a trained regressor\n\n"
          "  --data FILE   airfoil_self_noise.dat, no2.csv, SkillCraft1_Dataset.csv or "
          "communities.data, with the published\n                settings; or any table of "
          "numbers, the target last; without it a generated one\n"
          "  --seeds S     trainings of every mode                      [10; generated: 1]\n"
          "  --epochs E    of every training, at most 400               [as published]\n"
          "  --tune        chooses alpha and bandwidth on each seed's validation rows\n"
          "  --jobs J      processes                                    [one a core]\n"
          "  --out FILE    where the validation curves go, an SVG file  [train_regression.svg]");
      std::exit(0);
    }
    if (name == "--tune") {
      o.tune = true;
      continue;
    }
    if (++i == argc) throw std::runtime_error(name + " needs a value after it");
    auto const count = [&](int most) { return number_of<int>(name, argv[i], 1, most); };
    if (name == "--data")
      o.data = argv[i];
    else if (name == "--out")
      o.out = argv[i];
    else if (name == "--seeds")
      o.seeds = count(1000);
    else if (name == "--epochs")
      o.epochs = count(most_epochs);
    else if (name == "--jobs")
      o.jobs = count(256);
    else
      throw std::runtime_error("unknown option '" + name + "'; --help lists them");
  }
  if (o.out.empty()) throw std::runtime_error("--out got an empty file name");
  if (o.seeds == 0) o.seeds = o.data.empty() ? 1 : 10;
  if (o.jobs == 0) o.jobs = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  return o;
}

}  // namespace example
