#pragma once
// Include in one translation unit of a program: it replaces malloc and related functions, which operator new calls. The
// aligned operator new calls aligned_alloc or, in newer standard libraries, posix_memalign.
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>

// Sanitizers have a malloc of their own, and other C libraries do not export theirs under a second name.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(__GLIBC__)
#  define MIXAUG_TEST_NO_COUNT
#elif defined(__has_feature)
#  if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#    define MIXAUG_TEST_NO_COUNT
#  endif
#endif

namespace test {

inline thread_local std::int64_t allocation_count = 0;

/// Allocations so far on the calling thread.
inline std::int64_t allocations() { return allocation_count; }

constexpr bool counts_allocations() {
#if defined(MIXAUG_TEST_NO_COUNT)
  return false;
#else
  return true;
#endif
}

/// True if the counter sees every way in which C++ allocates memory. The pointers are volatile because a compiler may
/// omit a new whose memory is not used.
inline bool counts_every_new() {
  auto const before = allocations();
  void* volatile plain = ::operator new(8);
  void* volatile aligned = ::operator new(64, std::align_val_t(64));
  void* volatile tried = ::operator new(64, std::align_val_t(128), std::nothrow);
  ::operator delete(plain);
  ::operator delete(aligned, std::align_val_t(64));
  ::operator delete(tried, std::align_val_t(128));
  return allocations() == before + 3;
}

}  // namespace test

#if !defined(MIXAUG_TEST_NO_COUNT)
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);

void* malloc(std::size_t n) noexcept {
  ++test::allocation_count;
  return __libc_malloc(n);
}
void* calloc(std::size_t n, std::size_t m) noexcept {
  ++test::allocation_count;
  return __libc_calloc(n, m);
}
void* realloc(void* p, std::size_t n) noexcept {
  ++test::allocation_count;
  return __libc_realloc(p, n);
}
void* memalign(std::size_t a, std::size_t n) noexcept {
  ++test::allocation_count;
  return __libc_memalign(a, n);
}
void* aligned_alloc(std::size_t a, std::size_t n) noexcept { return memalign(a, n); }
int posix_memalign(void** p, std::size_t a, std::size_t n) noexcept {
  *p = memalign(a, n);
  return *p == nullptr ? ENOMEM : 0;
}
}
#endif
