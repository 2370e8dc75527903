// SPDX-License-Identifier: MIT
#pragma once
// The command line of the training of classifiers.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/options.hpp"
#include "train_classifier/budget.hpp"
#include "train_classifier/modes.hpp"

namespace example {

struct classifier_options {
  std::vector<std::string> data;  // empty: drawn images
  std::string results, out = "train_classifier.svg";
  std::vector<classifier> modes = every_classifier();
  int seeds = 0, epochs = 0, width = 16, threads = 1;
  std::int64_t images = 0;       // 0: all
  int rate = 100, chance = 500;  // thousandths
  bool report = false, quick = false;
};

// Prints the help and leaves where it is asked for; throws std::runtime_error on anything unknown.
inline classifier_options read_classifier_options(int argc, char const* const* argv) {
  classifier_options o;
  o.quick = argc == 1;
  std::string budget;  // the last option given that says what a training is
  for (int i = 1; i < argc; ++i) {
    std::string const name = argv[i];
    if (name == "--help" || name == "-h") {
      std::puts(
          "train_classifier: what mixing is worth to a small residual network\n\n"
          "  --data FILE...   CIFAR-10 binary files: the last one is tested on, the others are trained on;\n"
          "                   without it the example draws its images\n"
          "  --methods LIST   of erm, mixup, cutmix, saliencymix, saliencymix_byte_bug, resizemix, fmix, puzzlemix,\n"
          "                   recursivemix, manifold_mixup, mixup_or_cutmix, mixup_or_cutmix_bce      [all]\n"
          "  --seeds S        trainings of every method, whose seeds are 1 to S                       [3]\n"
          "  --images N       to train on, the first of the files                                     [all]\n"
          "  --epochs E       of every training, at most 1000                                         [30]\n"
          "  --width W        channels of the first layer, 4 to 256                                   [16]\n"
          "  --rate R         the largest step, in thousandths                                        [100]\n"
          "  --mixed M        how many images of a batch are mixed on average, in thousandths         [500]\n"
          "  --threads T      of LibTorch                                                             [1]\n"
          "  --results FILE   keeps each finished training; with a file of the same options those that\n"
          "                   are in it are not done again\n"
          "  --report         only prints what is in the file of results, and draws its curves\n"
          "  --out FILE       where the curves go, an SVG file                        [train_classifier.svg]");
      std::exit(0);
    }
    if (name == "--report") {
      o.report = true;
      continue;
    }
    if (++i == argc) throw std::runtime_error(name + " needs a value after it");
    auto const count = [&](int least, int most) { return number_of<int>(budget = name, argv[i], least, most); };
    if (name == "--data") {
      budget = name;
      o.data.assign(1, argv[i]);
      while (i + 1 < argc && argv[i + 1][0] != '-') o.data.push_back(argv[++i]);
    } else if (name == "--methods") {
      o.modes = classifiers_of(argv[i]);
    } else if (name == "--results") {
      o.results = argv[i];
    } else if (name == "--out") {
      o.out = argv[i];
    } else if (name == "--seeds") {
      o.seeds = number_of<int>(name, argv[i], 1, 1000);
    } else if (name == "--threads") {
      o.threads = number_of<int>(name, argv[i], 1, 256);
    } else if (name == "--images") {
      o.images = count(100, 1000000);
    } else if (name == "--epochs") {
      o.epochs = count(1, most_classifier_epochs);
    } else if (name == "--width") {
      o.width = count(4, 256);
    } else if (name == "--rate") {
      o.rate = count(1, 10000);
    } else if (name == "--mixed") {
      o.chance = count(0, 1000);
    } else {
      throw std::runtime_error("unknown option '" + name + "'; --help lists them");
    }
  }
  if (o.out.empty()) throw std::runtime_error("--out got an empty file name");
  if (o.report && o.results.empty()) throw std::runtime_error("--report needs --results, the file that it prints");
  if (o.report && !budget.empty())
    throw std::runtime_error("--report trains nothing, so that " + budget + " has no use beside it");
  if (o.data.empty() && o.images > 0) throw std::runtime_error("--images is for the files of --data");
  return o;
}

}  // namespace example
