#pragma once
#include <mixaug/cuda.cuh>

#include "support/memory.hpp"

namespace test {

/// Elements on the device; read() waits for all work.
template <class T>
class buffer<T, ma::space::device> {
 public:
  explicit buffer(std::vector<T> const& values) : size_(values.size()) {
    MIXAUG_CUDA(cudaMalloc(&data_, size_ * sizeof(T)));
    MIXAUG_CUDA(cudaMemcpy(data_, values.data(), size_ * sizeof(T), cudaMemcpyHostToDevice));
  }
  buffer(buffer const&) = delete;
  ~buffer() { cudaFree(data_); }

  T* data() { return data_; }
  std::vector<T> read() const {
    std::vector<T> out(size_);
    MIXAUG_CUDA(cudaDeviceSynchronize());
    MIXAUG_CUDA(cudaMemcpy(out.data(), data_, size_ * sizeof(T), cudaMemcpyDeviceToHost));
    return out;
  }

 private:
  std::size_t size_;
  T* data_ = nullptr;
};

/// Copies a host plan to the device, for any backend on that device.
template <class Backend, class R, class B>
requires(Backend::memory == ma::space::device) ma::plan<R, B, ma::space::device> there(Backend const&,
                                                                                       ma::plan<R, B> const& p) {
  ma::plan<R, B, ma::space::device> d;
  ma::upload(ma::cuda{}, p, d);
  return d;
}

/// Makes a plan on a device backend and copies it to the host.
template <class Backend, class Method, class In>
requires(Backend::memory == ma::space::device) ma::plan_of<Method> planned(Backend const& be, Method const& m,
                                                                           In const& in, ma::key const& k) {
  ma::plan_of<Method, ma::space::device> d;
  ma::make_plan(be, m, in, k, d);
  ma::plan_of<Method> p;
  ma::download(ma::cuda{}, d, p);
  return p;
}

/// A separate stream, which does not wait for the default stream.
class own_stream {
 public:
  own_stream() { MIXAUG_CUDA(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking)); }
  own_stream(own_stream const&) = delete;
  ~own_stream() { cudaStreamDestroy(stream_); }
  operator cudaStream_t() const { return stream_; }
  void wait() const { MIXAUG_CUDA(cudaStreamSynchronize(stream_)); }

 private:
  cudaStream_t stream_ = nullptr;
};

}  // namespace test
