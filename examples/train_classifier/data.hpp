// SPDX-License-Identifier: MIT
#pragma once
// Images to train a classifier on and to test it: CIFAR-10 binary files, or drawn ones.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/cifar10.hpp"
#include "support/drawn_images.hpp"
#include "support/image_set.hpp"

namespace example {

struct classifier_images {
  image_set train, test;

  // The last of the files is tested on, the others are trained on: at most `limit` images of them
  // (0: all).
  static classifier_images read(std::vector<std::string> const& files, std::int64_t limit) {
    if (files.size() < 2)
      throw std::runtime_error("--data got one file; give those to train on, then the one to test on");
    classifier_images out;
    std::int64_t const most = limit > 0 ? limit : 1000000;
    for (std::size_t k = 0; k + 1 < files.size(); ++k)
      if (out.train.n < most) append(out.train, load_cifar10(files[k], most - out.train.n, 32));
    if (out.train.n < limit)
      throw std::runtime_error("--images got " + std::to_string(limit) + "; the files to train on hold " +
                               std::to_string(out.train.n));
    out.test = load_cifar10(files.back(), 1000000, 32);
    return out;
  }
  static classifier_images drawn(std::int64_t train, std::int64_t test) {
    return {draw_images(train, 32, 1), draw_images(test, 32, 2)};
  }

  std::int64_t classes() const { return static_cast<std::int64_t>(train.class_names.size()); }
  // FNV-1a of all pixels and labels.
  std::uint64_t digest() const {
    std::uint64_t out = 0xcbf29ce484222325;
    auto const take = [&](std::uint64_t byte) { out = (out ^ byte) * 0x100000001b3; };
    for (auto const* set : {&train, &test}) {
      for (auto const byte : set->pixels) take(byte);
      for (auto const label : set->labels) take(static_cast<std::uint64_t>(label));
    }
    return out;
  }

 private:
  static void append(image_set& to, image_set const& more) {
    if (to.n == 0) {
      to = more;
      return;
    }
    to.n += more.n;
    to.pixels.insert(to.pixels.end(), more.pixels.begin(), more.pixels.end());
    to.labels.insert(to.labels.end(), more.labels.begin(), more.labels.end());
  }
};

// Writes an image of side x side x 3 bytes moved by (dx, dy), mirrored where asked; what comes in at
// the border is black.
inline void move_image(std::uint8_t const* from, std::uint8_t* to, std::int64_t side, std::int64_t dx, std::int64_t dy,
                       bool mirrored) {
  for (std::int64_t y = 0; y < side; ++y)
    for (std::int64_t x = 0; x < side; ++x, to += 3) {
      std::int64_t const sy = y + dy, sx = (mirrored ? side - 1 - x : x) + dx;
      bool const inside = sy >= 0 && sy < side && sx >= 0 && sx < side;
      for (std::int64_t c = 0; c < 3; ++c) to[c] = inside ? from[(sy * side + sx) * 3 + c] : std::uint8_t{0};
    }
}

}  // namespace example
