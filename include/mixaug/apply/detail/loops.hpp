// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/apply/detail/device_loop.hpp>
#include <mixaug/apply/detail/host_inplace.hpp>
#include <mixaug/backend/backend.hpp>

MIXAUG_EXACT_BEGIN

/// The loops of apply, apply_inplace and apply_adjoint on any backend. To tune a kernel for one backend, add a more
/// specialised overload of these functions.
namespace mixaug::detail {

/// Runs mix_body over the rows of the output.
template <class Backend, class Body>
void run_mix(Backend const& be, Body const& body, index_t rows) {
  check_backend<Backend>();
  if constexpr (host_backend<Backend>)
    host_mix(be, body, rows);
  else
    device_mix(be, body, rows);
}
/// Runs mix_body over the rows of a batch that is its own source and its own output.
template <class Backend, class Body>
void run_inplace(Backend const& be, Body const& body) {
  check_backend<Backend>();
  if constexpr (host_backend<Backend>)
    host_inplace(be, body);
  else
    device_inplace(be, body);
}
/// Runs adjoint_body over the rows of a gradient.
template <class Backend, class Body>
void run_adjoint(Backend const& be, Body const& body, index_t rows) {
  check_backend<Backend>();
  if constexpr (host_backend<Backend>)
    host_adjoint(be, body, rows);
  else
    device_adjoint(be, body, rows);
}

}  // namespace mixaug::detail

MIXAUG_EXACT_END
