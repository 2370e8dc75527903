// SPDX-License-Identifier: MIT
#pragma once
// Tables of numbers to learn a regression from: read, scaled and split as C-Mixup (Yao et al.,
// arXiv 2210.05775) does, or generated.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <numeric>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "support/open_file.hpp"

namespace example {

// The ways to train, in the order of every table; `rival` is the mode that differs in the pairing
// alone.
struct training_mode {
  char const* name;
  char const* place;  // what is mixed
  bool mixes, by_label, hidden;
  int rival;
};
inline constexpr std::array<training_mode, 5> training_modes{{{"erm", "-", false, false, false, -1},
                                                              {"mixup", "input", true, false, false, -1},
                                                              {"c_mixup", "input", true, true, false, 1},
                                                              {"mixup", "hidden", true, false, true, -1},
                                                              {"c_mixup", "hidden", true, true, true, 3}}};
using by_mode = std::array<double, training_modes.size()>;

// How a data set is laid out and trained on; the published values where there are any.
struct regression_recipe {
  std::string file;
  int target = -1, group = -1;    // columns, counted from 0; target -1: the last; group -1: none
  std::vector<int> dropped = {};  // columns that are neither
  int batch = 32, epochs = 100;
  double rate = 1e-2, alpha = 2;
  double bandwidth = 0;              // 0: a quarter of the training labels' standard deviation
  std::size_t train = 0, valid = 0;  // rows; 0: 60 % and 20 %, or by groups
  by_mode paper = {};                // printed test RMSE (with groups: of the worst one); 0: none
};

inline std::vector<regression_recipe> published_recipes() {
  return {{.file = "airfoil_self_noise.dat",
           .batch = 16,
           .bandwidth = 1.75,
           .train = 1003,
           .valid = 300,
           .paper = {2.901, 3.730, 0, 3.063, 2.717}},
          {.file = "no2.csv",
           .target = 0,
           .bandwidth = 1.2,
           .train = 200,
           .valid = 200,
           .paper = {0.537, 0.528, 0.509, 0.522, 0}},
          {.file = "SkillCraft1_Dataset.csv",
           .target = 13,
           .group = 1,
           .dropped = {0},
           .bandwidth = 1,
           .paper = {10.182, 0, 7.362, 0, 0}},
          {.file = "communities.data",
           .group = 0,
           .dropped = {1, 2, 3, 4},
           .batch = 16,
           .epochs = 200,
           .rate = 1e-3,
           .bandwidth = 4,
           .paper = {0.173, 0, 0, 0, 0.146}}};
}

struct regression_rows {
  std::vector<float> x, y;  // (n, features) and (n)
  std::vector<int> group;   // (n), if there are groups
  std::size_t size() const { return y.size(); }
};

struct regression_split {
  regression_rows train, valid, test;
};

class regression_set {
 public:
  // Numbers between commas, semicolons or blanks; what is no number, or one beyond 1e30, becomes
  // the mean of its column, and a first row without numbers is skipped.
  static regression_set read(std::string const& path) {
    regression_set out;
    auto const known = published_recipes();
    std::string const file = std::filesystem::path(path).filename().string();
    auto const found =
        std::find_if(known.begin(), known.end(), [&](auto const& recipe) { return recipe.file == file; });
    out.recipe_ = found == known.end() ? regression_recipe{.file = file} : *found;
    std::ifstream in = open_file(path);
    std::vector<std::vector<double>> table;
    for (std::string line; std::getline(in, line);) {
      auto row = numbers_in(line);
      bool const heading = std::none_of(row.begin(), row.end(), [](double v) { return v == v; });
      if (row.empty() || (table.empty() && heading)) continue;
      if (!table.empty() && row.size() != table[0].size())
        throw std::runtime_error(path + ", line '" + line.substr(0, 60) + "': " + std::to_string(row.size()) +
                                 " columns, not " + std::to_string(table[0].size()));
      table.push_back(std::move(row));
    }
    if (table.size() < 100 || table[0].size() < 2)
      throw std::runtime_error(path + ": no table of at least 100 rows and 2 columns");
    out.take(table);
    return out;
  }

  // Friedman's function 10 sin(pi x0 x1) + 20 (x2 - 0.5)^2 + 10 x3 + 5 x4 of x uniform between 0
  // and 1, with normal noise of deviation 1.
  static regression_set generated(std::size_t n) {
    regression_set out;
    out.recipe_ = {.file = "generated", .batch = 16, .epochs = 3, .bandwidth = 1.25};
    std::mt19937_64 bits(1);
    std::uniform_real_distribution<double> uniform;
    std::normal_distribution<double> noise;
    std::vector<std::vector<double>> table(n, std::vector<double>(6));
    for (auto& r : table) {
      for (std::size_t j = 0; j < 5; ++j) r[j] = uniform(bits);
      r[5] = 10 * std::sin(3.14159265358979 * r[0] * r[1]) + 20 * (r[2] - 0.5) * (r[2] - 0.5) + 10 * r[3] + 5 * r[4] +
             noise(bits);
    }
    out.take(table);
    return out;
  }

  regression_recipe const& recipe() const { return recipe_; }
  std::size_t features() const { return features_; }
  std::size_t size() const { return rows_.size(); }
  bool grouped() const { return recipe_.group >= 0; }

  // The rows permuted by the seed and split. With groups each part takes whole ones, in the order
  // of their numbers: what is validated and tested on comes from groups that no training row is of.
  regression_split split(std::uint64_t seed) const {
    std::vector<std::size_t> order(size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::mt19937_64 bits(seed);
    std::shuffle(order.begin(), order.end(), bits);
    std::size_t train = recipe_.train ? recipe_.train : size() * 6 / 10;
    std::size_t valid = train + (recipe_.valid ? recipe_.valid : size() * 2 / 10);
    if (grouped()) {
      auto const of = [&](std::size_t row) { return rows_.group[row]; };
      std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return of(a) < of(b); });
      auto const from = [&](std::size_t at) {  // the first row of the group that holds number `at`
        while (at > 0 && of(order[at]) == of(order[at - 1])) --at;
        return at;
      };
      auto const past = [&](std::size_t at) {
        while (at < size() && of(order[at]) == of(order[at - 1])) ++at;
        return at;
      };
      train = from(size() * 7 / 10 - 1);
      valid = from(std::min(past(train + 1) + size() / 10, size()) - 1);
      std::shuffle(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(train), bits);
    }
    if (train == 0 || valid <= train || valid >= size())
      throw std::runtime_error(recipe_.file + (grouped() ? ": too few groups" : ": too few rows") +
                               " to train, to validate and to test on");
    return {part(order, 0, train), part(order, train, valid), part(order, valid, size())};
  }

 private:
  static std::vector<double> numbers_in(std::string const& line) {
    std::vector<double> out;
    for (std::size_t at = 0, end; at < line.size(); at = end + 1) {
      end = std::min(line.find_first_of(",;\t \r", at), line.size());
      if (end == at && line[at] != ',' && line[at] != ';') continue;
      std::string const word = line.substr(at, end - at);
      char* rest = nullptr;
      double const value = std::strtod(word.c_str(), &rest);
      bool const number = !word.empty() && *rest == '\0' && std::abs(value) <= 1e30;
      out.push_back(number ? value : std::numeric_limits<double>::quiet_NaN());
    }
    return out;
  }

  // Columns become features in [0, 1], the label in its own units, and the group.
  void take(std::vector<std::vector<double>>& table) {
    int const width = static_cast<int>(table[0].size());
    if (recipe_.target < 0) recipe_.target = width - 1;
    int last = std::max(recipe_.target, recipe_.group);
    for (int const c : recipe_.dropped) last = std::max(last, c);
    if (last >= width)
      throw std::runtime_error(recipe_.file + ": has " + std::to_string(width) +
                               " columns; the published file has at least " + std::to_string(last + 1));
    std::vector<int> columns;
    for (int c = 0; c < width; ++c) {
      bool const dropped = std::count(recipe_.dropped.begin(), recipe_.dropped.end(), c) > 0;
      if (dropped) continue;
      auto const at = static_cast<std::size_t>(c);
      double low = INFINITY, high = -INFINITY, sum = 0, known = 0;
      for (auto const& row : table)
        if (row[at] == row[at])
          low = std::min(low, row[at]), high = std::max(high, row[at]), sum += row[at], known += 1;
      if (known == 0) throw std::runtime_error(recipe_.file + ": a column without numbers");
      bool const feature = c != recipe_.target && c != recipe_.group;
      double const from = feature ? low : 0, range = feature && high > low ? high - low : 1;
      for (auto& row : table) row[at] = ((row[at] == row[at] ? row[at] : sum / known) - from) / range;
      if (feature) columns.push_back(c);
    }
    features_ = columns.size();
    if (features_ == 0) throw std::runtime_error(recipe_.file + ": no column to learn from");
    for (auto const& row : table) {
      for (int const c : columns) rows_.x.push_back(static_cast<float>(row[static_cast<std::size_t>(c)]));
      rows_.y.push_back(static_cast<float>(row[static_cast<std::size_t>(recipe_.target)]));
      if (!grouped()) continue;
      double const group = row[static_cast<std::size_t>(recipe_.group)];
      if (std::abs(group) > 1e9 || group != std::floor(group))
        throw std::runtime_error(recipe_.file + ": a group that is not a whole number");
      rows_.group.push_back(static_cast<int>(group));
    }
    if (recipe_.bandwidth > 0) return;
    double mean = 0, square = 0;
    for (float const y : rows_.y) mean += y / static_cast<double>(size());
    for (float const y : rows_.y) square += (y - mean) * (y - mean) / static_cast<double>(size());
    recipe_.bandwidth = std::sqrt(square) / 4;
    auto const [least, most] = std::minmax_element(rows_.y.begin(), rows_.y.end());
    if (*least == *most) throw std::runtime_error(recipe_.file + ": all labels are the same");
  }

  regression_rows part(std::vector<std::size_t> const& order, std::size_t from, std::size_t to) const {
    regression_rows out;
    for (std::size_t i = from; i < to; ++i) {
      float const* const x = &rows_.x[order[i] * features_];
      out.x.insert(out.x.end(), x, x + features_);
      out.y.push_back(rows_.y[order[i]]);
      if (grouped()) out.group.push_back(rows_.group[order[i]]);
    }
    return out;
  }

  regression_recipe recipe_;
  std::size_t features_ = 0;
  regression_rows rows_;
};

}  // namespace example
