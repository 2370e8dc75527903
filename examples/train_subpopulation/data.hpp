// SPDX-License-Identifier: MIT
#pragma once
// Images of two labels with a colour that has nothing to do with what they show, but agrees with
// the label of nearly every training image: what a network learns instead of the label.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <numeric>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/cifar10.hpp"
#include "support/drawn_images.hpp"
#include "support/image_folder.hpp"
#include "support/open_file.hpp"
#include "support/progress.hpp"
#include "support/subpopulation_metadata.hpp"

namespace example {

inline constexpr std::int64_t group_count = 4;  // label by colour, or by what a published set has in its place

// n planar images, (n, channels, side, side); group = 2 label + colour, red 0 and green 1.
struct grouped_images {
  std::int64_t n = 0, channels = 0, side = 0;
  std::vector<float> pixels;
  std::vector<std::int64_t> labels, groups;
};

struct subpopulation_split {
  grouped_images train, valid, test;
};

class subpopulation_set {
 public:
  // task: optdigits, cifar, waterbirds or celeba, from their files in `folder`, or drawn, in `quick` a few.
  static subpopulation_set load(std::string const& task, std::string const& folder, bool quick) {
    subpopulation_set out;
    out.task_ = task;
    if (task == "optdigits") {
      out.what_ = "8 x 8 digits in red or green; the label: is it below 5";
      out.read_digits(folder + "/optdigits.tra", out.train_);
      out.read_digits(folder + "/optdigits.tes", out.test_);
    } else if (task == "cifar") {
      out.what_ = "16 x 16 photographs in a red or green frame; the label: animal or vehicle";
      // Airplane, automobile, ship and truck are vehicles.
      std::vector<int> const vehicle{1, 1, 0, 0, 0, 0, 0, 0, 1, 1};
      out.take(load_cifar10(folder + "/cifar10_train_10k.bin", 50000, 16), vehicle, out.train_);
      out.take(load_cifar10(folder + "/cifar10_test_2k.bin", 10000, 16), vehicle, out.test_);
    } else if (task == "waterbirds" || task == "celeba") {
      out.what_ = task == "waterbirds" ? "32 x 32 photographs of birds on land or water; the label: is it a waterbird"
                                       : "32 x 32 photographs of women and men; the label: is their hair blond";
      out.published_ = read_published(read_subpopulation_metadata(task, folder), quick ? 400 : 20000);
    } else {
      out.what_ = "16 x 16 drawn objects on red or green; the label: disc or ring, or star or cross";
      std::vector<int> const pointed{0, left_out, left_out, 1, 0, left_out, 1, left_out};
      out.take(draw_images(quick ? 1600 : 8000, 16, 1), pointed, out.train_);
      out.take(draw_images(quick ? 800 : 3200, 16, 2), pointed, out.test_);
    }
    return out;
  }

  std::string const& task() const { return task_; }
  std::string const& what() const { return what_; }

  // A fifth of the images that are no test images, by the seed, to validate on; the others to train
  // on. Where one trains, the colour agrees with 19 of 20 images of each label; elsewhere with
  // half. A published set has its own split, whatever the seed.
  subpopulation_split split(std::uint64_t seed) const {
    if (published_) return *published_;
    std::vector<std::size_t> order(train_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::mt19937_64 bits(seed);
    std::shuffle(order.begin(), order.end(), bits);
    auto const cut = order.begin() + static_cast<std::ptrdiff_t>(order.size() / 5);
    std::vector<std::size_t> all(test_.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    return {coloured(train_, {cut, order.end()}, 20), coloured(train_, {order.begin(), cut}, 2),
            coloured(test_, all, 2)};
  }

 private:
  static constexpr int left_out = -1;
  struct plain_images {
    std::vector<float> pixels;   // planar, 0 .. 1
    std::vector<float> painted;  // how much of the colour a place takes; digits lie in its plane
    std::vector<std::int64_t> labels;
    std::size_t size() const { return labels.size(); }
  };

  // The images of a set's train, val and test splits, at most `limit` of each, evenly spaced.
  static subpopulation_split read_published(subpopulation_metadata const& m, std::size_t limit) {
    subpopulation_split out;
    grouped_images* const parts[]{&out.train, &out.valid, &out.test};
    for (std::int32_t split = 0; split < 3; ++split) {
      std::vector<std::size_t> rows;
      for (std::size_t i = 0; i < m.size(); ++i)
        if (m.splits[i] == split) rows.push_back(i);
      if (rows.empty())
        throw std::runtime_error(m.set + ": no sample of the split " + m.split_names[static_cast<std::size_t>(split)]);
      std::size_t const take = std::min(limit, rows.size());
      grouped_images& to = *parts[split];
      to.n = static_cast<std::int64_t>(take), to.channels = 3, to.side = 32;
      constexpr std::size_t area = 32 * 32;
      progress bar("reading " + m.split_names[static_cast<std::size_t>(split)] + " image", take);
      for (std::size_t k = 0; k < take; ++k) {
        std::size_t const row = rows[k * rows.size() / take];
        image_set one;
        one.h = one.w = to.side;
        try {
          append_image_file(one, m.files[row]);
        } catch (std::exception const& problem) {
          throw std::runtime_error(m.files[row] + ": " + problem.what());
        }
        for (std::size_t at = 0; at < 3 * area; ++at)
          to.pixels.push_back(static_cast<float>(one.pixels[3 * (at % area) + at / area]) / 255 - 0.5f);
        to.labels.push_back(m.labels[row]);
        to.groups.push_back(m.groups[row]);
        bar.step("");
      }
      bar.clear();
    }
    return out;
  }

  // Lines of 64 grey values 0 .. 16 and the digit.
  void read_digits(std::string const& file, plain_images& to) {
    std::ifstream in = open_file(file);
    side_ = 8, planes_ = 1;
    for (std::string line; std::getline(in, line);) {
      std::vector<long> values;
      for (char *at = line.data(), *end = nullptr;; at = end + (*end == ',')) {
        long const value = std::strtol(at, &end, 10);
        if (end == at) break;
        values.push_back(value);
      }
      if (values.empty()) continue;
      bool const grey = std::all_of(values.begin(), values.end(), [](long value) { return value >= 0 && value <= 16; });
      if (values.size() != 65 || !grey || values[64] > 9)
        throw std::runtime_error(file + ": image " + std::to_string(to.size()) +
                                 " is not 64 grey values 0 to 16 and a digit");
      for (std::size_t k = 0; k < 64; ++k) to.pixels.push_back(static_cast<float>(values[k]) / 16);
      to.labels.push_back(values[64] < 5 ? 0 : 1);
    }
    if (to.size() < 100) throw std::runtime_error(file + ": fewer than 100 digits");
  }

  // The images of classes that have a label. Photographs get a frame of two pixels, drawings (whose
  // masks are known) a quarter of the colour on their ground.
  void take(image_set const& set, std::vector<int> const& label_of, plain_images& to) {
    side_ = set.h, planes_ = 3;
    auto const area = static_cast<std::size_t>(side_ * side_);
    for (std::int64_t i = 0; i < set.n; ++i) {
      int const label = label_of[static_cast<std::size_t>(set.labels[static_cast<std::size_t>(i)])];
      if (label == left_out) continue;
      to.labels.push_back(label);
      std::uint8_t const* const from = set.image(i);
      for (std::size_t k = 0; k < 3 * area; ++k)
        to.pixels.push_back(static_cast<float>(from[3 * (k % area) + k / area]) / 255);
      for (std::int64_t k = 0; k < side_ * side_; ++k) {
        std::int64_t const x = k % side_, y = k / side_, edge = side_ - 2;
        bool const frame = x < 2 || y < 2 || x >= edge || y >= edge;
        auto const at = static_cast<std::size_t>(i) * area + static_cast<std::size_t>(k);
        bool const ground = !set.masks.empty() && !set.masks[at];
        to.painted.push_back(set.masks.empty() ? (frame ? 1.0f : 0.0f) : ground ? 0.25f : 0.0f);
      }
    }
  }

  // The images of `rows`; the colour disagrees with every `apart`th of a label.
  grouped_images coloured(plain_images const& from, std::vector<std::size_t> const& rows, std::int64_t apart) const {
    grouped_images out;
    out.n = static_cast<std::int64_t>(rows.size());
    out.channels = planes_ == 1 ? 2 : 3, out.side = side_;
    auto const area = static_cast<std::size_t>(side_ * side_);
    auto const size = static_cast<std::size_t>(out.channels) * area;
    out.pixels.assign(rows.size() * size, 0);
    std::int64_t seen[2] = {0, 0};
    for (std::size_t i = 0; i < rows.size(); ++i) {
      std::int64_t const label = from.labels[rows[i]];
      bool const agrees = ++seen[label] % apart != 0;
      auto const tinted = static_cast<std::size_t>(agrees ? label : 1 - label);
      float* const to = &out.pixels[i * size];
      for (std::size_t k = 0; k < size; ++k) {
        std::size_t const plane = k / area, place = k % area;
        if (planes_ == 1) {
          to[k] = plane == tinted ? from.pixels[rows[i] * area + place] : 0;
          continue;
        }
        float const own = from.pixels[rows[i] * size + k], paint = plane == tinted ? 0.9f : 0.1f;
        to[k] = own + from.painted[rows[i] * area + place] * (paint - own) - 0.5f;
      }
      out.labels.push_back(label);
      out.groups.push_back(2 * label + static_cast<std::int64_t>(tinted));
    }
    return out;
  }

  std::string task_, what_;
  std::int64_t side_ = 0, planes_ = 0;
  plain_images train_, test_;
  std::optional<subpopulation_split> published_;
};

}  // namespace example
