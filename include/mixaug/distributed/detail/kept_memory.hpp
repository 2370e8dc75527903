// SPDX-License-Identifier: MIT
#pragma once
#include <bit>
#include <mixaug/core/config.hpp>
#include <new>
#include <utility>
#include <vector>

MIXAUG_EXACT_BEGIN

namespace mixaug::detail {

/// Memory that is kept from call to call: blocks of 2^k bytes, of which those that are given back are taken again. A
/// call that takes what an earlier one took allocates nothing.
class kept_memory {
 public:
  kept_memory() = default;
  kept_memory(kept_memory const&) = delete;
  kept_memory& operator=(kept_memory const&) = delete;
  ~kept_memory() {
    for (free_block* first : free_)
      while (first != nullptr) {
        free_block* const next = first->next;
        ::operator delete(static_cast<void*>(first), alignment);
        first = next;
      }
  }

  void* take(std::size_t bytes) {
    std::size_t const k = power_of(bytes);
    free_block*& first = free_[k];
    if (first == nullptr) return ::operator new (std::size_t{1} << k, alignment);
    return std::exchange(first, first->next);
  }
  void give(void* block, std::size_t bytes) noexcept {
    free_block*& first = free_[power_of(bytes)];
    first = ::new (block) free_block{first};
  }

 private:
  struct free_block {
    free_block* next;
  };
  static constexpr std::align_val_t alignment{64};
  static constexpr std::size_t least = 6;  ///< blocks of at least 64 bytes
  static std::size_t power_of(std::size_t bytes) noexcept {
    std::size_t const k = static_cast<std::size_t>(std::bit_width(bytes > 0 ? bytes - 1 : bytes));
    return k < least ? least : k;
  }

  free_block* free_[64] = {};  ///< by the logarithm of their size
};

/// Allocates from kept memory or, default-constructed, as std::allocator does.
template <class T>
class kept_allocator {
 public:
  using value_type = T;
  using propagate_on_container_move_assignment = std::true_type;
  using propagate_on_container_swap = std::true_type;

  kept_allocator() = default;
  explicit kept_allocator(kept_memory& memory) noexcept : memory_(&memory) {}
  template <class U>
  kept_allocator(kept_allocator<U> const& other) noexcept : memory_(other.memory()) {}

  T* allocate(std::size_t n) {
    if (memory_ == nullptr) return std::allocator<T>().allocate(n);
    if (n > (std::size_t{1} << 62) / sizeof(T)) throw std::bad_array_new_length();
    return static_cast<T*>(memory_->take(n * sizeof(T)));
  }
  void deallocate(T* p, std::size_t n) noexcept {
    if (memory_ == nullptr)
      std::allocator<T>().deallocate(p, n);
    else
      memory_->give(p, n * sizeof(T));
  }
  kept_memory* memory() const noexcept { return memory_; }
  template <class U>
  friend bool operator==(kept_allocator const& a, kept_allocator<U> const& b) noexcept {
    return a.memory() == b.memory();
  }

 private:
  kept_memory* memory_ = nullptr;
};

/// A vector in memory that is kept, or in memory of its own where it is default-constructed.
template <class T>
using kept_list = std::vector<T, kept_allocator<T>>;
/// An empty list in the memory of another.
template <class T, class U>
kept_list<T> list_beside(kept_list<U> const& other) {
  return kept_list<T>(kept_allocator<T>(other.get_allocator()));
}

}  // namespace mixaug::detail

MIXAUG_EXACT_END
