// SPDX-License-Identifier: MIT
#pragma once
#include <cstring>
#include <mixaug/distributed/detail/communicator.hpp>

MIXAUG_EXACT_BEGIN

/// Exchanges of any size between all ranks: in units of some bytes, in several calls where an int cannot count them.
namespace mixaug::detail {

/// `bytes` bytes as one datatype.
class unit_type {
 public:
  unit_type(communicator const& c, index_t bytes) {
    c.check(MPI_Type_contiguous(static_cast<int>(bytes), MPI_BYTE, &type_), "MPI_Type_contiguous");
    c.check(MPI_Type_commit(&type_), "MPI_Type_commit");
  }
  unit_type(unit_type const&) = delete;
  unit_type& operator=(unit_type const&) = delete;
  ~unit_type() { MPI_Type_free(&type_); }
  MPI_Datatype get() const noexcept { return type_; }

 private:
  MPI_Datatype type_;
};

/// Returns the sums of the counts before each, and the sum of all at the end.
template <class List>
List starts_of(List const& counts) {
  List at(counts.size() + 1, 0, counts.get_allocator());
  for (std::size_t r = 0; r < counts.size(); ++r) at[r + 1] = at[r] + counts[r];
  return at;
}

/// The numbers of units that every pair of ranks exchanges, as this rank knows them.
struct exchange_counts {
  kept_list<index_t> send, receive;
  index_t largest = 0;  ///< of any pair of ranks
};
/// Tells every rank how much it will receive. `largest`: at least this is the largest number of all.
inline exchange_counts exchanged(communicator const& c, kept_list<index_t> const& send, index_t largest = 0) {
  std::size_t const p = static_cast<std::size_t>(c.size());
  for (index_t n : send) largest = greater(largest, n);
  auto out = c.list<index_t>(2 * c.size()), in = out;
  for (std::size_t r = 0; r < p; ++r) out[2 * r] = send[r], out[2 * r + 1] = largest;
  c.check(MPI_Alltoall(out.data(), 2, MPI_INT64_T, in.data(), 2, MPI_INT64_T, c.get()), "MPI_Alltoall");
  c.count(16 * (c.size() - 1));
  exchange_counts e{send, c.list<index_t>(c.size()), 0};
  for (std::size_t r = 0; r < p; ++r) {
    e.receive[r] = in[2 * r];
    e.largest = greater(e.largest, in[2 * r + 1]);
  }
  return e;
}

/// An exchange in progress. Both buffers hold the units of rank 0, then those of rank 1, ...; they must live until
/// wait() has returned. Where the counts do not fit one call, the constructor exchanges all itself.
class exchange {
 public:
  exchange(communicator const& c, exchange_counts const& n, index_t bytes, std::byte const* send, std::byte* receive)
      : c_(c),
        type_(c, bytes),
        send_count_(c.list<int>()),
        send_at_(send_count_),
        receive_count_(send_count_),
        receive_at_(send_count_) {
    index_t const part = c.most / c.size();  // so that displacements fit too
    for (int r = 0; r < c.size(); ++r)
      if (r != c.rank()) c.count(bytes * n.send[static_cast<std::size_t>(r)]);
    if (n.largest <= part) {
      place(n.send, send_count_, send_at_);
      place(n.receive, receive_count_, receive_at_);
      c.check(MPI_Ialltoallv(send, send_count_.data(), send_at_.data(), type_.get(), receive, receive_count_.data(),
                             receive_at_.data(), type_.get(), c.get(), &request_),
              "MPI_Ialltoallv");
      return;
    }
    auto out = c.list<std::byte>(), in = out;
    auto const from = starts_of(n.send), to = starts_of(n.receive);
    for (index_t begin = 0; begin < n.largest; begin += part) {
      auto const sent = part_of(n.send, begin, part), received = part_of(n.receive, begin, part);
      place(sent, send_count_, send_at_);
      place(received, receive_count_, receive_at_);
      out.resize(static_cast<std::size_t>(bytes * starts_of(sent).back()));
      in.resize(static_cast<std::size_t>(bytes * starts_of(received).back()));
      for (std::size_t r = 0; r < sent.size(); ++r)
        copy(out.data() + bytes * send_at_[r], send + bytes * (from[r] + begin), bytes * sent[r]);
      c.check(MPI_Alltoallv(out.data(), send_count_.data(), send_at_.data(), type_.get(), in.data(),
                            receive_count_.data(), receive_at_.data(), type_.get(), c.get()),
              "MPI_Alltoallv");
      for (std::size_t r = 0; r < received.size(); ++r)
        copy(receive + bytes * (to[r] + begin), in.data() + bytes * receive_at_[r], bytes * received[r]);
    }
  }
  exchange(exchange const&) = delete;
  exchange& operator=(exchange const&) = delete;
  ~exchange() {
    if (request_ != MPI_REQUEST_NULL) MPI_Wait(&request_, MPI_STATUS_IGNORE);
  }
  /// Lets MPI move what it can.
  void progress() {
    int done = 0;
    if (request_ != MPI_REQUEST_NULL) c_.check(MPI_Test(&request_, &done, MPI_STATUS_IGNORE), "MPI_Ialltoallv");
  }
  void wait() {
    if (request_ != MPI_REQUEST_NULL) c_.check(MPI_Wait(&request_, MPI_STATUS_IGNORE), "MPI_Ialltoallv");
  }

 private:
  static void place(kept_list<index_t> const& n, kept_list<int>& count, kept_list<int>& at) {
    count.resize(n.size());
    at.resize(n.size());
    index_t sum = 0;
    for (std::size_t r = 0; r < n.size(); ++r) {
      count[r] = static_cast<int>(n[r]);
      at[r] = static_cast<int>(sum);
      sum += n[r];
    }
  }
  static kept_list<index_t> part_of(kept_list<index_t> const& n, index_t begin, index_t most) {
    kept_list<index_t> part(n.size(), 0, n.get_allocator());
    for (std::size_t r = 0; r < n.size(); ++r) part[r] = greater(0, lesser(most, n[r] - begin));
    return part;
  }
  static void copy(std::byte* to, std::byte const* from, index_t bytes) {
    if (bytes > 0) std::memcpy(to, from, static_cast<std::size_t>(bytes));
  }
  communicator const& c_;
  unit_type type_;
  MPI_Request request_ = MPI_REQUEST_NULL;
  kept_list<int> send_count_, send_at_, receive_count_, receive_at_;
};

/// Values in groups, one group for (or from) each rank, in the order of the ranks.
template <class T>
struct rank_groups {
  kept_list<T> value;
  kept_list<index_t> count;
  /// Of received groups: of all groups of all ranks, at least as much as any rank said in what it sent.
  index_t largest = 0;
};
/// Empty groups in memory that is kept.
template <class T>
rank_groups<T> kept_groups(communicator const& c) {
  return {c.list<T>(), c.list<index_t>()};
}
/// Sends each group to its rank, and returns what the ranks sent.
template <class T>
rank_groups<T> all_to_all(communicator const& c, rank_groups<T> const& out) {
  static_assert(std::is_trivially_copyable_v<T>);
  exchange_counts const n = exchanged(c, out.count, out.largest);
  rank_groups<T> in{list_beside<T>(out.value), n.receive, n.largest};
  in.value.resize(static_cast<std::size_t>(starts_of(n.receive).back()));
  exchange(c, n, sizeof(T), reinterpret_cast<std::byte const*>(out.value.data()),
           reinterpret_cast<std::byte*>(in.value.data()))
      .wait();
  return in;
}
/// Answers in the groups of requests: group r of `out` goes back to rank r, which asked for `asked[r]` of them.
template <class T>
kept_list<T> all_to_all_back(communicator const& c, kept_list<T> const& out, kept_list<index_t> const& answered,
                             kept_list<index_t> const& asked, index_t largest) {
  exchange_counts const n{answered, asked, largest};
  auto in = list_beside<T>(out);
  in.resize(static_cast<std::size_t>(starts_of(asked).back()));
  exchange(c, n, sizeof(T), reinterpret_cast<std::byte const*>(out.data()), reinterpret_cast<std::byte*>(in.data()))
      .wait();
  return in;
}

/// Returns the value of every rank.
template <class T>
kept_list<T> all_gather(communicator const& c, T const& mine) {
  static_assert(std::is_trivially_copyable_v<T>);
  auto all = c.list<T>(c.size());
  c.check(MPI_Allgather(&mine, static_cast<int>(sizeof(T)), MPI_BYTE, all.data(), static_cast<int>(sizeof(T)), MPI_BYTE,
                        c.get()),
          "MPI_Allgather");
  c.count(static_cast<index_t>(sizeof(T)) * (c.size() - 1));
  return all;
}
/// Returns the values of all ranks, those of rank 0 first, in the memory of `counts`: how many each rank has.
template <class T>
kept_list<T> all_gather(communicator const& c, T const* mine, kept_list<index_t> const& counts) {
  static_assert(std::is_trivially_copyable_v<T>);
  auto const at = starts_of(counts);
  index_t const n = counts[static_cast<std::size_t>(c.rank())];
  auto all = list_beside<T>(counts);
  all.resize(static_cast<std::size_t>(at.back()));
  unit_type const type(c, sizeof(T));
  for (index_t begin = 0; begin < at.back(); begin += c.most) {  // units [begin, end) of all, in one call
    index_t const end = lesser(at.back(), begin + c.most);
    auto count = c.list<int>(), place = count;
    for (int r = 0; r < c.size(); ++r) {
      std::size_t const k = static_cast<std::size_t>(r);
      index_t const from = greater(at[k], begin), to = lesser(at[k + 1], end);
      count.push_back(static_cast<int>(greater(0, to - from)));
      place.push_back(count.back() > 0 ? static_cast<int>(from - begin) : 0);
    }
    std::size_t const me = static_cast<std::size_t>(c.rank());
    index_t const skipped = lesser(n, greater(0, begin - at[me]));
    c.check(MPI_Allgatherv(n > 0 ? mine + skipped : mine, count[me], type.get(), all.data() + begin, count.data(),
                           place.data(), type.get(), c.get()),
            "MPI_Allgatherv");
  }
  c.count(static_cast<index_t>(sizeof(T)) * n * (c.size() - 1));
  return all;
}

}  // namespace mixaug::detail

MIXAUG_EXACT_END
