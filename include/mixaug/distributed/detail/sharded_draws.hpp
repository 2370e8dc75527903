// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/distributed/detail/sharded_table.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::detail {

/// A partner to draw, on the rank that has the query's cell.
template <class T>
struct shard_query {
  T y;
  index_t row;   ///< of the table, or -1 for a value
  index_t draw;  ///< global row of the random numbers
};

/// Sorts values into groups by rank; `place` gets the place of each in the groups.
template <class V, class RankOf>
rank_groups<V> grouped(communicator const& c, kept_list<V> const& values, RankOf const& rank_of,
                       kept_list<std::size_t>& place) {
  auto g = kept_groups<V>(c);
  g.count.assign(static_cast<std::size_t>(c.size()), 0);
  auto rank = c.list<int>();
  rank.reserve(values.size());
  for (V const& v : values) {
    rank.push_back(rank_of(v));
    ++g.count[static_cast<std::size_t>(rank.back())];
  }
  auto next = starts_of(g.count);
  g.value.resize(values.size());
  place.resize(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    place[i] = static_cast<std::size_t>(next[static_cast<std::size_t>(rank[i])]++);
    g.value[place[i]] = values[i];
  }
  return g;
}

/// Draws for the queries that have come to this rank. A query whose draw reads an element that another rank holds
/// waits; in a round all ranks ask for what their queries wait for, and go on. A draw begins anew with what it has
/// fetched, so that it reads and computes what the draw of one process does; only the walk over many elements goes on
/// where it was.
template <class T>
class sharded_draws {
 public:
  sharded_draws(sharded_table<T> const& table, key const& k, kept_list<shard_query<T>> const& queries, index_t slots)
      : table_(table),
        view_(table.view()),
        key_(k),
        queries_(queries),
        slots_(slots),
        partner_(table.comm().template list<std::int64_t>(static_cast<index_t>(queries.size()) * slots)),
        waiting_(table.comm().template list<waiting>()) {}
  /// (query, slot) partners, once all ranks have done theirs. Collective.
  kept_list<std::int64_t> const& run() {
    do {
      go_on();
      begin();
    } while (exchange_elements());
    return partner_;
  }

 private:
  static constexpr index_t most_waiting = index_t{1} << 16;  ///< queries of a rank that wait at once

  struct waiting {
    index_t at;  ///< query * slots + slot
    fetched_elements<T> fetched;
  };
  struct request {
    index_t begin, count;
  };

  // Of a round's blocks a rank sends at most about 2^22 elements, however many ranks ask it.
  index_t block() const noexcept { return greater(256, lesser(4096, (index_t{1} << 14) / table_.comm().size())); }
  index_t most_walks() const noexcept { return greater(16, lesser(256, (index_t{1} << 14) / table_.comm().size())); }
  /// Draws; false if an element is missing.
  bool draw(index_t at, fetched_elements<T>& fetched) {
    shard_query<T> const& q = queries_[static_cast<std::size_t>(at / slots_)];
    fetched.missing = -1;
    fetched.read = 0;
    fetched.walking = false;
    view_.element.read_by(&fetched);
    random const numbers(key_, static_cast<std::uint64_t>(q.draw), purpose::pairing);
    index_t const self = view_.with_self ? -1 : q.row;
    index_t const partner =
        view_.draw(static_cast<double>(q.y), self, numbers, static_cast<std::uint32_t>(at % slots_));
    if (fetched.missing >= 0) return false;
    partner_[static_cast<std::size_t>(at)] = partner;
    return true;
  }
  /// Draws for the queries that waited.
  void go_on() {
    std::size_t kept = 0;
    for (std::size_t w = 0; w < waiting_.size(); ++w) {
      if (draw(waiting_[w].at, waiting_[w].fetched)) continue;
      if (kept != w) waiting_[kept] = std::move(waiting_[w]);
      ++kept;
    }
    waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(kept), waiting_.end());
  }
  /// Draws for the next queries, until too many wait.
  void begin() {
    index_t const all = static_cast<index_t>(partner_.size());
    for (; next_ < all && static_cast<index_t>(waiting_.size()) < most_waiting; ++next_) {
      fetched_elements<T> fetched(waiting_.get_allocator());
      if (!draw(next_, fetched)) waiting_.push_back({next_, std::move(fetched)});
    }
  }
  /// What a waiting query asks for: one element, or of a walk a block in its direction, of one rank.
  request wish_of(fetched_elements<T> const& f, int holder) const noexcept {
    if (!f.walking) return {f.missing, 1};
    if (f.walk.side == 0) {
      index_t const first = greater(table_.begin_of(holder), f.missing - block() + 1);
      return {first, f.missing + 1 - first};
    }
    return {f.missing, lesser(block(), table_.end_of(holder) - f.missing)};
  }
  /// Asks for missing elements; false if no rank had to.
  bool exchange_elements() {
    communicator const& c = table_.comm();
    auto wishes = c.list<request>();
    auto askers = c.list<std::size_t>(), place = askers;
    index_t walks = 0;
    for (std::size_t w = 0; w < waiting_.size(); ++w) {
      fetched_elements<T> const& f = waiting_[w].fetched;
      if (f.walking && walks++ >= most_walks()) continue;  // it asks in a later round
      wishes.push_back(wish_of(f, table_.holder_of(f.missing)));
      askers.push_back(w);
    }
    auto out = grouped(
        c, wishes, [&](request const& wish) { return table_.holder_of(wish.begin); }, place);
    auto const awaited = elements_of(out);
    for (index_t n : awaited) out.largest = greater(out.largest, n);  // all ranks know how much any will answer
    auto const in = all_to_all(c, out);
    if (in.largest == 0) return false;
    auto answers = c.list<packed_element<T>>();
    for (request const& wish : in.value)
      for (index_t at = wish.begin; at < wish.begin + wish.count; ++at) answers.push_back(table_.at(at));
    auto const got = all_to_all_back(c, answers, elements_of(in), awaited, in.largest);
    auto begins = c.list<index_t>();
    for (request const& wish : out.value) begins.push_back(wish.count);
    begins = starts_of(begins);
    for (std::size_t k = 0; k < wishes.size(); ++k) {
      fetched_elements<T>& f = waiting_[askers[k]].fetched;
      auto const from = got.begin() + begins[place[k]];
      if (f.walking) {
        f.block.assign(from, from + wishes[k].count);
        f.block_begin = wishes[k].begin;
      } else {
        f.singles.push_back({wishes[k].begin, *from});
      }
    }
    return true;
  }
  /// How many elements the requests of each rank are for.
  static kept_list<index_t> elements_of(rank_groups<request> const& requests) {
    kept_list<index_t> elements(requests.count.size(), 0, requests.count.get_allocator());
    std::size_t k = 0;
    for (std::size_t r = 0; r < elements.size(); ++r)
      for (index_t j = 0; j < requests.count[r]; ++j, ++k) elements[r] += requests.value[k].count;
    return elements;
  }

  sharded_table<T> const& table_;
  typename sharded_table<T>::view_type view_;
  key key_;
  kept_list<shard_query<T>> const& queries_;
  index_t slots_, next_ = 0;
  kept_list<std::int64_t> partner_;
  kept_list<waiting> waiting_;
};

/// The labels of rows, from the ranks that gave them.
template <class T>
kept_list<T> labels_of_rows(sharded_table<T> const& table, kept_list<index_t> const& rows) {
  communicator const& c = table.comm();
  auto place = c.list<std::size_t>();
  auto const out = grouped(
      c, rows, [&](index_t row) { return table.giver_of(row); }, place);
  auto const in = all_to_all(c, out);
  auto answers = c.list<T>();
  for (index_t row : in.value) answers.push_back(table.label(row));
  auto const got = all_to_all_back(c, answers, in.count, out.count, in.largest);
  auto labels = c.list<T>();
  for (std::size_t at : place) labels.push_back(got[at]);
  return labels;
}

/// The partners (query, slot) of queries, each drawn by the rank that has its cell.
template <class T>
kept_list<std::int64_t> partners_of(sharded_table<T> const& table, key const& k,
                                    kept_list<shard_query<T>> const& queries, index_t slots) {
  communicator const& c = table.comm();
  auto place = c.list<std::size_t>();
  auto const out = grouped(
      c, queries,
      [&](shard_query<T> const& q) { return q.row >= 0 ? table.owner_of(q.y, q.row) : table.owner_of(q.y); }, place);
  auto const in = all_to_all(c, out);
  sharded_draws<T> draws(table, k, in.value, slots);
  auto answered = in.count, asked = out.count;
  for (index_t& n : answered) n *= slots;
  for (index_t& n : asked) n *= slots;
  auto const got = all_to_all_back(c, draws.run(), answered, asked, in.largest * slots);
  auto partners = c.list<std::int64_t>();
  for (std::size_t at : place)
    for (index_t s = 0; s < slots; ++s)
      partners.push_back(got[at * static_cast<std::size_t>(slots) + static_cast<std::size_t>(s)]);
  return partners;
}

}  // namespace mixaug::detail

MIXAUG_EXACT_END
