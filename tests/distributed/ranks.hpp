#pragma once
#include <doctest/doctest.h>

#include <mixaug/distributed/mpi.hpp>
#include <mixaug/mixaug.hpp>
#include <string>
#include <vector>

#include "support/values.hpp"

/// Several ranks in the tests: mpirun runs each program with 1, 2, 3 and 4 of them, and every rank has the whole batch
/// to compare its part with. After a failed check all ranks go on, so that none waits for another: no REQUIRE.
namespace test {

namespace ma = mixaug;
using ma::index_t;

/// The world of all ranks, made once.
inline ma::mpi::world& ranks() {
  static ma::mpi::world* const w = new ma::mpi::world(MPI_COMM_WORLD);
  return *w;
}

/// Calls of operator new so far (count_new.cpp).
long news();

/// How n rows may lie on the ranks: evenly, unevenly, on every second rank, on the last alone.
inline constexpr int splits = 4;
inline std::vector<index_t> split(index_t n, int how, int size) {
  std::vector<index_t> rows(static_cast<std::size_t>(size), 0);
  for (index_t i = 0; i < n; ++i) {
    index_t const p = size;
    index_t const to = how == 0   ? i * p / n
                       : how == 1 ? (i * i * p) / (n * n)
                       : how == 2 ? i * ((p + 1) / 2) / n * 2
                                  : p - 1;
    ++rows[static_cast<std::size_t>(to)];
  }
  return rows;
}
/// The rows [first, first + count) of this rank.
struct part {
  index_t first = 0, count = 0;
  part(index_t n, int how) {
    auto const rows = split(n, how, ranks().size());
    for (int r = 0; r < ranks().rank(); ++r) first += rows[static_cast<std::size_t>(r)];
    count = rows[static_cast<std::size_t>(ranks().rank())];
  }
  /// A row of values of `width` elements each; null for a rank of no rows.
  template <class T>
  T* of(std::vector<T>& all, index_t width = 1) const {
    return count == 0 ? nullptr : all.data() + first * width;
  }
};

/// The sentence with which a call is refused on this rank; empty if it is not.
std::string refused(auto const& act) {
  try {
    act();
  } catch (std::exception const& e) {
    return e.what();
  }
  return "";
}

}  // namespace test
