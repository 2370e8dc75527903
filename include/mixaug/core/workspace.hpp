// SPDX-License-Identifier: MIT
#pragma once
#include <cstring>
#include <mixaug/core/config.hpp>
#include <new>
#include <utility>

MIXAUG_EXACT_BEGIN

namespace mixaug {

/// Memory that only grows: after the first step of a shape nothing is allocated. The device one
/// (backend/cuda.cuh) also holds a pinned staging block of the same size.
template <space Space>
class workspace;

template <>
class workspace<space::host> {
 public:
  static constexpr std::size_t alignment = 64;

  workspace() = default;
  workspace(workspace const& other) { *this = other; }
  workspace(workspace&& other) noexcept { swap(other); }
  /// Where memory runs out it is as it was.
  workspace& operator=(workspace const& other) {
    if (this == &other) return *this;
    if (other.used_ > capacity_) {
      workspace grown;
      grown.reserve(other.used_);
      swap(grown);
    }
    if (other.used_ == 0)
      release();
    else
      std::memcpy(reserve(other.used_), other.data_, other.used_);
    return *this;
  }
  /// What was moved from is empty.
  workspace& operator=(workspace&& other) noexcept {
    workspace taken(std::move(other));
    swap(taken);
    return *this;
  }
  ~workspace() { release(); }

  /// At least `bytes` bytes; what they held is lost when the block grows, and where memory runs out it is empty: the
  /// new block comes after the old one is gone. (`staged`: for devices.)
  std::byte* reserve(std::size_t bytes, bool /*staged*/ = true) {
    if (bytes > capacity_) {
      release();
      data_ = static_cast<std::byte*>(::operator new(bytes, std::align_val_t(alignment)));
      capacity_ = bytes;
    }
    used_ = bytes;
    return data_;
  }

  std::byte* data() const noexcept { return data_; }
  /// Where the host writes: here the block itself.
  std::byte* staging() const noexcept { return data_; }

 private:
  void release() noexcept {
    if (data_ != nullptr) ::operator delete(data_, std::align_val_t(alignment));
    data_ = nullptr;
    capacity_ = used_ = 0;
  }
  void swap(workspace& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(capacity_, other.capacity_);
    std::swap(used_, other.used_);
  }

  std::byte* data_ = nullptr;
  std::size_t capacity_ = 0, used_ = 0;
};

namespace detail {
/// How many elements the workspace beside it holds: 0 after a move, as that is empty.
class held_count {
 public:
  constexpr held_count(index_t n = 0) noexcept : n_(n) {}
  held_count(held_count const&) = default;
  held_count(held_count&& other) noexcept : n_(std::exchange(other.n_, 0)) {}
  held_count& operator=(held_count const&) = default;
  held_count& operator=(held_count&& other) noexcept {
    index_t const n = std::exchange(other.n_, 0);
    n_ = n;
    return *this;
  }
  constexpr operator index_t() const noexcept { return n_; }

 private:
  index_t n_;
};
/// Lays columns out in one block. Without a base it only measures: sizing and placing are one code.
struct placer {
  std::byte* base = nullptr;
  std::size_t used = 0;
  template <class Column>
  void operator()(Column& column, index_t count) {
    using element = std::remove_pointer_t<decltype(column.data)>;
    used = (used + 63) / 64 * 64;
    column.data = base == nullptr ? nullptr : reinterpret_cast<element*>(base + used);
    used += sizeof(element) * static_cast<std::size_t>(count);
  }
};
/// Memory that a thread keeps for calls that bring none of their own; two, for a call inside a call.
inline workspace<space::host>& kept_scratch(int which = 0) noexcept {
  static thread_local workspace<space::host> kept[2];
  return kept[which];
}

}  // namespace detail
}  // namespace mixaug

MIXAUG_EXACT_END
