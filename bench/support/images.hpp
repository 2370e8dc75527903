// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <cstring>
#include <memory>
#include <mixaug/mixaug.hpp>
#include <new>
#include <string>

namespace bench {
namespace ma = mixaug;

/// The two sizes of every case: photographs (larger than the caches) and CIFAR images (in cache).
struct size {
  ma::index_t n, c, h, w;
  ma::index_t sample() const { return c * h * w; }
  ma::index_t all() const { return n * sample(); }
  std::string text() const {
    return std::to_string(n) + "x" + std::to_string(c) + "x" + std::to_string(h) + "x" + std::to_string(w);
  }
};
inline constexpr size photos{64, 3, 224, 224}, icons{64, 3, 32, 32};

/// A batch and the buffer that it is mixed into. Both begin on a page, so that no store of one is taken for a
/// load of the other (equal low 12 bits of the addresses cost either side up to 40 %).
template <class T>
struct images {
  static constexpr std::align_val_t page{4096};
  bench::size size;
  T *x, *out;

  explicit images(bench::size s) : size(s), x(make(s.all())), out(make(s.all())) {
    std::uint32_t r = 1;
    for (ma::index_t i = 0; i < s.all(); ++i) {
      r = r * 1664525u + 1013904223u;
      if constexpr (std::is_same_v<T, std::uint8_t>)
        x[i] = static_cast<std::uint8_t>(r >> 24);
      else
        x[i] = ma::detail::from_float<T>(static_cast<float>(r >> 8) * 0x1p-24f);
    }
    std::memset(static_cast<void*>(out), 0, sizeof(T) * static_cast<std::size_t>(s.all()));
  }
  images(images const&) = delete;
  ~images() { ::operator delete(x, page), ::operator delete(out, page); }

  auto nchw(T* p) const { return ma::nchw(p, {size.n, size.c, size.h, size.w}); }
  auto nhwc(T* p) const { return ma::nhwc(p, {size.n, size.h, size.w, size.c}); }

 private:
  static T* make(ma::index_t n) {
    return static_cast<T*>(::operator new(sizeof(T) * static_cast<std::size_t>(n), page));
  }
};
template <class T>
auto batch(size s) {
  return std::make_shared<images<T>>(s);
}

/// The same plan for every job of a suite.
template <class Method, class T>
auto planned(Method const& m, images<T> const& b) {
  return ma::make_plan(m, b.nchw(b.x), ma::key{.seed = 42, .step = 7});
}

}  // namespace bench
