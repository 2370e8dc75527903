// SPDX-License-Identifier: MIT
#pragma once
// The command line of a training on groups.

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "support/options.hpp"
#include "support/subpopulation_metadata.hpp"
#include "train_subpopulation/recipes.hpp"
#include "train_subpopulation/training.hpp"

namespace example {

struct subpopulation_options {
  std::string data, out = "train_subpopulation.svg";
  std::vector<std::string> tasks;
  std::vector<int> modes;               // places in subpopulation_modes
  int seeds = 0, jobs = 0, epochs = 0;  // epochs 0: those of the task
  bool quick = false;

  // Where the curves of a task go: with several tasks each has its own file.
  std::string sheet(std::string const& task) const {
    if (tasks.size() == 1) return out;
    std::filesystem::path path(out);
    std::string const end = path.extension().string();
    return path.replace_extension().string() + "." + task + end;
  }
};

// "umix,erm" as places in subpopulation_modes, in the order of the tables.
inline std::vector<int> modes_of(std::string const& list) {
  std::vector<int> out;
  for (std::size_t at = 0, end; at <= list.size(); at = end + 1) {
    end = std::min(list.find(',', at), list.size());
    std::string const name = list.substr(at, end - at);
    auto const found = std::find_if(subpopulation_modes.begin(), subpopulation_modes.end(),
                                    [&](auto const& mode) { return mode.name == name; });
    if (found == subpopulation_modes.end())
      throw std::runtime_error("--modes got '" + name + "'; there are erm, mixup, inverse, group_dro, jtt and umix");
    out.push_back(static_cast<int>(found - subpopulation_modes.begin()));
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

// Prints the help and leaves where it is asked for; throws std::runtime_error on anything unknown.
inline subpopulation_options read_subpopulation_options(int argc, char const* const* argv) {
  subpopulation_options o;
  std::string task, modes = "erm,mixup,inverse,group_dro,jtt,umix";
  for (int i = 1; i < argc; ++i) {
    std::string const name = argv[i];
    if (name == "--help" || name == "-h") {
      std::puts(
          "train_subpopulation: what umix is worth to the worst group of images\n\n"
          "  --data DIR    a folder with optdigits.tra and .tes, or cifar10_train_10k.bin and "
          "cifar10_test_2k.bin, or both,\n                or the files of Waterbirds or of CelebA; "
          "without it the example draws its images\n"
          "  --task NAME   optdigits, cifar, waterbirds, celeba, drawn or all  [all that is in DIR]\n"
          "  --seeds S     trainings of every mode                      [10; cifar: 5; quick: 1]\n"
          "  --modes LIST  of erm,mixup,inverse,group_dro,jtt,umix      [all]\n"
          "  --epochs E    of every training, at most 400               [as tuned]\n"
          "  --quick       few images and epochs, as without arguments\n"
          "  --jobs J      processes                                    [one a core]\n"
          "  --out FILE    where the validation curves go, an SVG file  "
          "[train_subpopulation.svg]");
      std::exit(0);
    }
    if (name == "--quick") {
      o.quick = true;
      continue;
    }
    if (++i == argc) throw std::runtime_error(name + " needs a value after it");
    auto const count = [&](int most) { return number_of<int>(name, argv[i], 1, most); };
    if (name == "--data")
      o.data = argv[i];
    else if (name == "--task")
      task = argv[i];
    else if (name == "--modes")
      modes = argv[i];
    else if (name == "--out")
      o.out = argv[i];
    else if (name == "--seeds")
      o.seeds = count(1000);
    else if (name == "--epochs")
      o.epochs = count(most_subpopulation_epochs);
    else if (name == "--jobs")
      o.jobs = count(256);
    else
      throw std::runtime_error("unknown option '" + name + "'; --help lists them");
  }
  if (o.out.empty()) throw std::runtime_error("--out got an empty file name");
  o.modes = modes_of(modes);
  if (argc == 1) o.quick = true;
  if (o.jobs == 0) o.jobs = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));

  auto const holds = [&](char const* file) { return std::filesystem::exists(o.data + "/" + file); };
  bool const all = task.empty() || task == "all";
  if (!all) o.tasks = {recipe_of(task).task};  // which refuses unknown ones
  if (all && !o.data.empty() && holds("optdigits.tra")) o.tasks.push_back("optdigits");
  if (all && !o.data.empty() && holds("cifar10_train_10k.bin")) o.tasks.push_back("cifar");
  for (char const* set : {"waterbirds", "celeba"})
    if (all && !o.data.empty() && has_subpopulation_set(set, o.data)) o.tasks.push_back(set);
  if (task == "all" || (all && o.data.empty())) o.tasks.push_back("drawn");
  if (o.tasks.empty())
    throw std::runtime_error(o.data + ": holds neither optdigits.tra nor cifar10_train_10k.bin, and no set of groups");
  if (!all && task != "drawn" && o.data.empty())
    throw std::runtime_error("--task " + task + " needs --data, the folder of its files");
  return o;
}

}  // namespace example
