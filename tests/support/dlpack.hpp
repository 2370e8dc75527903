// DLPack's structs as version 1.1 of its specification lays them out: tests need no package for them.
#pragma once
#include <cstdint>

namespace dl {

enum device_kind : std::int32_t { cpu = 1, cuda = 2, cuda_host = 3, vulkan = 7, rocm = 10, managed_memory = 13 };
enum code : std::uint8_t { int_ = 0, uint_ = 1, float_ = 2, opaque = 3, bfloat = 4, complex = 5, bool_ = 6 };

struct device {
  device_kind device_type;
  std::int32_t device_id;
};
struct data_type {
  std::uint8_t code, bits;
  std::uint16_t lanes;
};
struct tensor {
  void* data;
  dl::device device;
  std::int32_t ndim;
  data_type dtype;
  std::int64_t *shape, *strides;
  std::uint64_t byte_offset;
};
struct managed {
  tensor dl_tensor;
  void* manager_ctx;
  void (*deleter)(managed*);
};
struct pack_version {
  std::uint32_t major, minor;
};
struct versioned {
  pack_version version;
  void* manager_ctx;
  void (*deleter)(versioned*);
  std::uint64_t flags;
  tensor dl_tensor;
};

}  // namespace dl
