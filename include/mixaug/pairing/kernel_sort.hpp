// SPDX-License-Identifier: MIT
#pragma once
#include <memory>
#include <mixaug/pairing/kernel_arrays.hpp>
#include <vector>

namespace mixaug::detail {

/// An unsigned number of the order of y, which is not -0.
inline std::uint32_t sort_key(float y) noexcept {
  std::uint32_t u;
  std::memcpy(&u, &y, sizeof u);
  return u ^ (u >> 31 != 0 ? 0xFFFFFFFFu : 0x80000000u);
}
inline std::uint64_t sort_key(double y) noexcept {
  std::uint64_t u;
  std::memcpy(&u, &y, sizeof u);
  return u ^ (u >> 63 != 0 ? ~std::uint64_t{0} : std::uint64_t{1} << 63);
}

/// Part b of n items that are cut into `parts`.
struct part_range {
  index_t begin, end;
  part_range(index_t n, index_t parts, index_t b) noexcept
      : begin(n / parts * b + lesser(b, n % parts)), end(begin + n / parts + (b < n % parts)) {}
};

/// Parts dealt in turns to lanes that each take a contiguous run of items: dense parts are shared out.
template <class Job>
struct dealt_parts {
  Job job;
  index_t lanes, each;
  void operator()(index_t k) const noexcept { job(k % each * lanes + k / each); }
};
/// One part needs no threads.
template <class Backend, class Job>
void run_parts(Backend const& be, index_t parts, Job const& job) {
  index_t const lanes = be.lanes();
  if (parts == 1)
    job(0);
  else if (parts % lanes == 0)
    be.items(parts, dealt_parts<Job>{job, lanes, parts / lanes});
  else
    be.items(parts, job);
}

inline constexpr int radix_bits = 11, radix = 1 << radix_bits;

/// One pass of a stable radix sort, the least digit first: the digits of each part are counted, then its elements are
/// moved. The order is that of a stable sort by label, so ties stay in row order, whatever the parts.
template <class T>
struct radix_pass {
  kernel_element<T> const* from;
  kernel_element<T>* to;
  index_t n, parts;
  int shift;
  std::uint32_t* count;  ///< (parts, radix); then where the next element of that digit goes
  bool move;

  static int digit(T y, int shift) noexcept { return static_cast<int>(sort_key(y) >> shift & (radix - 1)); }
  void operator()(index_t part) const noexcept {
    part_range const r(n, parts, part);
    std::uint32_t* const c = count + part * radix;
    if (move) {
      for (index_t i = r.begin; i < r.end; ++i) to[c[digit(from[i].y, shift)]++] = from[i];
    } else {
      for (int d = 0; d < radix; ++d) c[d] = 0;
      for (index_t i = r.begin; i < r.end; ++i) ++c[digit(from[i].y, shift)];
    }
  }
  /// Counts to places; false where all elements have the same digit.
  bool place() const noexcept {
    std::uint32_t at = 0;
    for (int d = 0; d < radix; ++d) {
      std::uint32_t const first = at;
      for (index_t p = 0; p < parts; ++p) {
        std::uint32_t const here = count[p * radix + d];
        count[p * radix + d] = at;
        at += here;
      }
      if (at - first == static_cast<std::uint64_t>(n)) return false;
    }
    return true;
  }
};

/// Sorts a by label and then row; both arrays may change places.
template <class T, class Backend>
void sort_elements(Backend const& be, std::unique_ptr<kernel_element<T>[]>& a, std::unique_ptr<kernel_element<T>[]>& b,
                   index_t n, index_t parts) {
  std::vector<std::uint32_t> count(static_cast<std::size_t>(parts * radix));
  for (int shift = 0; shift < static_cast<int>(8 * sizeof(T)); shift += radix_bits) {
    radix_pass<T> pass{a.get(), b.get(), n, parts, shift, count.data(), false};
    run_parts(be, parts, pass);
    if (!pass.place()) continue;
    pass.move = true;
    run_parts(be, parts, pass);
    a.swap(b);
  }
}

}  // namespace mixaug::detail
