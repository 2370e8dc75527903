// expect: mixaug: a device_gaussian_kernel draws on a device backend, from queries into partners on the device: wrap their pointers by on_device
#include <mixaug/mixaug.hpp>
#include <mixaug/backend/serial.hpp>
#include <mixaug/kernel/device_gaussian_kernel.hpp>

namespace ma = mixaug;

void draw(ma::pairing::device_gaussian_kernel const& table, std::int64_t const* rows, std::int64_t* partners) {
  table.draw(ma::serial{}, ma::indices(rows, {9}), ma::key{}, ma::indices(partners, {9}));
}
