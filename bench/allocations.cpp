// SPDX-License-Identifier: MIT
// Counts memory that the program allocates: every form of operator new, and malloc where glibc lets us.
#include <atomic>
#include <cstdlib>
#include <new>
#include <support/allocations.hpp>

namespace {
std::atomic<std::size_t> count{0};
}
std::size_t bench::allocations() { return count; }

#if defined(__GLIBC__)
extern "C" void* __libc_malloc(std::size_t);
extern "C" void* malloc(std::size_t bytes) {
  ++count;
  return __libc_malloc(bytes);
}
#endif

void* operator new(std::size_t bytes) {
  ++count;
  if (void* p = std::malloc(bytes)) return p;
  throw std::bad_alloc();
}
void* operator new(std::size_t bytes, std::align_val_t align) {
  ++count;
  std::size_t const a = static_cast<std::size_t>(align);
  if (void* p = std::aligned_alloc(a, (bytes + a - 1) / a * a)) return p;
  throw std::bad_alloc();
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
void operator delete(void* p, std::align_val_t) noexcept { std::free(p); }
void operator delete(void* p, std::size_t, std::align_val_t) noexcept { std::free(p); }
