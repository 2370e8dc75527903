#include <mixaug/interop/dlpack.hpp>
#include <mixaug/mixaug.hpp>
#if __has_include(<dlpack/dlpack.h>)
#  include <dlpack/dlpack.h>
#endif

#include "interop/mixed_alike.hpp"
#include "support/dlpack.hpp"

namespace dlpack_test {

using alike::has_shape;
using alike::views;
namespace ma = mixaug;

/// A tensor of floats (2, 3, 4, 5) and what a caller may change of it.
struct borrowed {
  std::vector<float> memory = std::vector<float>(2 * 3 * 4 * 5 + 64);
  std::int64_t shape[5] = {2, 3, 4, 5, 1}, strides[5] = {60, 20, 5, 1, 1};
  dl::tensor tensor{memory.data(), {dl::cpu, 0}, 4, {dl::float_, 32, 1}, shape, strides, 0};
};
template <class F>
std::string refused(F change) {
  borrowed b;
  change(b);
  return alike::refused([&] { ma::nchw<float>(b.tensor); });
}

TEST_CASE("dlpack: a borrowed tensor is viewed where it lies") {
  borrowed b;
  static_assert(views<decltype(ma::nchw<float>(b.tensor)), float, 4>);
  static_assert(views<decltype(ma::nchw<float const>(b.tensor)), float const, 4>);
  static_assert(decltype(ma::nchw<float, ma::space::device>(b.tensor))::memory == ma::space::device);
  CHECK(has_shape(ma::nchw<float>(b.tensor), {2, 3, 4, 5}, {60, 20, 5, 1}));
  CHECK(has_shape(ma::nhwc<float>(b.tensor), {2, 5, 3, 4}, {60, 1, 20, 5}));
  CHECK(ma::nchw<float>(std::as_const(b.tensor)).data == b.memory.data());

  b.tensor.strides = nullptr;  // compact, before DLPack 1.2
  CHECK(has_shape(ma::nchw<float>(b.tensor), {2, 3, 4, 5}, {60, 20, 5, 1}));
  b.tensor.byte_offset = 12;
  CHECK(ma::nchw<float>(b.tensor).data == b.memory.data() + 3);
  b.tensor.data = static_cast<std::byte*>(b.tensor.data) + 4;  // no multiple of 256
  CHECK(ma::nchw<float>(b.tensor).data == b.memory.data() + 4);
}

TEST_CASE("dlpack: flipped, broadcast and empty tensors keep their strides") {
  borrowed b;
  b.tensor.data = b.memory.data() + 4;
  b.strides[3] = -1;
  CHECK(has_shape(ma::nchw<float>(b.tensor), {2, 3, 4, 5}, {60, 20, 5, -1}));
  b.strides[0] = 0;
  CHECK(has_shape(ma::nchw<float>(b.tensor), {2, 3, 4, 5}, {0, 20, 5, -1}));
  b.shape[0] = 0;
  b.tensor.data = nullptr;
  CHECK(ma::nchw<float>(b.tensor).size() == 0);
}

TEST_CASE("dlpack: elements of every type that a view has") {
  std::int64_t shape[3] = {2, 2, 2};
  alignas(8) std::byte memory[64] = {};
  auto const of = [&](std::uint8_t code, std::uint8_t bits, int rank) {
    return dl::tensor{memory, {dl::cpu, 0}, rank, {code, bits, 1}, shape, nullptr, 0};
  };
  CHECK(ma::features<double>(of(dl::float_, 64, 2)).size() == 4);
  CHECK(ma::features<ma::float16>(of(dl::float_, 16, 2)).size() == 4);
  CHECK(ma::features<ma::bfloat16>(of(dl::bfloat, 16, 2)).size() == 4);
  CHECK(ma::class_ids<std::int64_t>(of(dl::int_, 64, 1)).size() == 2);
  CHECK(ma::class_ids<std::uint8_t>(of(dl::uint_, 8, 1)).size() == 2);
  CHECK(ma::indices<std::int64_t>(of(dl::int_, 64, 1)).size() == 2);
  CHECK(ma::weights<float>(of(dl::float_, 32, 1)).size() == 2);
  CHECK(ma::labels<float>(of(dl::float_, 32, 1)).size() == 2);
  CHECK(ma::labels<float, 2>(of(dl::float_, 32, 2)).size() == 4);
  CHECK(ma::scores<float>(of(dl::float_, 32, 3)).size() == 8);
  CHECK(ma::signals<std::int16_t>(of(dl::int_, 16, 3)).size() == 8);
  CHECK(ma::view_of<std::uint32_t, 2>(of(dl::uint_, 32, 2)).size() == 4);
  static_assert(views<decltype(ma::masks<std::uint8_t>(of(dl::uint_, 8, 3))), std::byte, 3>);
  static_assert(views<decltype(ma::masks<bool, 2>(of(dl::bool_, 8, 2))), bool, 2>);
  CHECK(ma::masks<std::uint8_t>(of(dl::uint_, 8, 3)).size() == 8);
  CHECK(ma::masks<bool, 2>(of(dl::bool_, 8, 2)).size() == 4);
}

TEST_CASE("dlpack: what a view cannot be is refused by a sentence") {
  std::string const start = "mixaug: the tensor given to nchw is ";
  CHECK(refused([](borrowed& b) { b.tensor.ndim = 3; }) == start + "of rank 3 (2, 3, 4); expected rank 4 (n, c, h, w)");
  std::string const convert = ", which the call asked for; name the tensor's own type, or convert it first";
  CHECK(refused([](borrowed& b) { b.tensor.dtype.bits = 64; }) == start + "of float64; expected float32" + convert);
  CHECK(refused([](borrowed& b) { b.tensor.dtype.code = dl::int_; }) == start + "of int32; expected float32" + convert);
  CHECK(refused([](borrowed& b) { b.tensor.dtype.code = dl::complex; }) ==
        start + "of complex32; expected float32" + convert);
  CHECK(refused([](borrowed& b) { b.tensor.dtype.lanes = 4; }) ==
        start + "of elements of no type that a view has; expected float32" + convert);
  CHECK(refused([](borrowed& b) {
          b.tensor.dtype = {14, 8, 1};
        }) == start + "of elements of no type that a view has; expected float32" + convert);
  std::string const on_host =
      "; expected the host's memory; a view of device memory is asked for by space::device, as in nchw<float, "
      "space::device>(t)";
  CHECK(refused([](borrowed& b) { b.tensor.device.device_type = dl::cuda; }) ==
        start + "in the memory of a CUDA device" + on_host);
  CHECK(refused([](borrowed& b) { b.tensor.device.device_type = dl::vulkan; }) ==
        start + "in the memory of a device that no backend of mixaug reaches" + on_host);
  CHECK(refused([](borrowed& b) { b.tensor.data = nullptr; }) ==
        start + "a null pointer; expected memory for (2, 3, 4, 5) elements");
  CHECK(refused([](borrowed& b) { b.tensor.byte_offset = 2; }) ==
        start + "at an address that is no multiple of 4; expected aligned elements; copy the tensor first");
  CHECK(refused([](borrowed& b) { b.shape[1] = -3; }) == start + "of shape (2, -3, 4, 5); expected extents >= 0");
  borrowed b;
  CHECK(alike::refused([&] { ma::nchw<float, ma::space::device>(b.tensor); }) ==
        start + "in the memory of the CPU; expected device memory; a view of the host's memory needs no space::device");
  b.tensor.device.device_type = dl::managed_memory;  // both reach it
  CHECK(ma::nchw<float, ma::space::device>(b.tensor).data == ma::nchw<float>(b.tensor).data);
  b.tensor.device.device_type = dl::cuda;
  CHECK(ma::nchw<float, ma::space::device>(b.tensor).data == b.memory.data());
}

/// A managed tensor that counts how often it is freed.
template <class Managed>
struct counted {
  borrowed of;
  int freed = 0;
  Managed managed{};

  counted() {
    managed.dl_tensor = of.tensor;
    managed.manager_ctx = &freed;
    managed.deleter = [](Managed* m) { ++*static_cast<int*>(m->manager_ctx); };
    if constexpr (requires { managed.version; }) managed.version = {1, 3};
  }
};

TEST_CASE_TEMPLATE("dlpack: a tensor that is taken is freed once", Managed, dl::managed, dl::versioned) {
  counted<Managed> c;
  {
    auto taken = ma::from_dlpack(&c.managed);
    CHECK(ma::nchw<float>(taken).data == c.of.memory.data());
    auto const moved = std::move(taken);
    CHECK(c.freed == 0);
    CHECK(ma::nchw<float>(moved).data == c.of.memory.data());
    CHECK(alike::refused([&] { ma::nchw<float>(taken); }) ==
          "mixaug: the DLPack tensor was given away; take it again, or view it before");
  }
  CHECK(c.freed == 1);
  CHECK(ma::from_dlpack(&c.managed).release() == &c.managed);
  CHECK(c.freed == 1);
  CHECK(ma::nchw<float>(c.managed).data == c.of.memory.data());  // borrowed
  CHECK(c.freed == 1);
  c.managed.deleter = nullptr;
  CHECK(ma::from_dlpack(&c.managed).get() == &c.managed);
  CHECK(c.freed == 1);
  CHECK(alike::refused([] { ma::from_dlpack(static_cast<Managed*>(nullptr)); }) ==
        "mixaug: the DLPack tensor is a null pointer; expected a managed tensor (a capsule is used once)");
}

TEST_CASE("dlpack: read-only tensors have views of const elements, another version has none") {
  counted<dl::versioned> c;
  c.managed.flags = 1;
  CHECK(ma::nchw<float const>(c.managed).data == c.of.memory.data());
  CHECK(alike::refused([&] { ma::nchw<float>(c.managed); }) ==
        "mixaug: the tensor given to nchw is read-only; expected memory that may be written; for reading ask for const "
        "elements, as in nchw<float const>(t)");
  c.managed.flags = 2;  // a copy
  CHECK(ma::nchw<float>(c.managed).data == c.of.memory.data());
  c.managed.version.major = 2;
  CHECK(alike::refused([&] { ma::from_dlpack(&c.managed); }) ==
        "mixaug: the DLPack tensor is of version 2; expected version 1.x, whose layout is known");
  CHECK(c.freed == 1);
}

TEST_CASE("dlpack: a view is given, with the memory's owner") {
  std::vector<std::uint8_t> pixels(2 * 4 * 5 * 3);
  auto const view = ma::nhwc(pixels.data(), {2, 4, 5, 3});
  auto const t = ma::to_dlpack<dl::tensor>(view);
  CHECK(has_shape(ma::nchw<std::uint8_t>(t), {2, 3, 4, 5}, {60, 1, 15, 3}));
  CHECK((t.data == pixels.data() && t.byte_offset == 0 && t.device.device_type == dl::cpu && t.dtype.lanes == 1));
  auto const device = ma::on_device(view);
  auto const on_second = ma::to_dlpack<dl::tensor>(device, 1);
  CHECK((on_second.device.device_type == dl::cuda && on_second.device.device_id == 1));

  auto const owner = std::make_shared<std::vector<float>>(12);
  auto const rows = ma::features(std::as_const(*owner).data(), {3, 4});
  auto* const managed = ma::to_dlpack<dl::versioned>(rows, owner);
  CHECK((managed->version.major == 1 && managed->flags == 1));
  CHECK(owner.use_count() == 2);
  CHECK(has_shape(ma::features<float const>(*managed), {3, 4}, {4, 1}));
  managed->deleter(managed);
  CHECK(owner.use_count() == 1);
  auto const taken = ma::from_dlpack(ma::to_dlpack<dl::managed>(ma::features(owner->data(), {3, 4}), owner));
  CHECK(owner.use_count() == 2);
  CHECK(ma::features<float>(taken).data == owner->data());
}

TEST_CASE("dlpack: mixing through views equals mixing raw copies") {
  borrowed x, out;
  for (borrowed* b : {&x, &out}) {
    b->memory.resize(6 * 60);
    b->tensor.data = b->memory.data();
    b->shape[0] = 6;
  }
  out.tensor.data = out.memory.data() + 4;
  out.strides[3] = -1;
  alike::check(ma::cutmix{}, ma::nchw<float>(x.tensor), ma::nchw<float>(out.tensor));
}

#ifdef DLPACK_VERSION
TEST_CASE("dlpack: the structs of dlpack.h are taken as they are") {
  std::vector<float> memory(6);
  auto const view = ma::features(memory.data(), {2, 3});
  DLTensor const t = ma::to_dlpack<DLTensor>(view);
  CHECK((t.device.device_type == kDLCPU && t.dtype.code == kDLFloat));
  CHECK(ma::features<float>(t).data == memory.data());
  float const* const at = memory.data();
  auto const taken = ma::from_dlpack(ma::to_dlpack<DLManagedTensor>(view, std::move(memory)));
  CHECK(ma::features<float>(taken).data == at);
}
#endif

TEST_CASE("a description of a tensor is viewed, and visited by its type") {
  std::vector<double> numbers{1, 2, 3, 4, 5, 6};
  std::int64_t const extent[] = {3, 2};
  ma::run_time_tensor t;
  t.data = numbers.data();
  t.code = ma::element_code::floating_point;
  t.bits = 64;
  t.rank = 2;
  t.extent = extent;
  auto const v = ma::features<double const>(t);
  CHECK(v(2, 1) == 6.0);
  CHECK(ma::visit(t, [](auto type) { return sizeof(typename decltype(type)::type); }) == 8);
  t.bits = 80;
  CHECK_THROWS_WITH_AS(ma::visit(t, [](auto) {}),
                       "mixaug: the tensor's type is float80; expected float16, float32, float64, bfloat16, uint8, "
                       "int8 to int64 or bool",
                       ma::invalid_argument);
}

}  // namespace dlpack_test
