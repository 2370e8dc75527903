// SPDX-License-Identifier: MIT
#pragma once
#include <cstring>
#include <mixaug/core/config.hpp>
#include <new>
#include <utility>

MIXAUG_EXACT_BEGIN

namespace mixaug {

/// Memory that only grows: after the first step of a shape nothing is allocated. The device workspace
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
  /// Copies `other`. If the allocation fails, this workspace is unchanged.
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
  /// Takes the memory of `other`, which is then empty.
  workspace& operator=(workspace&& other) noexcept {
    workspace taken(std::move(other));
    swap(taken);
    return *this;
  }
  ~workspace() { release(); }

  /// Reserves at least `bytes` bytes. When the block grows, its contents are lost, and it is freed before the new one
  /// is allocated, so the workspace is empty if the allocation fails. `staged` matters only on devices.
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
  /// Address that the host writes to; for host memory the block itself.
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

/// Rounds up to a multiple of 64 bytes, at which the parts of a workspace begin.
inline std::size_t aligned(std::size_t bytes) noexcept { return (bytes + 63) / 64 * 64; }
inline std::size_t aligned(index_t bytes) noexcept { return aligned(static_cast<std::size_t>(bytes)); }

/// Number of elements held in a workspace that is a member of the same class: 0 after a move, since the
/// workspace is then empty.
class resets_on_move {
 public:
  constexpr resets_on_move(index_t n = 0) noexcept : n_(n) {}
  resets_on_move(resets_on_move const&) = default;
  resets_on_move(resets_on_move&& other) noexcept : n_(std::exchange(other.n_, 0)) {}
  resets_on_move& operator=(resets_on_move const&) = default;
  resets_on_move& operator=(resets_on_move&& other) noexcept {
    index_t const n = std::exchange(other.n_, 0);
    n_ = n;
    return *this;
  }
  constexpr operator index_t() const noexcept { return n_; }

 private:
  index_t n_;
};
/// Places columns in one block. With base = nullptr it only measures, so that one function computes both the
/// size and the addresses.
struct column_layout {
  std::byte* base = nullptr;
  std::size_t used = 0;
  template <class Column>
  void operator()(Column& column, index_t count) {
    using element = std::remove_pointer_t<decltype(column.data)>;
    used = (used + 63) / 64 * 64;
    column.data = base == nullptr ? nullptr : reinterpret_cast<element*>(base + used);
    column.size = count;
    used += sizeof(element) * static_cast<std::size_t>(count);
  }
};
/// Storage of kept_scratch, without a destructor. Code that runs after this thread's objects are destroyed (such as the
/// destructor of a global) finds it empty and constructs it again.
struct scratch_place {
  alignas(workspace<space::host>) std::byte at[2][sizeof(workspace<space::host>)];
  bool made[2];
  workspace<space::host>& operator[](int which) noexcept {
    if (!made[which]) ::new (static_cast<void*>(at[which])) workspace<space::host>();
    made[which] = true;
    return *std::launder(reinterpret_cast<workspace<space::host>*>(at[which]));
  }
};
/// Destroys the workspaces of kept_scratch when the thread ends.
struct scratch_release {
  scratch_place& place;
  ~scratch_release() {
    for (int which = 0; which < 2; ++which) {
      if (place.made[which]) place[which].~workspace();
      place.made[which] = false;
    }
  }
};
/// Workspace that the thread keeps for calls that are given none. There are two, so that a call may be
/// nested inside another.
inline workspace<space::host>& kept_scratch(int which = 0) noexcept {
  static thread_local scratch_place kept{};
  static thread_local scratch_release const release{kept};
  (void)release;
  return kept[which];
}

}  // namespace detail
}  // namespace mixaug

MIXAUG_EXACT_END
