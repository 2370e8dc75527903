// SPDX-License-Identifier: MIT
#pragma once
#include <exception>
#include <mixaug/core/config.hpp>
#include <mutex>

MIXAUG_EXACT_BEGIN

namespace mixaug::detail {

/// What the rules of a user's own (detectors, scored regions) throw inside a parallel loop, kept for the caller: an
/// exception that leaves a thread ends the program. Of several, the one of the lowest item, which is the one that a
/// loop on one thread meets first. Each lane catches around its whole loop, where catching costs nothing until
/// something is thrown.
class first_failure {
 public:
  /// Called in a handler: the exception that is being handled, of item `item`.
  void keep(index_t item) noexcept {
    std::lock_guard<std::mutex> const lock(guard_);
    if (kept_ && item_ <= item) return;
    kept_ = std::current_exception();
    item_ = item;
  }
  void rethrow() const {
    if (kept_) std::rethrow_exception(kept_);
  }

 private:
  std::mutex guard_;
  std::exception_ptr kept_;
  index_t item_ = 0;
};

}  // namespace mixaug::detail

MIXAUG_EXACT_END
