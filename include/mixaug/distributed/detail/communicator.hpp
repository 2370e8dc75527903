// SPDX-License-Identifier: MIT
#pragma once
// MPI's own C++ classes, which MPI 3 removed and Open MPI still has, are not wanted.
#if !defined(OMPI_SKIP_MPICXX)
#  define OMPI_SKIP_MPICXX 1
#endif
#if !defined(MPICH_SKIP_MPICXX)
#  define MPICH_SKIP_MPICXX 1
#endif
#include <mpi.h>

#include <mixaug/core/workspace.hpp>
#include <mixaug/distributed/detail/kept_memory.hpp>
#include <mixaug/distributed/error.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::detail {

/// Throws mpi::error for a return value of an MPI call that is not MPI_SUCCESS.
inline void check_mpi(int returned, char const* call, int rank) {
  if (returned == MPI_SUCCESS) return;
  char said[MPI_MAX_ERROR_STRING] = {};
  int length = 0;
  MPI_Error_string(returned, said, &length);
  throw mpi::error("mixaug: " + std::string(call) + " failed on rank " + std::to_string(rank) + ": " +
                   std::string(said, static_cast<std::size_t>(length)));
}

/// Refuses to go on before MPI_Init and after MPI_Finalize.
inline void check_mpi_runs() {
  int begun = 0, ended = 0;
  MPI_Initialized(&begun);
  MPI_Finalized(&ended);
  if (begun == 0) fail("MPI is not initialised; call MPI_Init(&argc, &argv) before the first mixaug::mpi::world");
  if (ended != 0) fail("MPI is finalised; a mixaug::mpi::world must be used before MPI_Finalize()");
}

/// A duplicate of the caller's communicator, so that no message of the caller's is taken for one of ours, and the
/// caller's may be freed. It returns errors and is freed with the last world or table that holds it.
class communicator {
 public:
  explicit communicator(MPI_Comm from) {
    check_mpi_runs();
    if (from == MPI_COMM_NULL) fail("the communicator is MPI_COMM_NULL; expected one that this rank is in");
    int between = 0;
    check_mpi(MPI_Comm_test_inter(from, &between), "MPI_Comm_test_inter", 0);
    if (between != 0) fail("the communicator connects two groups; expected one of a single group");
    check_mpi(MPI_Comm_dup(from, &comm_), "MPI_Comm_dup", 0);
    MPI_Comm_set_errhandler(comm_, MPI_ERRORS_RETURN);
    MPI_Comm_rank(comm_, &rank_);
    MPI_Comm_size(comm_, &size_);
  }
  communicator(communicator const&) = delete;
  communicator& operator=(communicator const&) = delete;
  ~communicator() {
    int ended = 0;
    MPI_Finalized(&ended);
    if (ended == 0 && comm_ != MPI_COMM_NULL) MPI_Comm_free(&comm_);
  }

  MPI_Comm get() const noexcept { return comm_; }
  int rank() const noexcept { return rank_; }
  int size() const noexcept { return size_; }
  void check(int returned, char const* call) const { check_mpi(returned, call, rank_); }
  /// Bytes that this rank has sent to others.
  index_t sent() const noexcept { return sent_; }
  void count(index_t bytes) const noexcept { sent_ += bytes; }
  /// Memory that the exchanges of rows keep from call to call: what is sent, what arrives, rows unpacked; and that of
  /// pairing rules.
  workspace<space::host>& scratch(int which) const noexcept { return scratch_[which]; }
  /// A list in memory that is kept from call to call, empty or of n values; it must not outlive this object.
  template <class T>
  kept_list<T> list() const {
    return kept_list<T>(kept_allocator<T>(memory_));
  }
  template <class T>
  kept_list<T> list(index_t n) const {
    return kept_list<T>(static_cast<std::size_t>(n), kept_allocator<T>(memory_));
  }
  /// Units that one call may send, which MPI counts by an int; lower in the tests.
  index_t most = INT32_MAX;

 private:
  MPI_Comm comm_ = MPI_COMM_NULL;
  int rank_ = 0, size_ = 1;
  mutable index_t sent_ = 0;
  mutable workspace<space::host> scratch_[4];
  mutable kept_memory memory_;
};

}  // namespace mixaug::detail

MIXAUG_EXACT_END
