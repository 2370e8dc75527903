// SPDX-License-Identifier: MIT
#pragma once
#include <cuda_runtime_api.h>
#include <nccl.h>

#include <mixaug/distributed/fetch.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {
namespace nccl {

/// A call of NCCL or of the CUDA runtime that failed, with its own text, the rank and the call.
struct error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace nccl
namespace detail {

inline void check_nccl(ncclResult_t r, char const* call, int rank) {
  if (r != ncclSuccess)
    throw nccl::error("mixaug: " + std::string(call) + " failed on rank " + std::to_string(rank) + ": " +
                      ncclGetErrorString(r));
}
inline void check_nccl(cudaError_t r, char const* call, int rank) {
  if (r != cudaSuccess)
    throw nccl::error("mixaug: " + std::string(call) + " failed on rank " + std::to_string(rank) + ": " +
                      cudaGetErrorString(r));
}

/// Refuses device rows whose elements are not one block of memory each; `like`: a view whose rows must be laid out
/// alike.
template <class View, class Like>
void check_blocks(View const& v, Like const& like, char const* name) {
  static_assert(View::memory == space::device,
                "mixaug: NCCL sends rows of device memory; mpi::fetch those of the host");
  static_assert(std::is_trivially_copyable_v<typename View::element>, "mixaug: elements are sent as bytes");
  if (v.extent[0] == 0) return;
  if (v.data == nullptr) fail(name, "a null pointer", text(v.extent[0]) + " rows of device memory");
  travelling_row<std::remove_const_t<typename View::element>, View::rank> const row(v, false);
  index_t last = 0;
  for (int d = 1; d < View::rank; ++d) {
    if (v.extent[d] <= 0)
      fail(name, "of shape " + shape_text(v.extent, View::rank), "at least one element along each dimension");
    if (v.extent[d] != like.extent[d] || (v.extent[d] > 1 && v.stride[d] != like.stride[d]))
      fail(name, "of shape " + shape_text(v.extent, View::rank) + " and strides " + shape_text(v.stride, View::rank),
           "rows that are laid out as those of x");
    last += (v.extent[d] - 1) * v.stride[d];
  }
  if (last + 1 != row.size())
    fail(name, "of strides " + shape_text(v.stride, View::rank), "rows of which each is one block of memory");
}

}  // namespace detail

namespace nccl {

/// mpi::fetch between GPUs: row i of `rows` becomes the partner of row i of the plan, a host plan. x and `rows` are
/// views of device memory, each row one block of memory, of the same layout on all ranks (planes or channels last). The
/// ranks of w and of `comm` are the same. Who sends what is agreed on by MPI; then one group of ncclSend and ncclRecv,
/// a pair for each row, is queued on the stream, and rows of this rank are copied there. It does not wait for the
/// stream. Collective. Errors, on all ranks: those of mpi::fetch, rows with gaps; nccl::error for a call that failed.
template <class R, class B, class T, class U, int Rank>
void fetch(mpi::world const& w, ncclComm_t comm, cudaStream_t stream, plan<R, B> const& p,
           tensor_view<T, Rank, space::device> const& x, tensor_view<U, Rank, space::device> const& rows) {
  static_assert(std::is_same_v<std::remove_const_t<T>, U>, "mixaug: fetched rows have the element type of x");
  detail::communicator const& c = *w.shared();
  detail::wanted_rows wanted(c);
  detail::held_rows mine{};
  auto const refused = detail::caught([&] {
    int rank = -1, size = 0;
    detail::check_nccl(ncclCommUserRank(comm, &rank), "ncclCommUserRank", c.rank());
    detail::check_nccl(ncclCommCount(comm, &size), "ncclCommCount", c.rank());
    if (rank != c.rank() || size != c.size())
      detail::fail("the NCCL communicator's rank and size",
                   detail::text(index_t{rank}) + " of " + detail::text(index_t{size}),
                   detail::text(index_t{c.rank()}) + " of " + detail::text(index_t{c.size()}) + ", as in the world");
    detail::check_made(p.shape);
    if (p.shape.own_source) detail::same_rows("x", x.extent[0], p.shape.samples);
    detail::same_rows("the place for fetched rows", rows.extent[0], p.rows());
    detail::check_blocks(x, x, "x");
    if (x.extent[0] > 0)
      detail::check_blocks(rows, x, "the place for fetched rows");
    else
      detail::check_blocks(rows, rows, "the place for fetched rows");
    detail::want(wanted, p, rows, "the place for fetched rows", false, false);
    mine = detail::held(x, rows, p.shape.first, p.rows(), wanted.count);
  });
  auto const all = detail::agree_on_rows<U>(c, refused, p, detail::no_rule{}, mine, Rank, false);
  auto const owners = detail::owners_of(all, Rank, p.shape.own_source, p.shape.source_first, p.shape.source_rows);
  bool const last = detail::channels_last(all);
  w.agree(detail::caught([&] {
    bool const holds = mine.rows > 0 || mine.wants;
    if (holds && mine.channels_last != last)
      detail::fail(
          "the layout of this rank's rows is not that of the other ranks; give all as planes, or channels last");
  }));

  std::vector<std::vector<index_t>> into(static_cast<std::size_t>(c.size()));  // rows of the plan, by owner
  detail::rank_groups<index_t> requests;
  for (index_t i = 0; i < p.rows(); ++i)
    if (index_t const row = wanted.row[static_cast<std::size_t>(i)]; row >= 0)
      into[static_cast<std::size_t>(owners.of(row))].push_back(i);
  std::size_t const me = static_cast<std::size_t>(c.rank());
  for (std::size_t r = 0; r < into.size(); ++r) {
    requests.count.push_back(r == me ? 0 : static_cast<index_t>(into[r].size()));
    for (index_t i : into[r])
      if (r != me) requests.value.push_back(wanted.row[static_cast<std::size_t>(i)]);
  }
  auto const asked = detail::all_to_all(c, requests);
  std::size_t const bytes = sizeof(U) * static_cast<std::size_t>(detail::row_size(all, Rank));
  index_t const first = owners.first(c.rank());
  for (index_t i : into[me])
    detail::check_nccl(cudaMemcpyAsync(detail::row_pointer(rows, i),
                                       detail::row_pointer(x, wanted.row[static_cast<std::size_t>(i)] - first), bytes,
                                       cudaMemcpyDeviceToDevice, stream),
                       "cudaMemcpyAsync", c.rank());
  detail::check_nccl(ncclGroupStart(), "ncclGroupStart", c.rank());
  std::size_t k = 0;
  for (std::size_t r = 0; r < into.size(); ++r) {
    for (index_t j = 0; j < asked.count[r]; ++j, ++k)
      detail::check_nccl(
          ncclSend(detail::row_pointer(x, asked.value[k] - first), bytes, ncclInt8, static_cast<int>(r), comm, stream),
          "ncclSend", c.rank());
    for (index_t i : into[r])
      if (r != me)
        detail::check_nccl(ncclRecv(detail::row_pointer(rows, i), bytes, ncclInt8, static_cast<int>(r), comm, stream),
                           "ncclRecv", c.rank());
  }
  detail::check_nccl(ncclGroupEnd(), "ncclGroupEnd", c.rank());
}

}  // namespace nccl
}  // namespace mixaug

MIXAUG_EXACT_END
