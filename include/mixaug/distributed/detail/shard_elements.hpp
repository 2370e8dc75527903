// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <mixaug/distributed/detail/kept_memory.hpp>
#include <mixaug/kernel/detail/line/view.hpp>
#include <vector>

MIXAUG_EXACT_BEGIN

/// The sorted labels of a table that lies on several ranks, as one of them sees them.
namespace mixaug::detail {

/// A label and its row, which may be beyond 2^32, without padding.
template <class T>
struct packed_element {
  T key;
  std::uint32_t low, high;
  packed_element() = default;
  packed_element(T label, index_t row) noexcept
      : key(label), low(static_cast<std::uint32_t>(row)), high(static_cast<std::uint32_t>(row >> 32)) {}
  index_t row() const noexcept { return static_cast<index_t>(std::uint64_t{high} << 32 | low); }
};
/// True if a label comes before another: by label, then by row.
template <class T>
bool comes_before(T key, index_t row, T other_key, index_t other_row) noexcept {
  return key < other_key || (key == other_key && row < other_row);
}

/// The first and the last element of a rank, which holds sorted positions [begin, end).
template <class T>
struct shard_ends {
  index_t begin = 0, end = 0;
  packed_element<T> first{}, last{};
  bool empty() const noexcept { return begin == end; }
};

/// Elements that a query has asked for: single ones, and of a walk the last block.
template <class T>
struct fetched_elements {
  struct one {
    index_t at;
    packed_element<T> element;
  };
  kept_list<one> singles;
  std::size_t read = 0;  ///< the one behind the last that was read
  kept_list<packed_element<T>> block;
  index_t block_begin = 0;
  kernel_walk walk;
  index_t missing = -1;  ///< position of the first element that was not here
  bool walking = false;  ///< it is one of a walk, so that those behind it will be wanted

  explicit fetched_elements(kept_allocator<one> const& memory)
      : singles(memory), block(kept_allocator<packed_element<T>>(memory)) {}
};

/// Positions [begin, end) of all, of which a rank holds some. A position that is not here is noted.
template <class T>
class shard_elements {
 public:
  struct element {
    T key;
    index_t row;
  };
  /// Elements one after the other.
  struct run {
    packed_element<T> const* data;
    element operator[](index_t i) const noexcept { return {data[i].key, data[i].row()}; }
  };

  shard_elements() = default;
  /// `data`: elements at positions [begin, end).
  shard_elements(packed_element<T> const* data, index_t begin, index_t end,
                 kept_list<shard_ends<T>> const* ranks) noexcept
      : data_(data), begin_(begin), end_(end), ranks_(ranks) {}

  /// The query that reads from now on.
  void read_by(fetched_elements<T>* query) noexcept { query_ = query; }
  bool missed() const noexcept { return query_->missing >= 0; }
  kernel_walk& walk() const noexcept {
    query_->walking = true;
    return query_->walk;
  }
  element operator[](index_t at) const noexcept {
    if (at >= begin_ && at < end_) return of(data_[at - begin_]);
    fetched_elements<T>& q = *query_;
    if (q.missing >= 0) return {T(0), -2};
    if (index_t const k = at - q.block_begin; k >= 0 && k < static_cast<index_t>(q.block.size()))
      return of(q.block[static_cast<std::size_t>(k)]);
    // A draw that begins anew reads in the same order: what was fetched next is mostly what is read next.
    for (std::size_t k = 0; k < q.singles.size(); ++k) {
      std::size_t const next = (q.read + k) % q.singles.size();
      if (q.singles[next].at != at) continue;
      q.read = next + 1;
      return of(q.singles[next].element);
    }
    q.missing = at;
    return {T(0), -2};
  }
  /// The elements of a window that is scanned, which are all here.
  run operator+(index_t at) const noexcept { return {data_ + (at - begin_)}; }
  /// First position whose label is >= y.
  index_t position(double y) const noexcept {
    for (shard_ends<T> const& rank : *ranks_) {
      if (rank.empty() || to_double(rank.last.key) < y) continue;
      if (to_double(rank.first.key) >= y) return rank.begin;
      index_t at = rank.begin;
      for (index_t n = rank.end - rank.begin; n > 0;) {
        index_t const half = n / 2;
        bool const right = to_double((*this)[at + half].key) < y;
        if (missed()) return at;
        at = right ? at + half + 1 : at;
        n = right ? n - half - 1 : half;
      }
      return at;
    }
    return ranks_->back().end;
  }

 private:
  static element of(packed_element<T> const& e) noexcept { return {e.key, e.row()}; }
  packed_element<T> const* data_ = nullptr;
  index_t begin_ = 0, end_ = 0;
  kept_list<shard_ends<T>> const* ranks_ = nullptr;
  fetched_elements<T>* query_ = nullptr;
};

}  // namespace mixaug::detail

MIXAUG_EXACT_END
