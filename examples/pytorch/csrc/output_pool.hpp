// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <cstddef>
#include <mixaug/interop/detail/large_pages.hpp>
#include <mutex>
#include <new>
#include <vector>

namespace mixaug_torch {

/// Memory of outputs that were freed, kept for the next ones of the same size: the first write to fresh memory costs a
/// fault of the processor for each page, which takes longer than the mix. Keeps at most `most` blocks, and hands out
/// blocks of 1 MiB and more; smaller ones are malloc's business.
class output_pool {
 public:
  static constexpr std::size_t most = 4, smallest = std::size_t{1} << 20;

  void* take(std::size_t bytes) {
    {
      std::lock_guard<std::mutex> const lock(mutex_);
      auto const at = std::find_if(free_.begin(), free_.end(), [&](block const& b) { return b.bytes == bytes; });
      if (at != free_.end()) {
        void* const data = at->data;
        free_.erase(at);
        return data;
      }
    }
    void* const data = ::operator new(bytes, alignment);
    mixaug::detail::ask_for_large_pages(data, bytes);
    return data;
  }
  void give(void* data, std::size_t bytes) {
    block oldest{data, bytes};
    {
      std::lock_guard<std::mutex> const lock(mutex_);
      free_.push_back(oldest);
      if (free_.size() <= most) return;
      oldest = free_.front();
      free_.erase(free_.begin());
    }
    ::operator delete(oldest.data, alignment);
  }
  /// Frees what is kept.
  void clear() {
    std::lock_guard<std::mutex> const lock(mutex_);
    for (block const& b : free_) ::operator delete(b.data, alignment);
    free_.clear();
  }

 private:
  static constexpr std::align_val_t alignment{64};
  struct block {
    void* data;
    std::size_t bytes;
  };
  std::mutex mutex_;
  std::vector<block> free_;
};

/// One for the process, which outlives every tensor, those of the interpreter's end too.
inline output_pool& outputs() {
  static output_pool& pool = *new output_pool;
  return pool;
}

}  // namespace mixaug_torch
