// SPDX-License-Identifier: MIT
#pragma once
// A batch of 8-bit RGB images with labels, as the examples pass it around.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace example {

struct image_set {
  std::int64_t n = 0, c = 3, h = 0, w = 0;
  std::vector<std::uint8_t> pixels;  // n x h x w x c
  std::vector<std::int64_t> labels;  // n, index into class_names
  std::vector<std::string> class_names;
  std::vector<std::uint8_t> masks;  // n x h x w: 1 on the object, or empty where nobody knows

  std::size_t image_size() const { return static_cast<std::size_t>(c * h * w); }
  std::uint8_t const* image(std::int64_t i) const { return pixels.data() + static_cast<std::size_t>(i) * image_size(); }
  std::string const& class_of(std::int64_t i) const {
    return class_names[static_cast<std::size_t>(labels[static_cast<std::size_t>(i)])];
  }
};

}  // namespace example
