// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <mixaug/backend/backend.hpp>
#include <mixaug/backend/detail/fork.hpp>

namespace mixaug_torch {

/// The number of torch's threads, 1 where one of its loops already runs, and a loop over them; the binding has both.
std::int64_t thread_count() noexcept;
void on_threads(std::int64_t count, void (*run)(void const* job, std::int64_t begin, std::int64_t end),
                void const* job);

/// Backend on torch's own threads. Results do not depend on their number. In a child of fork(), such as a worker of a
/// data loader, everything runs on one thread.
struct threads_of_torch {
  using mixaug_backend = void;
  static constexpr mixaug::space memory = mixaug::space::host;

  mixaug::index_t lanes() const noexcept { return mixaug::detail::forked() ? 1 : thread_count(); }
  template <class Items>
  void items(mixaug::index_t count, Items const& job) const {
    auto const run = [](void const* of, std::int64_t begin, std::int64_t end) {
      for (std::int64_t k = begin; k < end; ++k) (*static_cast<Items const*>(of))(k);
    };
    if (lanes() == 1)  // torch's loop would enter the parent's pool after fork()
      run(&job, 0, count);
    else
      on_threads(count, run, &job);
  }
};
inline threads_of_torch const threads{};

}  // namespace mixaug_torch
