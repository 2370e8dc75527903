#pragma once
// Counts what operator new gives, and refuses an allocation where it is told to. Include in one translation unit of a
// program.

#include <malloc.h>

#include <cstdint>
#include <cstdlib>
#include <new>

namespace heap {

inline std::int64_t blocks = 0, bytes = 0, most_bytes = 0;  ///< that live; the most bytes that lived at once
inline std::int64_t calls = 0, fails_at = -1;               ///< call number `fails_at` throws std::bad_alloc

inline void* take(std::size_t n, std::size_t alignment) {
  if (calls++ == fails_at) throw std::bad_alloc();
  void* const p = alignment > 16 ? std::aligned_alloc(alignment, (n + alignment - 1) / alignment * alignment)
                                 : std::malloc(n == 0 ? 1 : n);
  if (p == nullptr) throw std::bad_alloc();
  ++blocks, bytes += static_cast<std::int64_t>(malloc_usable_size(p));
  most_bytes = bytes > most_bytes ? bytes : most_bytes;
  return p;
}
inline void give(void* p) noexcept {
  if (p == nullptr) return;
  --blocks, bytes -= static_cast<std::int64_t>(malloc_usable_size(p));
  std::free(p);
}
/// Allocations are counted from here on, and number `n` fails (-1: none).
inline void begin(std::int64_t n = -1) { calls = 0, fails_at = n, most_bytes = bytes; }

}  // namespace heap

void* operator new(std::size_t n) { return heap::take(n, 0); }
void* operator new[](std::size_t n) { return heap::take(n, 0); }
void* operator new(std::size_t n, std::align_val_t a) { return heap::take(n, static_cast<std::size_t>(a)); }
void* operator new[](std::size_t n, std::align_val_t a) { return heap::take(n, static_cast<std::size_t>(a)); }
void* operator new(std::size_t n, std::nothrow_t const&) noexcept {
  try {
    return heap::take(n, 0);
  } catch (std::bad_alloc const&) {
    return nullptr;
  }
}
void operator delete(void* p) noexcept { heap::give(p); }
void operator delete[](void* p) noexcept { heap::give(p); }
void operator delete(void* p, std::size_t) noexcept { heap::give(p); }
void operator delete[](void* p, std::size_t) noexcept { heap::give(p); }
void operator delete(void* p, std::align_val_t) noexcept { heap::give(p); }
void operator delete[](void* p, std::align_val_t) noexcept { heap::give(p); }
void operator delete(void* p, std::size_t, std::align_val_t) noexcept { heap::give(p); }
void operator delete[](void* p, std::size_t, std::align_val_t) noexcept { heap::give(p); }
void operator delete(void* p, std::nothrow_t const&) noexcept { heap::give(p); }
