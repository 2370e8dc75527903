#pragma once
#include <doctest/doctest.h>

#include <mixaug/backend/serial.hpp>
#include <mixaug/kernel/detail/table_builder.hpp>

#include "reference/kernel_laws.hpp"

/// Labels, and memory of any backend, for tables of several columns.
namespace kernel_space {

namespace ma = mixaug;
using ma::index_t;

/// Labels of a distribution; if law >= reference::laws they lie on a line.
template <class T>
std::vector<T> labels_of(int law, std::size_t n, std::size_t d, std::uint64_t seed) {
  auto rows = reference::kernel_labels(law % reference::laws, n, d, seed);
  for (auto& row : rows)
    for (std::size_t k = 1; k < d && law >= reference::laws; ++k) row[k] = row[0] * static_cast<float>(k + 1);
  return reference::flat<T>(rows);
}

/// A vector in the memory of a backend.
template <class Backend, class T>
struct placed {
  using kit_of = ma::detail::table_builder<Backend>;
  kit_of kit;
  ma::detail::table_array<T, kit_of::memory> block;
  placed(Backend const& be, std::vector<T> const& v)
      : kit(be, 1), block(kit.template make<T>(static_cast<index_t>(v.size()))) {
    kit.write(v.data(), block.size(), block.data());
  }
  std::vector<T> read() const {
    std::vector<T> v(static_cast<std::size_t>(block.size()));
    kit.read(block.data(), block.size(), v.data());
    return v;
  }
};
template <class Backend>
struct room {
  using kit_of = ma::detail::table_builder<Backend>;
  kit_of kit;
  ma::detail::table_array<std::byte, kit_of::memory> block;
  explicit room(Backend const& be) : kit(be, 1) {}
  std::byte* reserve(std::size_t bytes, bool) {
    if (static_cast<index_t>(bytes) > block.size()) block = kit.template make<std::byte>(static_cast<index_t>(bytes));
    return block.data();
  }
};
template <ma::space Space, class T, int R>
auto in(ma::tensor_view<T, R> const& v) {
  if constexpr (Space == ma::space::device)
    return ma::on_device(v);
  else
    return v;
}

}  // namespace kernel_space
