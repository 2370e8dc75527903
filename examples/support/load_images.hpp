// SPDX-License-Identifier: MIT
#pragma once
// Reads a batch of images from a folder of PNG and JPEG files or from a CIFAR-10 binary file.

#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <system_error>

#include "cifar10.hpp"
#include "image_folder.hpp"
#include "image_set.hpp"

namespace example {

// At most `limit` images of the folder or file at `path`; side 0 = 32 for CIFAR-10 and 128 for
// files.
inline image_set load_images(std::filesystem::path const& path, std::int64_t limit, std::int64_t side = 0) {
  std::error_code problem;
  auto const there = std::filesystem::status(path, problem);
  if (there.type() == std::filesystem::file_type::not_found)
    throw std::runtime_error(path.string() + ": no such file or folder");
  if (problem) throw std::runtime_error(path.string() + ": " + problem.message());
  if (std::filesystem::is_directory(there)) return load_folder(path, limit, side > 0 ? side : 128);
  if (!std::filesystem::is_regular_file(there))
    throw std::runtime_error(path.string() + ": is neither a folder nor a file of images");
  if (is_image_file(path)) throw std::runtime_error(path.string() + ": is a single image; give the folder it lies in");
  return load_cifar10(path, limit, side > 0 ? side : 32);
}

}  // namespace example
