// SPDX-License-Identifier: MIT
#pragma once
#include <algorithm>
#include <mixaug/distributed/detail/agreement.hpp>
#include <mixaug/distributed/detail/read_box.hpp>
#include <mixaug/distributed/detail/travelling_rows.hpp>
#include <mixaug/distributed/world.hpp>
#include <optional>

MIXAUG_EXACT_BEGIN

/// Rows that other ranks hold: who holds which, requests, and the rows on their way.
namespace mixaug::detail {

/// The rows [start, end) of each rank.
class row_owners {
 public:
  row_owners() = default;
  explicit row_owners(std::vector<index_t> starts) : at_(std::move(starts)) {}
  index_t first(int rank) const noexcept { return at_[static_cast<std::size_t>(rank)]; }
  index_t end() const noexcept { return at_.back(); }
  int of(index_t row) const noexcept {
    return static_cast<int>(std::upper_bound(at_.begin(), at_.end(), row) - at_.begin()) - 1;
  }

 private:
  std::vector<index_t> at_;
};

/// What a rank tells the others about the rows that it holds.
struct held_rows {
  index_t first, rows, extent[4];
  bool wants, channels_last;
};
/// `like`: a view of the extents of a row, where x has no rows.
template <class View, class Like>
held_rows held(View const& x, Like const& like, index_t first, index_t wanted) {
  held_rows h{first, x.extent[0], {}, wanted > 0, false};
  auto const take = [&](auto const& v) {
    using row = travelling_row<std::remove_const_t<typename View::element>, View::rank>;
    h.channels_last = row::prefers_last(v);
    for (int d = 1; d < View::rank; ++d) h.extent[d - 1] = v.extent[d];
  };
  if (x.extent[0] > 0)
    take(x);
  else
    take(like);
  return h;
}
/// Refuses ranks whose rows do not follow each other, or have different extents; returns who holds which row.
inline row_owners owners_of(std::vector<held_rows> const& all, int rank_of_view, bool batch, index_t first,
                            index_t expected) {
  std::vector<index_t> at{first};
  held_rows const* shape = nullptr;
  for (std::size_t r = 0; r < all.size(); ++r) {
    held_rows const& h = all[r];
    std::string const rank = std::to_string(r);
    if (batch && h.first != at.back())
      fail("the first row of rank " + rank, text(h.first),
           text(at.back()) + ", the row after those of the ranks before (mpi::world's key_of gives the key)");
    at.push_back(at.back() + h.rows);
    if (h.rows == 0 && !h.wants) continue;
    if (shape != nullptr && !std::equal(h.extent, h.extent + 4, shape->extent))
      fail("a row of rank " + rank, "of shape " + shape_text(h.extent, rank_of_view - 1),
           shape_text(shape->extent, rank_of_view - 1) + ", as on the ranks before");
    shape = &h;
  }
  if (expected >= 0 && at.back() - first != expected)
    fail("the rows of all ranks", text(at.back() - first) + " rows",
         text(expected) + " rows, those that the plan's partners index");
  return row_owners(std::move(at));
}
/// Elements of a row on the ranks that have rows or want some.
inline index_t row_size(std::vector<held_rows> const& all, int rank_of_view) noexcept {
  for (held_rows const& h : all) {
    if (h.rows == 0 && !h.wants) continue;
    index_t size = 1;
    for (int d = 0; d + 1 < rank_of_view; ++d) size = saturating_multiply(size, h.extent[d]);
    return size;
  }
  return 0;
}
/// True if the rows of all ranks have their channels last.
inline bool channels_last(std::vector<held_rows> const& all) noexcept {
  bool last = true;
  for (held_rows const& h : all) last = last && (h.channels_last || (h.rows == 0 && !h.wants));
  return last;
}

/// The rows of other ranks that this rank reads. They are requested, and on their way when the constructor returns;
/// wait() brings them.
template <class T, int R>
class remote_rows {
  using row_shape = travelling_row<T, R>;
  using part = row_part<row_shape::D>;

 public:
  /// wanted[i]: the row that row i reads, or -1. `boxes`: the pixels that it reads of it; null for whole rows. `like`:
  /// a view of the extents of a row, where x has no rows. `size`: elements of a row on the ranks that have rows.
  template <class View, class Like>
  remote_rows(communicator const& c, row_owners const& owners, View const& x, Like const& like, bool last, index_t size,
              std::vector<index_t> const& wanted, std::vector<box> const* boxes, int spatial)
      : comm_(c),
        owners_(owners),
        dense_(row_shape(like, last).dense()),
        boxed_(boxes != nullptr),
        bytes_(size * static_cast<index_t>(sizeof(T))),
        spatial_(spatial) {
    requests_ = requests_of(c.rank(), wanted, boxes, slot_);
    answer(x, row_shape(x, last), all_to_all(c, requests_));
  }
  /// The same of whole rows, where this rank knows what all ranks want, so that no request is sent: all[i] is what row
  /// i of the global batch wants, batch[r] the first row of rank r.
  template <class View, class Like>
  remote_rows(communicator const& c, row_owners const& owners, View const& x, Like const& like, bool last, index_t size,
              std::vector<index_t> const& all, row_owners const& batch)
      : comm_(c),
        owners_(owners),
        dense_(row_shape(like, last).dense()),
        boxed_(false),
        bytes_(size * static_cast<index_t>(sizeof(T))),
        spatial_(0) {
    rank_groups<asked_row> asked;
    for (int r = 0; r < c.size(); ++r) {
      std::vector<index_t> slot;
      std::vector<index_t> const wanted(all.begin() + batch.first(r), all.begin() + batch.first(r + 1));
      auto of_rank = requests_of(r, wanted, nullptr, slot);
      for (index_t n : of_rank.count) asked.largest = greater(asked.largest, n);
      auto const at = starts_of(of_rank.count);
      std::size_t const me = static_cast<std::size_t>(c.rank());
      asked.count.push_back(of_rank.count[me]);
      asked.value.insert(asked.value.end(), of_rank.value.begin() + at[me], of_rank.value.begin() + at[me + 1]);
      if (r != c.rank()) continue;
      requests_ = std::move(of_rank);
      slot_ = std::move(slot);
    }
    answer(x, row_shape(x, last), asked);
  }
  void progress() { moving_->progress(); }
  void wait() {
    moving_->wait();
    if (!boxed_) return;
    full_ = reinterpret_cast<T*>(
        comm_.scratch(2).reserve(sizeof(T) * static_cast<std::size_t>(dense_.size()) * requests_.value.size()));
    for (std::size_t k = 0; k < requests_.value.size(); ++k) {
      dense_.unpack(full_ + static_cast<index_t>(k) * dense_.size(), part_of(requests_.value[k]), arrived_at(k));
    }
  }
  /// The index of the row that row i of the plan waits for; -1: none, it reads no row, or one of this rank.
  index_t slot(index_t i) const noexcept { return slot_[static_cast<std::size_t>(i)]; }
  /// Dense row `slot`, after wait().
  T const* row(index_t slot) const noexcept {
    return boxed_ ? full_ + slot * dense_.size() : arrived_at(static_cast<std::size_t>(slot));
  }
  row_shape const& dense() const noexcept { return dense_; }
  /// Copies the row that row i of the plan waited for, or the box of it, into a row of another layout.
  template <class Row>
  void unpack(index_t i, T* to, Row const& shape) const noexcept {
    std::size_t const k = static_cast<std::size_t>(slot(i));
    shape.unpack(to, part_of(requests_.value[k]), arrived_at(k));
  }
  part part_of_box(box const& b) const noexcept { return boxed_ ? dense_.part(b, spatial_) : dense_.whole(); }

 private:
  struct asked_row {
    index_t row;
    box where;
  };

  part part_of(asked_row const& r) const noexcept { return part_of_box(r.where); }
  T const* arrived_at(std::size_t k) const noexcept { return reinterpret_cast<T const*>(arrived_ + arrived_place_[k]); }
  /// Sorts what a rank wants of others by row, which is by rank; whole rows that several rows want are asked for once.
  /// `slot` gets the place of each row's request, -1 for none.
  rank_groups<asked_row> requests_of(int rank, std::vector<index_t> const& wanted, std::vector<box> const* boxes,
                                     std::vector<index_t>& slot) const {
    std::vector<index_t> order;
    rank_groups<asked_row> r;
    slot.assign(wanted.size(), -1);
    for (std::size_t i = 0; i < wanted.size(); ++i)
      if (wanted[i] >= 0 && owners_.of(wanted[i]) != rank) order.push_back(static_cast<index_t>(i));
    std::stable_sort(order.begin(), order.end(), [&](index_t a, index_t b) {
      return wanted[static_cast<std::size_t>(a)] < wanted[static_cast<std::size_t>(b)];
    });
    r.count.assign(static_cast<std::size_t>(comm_.size()), 0);
    for (index_t i : order) {
      std::size_t const k = static_cast<std::size_t>(i);
      asked_row const ask{wanted[k], boxed_ ? (*boxes)[k] : no_box};
      bool const again = !r.value.empty() && r.value.back().row == ask.row && r.value.back().where == ask.where;
      if (!again) {
        r.value.push_back(ask);
        ++r.count[static_cast<std::size_t>(owners_.of(ask.row))];
      }
      slot[k] = static_cast<index_t>(r.value.size()) - 1;
    }
    return r;
  }
  /// Bytes that a request's answer takes on its way.
  index_t bytes_of(asked_row const& r) const noexcept {
    index_t const exact = part_of(r).size() * static_cast<index_t>(sizeof(T));
    return ceil_div(exact, unit()) * unit();
  }
  /// Rows travel in units of whole rows, boxes and very large rows in units of fewer bytes.
  index_t unit() const noexcept { return boxed_ ? 64 : bytes_ <= index_t{1} << 30 ? greater(1, bytes_) : 4096; }
  std::vector<index_t> units_of(rank_groups<asked_row> const& asked, std::vector<index_t>& place) const {
    std::vector<index_t> units(asked.count.size(), 0);
    index_t at = 0;
    std::size_t k = 0;
    for (std::size_t r = 0; r < units.size(); ++r)
      for (index_t j = 0; j < asked.count[r]; ++j, ++k) {
        place.push_back(at);
        units[r] += bytes_of(asked.value[k]) / unit();
        at += bytes_of(asked.value[k]);
      }
    return units;
  }
  template <class View>
  void answer(View const& x, row_shape const& shape, rank_groups<asked_row> const& asked) {
    std::vector<index_t> place;
    exchange_counts const n{units_of(asked, place), units_of(requests_, arrived_place_),
                            asked.largest * ceil_div(bytes_, unit())};
    std::byte* const sent = comm_.scratch(0).reserve(static_cast<std::size_t>(starts_of(n.send).back() * unit()));
    arrived_ = comm_.scratch(1).reserve(static_cast<std::size_t>(starts_of(n.receive).back() * unit()));
    for (std::size_t k = 0; k < asked.value.size(); ++k) {
      asked_row const& a = asked.value[k];
      shape.pack(row_pointer(x, a.row - owners_.first(comm_.rank())), part_of(a),
                 reinterpret_cast<T*>(sent + place[k]));
    }
    moving_.emplace(comm_, n, unit(), sent, arrived_);
  }

  communicator const& comm_;
  row_owners const& owners_;
  row_shape dense_;
  bool boxed_;
  index_t bytes_;  ///< of a row
  int spatial_;
  rank_groups<asked_row> requests_;
  std::vector<index_t> slot_, arrived_place_;
  std::byte* arrived_ = nullptr;
  T* full_ = nullptr;
  std::optional<exchange> moving_;
};

}  // namespace mixaug::detail

MIXAUG_EXACT_END
