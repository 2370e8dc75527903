// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/backend/cuda.cuh>
#include <mixaug/weight/group_dro.hpp>
#include <mixaug/weight/uncertainty.hpp>

/// Copies of records and states between host and device. All of these WAIT for the stream: for set-up and
/// files, not for steps.
namespace mixaug {

/// Copies a host record, for example a loaded one, to the device. With normalise::mean_one call fit(backend) after it.
inline void upload(cuda const& be, weight::uncertainty const& from, weight::uncertainty_of<space::device>& to) {
  to = weight::uncertainty_of<space::device>(be, from.rows(), from.options());
  MIXAUG_CUDA(
      cudaMemcpyAsync(to.counters().data(), from.counters().data(), from.bytes(), cudaMemcpyHostToDevice, be.stream));
  MIXAUG_CUDA(cudaStreamSynchronize(be.stream));
  to.set_marks(from.marks());
}

/// Copies a device record to the host, to save it, to merge it, or to plan with its weights.
inline void download(cuda const& be, weight::uncertainty_of<space::device> const& from, weight::uncertainty& to) {
  to = weight::uncertainty(from.rows(), from.options());
  MIXAUG_CUDA(
      cudaMemcpyAsync(to.counters().data(), from.counters().data(), from.bytes(), cudaMemcpyDeviceToHost, be.stream));
  MIXAUG_CUDA(cudaStreamSynchronize(be.stream));
  to.set_marks(from.marks());
}

/// Copies q of a device state to a host state of the same options.
inline void download(cuda const& be, weight::group_dro_of<space::device> const& from, weight::group_dro& to) {
  if (to.groups() != from.groups())
    detail::fail("the host state", "of " + detail::text(to.groups()) + " groups",
                 detail::text(from.groups()) + ", as the device's");
  std::size_t const bytes = static_cast<std::size_t>(from.groups()) * sizeof(double);
  MIXAUG_CUDA(cudaMemcpyAsync(to.state().data(), from.state().data(), bytes, cudaMemcpyDeviceToHost, be.stream));
  MIXAUG_CUDA(cudaStreamSynchronize(be.stream));
}

}  // namespace mixaug
