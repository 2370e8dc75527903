// SPDX-License-Identifier: MIT
#pragma once
#include <memory>
#include <mixaug/core/error.hpp>
#include <new>
#include <stdexcept>
#include <string>

MIXAUG_EXACT_BEGIN

namespace mixaug::mpi {

/// An MPI call that failed, with MPI's own text, the rank and the call; or an exception of another rank that is neither
/// invalid_argument nor bad_alloc.
struct error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Memory ran out on a rank, which what() names.
class out_of_memory : public std::bad_alloc {
 public:
  explicit out_of_memory(std::string what) : what_(std::make_shared<std::string const>(std::move(what))) {}
  char const* what() const noexcept override { return what_->c_str(); }

 private:
  std::shared_ptr<std::string const> what_;
};

}  // namespace mixaug::mpi

MIXAUG_EXACT_END
