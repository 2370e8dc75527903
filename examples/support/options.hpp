// SPDX-License-Identifier: MIT
#pragma once
// The command line of the examples that draw a sheet, and the reading of numbers for all of them.

#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <ios>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

namespace example {

inline constexpr char const* option_help =
    R"(
  --data PATH   a folder of PNG or JPEG files (its sub-folders are the classes, if it has any) or a
                CIFAR-10 binary file; without it the example draws its own images
  --out FILE    where the sheet goes, a PNG file                        [%s]
  --size N      height and width of the images, 8 to 256                [128; CIFAR-10: 32]
  --seed S      seed of the drawn images and of every plan              [4]
  --help        this text
)";

struct sheet_options {
  std::string data, out;
  std::int64_t size = 0;  // 0: what the images suggest
  std::uint64_t seed = 4;
};

template <class Number>
Number number_of(std::string_view name, std::string_view text, Number low, Number high) {
  Number value{};
  auto const [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc{} || end != text.data() + text.size() || value < low || value > high)
    throw std::runtime_error(std::string(name) + " got '" + std::string(text) + "'; it takes a whole number from " +
                             std::to_string(low) + " to " + std::to_string(high));
  return value;
}

// Prints the help and leaves where it is asked for; throws std::runtime_error on anything unknown.
// `what` says what the example does, `sheet` where its sheet goes if nobody says.
inline sheet_options read_options(int argc, char const* const* argv, char const* what, char const* sheet) {
  sheet_options out;
  out.out = sheet;
  for (int i = 1; i < argc; ++i) {
    std::string_view const name = argv[i];
    if (name == "--help" || name == "-h") {
      std::printf("%s\n", what);
      std::printf(option_help, sheet);
      std::exit(0);
    }
    if (name != "--data" && name != "--out" && name != "--size" && name != "--seed")
      throw std::runtime_error("unknown option '" + std::string(name) +
                               "'; there are --data, --out, --size, --seed and --help");
    if (++i == argc) throw std::runtime_error(std::string(name) + " needs a value after it");
    std::string_view const value = argv[i];
    if (name == "--data") out.data = value;
    if (name == "--out") out.out = value;
    if (name == "--size") out.size = number_of<std::int64_t>(name, value, 8, 256);
    if (name == "--seed") out.seed = number_of<std::uint64_t>(name, value, 0, UINT64_MAX);
  }
  if (out.out.empty()) throw std::runtime_error("--out got an empty file name");
  return out;
}

inline void check_writable(std::string const& file) {
  if (!std::ofstream(file, std::ios::app)) throw std::runtime_error(file + ": cannot be opened for writing");
}

}  // namespace example
