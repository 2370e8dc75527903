// SPDX-License-Identifier: MIT
#pragma once
#include <exception>
#include <mixaug/distributed/detail/exchange.hpp>

MIXAUG_EXACT_BEGIN

/// Agreement of all ranks before the first message of a call: that none has refused its arguments, and that what must
/// be the same on all ranks is.
namespace mixaug::detail {

/// A number that all ranks must give alike, and its name in messages.
struct same_number {
  char const* what;
  std::uint64_t value;
  bool shown = true;  ///< the message shows the two numbers; false for digests
};

/// The kinds of exceptions that reach the other ranks as what they are.
enum class exception_kind : std::int64_t { none, invalid, memory, other };
struct thrown {
  exception_kind kind = exception_kind::none;
  std::string text;
};
inline thrown thrown_by(std::exception_ptr const& e) {
  if (e == nullptr) return {};
  try {
    std::rethrow_exception(e);
  } catch (invalid_argument const& said) {
    return {exception_kind::invalid, said.what()};
  } catch (std::bad_alloc const& said) {
    return {exception_kind::memory, said.what()};
  } catch (std::exception const& said) {
    return {exception_kind::other, said.what()};
  } catch (...) {
    return {exception_kind::other, "an exception of a type that does not derive from std::exception"};
  }
}
/// Throws the exception of a rank, which sends its text, on all ranks.
[[noreturn]] inline void throw_of_rank(communicator const& c, thrown said, int rank) {
  index_t head[2] = {static_cast<index_t>(said.kind), static_cast<index_t>(said.text.size())};
  c.check(MPI_Bcast(head, 2, MPI_INT64_T, rank, c.get()), "MPI_Bcast");
  said.text.resize(static_cast<std::size_t>(head[1]));
  c.check(MPI_Bcast(said.text.data(), static_cast<int>(head[1]), MPI_CHAR, rank, c.get()), "MPI_Bcast");
  std::string text = said.text;
  if (text.rfind("mixaug: ", 0) == 0) text.erase(0, 8);
  text = "mixaug: on rank " + std::to_string(rank) + ": " + text;
  switch (static_cast<exception_kind>(head[0])) {
    case exception_kind::invalid:
      throw invalid_argument(text);
    case exception_kind::memory:
      throw mpi::out_of_memory(text);
    default:
      throw mpi::error(text);
  }
}

/// What one rank tells all others when they agree; `Own` are numbers of its own.
template <class Own, std::size_t N>
struct told {
  std::int64_t failed;
  std::uint64_t same[N == 0 ? 1 : N];
  Own own;
};
/// Returns the numbers of all ranks, if none has failed and the others are alike. Otherwise throws the same exception
/// on all: that of the lowest rank that failed, or one that names the first number that differs.
template <class Own, std::size_t N>
kept_list<Own> agree(communicator const& c, std::exception_ptr const& e, same_number const (&same)[N], Own const& own) {
  told<Own, N> mine{e == nullptr ? 0 : 1, {}, own};
  for (std::size_t k = 0; k < N; ++k) mine.same[k] = same[k].value;
  auto const all = all_gather(c, mine);
  for (std::size_t r = 0; r < all.size(); ++r)
    if (all[r].failed != 0) throw_of_rank(c, thrown_by(e), static_cast<int>(r));
  for (std::size_t k = 0; k < N; ++k)
    for (std::size_t r = 1; r < all.size(); ++r) {
      if (all[r].same[k] == all[0].same[k]) continue;
      std::string const what = same[k].what, rank = std::to_string(r);
      if (!same[k].shown) fail(what + " of rank " + rank + " is not that of rank 0; give all ranks the same");
      fail(what,
           std::to_string(all[0].same[k]) + " on rank 0 and " + std::to_string(all[r].same[k]) + " on rank " + rank,
           "the same on all ranks");
    }
  auto numbers = c.list<Own>();
  for (auto const& rank : all) numbers.push_back(rank.own);
  return numbers;
}
/// Numbers of its own for a rank that has none.
struct no_numbers {
  char unused = 0;
};

/// Runs f and returns what it threw, or null.
template <class F>
std::exception_ptr caught(F const& f) {
  try {
    f();
  } catch (...) {
    return std::current_exception();
  }
  return nullptr;
}

}  // namespace mixaug::detail

MIXAUG_EXACT_END
