// SPDX-License-Identifier: MIT
#pragma once
#include <cstring>
#include <mixaug/core/detail/rows.hpp>
#include <mixaug/core/workspace.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::detail {

/// Address range of sample i of a batch by rows, or of a whole view.
template <class View>
byte_range range_of(View const& v, layout5 f, index_t i) noexcept {
  if constexpr (is_tensor_rows<View>) {
    f.extent[0] = 1;
    return byte_range_of(v.row(i), f);
  } else {
    return byte_range_of(v.data, f);
  }
}
template <class View>
index_t ranges_of(View const& v) noexcept {
  return is_tensor_rows<View> ? v.extent[0] : 1;
}

/// Refuses null pointers.
template <class View>
void check_memory(View const& v, char const* name) {
  if constexpr (is_tensor_rows<View>) {
    for (index_t i = 0; i < v.extent[0]; ++i)
      if (v.row(i) == nullptr)
        fail("row " + text(i) + " of " + name, "a null pointer",
             "memory for " + shape_text(v.extent + 1, View::rank - 1) + " elements");
  } else if (v.data == nullptr) {
    fail(name, "a null pointer", "memory for " + shape_text(v.extent, View::rank) + " elements");
  }
}

/// Addresses of samples of one length in bytes, in a hash table by address / length: of samples that share no memory,
/// each such cell has one at most, and what overlaps a range of addresses lies in its cells or in the one before. So n
/// samples are checked in O(n), which even small images notice.
class address_table {
 public:
  /// Empties the table, for `count` addresses of samples of `length` bytes; in scratch of the thread.
  void reset(index_t count, std::uintptr_t length) {
    length_ = length;
    std::size_t slots = 8;
    shift_ = 61;
    while (slots < 2 * static_cast<std::size_t>(count)) {
      slots *= 2;
      --shift_;
    }
    mask_ = slots - 1;
    std::byte* const memory = kept_scratch(1).reserve(slots * sizeof(std::uintptr_t));
    std::memset(memory, 0, slots * sizeof(std::uintptr_t));
    low_ = reinterpret_cast<std::uintptr_t*>(memory);
  }
  /// True if a range reaches over few cells only.
  bool spans_few(byte_range const& r) const noexcept { return (r.high - r.low) / length_ <= 8; }
  /// True if a sample shares memory with the range.
  bool overlaps(byte_range const& r) const noexcept {
    std::uintptr_t const first = r.low / length_, last = (r.high - 1) / length_;
    for (std::uintptr_t cell = first == 0 ? 0 : first - 1; cell <= last; ++cell)
      if (std::uintptr_t const low = low_[slot(cell)]; low != 0 && low < r.high && r.low < low + length_) return true;
    return false;
  }
  /// Adds a sample that overlaps none of the others.
  void add(std::uintptr_t low) noexcept { low_[slot(low / length_)] = low; }

 private:
  /// The slot of a cell, or the empty one where it would be.
  std::size_t slot(std::uintptr_t cell) const noexcept {
    std::size_t k = static_cast<std::size_t>((std::uint64_t{cell} * 0x9E3779B97F4A7C15u) >> shift_);
    while (low_[k] != 0 && low_[k] / length_ != cell) k = (k + 1) & mask_;
    return k;
  }

  std::uintptr_t* low_ = nullptr;  ///< 0: empty
  std::uintptr_t length_ = 1;
  std::size_t mask_ = 0;
  int shift_ = 0;
};

/// The memory that a call writes to: no two of its elements are one, and no operand that is read shares it. There is
/// one such object at a time in a thread.
template <class View>
class written_memory {
 public:
  /// Errors: memory that overlaps itself.
  written_memory(char const* name, View const& v, layout5 const& f) : name_(name), view_(v), layout_(f) {
    layout5 one = f;
    if constexpr (is_tensor_rows<View>) one.extent[0] = 1;
    if (self_overlapping(one))
      fail(name,
           "overlapping itself (strides " + shape_text(f.stride, 5) + " for extents " + shape_text(f.extent, 5) + ")",
           "memory where each index has an element of its own");
    if constexpr (is_tensor_rows<View>) {
      byte_range const sample = range_of(v, f, 0);
      table_.reset(v.extent[0], sample.high - sample.low);
      for (index_t i = 0; i < v.extent[0]; ++i) {
        byte_range const r = range_of(v, f, i);
        if (table_.overlaps(r)) fail_rows(i);
        table_.add(r.low);
      }
    }
  }

  /// Refuses an operand that shares memory with what is written.
  template <class In>
  void check_apart(char const* in, In const& operand, layout5 const& f, char const* instead) const {
    for (index_t i = 0; i < ranges_of(operand); ++i)
      if (shares(operand, range_of(operand, f, i)))
        fail(name_, std::string("sharing memory with ") + in, std::string("a buffer of its own") + instead);
  }

 private:
  template <class In>
  bool shares(In const&, byte_range const& r) const noexcept {
    if constexpr (is_tensor_rows<View> && is_tensor_rows<In>)
      if (table_.spans_few(r)) return table_.overlaps(r);
    for (index_t i = 0; i < ranges_of(view_); ++i)
      if (overlap(range_of(view_, layout_, i), r)) return true;
    return false;
  }
  /// Names row i and the row that it shares memory with.
  [[noreturn]] void fail_rows(index_t i) const {
    index_t other = 0;
    while (!overlap(range_of(view_, layout_, other), range_of(view_, layout_, i))) ++other;
    fail("rows " + text(other) + " and " + text(i) + " of " + name_ +
         " share memory; expected an allocation of its own for each");
  }

  char const* name_;
  View const& view_;
  layout5 layout_;
  address_table table_;
};

}  // namespace mixaug::detail

MIXAUG_EXACT_END
