// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/distributed/detail/table_parts.hpp>
#include <mixaug/distributed/world.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {
namespace detail {
/// The rank in its node, and a digest of labels and options.
struct node_labels {
  int rank;
  std::uint64_t digest;
};
}  // namespace detail

namespace mpi {

/// pairing::gaussian_kernel(labels, options) in memory that the ranks of each node share: one table a machine, however
/// many ranks it runs, built by the first of them and drawn from by all, each for its own queries. It is a pairing
/// rule, too. Labels (n) or (n, d) of any number of columns, float or double; those of the first rank of a node are
/// read, and must be the same on all nodes, bit for bit; the other ranks may give a view of 0 rows. A backend builds it
/// on threads. Bits and draws are those of one process. Collective, and so is the end of its last copy: all ranks of a
/// node destroy their copies, before MPI_Finalize. Errors, on all ranks: those of pairing::gaussian_kernel, labels or
/// options that differ between nodes.
template <class Backend, class T, int R>
pairing::gaussian_kernel shared_gaussian_kernel(world const& w, Backend const& be, tensor_view<T, R> const& labels,
                                                pairing::kernel_options const& options) {
  MPI_Comm of_node = MPI_COMM_NULL;
  w.shared()->check(MPI_Comm_split_type(w.comm(), MPI_COMM_TYPE_SHARED, w.rank(), MPI_INFO_NULL, &of_node),
                    "MPI_Comm_split_type");
  auto const node = std::make_shared<detail::communicator>(of_node);
  MPI_Comm_free(&of_node);
  std::shared_ptr<pairing::gaussian_kernel> built;
  detail::option_digest d;
  auto const refused = detail::caught([&] {
    if (node->rank() != 0) return;
    built = std::make_shared<pairing::gaussian_kernel>(be, labels, options);
    for (index_t i = 0; i < labels.extent[0]; ++i)
      for (index_t j = 0; j < built->columns(); ++j) {
        T const v = labels.data[i * labels.stride[0] + (R == 2 ? j * labels.stride[R - 1] : 0)];
        d.add(&v, sizeof v);
      }
    d.option(options.bandwidth);
    d.option(options.kernel);
    d.option(options.with_self);
  });
  auto const nodes = detail::agree(*w.shared(), refused, {{"the type of the labels", sizeof(T)}},
                                   detail::node_labels{node->rank(), d.value});
  for (auto const& other : nodes)
    if (other.rank == 0 && other.digest != nodes[0].digest)
      detail::fail("the labels or options of a node are not those of rank 0's node; give all nodes the same");
  auto table = detail::table_parts::shared(node, [&] {
    auto whole = std::move(*built);
    built = nullptr;
    return whole;
  });
  return table;
}
/// The same, built by one thread.
template <class T, int R>
pairing::gaussian_kernel shared_gaussian_kernel(world const& w, tensor_view<T, R> const& labels,
                                                pairing::kernel_options const& options) {
  return mpi::shared_gaussian_kernel(w, detail::one_thread{}, labels, options);
}

}  // namespace mpi
}  // namespace mixaug

MIXAUG_EXACT_END
