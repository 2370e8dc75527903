// SPDX-License-Identifier: MIT
#pragma once
// Opens a file to read; what is wrong is thrown as std::runtime_error with a sentence that names it.
// A folder opens like a file and reads as an empty one, so it is asked for.

#include <filesystem>
#include <fstream>
#include <ios>
#include <stdexcept>
#include <system_error>

namespace example {

inline std::ifstream open_file(std::filesystem::path const& file, std::ios::openmode mode = std::ios::in) {
  std::error_code problem;
  auto const there = std::filesystem::status(file, problem);
  if (std::filesystem::is_directory(there)) throw std::runtime_error(file.string() + ": is a folder, not a file");
  std::ifstream in(file, mode);
  if (!in)
    throw std::runtime_error(file.string() + ": cannot be read" + (problem ? ": " + problem.message() : std::string()));
  return in;
}

}  // namespace example
