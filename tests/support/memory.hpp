#pragma once
#include <cstring>
#include <mixaug/mixaug.hpp>
#include <vector>

namespace ma = mixaug;

namespace test {

using ma::index_t;

/// Elements in the memory space of a backend. The device specialisation is in cuda_memory.cuh.
template <class T, ma::space S>
class buffer;
template <class T>
class buffer<T, ma::space::host> {
 public:
  explicit buffer(std::vector<T> values) : values_(std::move(values)) {}
  T* data() { return values_.data(); }
  std::vector<T> read() const { return values_; }

 private:
  std::vector<T> values_;
};

template <ma::space S, class T, int R>
ma::tensor_view<T, R, S> in_space(ma::tensor_view<T, R> const& v) {
  if constexpr (S == ma::space::host)
    return v;
  else
    return ma::on_device(v);
}

/// Returns the position of every element of a view in memory, in logical order; data is not read.
template <class T, int R>
std::vector<index_t> places(ma::tensor_view<T, R> const& v) {
  std::vector<index_t> out;
  out.reserve(static_cast<std::size_t>(v.size()));
  index_t at[R] = {};
  for (index_t k = 0; k < v.size(); ++k) {
    index_t place = 0;
    for (int d = 0; d < R; ++d) place += at[d] * v.stride[d];
    out.push_back(place);
    for (int d = R - 1; d >= 0 && ++at[d] == v.extent[d]; --d) at[d] = 0;
  }
  return out;
}

/// Volumes (n, c, 3, 4, 5), c = 1 and 2: without gaps, and with padded rows, slices, channels or samples. Where one of
/// them has gaps, those around it have the strides that they would have without.
template <class T>
std::vector<ma::tensor_view<T, 5>> padded_volumes(index_t n) {
  return {
      ma::volumes<T>(nullptr, {n, 1, 3, 4, 5}),
      ma::volumes<T>(nullptr, {n, 1, 3, 4, 5}, {100, 100, 27, 5, 1}),  // slices
      ma::volumes<T>(nullptr, {n, 1, 3, 4, 5}, {84, 84, 28, 7, 1}),    // rows
      ma::volumes<T>(nullptr, {n, 2, 3, 4, 5}),
      ma::volumes<T>(nullptr, {n, 2, 3, 4, 5}, {162, 81, 27, 5, 1}),   // slices
      ma::volumes<T>(nullptr, {n, 2, 3, 4, 5}, {168, 84, 28, 7, 1}),   // rows
      ma::volumes<T>(nullptr, {n, 2, 3, 4, 5}, {140, 70, 20, 5, 1}),   // channels
      ma::volumes<T>(nullptr, {n, 2, 3, 4, 5}, {300, 120, 37, 9, 1}),  // all of them
  };
}

template <class T>
bool same_bits(T const& a, T const& b) {
  return std::memcmp(&a, &b, sizeof(T)) == 0;
}

/// Returns the first index at which two lists differ in a bit; -1 = none.
template <class T>
index_t first_difference(std::vector<T> const& a, std::vector<T> const& b) {
  if (a.size() != b.size()) return static_cast<index_t>(std::min(a.size(), b.size()));
  if (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0) return -1;
  std::size_t k = 0;
  while (same_bits(a[k], b[k])) ++k;
  return static_cast<index_t>(k);
}

/// A batch in a backend's memory with any layout; values are written and read in logical order. The memory between the
/// elements, and 64 bytes on either side, must stay unchanged (intact()).
template <class T, int R, ma::space S>
class placed {
 public:
  /// `layout` gives extents and strides (its pointer is ignored); `shift` elements break the alignment.
  placed(ma::tensor_view<T, R> layout, std::vector<T> const& values, index_t shift = 0)
      : layout_(layout), places_(places(layout)), memory_(arranged(values, shift)) {}

  ma::tensor_view<T, R, S> view() {
    auto v = layout_;
    v.data = memory_.data() + origin_;
    return in_space<S>(v);
  }
  std::vector<T> read() const {
    auto const all = memory_.read();
    std::vector<T> out;
    out.reserve(places_.size());
    for (index_t p : places_) out.push_back(all[static_cast<std::size_t>(origin_ + p)]);
    return out;
  }
  bool intact() const {
    auto all = memory_.read();
    for (index_t p : places_) all[static_cast<std::size_t>(origin_ + p)] = gap();
    for (T const& v : all)
      if (!same_bits(v, gap())) return false;
    return true;
  }

 private:
  static T gap() {
    T v;
    std::memset(static_cast<void*>(&v), 0x5A, sizeof v);
    return v;
  }
  std::vector<T> arranged(std::vector<T> const& values, index_t shift) {
    index_t const margin = static_cast<index_t>(64 / sizeof(T));
    index_t low = 0, high = 0;
    for (index_t p : places_) low = std::min(low, p), high = std::max(high, p);
    origin_ = margin - low + shift;
    std::vector<T> all(static_cast<std::size_t>(origin_ + high + 1 + margin), gap());
    for (std::size_t k = 0; k < places_.size(); ++k) all[static_cast<std::size_t>(origin_ + places_[k])] = values.at(k);
    return all;
  }

  ma::tensor_view<T, R> layout_;
  std::vector<index_t> places_;
  index_t origin_ = 0;
  buffer<T, S> memory_;
};

template <class Backend, class T, int R>
placed<T, R, Backend::memory> place(ma::tensor_view<T, R> layout, std::vector<T> const& values, index_t shift = 0) {
  return {layout, values, shift};
}
/// Allocates memory for results.
template <class Backend, class T, int R>
placed<T, R, Backend::memory> room(ma::tensor_view<T, R> layout, index_t shift = 0) {
  return {layout, std::vector<T>(static_cast<std::size_t>(layout.size()), T{}), shift};
}

/// Returns a host plan in the memory of a backend; on the host, the plan itself.
template <class Backend, class R, class B>
requires(Backend::memory == ma::space::host) ma::plan<R, B>
const& there(Backend const&, ma::plan<R, B> const& p) { return p; }

/// Makes a plan on a backend and returns it on the host.
template <class Backend, class Method, class In>
requires(Backend::memory == ma::space::host) ma::plan_of<Method> planned(Backend const& be, Method const& m,
                                                                         In const& in, ma::key const& k) {
  return ma::make_plan(be, m, in, k);
}

/// True if float results have the bits of fma; otherwise they may differ by one ulp.
template <class Backend>
constexpr bool exact() {
#if defined(__FP_FAST_FMAF)
  return true;
#else
  return Backend::memory == ma::space::device;
#endif
}

}  // namespace test
