// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/distributed/detail/table_parts.hpp>
#include <mixaug/distributed/world.hpp>
#include <optional>

MIXAUG_EXACT_BEGIN

namespace mixaug {
namespace detail {

/// The rank among those that share memory, and a digest of labels and options.
struct node_labels {
  int rank;
  std::uint64_t digest;
};
template <class T, int R>
std::uint64_t digest_of_labels(tensor_view<T, R> const& labels, index_t columns, pairing::kernel_options const& o) {
  option_digest d;
  for (index_t i = 0; i < labels.extent[0]; ++i)
    for (index_t j = 0; j < columns; ++j) {
      T const v = labels.data[i * labels.stride[0] + (R == 2 ? j * labels.stride[R - 1] : 0)];
      d.add(&v, sizeof v);
    }
  d.option(o);
  return d.value;
}

/// The ranks of w's node that this rank shares memory with.
inline std::shared_ptr<communicator> node_of(mpi::world const& w) {
  MPI_Comm of_node = MPI_COMM_NULL;
  w.shared()->check(MPI_Comm_split_type(w.comm(), MPI_COMM_TYPE_SHARED, w.rank(), MPI_INFO_NULL, &of_node),
                    "MPI_Comm_split_type");
  auto node = std::make_shared<communicator>(of_node);
  MPI_Comm_free(&of_node);
  return node;
}
/// Those that the caller names.
inline std::shared_ptr<communicator> node_of(mpi::world const& w, MPI_Comm sharing) {
  w.agree(caught([&] {
    if (sharing == MPI_COMM_NULL)
      fail("the communicator of the ranks that share a table is MPI_COMM_NULL; expected one that this rank is in");
  }));
  return std::make_shared<communicator>(sharing);
}

/// Builds a table on the first of the ranks of `node`, and gives it to the others.
template <class Backend, class T, int R>
pairing::gaussian_kernel table_of_node(communicator const& all, std::shared_ptr<communicator> const& node,
                                       Backend const& be, tensor_view<T, R> const& labels,
                                       pairing::kernel_options const& options) {
  std::optional<pairing::gaussian_kernel> table;
  std::uint64_t digest = 0;
  auto const refused = caught([&] {
    if (node->rank() != 0) return;
    table.emplace(be, labels, options);
    digest = digest_of_labels(labels, table->columns(), options);
  });
  auto const nodes = agree(all, refused, {{"the type of the labels", sizeof(T)}}, node_labels{node->rank(), digest});
  std::string others;
  for (std::size_t r = 0; r < nodes.size(); ++r)
    if (nodes[r].rank == 0 && nodes[r].digest != nodes[0].digest)
      others += (others.empty() ? "" : ", ") + std::to_string(r);
  if (!others.empty())
    fail("the labels or options of rank " + others +
         ", each the first of a node, are not those of rank 0; give all "
         "nodes the same");
  auto const failed =
      caught([&] { table = table_parts::shared(node, [&] { return *std::exchange(table, std::nullopt); }); });
  agree(all, failed, {{"the kernel table", 0, false}}, no_numbers{});
  return *std::move(table);
}

}  // namespace detail

namespace mpi {

/// pairing::gaussian_kernel(labels, options) in memory that the ranks of each node share: one table a machine, however
/// many ranks it runs, built by the first of them and drawn from by all, each for its own queries. On several nodes
/// each has a table of its own, and builds it at the same time. It is a pairing rule, too. Labels (n) or (n, d) of any
/// number of columns, float or double; those of the first rank of a node are read, and must be the same on all nodes,
/// bit for bit; the other ranks may give a view of 0 rows. A backend builds it on threads. Bits and draws are those of
/// one process. Collective, and so is the end of its last copy: all ranks of a node destroy their copies, before
/// MPI_Finalize. Errors, on all ranks: those of pairing::gaussian_kernel, labels or options that differ between nodes,
/// memory that MPI cannot share.
template <backend Backend, class T, int R>
pairing::gaussian_kernel shared_gaussian_kernel(world const& w, Backend const& be, tensor_view<T, R> const& labels,
                                                pairing::kernel_options const& options) {
  return detail::table_of_node(*w.shared(), detail::node_of(w), be, labels, options);
}
/// The same for parts of nodes: `sharing` has the ranks, all of w and of one node, that share this rank's table, such
/// as those of a NUMA domain, each of which then has a copy of its own. It is duplicated, and may be freed.
template <backend Backend, class T, int R>
pairing::gaussian_kernel shared_gaussian_kernel(world const& w, MPI_Comm sharing, Backend const& be,
                                                tensor_view<T, R> const& labels,
                                                pairing::kernel_options const& options) {
  return detail::table_of_node(*w.shared(), detail::node_of(w, sharing), be, labels, options);
}
/// The same, built by one thread.
template <class T, int R>
pairing::gaussian_kernel shared_gaussian_kernel(world const& w, tensor_view<T, R> const& labels,
                                                pairing::kernel_options const& options) {
  return detail::table_of_node(*w.shared(), detail::node_of(w), detail::one_thread{}, labels, options);
}
template <class T, int R>
pairing::gaussian_kernel shared_gaussian_kernel(world const& w, MPI_Comm sharing, tensor_view<T, R> const& labels,
                                                pairing::kernel_options const& options) {
  return detail::table_of_node(*w.shared(), detail::node_of(w, sharing), detail::one_thread{}, labels, options);
}

}  // namespace mpi
}  // namespace mixaug

MIXAUG_EXACT_END
