// SPDX-License-Identifier: MIT
#pragma once
#include <exception>
#include <mixaug/core/config.hpp>
#include <mutex>

MIXAUG_EXACT_BEGIN

namespace mixaug::detail {

/// Keeps the exception that a user-defined rule or detector throws inside a parallel loop and rethrows it in the
/// caller: an exception that leaves a thread ends the program. Of several, the exception of the lowest item is kept,
/// which is the first that a loop on one thread meets. Each lane has one handler around its whole loop, which costs
/// nothing unless something is thrown.
class first_failure {
 public:
  /// Keeps the exception being handled, thrown by item `item`. Call it inside a catch handler.
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
