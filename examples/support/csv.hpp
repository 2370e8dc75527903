// SPDX-License-Identifier: MIT
#pragma once
// Tables of text whose fields are parted by commas (RFC 4180): a field in quotes may hold commas, line ends and doubled
// quotes. A byte order mark, line ends of either kind and a last line without one are taken. What is wrong is thrown as
// std::runtime_error with the file, the line and the column.

#include <cstddef>
#include <cstdint>
#include <istream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace example {

class csv_table {
 public:
  // Reads the heading. `name` is the file's, for sentences.
  csv_table(std::istream& in, std::string name) : in_(*in.rdbuf()), name_(std::move(name)) {
    skip_byte_order_mark();
    if (!read_row(heading_)) fail(1, "is empty; it begins with the names of its columns");
  }

  // The place of a column; throws where the file has none of that name.
  std::size_t column(std::string_view name) const {
    for (std::size_t k = 0; k < heading_.size(); ++k)
      if (heading_[k] == name) return k;
    std::string there;
    for (std::string const& each : heading_) there += (there.empty() ? "" : ", ") + each;
    throw std::runtime_error(name_ + ": has no column '" + std::string(name) + "'; it has " + there);
  }

  // Reads the next row; false at the end of the file. Every row has as many fields as the heading.
  bool next() {
    if (!read_row(fields_)) return false;
    if (fields_.size() != heading_.size())
      fail(row_line_,
           "has " + std::to_string(fields_.size()) + " fields, and the heading " + std::to_string(heading_.size()));
    return true;
  }

  std::string const& operator[](std::size_t column) const { return fields_[column]; }
  std::size_t columns() const { return heading_.size(); }

  // Throws that the field of this row is not what it should be.
  [[noreturn]] void refuse(std::size_t column, std::string const& expected) const {
    fail(row_line_, heading_[column] + " is '" + fields_[column] + "'; expected " + expected);
  }

 private:
  using traits = std::char_traits<char>;
  static bool is_end(int c) { return c == traits::eof(); }

  [[noreturn]] void fail(std::int64_t line, std::string const& what) const {
    throw std::runtime_error(name_ + ", line " + std::to_string(line) + ": " + what);
  }

  void skip_byte_order_mark() {
    if (in_.sgetc() != 0xEF) return;
    for (int const byte : {0xEF, 0xBB, 0xBF})
      if (in_.sbumpc() != byte) fail(1, "begins with bytes that are no text");
  }

  // Reads one row; empty lines are passed over.
  bool read_row(std::vector<std::string>& to) {
    while (in_.sgetc() == '\n' || (in_.sgetc() == '\r')) take();
    if (is_end(in_.sgetc())) return false;
    to.clear();
    row_line_ = line_;
    for (;;) {
      to.emplace_back();
      int const after = in_.sgetc() == '"' ? read_quoted(to.back()) : read_plain(to.back());
      if (after != ',') return true;
    }
  }

  // A field without quotes; returns what ended it.
  int read_plain(std::string& to) {
    for (;;) {
      int const c = take();
      if (c == ',' || c == '\n' || is_end(c)) return c;
      if (c == '\r' && (in_.sgetc() == '\n' || is_end(in_.sgetc()))) continue;
      if (c == '"') fail(line_, "has a quote inside a field that does not begin with one");
      to.push_back(traits::to_char_type(c));
    }
  }

  // A field in quotes; returns what came after it.
  int read_quoted(std::string& to) {
    std::int64_t const begun = line_;
    take();
    for (;;) {
      int const c = take();
      if (is_end(c)) fail(begun, "has a quote that is never closed");
      if (c != '"') {
        to.push_back(traits::to_char_type(c));
      } else if (in_.sgetc() == '"') {
        to.push_back(traits::to_char_type(take()));
      } else {
        break;
      }
    }
    int after = take();
    if (after == '\r') after = take();
    if (after != ',' && after != '\n' && !is_end(after)) fail(line_, "has text after the closing quote of a field");
    return after;
  }

  int take() {
    int const c = in_.sbumpc();
    if (c == '\n') ++line_;
    return c;
  }

  std::streambuf& in_;
  std::string name_;
  std::vector<std::string> heading_, fields_;
  std::int64_t line_ = 1, row_line_ = 1;
};

}  // namespace example
