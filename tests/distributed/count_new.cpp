// Counts the calls of operator new. A source of its own: inlined, its free is taken for a mismatch by gcc.
#include <cstddef>
#include <cstdlib>
#include <new>

namespace test {
long news();
}

namespace {
long calls_of_new = 0;

void* counted(std::size_t bytes, std::size_t alignment) {
  ++calls_of_new;
  void* const p = std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
  return p == nullptr ? throw std::bad_alloc() : p;
}
}  // namespace

long test::news() { return calls_of_new; }

void* operator new(std::size_t bytes) { return counted(bytes, alignof(std::max_align_t)); }
void* operator new(std::size_t bytes, std::align_val_t a) { return counted(bytes, static_cast<std::size_t>(a)); }
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
void operator delete(void* p, std::align_val_t) noexcept { std::free(p); }
void operator delete(void* p, std::size_t, std::align_val_t) noexcept { std::free(p); }
