// SPDX-License-Identifier: MIT
#pragma once
#include <memory>
#include <mixaug/interop/run_time_tensor.hpp>
#include <utility>

MIXAUG_EXACT_BEGIN

/// DLPack's tensors as views, and views as DLPack's tensors (https://dmlc.github.io/dlpack, versions 0.5 to 1.x), for
/// memory of the CPU and of CUDA. No header of DLPack is included, and none of its names declared: any struct of those
/// members is taken, so include yours, <dlpack/dlpack.h> or that of a framework (<ATen/dlpack.h>), in its version.
///
/// Borrowing: the memory and the struct stay the caller's.
///   nchw<float>(t)   from a DLTensor or a DLManagedTensor(Versioned), by every name of run_time_tensor.hpp. Strides
///   may
///                    be null, byte_offset is added, data need not lie at a multiple of 256 bytes, only of its element
/// Taking: from_dlpack(m) of a DLManagedTensor* or DLManagedTensorVersioned* owns the tensor and runs its deleter once.
/// Giving: to_dlpack<DLTensor>(view), and to_dlpack<DLManagedTensorVersioned>(view, owner), which frees the owner.
///
/// A read-only tensor (a flag of the versioned struct) is viewed with const elements only. Streams are the caller's:
/// the memory of a device must be ready on the stream that reads it. Errors: see run_time_tensor.hpp.
namespace mixaug {
namespace detail {

template <class C>
concept dl_tensor = requires(C const& t) {
  static_cast<void*>(t.data);
  static_cast<int>(t.device.device_type);
  static_cast<int>(t.device.device_id);
  static_cast<int>(t.ndim);
  t.dtype.code;
  t.dtype.bits;
  t.dtype.lanes;
  static_cast<std::int64_t const*>(t.shape);
  static_cast<std::int64_t const*>(t.strides);
  t.byte_offset;
};
template <class C>
concept dl_managed = requires(C& m) {
  m.manager_ctx;
  m.deleter;
  requires dl_tensor<std::remove_cvref_t<decltype(m.dl_tensor)>>;
};
template <class C>
concept dl_versioned = dl_managed<C> && requires(C const& m) {
  m.version.major;
  m.version.minor;
  m.flags;
};

// DLPack's numbers of devices, of the flag of a read-only tensor, and of the version whose layout is used here.
inline constexpr int dl_cpu = 1, dl_cuda = 2, dl_cuda_host = 3, dl_rocm_host = 11, dl_cuda_managed = 13;
inline constexpr unsigned dl_read_only = 1;
inline constexpr unsigned dl_major = 1;

inline reach reach_of_dl_device(int type) noexcept {
  switch (type) {
    case dl_cpu:
    case dl_rocm_host:
      return reach::host;
    case dl_cuda:
      return reach::device;
    case dl_cuda_host:
    case dl_cuda_managed:
      return reach::both;
    default:
      return reach::neither;
  }
}
inline char const* name_of_dl_device(int type) noexcept {
  switch (type) {
    case dl_cpu:
      return "the CPU";
    case dl_cuda:
      return "a CUDA device";
    case 10:
      return "a ROCm device";
    default:
      return "a device that no backend of mixaug reaches";
  }
}

/// Describes a tensor. A type of several lanes (float4) has no element of a view.
template <dl_tensor D>
run_time_tensor describe_dl(D const& t, bool read_only) noexcept {
  run_time_tensor d;
  auto const code = static_cast<unsigned>(t.dtype.code);
  bool const known = code <= static_cast<unsigned>(element_code::boolean) && static_cast<unsigned>(t.dtype.lanes) == 1;
  d.code = known ? static_cast<element_code>(code) : element_code::other;
  d.bits = static_cast<int>(t.dtype.bits);
  d.rank = static_cast<int>(t.ndim);
  d.extent = t.shape;
  d.stride = t.strides;
  int const device = static_cast<int>(t.device.device_type);
  d.memory = reach_of_dl_device(device);
  d.device = name_of_dl_device(device);
  d.read_only = read_only;
  if (t.data != nullptr) d.data = static_cast<std::byte*>(t.data) + t.byte_offset;
  return d;
}
template <dl_managed M>
bool is_read_only(M const& m) noexcept {
  if constexpr (dl_versioned<M>)
    return (static_cast<std::uint64_t>(m.flags) & dl_read_only) != 0;
  else
    return false;
}

}  // namespace detail

/// A DLTensor, which owns nothing.
template <class C>
requires detail::dl_tensor<std::remove_const_t<C>>
struct container_of<C> : run_time_container {
  static constexpr bool is_owner = false;
  static run_time_tensor describe(C& t) noexcept { return detail::describe_dl(t, false); }
};
/// A DLManagedTensor or DLManagedTensorVersioned that stays the caller's.
template <class C>
requires detail::dl_managed<std::remove_const_t<C>>
struct container_of<C> : run_time_container {
  static constexpr bool is_owner = false;
  static run_time_tensor describe(C& m) noexcept { return detail::describe_dl(m.dl_tensor, detail::is_read_only(m)); }
};

/// A tensor that was taken, as from a capsule of Python: its deleter runs once, when this object is destroyed, in
/// whichever thread that is. Views of it are made as from a DLTensor. Can be moved, not copied.
template <detail::dl_managed Managed>
class dlpack_owner {
 public:
  explicit dlpack_owner(Managed* m) noexcept : tensor_(m) {}
  /// The tensor; null once it was given away or moved from here.
  Managed const* get() const noexcept { return tensor_.get(); }
  /// Gives the tensor away, with its deleter.
  Managed* release() noexcept { return tensor_.release(); }

 private:
  struct run_deleter {
    void operator()(Managed* m) const noexcept {
      if (m->deleter != nullptr) m->deleter(m);
    }
  };
  std::unique_ptr<Managed, run_deleter> tensor_;
};

namespace detail {
template <class>
inline constexpr bool is_dlpack_owner = false;
template <class Managed>
inline constexpr bool is_dlpack_owner<dlpack_owner<Managed>> = true;
}  // namespace detail

/// A tensor that was taken.
template <class C>
requires detail::is_dlpack_owner<std::remove_const_t<C>>
struct container_of<C> : run_time_container {
  static run_time_tensor describe(C& t) {
    if (t.get() == nullptr) detail::fail("the DLPack tensor was given away; take it again, or view it before");
    return detail::describe_dl(t.get()->dl_tensor, detail::is_read_only(*t.get()));
  }
};

/// Takes a DLManagedTensor or DLManagedTensorVersioned. A null deleter is not called, as DLPack allows it.
/// Errors: a null pointer, a tensor of another major version, whose deleter is run first.
template <detail::dl_managed Managed>
dlpack_owner<Managed> from_dlpack(Managed* m) {
  if (m == nullptr) detail::fail("the DLPack tensor", "a null pointer", "a managed tensor (a capsule is used once)");
  dlpack_owner<Managed> taken(m);
  if constexpr (detail::dl_versioned<Managed>)
    if (static_cast<unsigned>(m->version.major) != detail::dl_major)
      detail::fail("the DLPack tensor", "of version " + std::to_string(m->version.major),
                   "version " + std::to_string(detail::dl_major) + ".x, whose layout is known");
  return taken;
}

namespace detail {

template <dl_tensor D, class T, int R, space S>
D dl_tensor_of(tensor_view<T, R, S> const& v, int device_id) noexcept {
  constexpr element_kind kind = element_kind_of<std::remove_const_t<T>>();
  static_assert(kind.code != element_code::other, "mixaug: DLPack has numbers and bools; this view has other elements");
  D t{};
  t.data = const_cast<std::remove_const_t<T>*>(v.data);
  t.device.device_type = static_cast<decltype(t.device.device_type)>(S == space::host ? dl_cpu : dl_cuda);
  t.device.device_id = S == space::host ? 0 : device_id;
  t.ndim = R;
  t.dtype.code = static_cast<decltype(t.dtype.code)>(kind.code);
  t.dtype.bits = static_cast<decltype(t.dtype.bits)>(kind.bits);
  t.dtype.lanes = 1;
  t.byte_offset = 0;
  return t;
}

/// What a managed tensor's manager_ctx points at.
template <class Managed, int R, class Owner>
struct dl_export {
  Managed managed{};
  Owner owner;
  c_array<std::int64_t, R> shape, strides;

  explicit dl_export(Owner&& o) : owner(std::move(o)) {}
  static void free(Managed* m) noexcept { delete static_cast<dl_export*>(m->manager_ctx); }
};

}  // namespace detail

/// The view as a DLTensor, for a call that borrows it. Its shape and strides are those of the view, which must live as
/// long; DLPack has no const, and nothing may be written where the view's elements are const. device_id is that of a
/// device view.
///   DLTensor t = to_dlpack<DLTensor>(view);
template <detail::dl_tensor DLTensor, class T, int R, space S>
DLTensor to_dlpack(tensor_view<T, R, S> const& v, int device_id = 0) noexcept {
  DLTensor t = detail::dl_tensor_of<DLTensor>(v, device_id);
  t.shape = const_cast<std::int64_t*>(v.extent);
  t.strides = const_cast<std::int64_t*>(v.stride);
  return t;
}
template <detail::dl_tensor DLTensor, class T, int R, space S>
DLTensor to_dlpack(tensor_view<T, R, S> const&& temporary, int device_id = 0) = delete;

/// The view as a new managed tensor, for a call that takes it: `owner` (a std::vector that was moved in, a
/// std::shared_ptr) holds the memory, and is destroyed by the tensor's deleter. A view of const elements is read-only,
/// which only the versioned struct can say.
///   DLManagedTensorVersioned* m = to_dlpack<DLManagedTensorVersioned>(view, std::move(memory));
template <detail::dl_managed Managed, class Owner, class T, int R, space S>
Managed* to_dlpack(tensor_view<T, R, S> const& v, Owner owner, int device_id = 0) {
  constexpr bool can_say = detail::dl_versioned<Managed> || !std::is_const_v<T>;
  static_assert(can_say,
                "mixaug: these elements are const, and a DLManagedTensor cannot say so; give them as a "
                "DLManagedTensorVersioned");
  using out = detail::dl_export<Managed, R, Owner>;
  auto made = std::make_unique<out>(std::move(owner));
  Managed& m = made->managed;
  m.dl_tensor = detail::dl_tensor_of<std::remove_cvref_t<decltype(m.dl_tensor)>>(v, device_id);
  for (int d = 0; d < R; ++d) {
    made->shape[d] = v.extent[d];
    made->strides[d] = v.stride[d];
  }
  m.dl_tensor.shape = made->shape;
  m.dl_tensor.strides = made->strides;
  if constexpr (detail::dl_versioned<Managed>) {
    m.version.major = detail::dl_major;
    m.version.minor = 0;
    m.flags = std::is_const_v<T> ? detail::dl_read_only : 0;
  }
  m.manager_ctx = made.get();
  m.deleter = &out::free;
  return &made.release()->managed;
}

}  // namespace mixaug

MIXAUG_EXACT_END
