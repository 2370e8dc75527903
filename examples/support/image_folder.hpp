// SPDX-License-Identifier: MIT
#pragma once
// Reads a folder of PNG and JPEG files; a broken one is reported on stderr and skipped.
// What is wrong is thrown as std::runtime_error with a sentence that names the file.

#include <stb/stb_image.h>

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <ios>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include "image_set.hpp"
#include "progress.hpp"
#include "resize.hpp"

namespace example {

inline std::vector<std::uint8_t> read_bytes(std::filesystem::path const& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw std::runtime_error("cannot be opened for reading");
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

inline std::string extension_of(std::filesystem::path const& file) {
  std::string out = file.extension().string();
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

inline bool is_image_file(std::filesystem::path const& file) {
  std::string const extension = extension_of(file);
  return extension == ".png" || extension == ".jpg" || extension == ".jpeg";
}

// A JPEG whose last scan is not followed by the end marker was cut off; the decoder would fill the
// rest with grey.
inline bool is_cut_off_jpeg(std::vector<std::uint8_t> const& bytes) {
  constexpr std::uint8_t scan[]{0xFF, 0xDA}, end[]{0xFF, 0xD9};
  if (bytes.size() < 2 || bytes[0] != 0xFF || bytes[1] != 0xD8) return false;
  auto const last_scan = std::find_end(bytes.begin(), bytes.end(), scan, scan + 2);
  return std::search(last_scan, bytes.end(), end, end + 2) == bytes.end();
}

inline void append_image_file(image_set& set, std::filesystem::path const& file) {
  std::vector<std::uint8_t> const bytes = read_bytes(file);
  if (bytes.empty()) throw std::runtime_error("is empty");
  if (bytes.size() > 0x7FFFFFFF) throw std::runtime_error("is larger than 2 GiB");
  if (is_cut_off_jpeg(bytes)) throw std::runtime_error("ends before its picture does");
  int width = 0, height = 0, channels = 0;
  constexpr std::int64_t most = std::int64_t{1} << 27;  // pixels: a header may say anything
  if (stbi_info_from_memory(bytes.data(), static_cast<int>(bytes.size()), &width, &height, &channels) &&
      std::int64_t{width} * height > most)
    throw std::runtime_error("says that it is " + std::to_string(width) + " x " + std::to_string(height) +
                             ", more than 2^27 pixels");
  std::unique_ptr<stbi_uc, void (*)(void*)> const decoded(
      stbi_load_from_memory(bytes.data(), static_cast<int>(bytes.size()), &width, &height, &channels, 3),
      stbi_image_free);
  if (!decoded) throw std::runtime_error(std::string("is no readable PNG or JPEG: ") + stbi_failure_reason());
  set.pixels.resize(set.pixels.size() + set.image_size());
  resize_to_square(decoded.get(), height, width, set.pixels.data() + set.pixels.size() - set.image_size(),
                   static_cast<int>(set.w));
}

struct image_file {
  std::filesystem::path path;
  std::string class_name;
};

inline void report_skipped(std::filesystem::path const& file, std::string const& problem) {
  std::fprintf(stderr, "skipped %s: %s\n", file.c_str(), problem.c_str());
}

// What cannot be looked at (a sub-folder of somebody else's, a link to itself) is reported and
// skipped; the root must be readable.
inline void list_images(std::filesystem::path const& folder, bool is_root, std::vector<image_file>& out) {
  std::error_code problem;
  std::filesystem::directory_iterator at(folder, problem), end;
  for (; !problem && at != end; at.increment(problem)) {
    auto const& entry = *at;
    std::error_code unknown;
    auto const what = entry.status(unknown);
    if (unknown && what.type() != std::filesystem::file_type::not_found)
      report_skipped(entry.path(), unknown.message());
    if (is_root && std::filesystem::is_directory(what)) list_images(entry.path(), false, out);
    if (!std::filesystem::is_regular_file(what) || !is_image_file(entry.path())) continue;
    std::string const stem = entry.path().stem().string();  // "cat_012.png" is a cat
    std::size_t const last = stem.find_last_not_of("0123456789_-. ");
    std::string const own = last == std::string::npos ? stem : stem.substr(0, last + 1);
    out.push_back({entry.path(), is_root ? own : folder.filename().string()});
  }
  if (problem && is_root) throw std::runtime_error(folder.string() + ": " + problem.message());
  if (problem) report_skipped(folder, problem.message());
}

// A sub-folder is a class; an image in the root is of the class its name says.
inline image_set load_folder(std::filesystem::path const& root, std::int64_t limit, std::int64_t side) {
  std::vector<image_file> files;
  list_images(root, true, files);
  if (files.empty())
    throw std::runtime_error(root.string() + ": no .png, .jpg or .jpeg file in this folder or in its sub-folders");
  std::sort(files.begin(), files.end(), [](image_file const& a, image_file const& b) { return a.path < b.path; });

  image_set set;
  set.h = set.w = side;
  std::size_t const take = std::min(files.size(), static_cast<std::size_t>(limit));
  progress bar("reading image", take);
  for (std::size_t k = 0; k < take; ++k) {  // spread over the sorted names, so over the classes
    auto const& [file, name] = files[k * files.size() / take];
    bar.step(file.filename().string());
    try {
      append_image_file(set, file);
    } catch (std::exception const& problem) {
      bar.clear();
      report_skipped(file, problem.what());
      continue;
    }
    auto const known = std::find(set.class_names.begin(), set.class_names.end(), name);
    set.labels.push_back(known - set.class_names.begin());
    if (known == set.class_names.end()) set.class_names.push_back(name);
    ++set.n;
  }
  if (set.n == 0)
    throw std::runtime_error(root.string() + ": none of the " + std::to_string(take) + " image files could be read");
  return set;
}

}  // namespace example
