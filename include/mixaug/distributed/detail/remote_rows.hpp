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
  explicit row_owners(kept_list<index_t> starts) : at_(std::move(starts)) {}
  index_t first(int rank) const noexcept { return at_[static_cast<std::size_t>(rank)]; }
  index_t end() const noexcept { return at_.back(); }
  int of(index_t row) const noexcept {
    return static_cast<int>(std::upper_bound(at_.begin(), at_.end(), row) - at_.begin()) - 1;
  }

 private:
  kept_list<index_t> at_;
};

/// What the rows of a plan read of the source: whole rows, or boxes of them.
struct wanted_rows {
  kept_list<index_t> row;  ///< -1: none
  kept_list<box> where;
  index_t count = 0;   ///< rows that are wanted
  bool boxed = false;  ///< of each row only a box
  int spatial = 0;     ///< dimensions that the boxes limit

  explicit wanted_rows(communicator const& c) : row(c.list<index_t>()), where(c.list<box>()) {}
  box box_of(index_t i) const noexcept { return boxed ? where[static_cast<std::size_t>(i)] : no_box; }
};

/// The rows that all rows of the global batch want, where each rank can compute them.
struct known_rows {
  kept_list<index_t> row;
  row_owners batch;  ///< who has which row of the global batch
  index_t most = 0;  ///< rows of the global batch on one rank, at most
};

/// What a rank tells the others about the rows that it holds.
struct held_rows {
  index_t first, planned;  ///< the rows of its plan
  index_t rows, extent[4];
  bool wants, channels_last;
};
/// `like`: a view of the extents of a row, where x has no rows.
template <class View, class Like>
held_rows held(View const& x, Like const& like, index_t first, index_t planned, index_t wanted) {
  held_rows h{first, planned, x.extent[0], {}, wanted > 0, false};
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
inline row_owners owners_of(kept_list<held_rows> const& all, int rank_of_view, bool batch, index_t first,
                            index_t expected) {
  auto at = list_beside<index_t>(all);
  at.push_back(first);
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
inline index_t row_size(kept_list<held_rows> const& all, int rank_of_view) noexcept {
  for (held_rows const& h : all) {
    if (h.rows == 0 && !h.wants) continue;
    index_t size = 1;
    for (int d = 0; d + 1 < rank_of_view; ++d) size = saturating_multiply(size, h.extent[d]);
    return size;
  }
  return 0;
}
/// True if the rows of all ranks have their channels last.
inline bool channels_last(kept_list<held_rows> const& all) noexcept {
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
  /// `w`: what this rank's rows want. `known`: what the rows of all ranks want, so that requests are computed, and of
  /// them only the boxes sent; null: each rank sends its requests. `like`: a view of the extents of a row, where x has
  /// no rows. `size`: elements of a row on the ranks that have rows.
  template <class View, class Like>
  remote_rows(communicator const& c, row_owners const& owners, View const& x, Like const& like, bool last, index_t size,
              wanted_rows const& w, known_rows const* known)
      : comm_(c),
        owners_(owners),
        dense_(row_shape(like, last).dense()),
        boxed_(w.boxed),
        bytes_(size * static_cast<index_t>(sizeof(T))),
        spatial_(w.spatial),
        requests_(kept_groups<asked_row>(c)),
        slot_(c.list<index_t>()),
        arrived_place_(c.list<index_t>()) {
    request(w, known == nullptr);
    answer(x, row_shape(x, last), known == nullptr ? all_to_all(c, requests_) : computed(*known));
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
    friend bool operator==(asked_row const&, asked_row const&) = default;
  };

  part part_of(asked_row const& r) const noexcept { return part_of_box(r.where); }
  T const* arrived_at(std::size_t k) const noexcept { return reinterpret_cast<T const*>(arrived_ + arrived_place_[k]); }
  /// Sorts what this rank wants of others by row, which is by rank. Rows that several rows want are asked for once, but
  /// where their boxes differ or, with `by_box` false, are not known to who answers.
  void request(wanted_rows const& w, bool by_box) {
    std::size_t const n = w.row.size();
    auto order = comm_.list<index_t>();
    slot_.assign(n, -1);
    for (std::size_t i = 0; i < n; ++i)
      if (w.row[i] >= 0 && owners_.of(w.row[i]) != comm_.rank()) order.push_back(static_cast<index_t>(i));
    std::sort(order.begin(), order.end(), [&](index_t a, index_t b) {
      index_t const row = w.row[static_cast<std::size_t>(a)], other = w.row[static_cast<std::size_t>(b)];
      return row < other || (row == other && a < b);
    });
    requests_.count.assign(static_cast<std::size_t>(comm_.size()), 0);
    for (index_t i : order) {
      asked_row const ask{w.row[static_cast<std::size_t>(i)], w.box_of(i)};
      auto& list = requests_.value;
      bool const again = (by_box || !boxed_) && !list.empty() && list.back() == ask;
      if (!again) {
        list.push_back(ask);
        ++requests_.count[static_cast<std::size_t>(owners_.of(ask.row))];
      }
      slot_[static_cast<std::size_t>(i)] = static_cast<index_t>(list.size()) - 1;
    }
  }
  /// What the others request of this rank, as they have it; their boxes are sent.
  rank_groups<asked_row> computed(known_rows const& known) const {
    int const me = comm_.rank();
    auto asked = kept_groups<asked_row>(comm_);
    asked.largest = known.most;
    for (int r = 0; r < comm_.size(); ++r) {
      std::size_t const begin = asked.value.size();
      for (index_t i = known.batch.first(r); r != me && i < known.batch.first(r + 1); ++i)
        if (index_t const row = known.row[static_cast<std::size_t>(i)];
            row >= owners_.first(me) && row < owners_.first(me + 1))
          asked.value.push_back({row, no_box});
      auto const from = asked.value.begin() + static_cast<std::ptrdiff_t>(begin);
      std::sort(from, asked.value.end(), [](asked_row const& a, asked_row const& b) { return a.row < b.row; });
      if (!boxed_) asked.value.erase(std::unique(from, asked.value.end()), asked.value.end());
      asked.count.push_back(static_cast<index_t>(asked.value.size() - begin));
    }
    if (boxed_) asked.value = all_to_all_back(comm_, requests_.value, requests_.count, asked.count, asked.largest);
    return asked;
  }
  /// Bytes that a request's answer takes on its way.
  index_t bytes_of(asked_row const& r) const noexcept {
    index_t const exact = part_of(r).size() * static_cast<index_t>(sizeof(T));
    return ceil_div(exact, unit()) * unit();
  }
  /// Rows travel in units of whole rows, boxes and very large rows in units of fewer bytes.
  index_t unit() const noexcept { return boxed_ ? 64 : bytes_ <= index_t{1} << 30 ? greater(1, bytes_) : 4096; }
  kept_list<index_t> units_of(rank_groups<asked_row> const& asked, kept_list<index_t>& place) const {
    auto units = comm_.list<index_t>(comm_.size());
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
    auto place = comm_.list<index_t>();
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
  kept_list<index_t> slot_, arrived_place_;
  std::byte* arrived_ = nullptr;
  T* full_ = nullptr;
  std::optional<exchange> moving_;
};

}  // namespace mixaug::detail

MIXAUG_EXACT_END
