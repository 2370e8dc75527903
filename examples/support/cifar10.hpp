// SPDX-License-Identifier: MIT
#pragma once
// Reads a CIFAR-10 binary file: records of a label byte and three planes of 32 x 32 bytes, R G B.
// What is wrong is thrown as std::runtime_error with a sentence that names the file.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <ios>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include "image_set.hpp"
#include "open_file.hpp"
#include "resize.hpp"

namespace example {

inline image_set load_cifar10(std::filesystem::path const& file, std::int64_t limit, std::int64_t side) {
  constexpr std::size_t plane = 32 * 32, record = 1 + 3 * plane;
  std::ifstream in = open_file(file, std::ios::binary);
  std::error_code problem;
  std::uintmax_t const size = std::filesystem::file_size(file, problem);
  if (problem) throw std::runtime_error(file.string() + ": " + problem.message());
  if (size == 0 || size % record != 0)
    throw std::runtime_error(file.string() + ": has " + std::to_string(size) +
                             " bytes; a CIFAR-10 binary file has a multiple of " + std::to_string(record) +
                             " (a label and 3072 values an image). For PNG or JPEG files give their folder");
  std::vector<std::uint8_t> bytes(std::min(static_cast<std::size_t>(limit), static_cast<std::size_t>(size / record)) *
                                  record);
  if (!in.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size())))
    throw std::runtime_error(file.string() + ": cannot be read");

  image_set set;
  set.n = static_cast<std::int64_t>(bytes.size() / record);
  set.h = set.w = side;
  set.class_names = {"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"};
  set.pixels.resize(static_cast<std::size_t>(set.n) * set.image_size());
  std::vector<std::uint8_t> interleaved(3 * plane);
  for (std::int64_t i = 0; i < set.n; ++i) {
    std::uint8_t const* from = bytes.data() + static_cast<std::size_t>(i) * record;
    if (*from >= set.class_names.size())
      throw std::runtime_error(file.string() + ": image " + std::to_string(i) + " has label " + std::to_string(*from) +
                               "; CIFAR-10 has 0 to 9");
    set.labels.push_back(*from++);
    for (std::size_t k = 0; k < 3 * plane; ++k) interleaved[3 * (k % plane) + k / plane] = from[k];
    resize_to_square(interleaved.data(), 32, 32, set.pixels.data() + static_cast<std::size_t>(i) * set.image_size(),
                     static_cast<int>(side));
  }
  return set;
}

}  // namespace example
