// SPDX-License-Identifier: MIT
#pragma once
#include <cstring>
#include <mixaug/core/config.hpp>
#include <new>
#include <type_traits>
#include <utility>

MIXAUG_EXACT_BEGIN

namespace mixaug::detail {

/// Owned memory of a table, on the host or the device; moved without a copy.
template <class T, space Space>
class table_array {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  using release = void (*)(void*) noexcept;
  table_array() = default;
  table_array(T* data, index_t size, release how) noexcept : data_(data), size_(size), release_(how) {}
  table_array(table_array&& other) noexcept { swap(other); }
  table_array& operator=(table_array&& other) noexcept {
    table_array gone(std::move(other));
    swap(gone);
    return *this;
  }
  ~table_array() {
    if (data_ != nullptr) release_(data_);
  }
  void swap(table_array& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(release_, other.release_);
  }
  /// Hands over the memory for n elements of another type; returns an empty array if they do not fit.
  template <class U>
  table_array<U, Space> reused(index_t n) noexcept {
    static_assert(alignof(U) <= 16);
    if (sizeof(U) * static_cast<std::size_t>(n) > bytes()) return {};
    table_array<U, Space> out(reinterpret_cast<U*>(data_), n, release_);
    data_ = nullptr, size_ = 0;
    return out;
  }
  T* data() const noexcept { return data_; }
  index_t size() const noexcept { return size_; }
  std::size_t bytes() const noexcept { return sizeof(T) * static_cast<std::size_t>(size_); }

 private:
  T* data_ = nullptr;
  index_t size_ = 0;
  release release_ = nullptr;
};
inline void release_host(void* data) noexcept { ::operator delete(data); }
template <class T>
table_array<T, space::host> host_array(index_t n) {
  std::size_t const bytes = sizeof(T) * static_cast<std::size_t>(n);
  return {static_cast<T*>(::operator new(bytes)), n, release_host};
}

/// A key by which rows are sorted, and the row.
template <class Key>
struct sort_pair {
  Key key;
  std::uint32_t row;
};

/// Part b of n items that are divided into `parts`.
struct part_range {
  index_t begin, end;
  MIXAUG_HD part_range(index_t n, index_t parts, index_t b) noexcept
      : begin(n / parts * b + lesser(b, n % parts)), end(begin + n / parts + (b < n % parts)) {}
};

/// Assigns parts to lanes in turns; each part is a contiguous run of items. Adjacent parts, which may be dense, go to
/// different lanes.
template <class Job>
struct dealt_parts {
  Job job;
  index_t lanes, each;
  void operator()(index_t k) const noexcept { job(k % each * lanes + k / each); }
};
/// Runs all parts; a single part or lane uses no threads.
template <class Backend, class Job>
void run_parts(Backend const& be, index_t lanes, index_t parts, Job const& job) {
  if (parts == 1 || lanes == 1)
    for (index_t p = 0; p < parts; ++p) job(p);
  else if (parts % lanes == 0)
    be.items(parts, dealt_parts<Job>{job, lanes, parts / lanes});
  else
    be.items(parts, job);
}

}  // namespace mixaug::detail

MIXAUG_EXACT_END
