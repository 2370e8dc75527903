// The snippets about tensors of other libraries; check.sh compares the texts line by line.
#include <doctest/doctest.h>

#include <mixaug/interop/dlpack.hpp>
#include <mixaug/mixaug.hpp>
#include <vector>
namespace ma = mixaug;

#include "support/dlpack.hpp"

using DLTensor = dl::tensor;
using DLManagedTensorVersioned = dl::versioned;

namespace {

constexpr int n = 8, c = 3, h = 6, w = 5;

class image_stack {
 public:
  image_stack() : memory_(n * h * w * c) {}
  float* pixels() { return memory_.data(); }
  float const* pixels() const { return memory_.data(); }
  int count() const { return n; }
  int height() const { return h; }
  int width() const { return w; }
  int channels() const { return c; }

 private:
  std::vector<float> memory_;
};

}  // namespace

template <class C>
requires std::is_same_v<std::remove_const_t<C>, image_stack>
struct mixaug::container_of<C> : mixaug::container_base {
  using element = float;
  static constexpr int rank = 4;
  template <int R>
  static constexpr bool fits = R == rank;
  template <int R>
  static auto view(C& s, mixaug::view_request) {
    return mixaug::row_major(s.pixels(), mixaug::extents<R>{s.count(), s.height(), s.width(), s.channels()});
  }
};

TEST_CASE("a container of the user's own") {
  image_stack images, mixed;
  images.pixels()[7] = 1.0f;
  auto x = ma::nhwc(images), out = ma::nhwc(mixed);
  ma::apply(ma::make_plan(ma::cutmix{}, x, ma::key{.seed = 1}), x, out);
  CHECK(ma::nhwc(static_cast<image_stack const&>(images)).data == images.pixels());
}

TEST_CASE("tensors by DLPack") {
  std::vector<float> memory(n * c * h * w, 1.0f), mixed(memory.size());
  std::int64_t shape[] = {n, c, h, w}, of_ids[] = {n};
  std::vector<std::int64_t> ids(n);
  DLTensor const tensor{memory.data(), {dl::cpu, 0}, 4, {dl::float_, 32, 1}, shape, nullptr, 0};
  DLTensor const out_tensor{mixed.data(), {dl::cpu, 0}, 4, {dl::float_, 32, 1}, shape, nullptr, 0};
  DLTensor const label_tensor{ids.data(), {dl::cpu, 0}, 1, {dl::int_, 64, 1}, of_ids, nullptr, 0};

  auto x = ma::nchw<float const>(tensor);  // a DLTensor, borrowed: any strides, any offset
  auto out = ma::nchw<float>(out_tensor);
  auto class_ids = ma::class_ids<std::int64_t const>(label_tensor);
  ma::apply(ma::make_plan(ma::cutmix{}, x, ma::key{.seed = 1}), x, out);
  CHECK((mixed == memory && class_ids.size() == n));

  DLManagedTensorVersioned* managed = ma::to_dlpack<DLManagedTensorVersioned>(out, std::move(mixed));
  auto taken = ma::from_dlpack(managed);  // its deleter runs once, when `taken` is destroyed
  auto again = ma::nchw<float>(taken);
  CHECK(again.data == out.data);
}

TEST_CASE("samples that are allocations of their own") {
  std::vector<std::vector<float>> cache(20, std::vector<float>(c * h * w, 1.0f)), mixed(n, cache[0]);
  std::vector<int> const drawn = {3, 19, 4, 0, 7, 11, 2, 5};

  std::vector<float const*> samples;  // a pointer a sample, wherever it lies
  for (int i : drawn) samples.push_back(cache[i].data());
  std::vector<float*> results;
  for (auto& image : mixed) results.push_back(image.data());

  auto x = ma::rows_of(samples, ma::nchw(samples[0], {1, c, h, w}));  // and what one of them is
  auto out = ma::rows_of(results, ma::nchw(results[0], {1, c, h, w}));
  ma::apply(ma::make_plan(ma::cutmix{}, x, ma::key{.seed = 1}), x, out);
  CHECK(mixed[0] == cache[0]);
}
