// SPDX-License-Identifier: MIT
#pragma once
#include <bit>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <mixaug/weight/uncertainty.hpp>
#include <vector>
#if defined(__unix__) || defined(__APPLE__)
#  include <unistd.h>
#endif

MIXAUG_EXACT_BEGIN

/// Records as files. Little-endian, in this order:
///   8 bytes  "mixaugUR"          4 bytes  version, 1             4 bytes  0x01020304, the order of bytes
///   8 bytes  rows                8 bytes  first_epoch            8 bytes  epochs
///   8 bytes  eta (binary64)      8 bytes  c (binary64)           4 bytes  unvisited     4 bytes  normalise
///   recorded epochs, a bit each, in ascending order, in words of 8 bytes
///   counters of 1, 2 or 4 bytes (see visit_counter), row by row, padded with zeros to words of 8 bytes
///   8 bytes  checksum: FNV-1a over all words of 8 bytes before it, each step followed by h ^= h >> 32
namespace mixaug {
namespace detail {

inline constexpr bool little_endian = std::endian::native == std::endian::little;
inline constexpr std::size_t record_header = 64;
inline constexpr char record_magic[] = "mixaugUR";
inline constexpr std::uint32_t record_version = 1, record_order = 0x01020304u;

/// Reads an unsigned little-endian number of `bytes` bytes at p.
inline std::uint64_t little_at(std::byte const* p, int bytes) noexcept {
  std::uint64_t v = 0;
  for (int k = 0; k < bytes; ++k) v |= static_cast<std::uint64_t>(p[k]) << (8 * k);
  return v;
}
inline void put_little(std::byte* p, std::uint64_t v, int bytes) noexcept {
  for (int k = 0; k < bytes; ++k) p[k] = static_cast<std::byte>(v >> (8 * k) & 255u);
}
struct record_checksum {
  std::uint64_t h = 0xCBF29CE484222325u;
  void add(std::byte const* p, std::size_t bytes) noexcept {
    for (std::size_t k = 0; k < bytes; k += 8) {
      std::uint64_t word;
      if constexpr (little_endian)
        std::memcpy(&word, p + k, 8);
      else
        word = little_at(p + k, 8);
      h = (h ^ word) * 0x100000001B3u;
      h ^= h >> 32;
    }
  }
};

/// Refuses paths that are not files: a folder opens like one, a pipe would block, and a device would be replaced.
inline void check_file(std::filesystem::path const& path, char const* expected) {
  std::error_code ignored;
  std::filesystem::file_status const there = std::filesystem::status(path, ignored);
  if (std::filesystem::is_directory(there)) fail("the record file " + path.string(), "a folder", expected);
  if (std::filesystem::exists(there) && !std::filesystem::is_regular_file(there))
    fail("the record file " + path.string(), "a device, a pipe or a socket", expected);
}

class record_stream {
 public:
  record_stream(std::filesystem::path const& path, char const* how) : path_(path) {
    file_ = std::fopen(path.string().c_str(), how);
    if (file_ == nullptr) fail("a file that can be opened");
  }
  record_stream(record_stream const&) = delete;
  ~record_stream() {
    if (file_ != nullptr) std::fclose(file_);
  }
  void write(std::byte const* p, std::size_t bytes) {
    sum.add(p, bytes);
    if (std::fwrite(p, 1, bytes, file_) != bytes) fail("room for the record");
  }
  void read(std::byte* p, std::size_t bytes) {
    errno = 0;
    if (std::fread(p, 1, bytes, file_) != bytes) fail("a file that can be read");
    sum.add(p, bytes);
  }
  void close() {
    bool good = std::fflush(file_) == 0;
#if defined(__unix__) || defined(__APPLE__)
    good = good && ::fsync(::fileno(file_)) == 0;
#endif
    good = std::fclose(file_) == 0 && good;
    file_ = nullptr;
    if (!good) fail("room for the record");
  }
  record_checksum sum;

 private:
  [[noreturn]] void fail(char const* expected) const {
    std::string const name = "the record file ", why = errno == 0 ? "shorter than it was" : std::strerror(errno);
    detail::fail(name + path_.string(), why, expected);
  }
  std::filesystem::path path_;
  std::FILE* file_ = nullptr;
};

/// Converts counters wider than a byte between little-endian and native order, on a big-endian machine.
inline void swap_counters(std::byte* p, std::size_t bytes, int width) noexcept {
  if constexpr (!little_endian)
    for (std::size_t k = 0; k + static_cast<std::size_t>(width) <= bytes; k += static_cast<std::size_t>(width))
      for (int a = 0, b = width - 1; a < b; ++a, --b)
        std::swap(p[k + static_cast<std::size_t>(a)], p[k + static_cast<std::size_t>(b)]);
}

/// Reads and checks a file; errors are reported in the order of the file's contents.
class record_reader {
 public:
  explicit record_reader(std::filesystem::path const& path) : path_(checked(path)), in_(path, "rb") {}

  weight::uncertainty operator()() {
    std::error_code bad;
    std::uint64_t const size = std::filesystem::file_size(path_, bad);
    if (bad || size < record_header + 8)
      refuse("of " + text(static_cast<index_t>(bad ? 0 : size)) + " bytes",
             "a whole record: it is truncated, or something else");
    std::byte head[record_header];
    in_.read(head, sizeof head);
    if (std::memcmp(head, record_magic, 8) != 0) refuse("not one of mixaug's", "a file that weight::save wrote");
    std::uint64_t const order = little_at(head + 12, 4);
    if (order != record_order) refuse("with its bytes in another order", "little-endian numbers");
    if (auto const v = static_cast<index_t>(little_at(head + 8, 4)); v != record_version)
      refuse("of version " + text(v),
             "version " + text(index_t{record_version}) + ": written by another version of mixaug");
    weight::uncertainty_options o;
    auto const rows = static_cast<index_t>(little_at(head + 16, 8));
    o.first_epoch = static_cast<index_t>(little_at(head + 24, 8)),
    o.epochs = static_cast<index_t>(little_at(head + 32, 8));
    o.eta = std::bit_cast<double>(little_at(head + 40, 8)), o.c = std::bit_cast<double>(little_at(head + 48, 8));
    std::uint64_t const unvisited = little_at(head + 56, 4), normalise = little_at(head + 60, 4);
    bool const scales = o.eta >= 0.0 && o.eta <= 3e38 && o.c >= 0.0 && o.c <= 3e38 && weighs_in_float(o.eta, o.c);
    bool const window = o.first_epoch >= 0 && o.first_epoch <= (index_t{1} << 48) && o.epochs >= 1 && o.epochs <= 65535;
    if (rows <= 0 || rows > (index_t{1} << 48) || !window || !scales || unvisited > 1 || normalise > 1)
      refuse("with an impossible header", "a whole record: it is corrupted");
    o.unvisited = static_cast<weight::unvisited>(unvisited), o.normalise = static_cast<weight::normalise>(normalise);
    int const width = static_cast<int>(counter_bytes(o.epochs, o.unvisited));
    std::uint64_t const words = static_cast<std::uint64_t>(ceil_div(o.epochs, 64) + ceil_div(rows * width, 8));
    std::uint64_t const whole = record_header + 8 * words + 8;
    if (size != whole)
      refuse("of " + text(static_cast<index_t>(size)) + " bytes",
             text(static_cast<index_t>(whole)) + ", as its header says: it is truncated, or longer");
    return body(rows, o, width);
  }

 private:
  static std::filesystem::path const& checked(std::filesystem::path const& path) {
    check_file(path, "a file that weight::save wrote");
    return path;
  }
  weight::uncertainty body(index_t rows, weight::uncertainty_options const& o, int width) {
    weight::uncertainty record(rows, o);
    std::vector<std::byte> epochs(8 * static_cast<std::size_t>(record.mark_words()));
    in_.read(epochs.data(), epochs.size());
    std::size_t const padded = (record.bytes() + 7) / 8 * 8;
    in_.read(record.counters().data(), padded);
    std::uint64_t const found = in_.sum.h;
    std::byte last[8];
    in_.read(last, 8);
    if (little_at(last, 8) != found) refuse("corrupted", "the checksum that it was written with");
    std::vector<std::uint64_t> marks(epochs.size() / 8);
    for (std::size_t k = 0; k < marks.size(); ++k) marks[k] = little_at(epochs.data() + 8 * k, 8);
    if (index_t const over = o.epochs % 64; over != 0 && marks.back() >> over != 0)
      refuse("of epochs beyond its window of " + text(o.epochs), "a record that weight::save wrote");
    for (std::size_t k = record.bytes(); k < padded; ++k)
      if (record.counters().data()[k] != std::byte{0})
        refuse("without zeros behind its counters", "a record that weight::save wrote");
    swap_counters(record.counters().data(), record.bytes(), width);
    if (index_t const i = record.impossible_row(); i >= 0)
      refuse("of more wrong visits than visits in row " + text(i), "counters that record(backend, epoch, ...) wrote");
    record.set_marks(marks.data());
    return record;
  }
  [[noreturn]] void refuse(std::string const& got, std::string const& expected) const {
    std::string const name = "the record file ";
    fail(name + path_.string(), got, expected);
  }
  std::filesystem::path path_;
  record_stream in_;
};

}  // namespace detail

namespace weight {

/// Writes a record to path.part in the same folder, flushes it to disk and renames it to `path`, so that a file under
/// `path` is always complete, the old one or the new one. Only one process at a time may write a path.
inline void save(uncertainty const& record, std::filesystem::path const& path) {
  if (record.counters().data() == nullptr)
    detail::fail("the record", "empty (default-constructed, or moved from)", "one made with a number of rows");
  if (!path.has_filename()) detail::fail("the record file " + path.string(), "without a name", "the path of a file");
  detail::check_file(path, "the path of a file, old or new");
  std::filesystem::path part = path;
  part += ".part";
  uncertainty_options const& o = record.options();
  std::byte head[detail::record_header];
  std::memcpy(head, detail::record_magic, 8);
  detail::put_little(head + 8, detail::record_version, 4), detail::put_little(head + 12, detail::record_order, 4);
  detail::put_little(head + 16, static_cast<std::uint64_t>(record.rows()), 8);
  detail::put_little(head + 24, static_cast<std::uint64_t>(o.first_epoch), 8);
  detail::put_little(head + 32, static_cast<std::uint64_t>(o.epochs), 8);
  detail::put_little(head + 40, std::bit_cast<std::uint64_t>(o.eta), 8);
  detail::put_little(head + 48, std::bit_cast<std::uint64_t>(o.c), 8);
  detail::put_little(head + 56, static_cast<std::uint64_t>(o.unvisited), 4);
  detail::put_little(head + 60, static_cast<std::uint64_t>(o.normalise), 4);
  bool opened = false;  // a part that could not be opened belongs to another process, and stays
  try {
    detail::record_stream out(part, "wb");
    opened = true;
    out.write(head, sizeof head);
    std::byte word[8];
    for (index_t k = 0; k < record.mark_words(); ++k)
      detail::put_little(word, record.marks()[k], 8), out.write(word, 8);
    std::size_t const padded = (record.bytes() + 7) / 8 * 8;  // counters are zero up to whole words of 64 bytes
    if constexpr (detail::little_endian) {
      out.write(record.counters().data(), padded);
    } else {
      std::vector<std::byte> swapped(record.counters().data(), record.counters().data() + padded);
      detail::swap_counters(swapped.data(), record.bytes(),
                            static_cast<int>(detail::counter_bytes(o.epochs, o.unvisited)));
      out.write(swapped.data(), padded);
    }
    detail::put_little(word, out.sum.h, 8);
    out.write(word, 8);
    out.close();
    std::filesystem::rename(part, path);
  } catch (std::filesystem::filesystem_error const& e) {
    std::error_code ignored;
    std::filesystem::remove(part, ignored);
    std::string const name = "the record file ";
    detail::fail(name + path.string(), e.code().message(), "a path that can be written");
  } catch (...) {
    std::error_code ignored;
    if (opened) std::filesystem::remove(part, ignored);
    throw;
  }
}

/// Loads the record that save wrote, on any machine. Refuses a path that is not a file (a folder, a pipe), and a file
/// that is foreign, of another version or byte order, truncated, corrupted, or has impossible counters (more wrong
/// visits than visits). Memory is allocated for what the file holds, not for what its header claims.
inline uncertainty load(std::filesystem::path const& path) { return detail::record_reader(path)(); }

}  // namespace weight
}  // namespace mixaug

MIXAUG_EXACT_END
