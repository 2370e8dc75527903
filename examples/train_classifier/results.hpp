// SPDX-License-Identifier: MIT
#pragma once
// Finished trainings in a text file, a line each, written as they come: a job that was stopped goes
// on after the last of them.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <ios>
#include <sstream>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "support/open_file.hpp"
#include "train_classifier/budget.hpp"
#include "train_classifier/modes.hpp"

namespace example {

class classifier_results {
 public:
  explicit classifier_results(training_budget const& budget) : budget_(budget) {}

  // The file's trainings, whatever their budget. A last line without its end was cut short while it
  // was written, and is left out.
  static classifier_results read(std::string const& file) {
    std::ifstream in = open_file(file);
    std::string line;
    auto const refused = [&](std::size_t number, std::string const& what) -> std::runtime_error {
      return std::runtime_error(file + ", line " + std::to_string(number) + ": " + what);
    };
    if (!std::getline(in, line) || line != heading)
      throw refused(1, "is not '" + std::string(heading) + "'; this is no file of train_classifier's results");
    std::uintmax_t whole = line.size() + 1;  // bytes of the lines that have their end
    training_budget budget;
    if (!std::getline(in, line) || in.eof() || !budget.read(line)) throw refused(2, "is not the budget of a training");
    classifier_results out(budget);
    whole += line.size() + 1;
    for (std::size_t number = 3; std::getline(in, line) && !in.eof(); ++number) {
      out.take(line, [&](std::string const& what) { throw refused(number, what); });
      whole += line.size() + 1;
    }
    out.whole_ = whole;
    return out;
  }

  // Goes on with the file's trainings, or begins the file. Refuses trainings of another budget.
  static classifier_results resume(std::string const& file, training_budget const& budget) {
    std::error_code none;
    classifier_results out(budget);
    if (std::filesystem::exists(file, none) && std::filesystem::file_size(file, none) > 0) {
      out = read(file);
      std::string const other = out.budget_.difference(budget);
      if (!other.empty())
        throw std::runtime_error(file + ": holds trainings of another budget: " + other +
                                 ". Give the same data and options, or another file");
      std::filesystem::resize_file(file, out.whole_);
    } else {
      std::ofstream(file) << heading << '\n' << budget.text() << '\n';
    }
    out.file_ = file;
    if (!std::ofstream(file, std::ios::app)) throw std::runtime_error(file + ": cannot be opened for writing");
    return out;
  }

  training_budget const& budget() const { return budget_; }
  std::vector<classifier_result> const& all() const { return all_; }
  // Null where the training has not been done.
  classifier_result const* find(classifier mode, std::uint64_t seed) const {
    for (auto const& r : all_)
      if (r.mode == static_cast<std::size_t>(mode) && r.seed == seed) return &r;
    return nullptr;
  }

  void add(classifier_result result) {
    if (!file_.empty()) {
      std::ofstream out(file_, std::ios::app);
      out << text(result) + '\n';
      if (!out.flush()) throw std::runtime_error(file_ + ": cannot be written");
    }
    all_.push_back(std::move(result));
  }

 private:
  static constexpr char const* heading = "train_classifier results 1";

  // "cutmix seed 1, 95.3 s, hits 512 734 ..."
  static std::string text(classifier_result const& r) {
    char seconds[32];
    std::snprintf(seconds, sizeof seconds, "%.1f", r.seconds);
    std::string out =
        std::string(classifier_modes[r.mode].name) + " seed " + std::to_string(r.seed) + ", " + seconds + " s, hits";
    for (auto const hits : r.hits) out += ' ' + std::to_string(hits);
    return out;
  }
  template <class Refuse>
  void take(std::string const& line, Refuse const& refuse) {
    std::istringstream in(line);
    std::string name, seed, second, hits;
    classifier_result r;
    char comma = 0;
    if (!(in >> name >> seed >> r.seed >> comma >> r.seconds >> second >> hits) || seed != "seed" || comma != ',' ||
        second != "s," || hits != "hits" || !(r.seconds >= 0 && r.seconds < 1e9))
      refuse("is not 'MODE seed S, T s, hits ...'");
    try {
      r.mode = static_cast<std::size_t>(classifier_named(name, "holds the mode"));
    } catch (std::runtime_error const& unknown) {
      refuse(unknown.what());
    }
    for (std::int64_t n = 0; in >> n; r.hits.push_back(n))
      if (n < 0 || n > budget_.test) refuse(std::to_string(n) + " hits of " + std::to_string(budget_.test) + " images");
    if (!in.eof() || r.hits.size() != static_cast<std::size_t>(budget_.epochs))
      refuse("has " + std::to_string(r.hits.size()) + " epochs, not " + std::to_string(budget_.epochs));
    if (find(static_cast<classifier>(r.mode), r.seed))
      refuse("is the second of " + name + ", seed " + std::to_string(r.seed));
    all_.push_back(std::move(r));
  }

  training_budget budget_;
  std::string file_;  // empty: results are not written
  std::uintmax_t whole_ = 0;
  std::vector<classifier_result> all_;
};

}  // namespace example
