// SPDX-License-Identifier: MIT
#pragma once
#include <cstddef>
#include <cstdint>
#include <mixaug/core/config.hpp>
#if defined(__linux__)
#  include <sys/mman.h>
#endif

MIXAUG_EXACT_BEGIN

namespace mixaug::detail {

/// Asks Linux for large pages in the new memory of a large tensor. The first write to memory costs a fault of the
/// processor for every page, which in pages of 4 KiB is most of the time of a mix. Below 32 MiB malloc mostly hands out
/// memory that was written to before. Where there are no large pages nothing changes.
inline void ask_for_large_pages(void* data, std::size_t bytes) noexcept {
#if defined(__linux__) && defined(MADV_HUGEPAGE)
  constexpr std::uintptr_t page = std::uintptr_t{1} << 21;
  if (bytes < 16 * page) return;
  auto const begin = reinterpret_cast<std::uintptr_t>(data), end = begin + bytes;
  std::uintptr_t const first = (begin + page - 1) / page * page, last = end / page * page;
  ::madvise(reinterpret_cast<void*>(first), last - first, MADV_HUGEPAGE);
#else
  (void)data;
  (void)bytes;
#endif
}

}  // namespace mixaug::detail

MIXAUG_EXACT_END
