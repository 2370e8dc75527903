// expect: mixaug: labels on the device make a device_gaussian_kernel; include <mixaug/kernel/device_gaussian_kernel.hpp>
#include <mixaug/mixaug.hpp>
#include <mixaug/backend/serial.hpp>
#include <mixaug/kernel/gaussian_kernel.hpp>

namespace ma = mixaug;

void table(float const* y) {
  ma::pairing::gaussian_kernel(ma::serial{}, ma::on_device(ma::labels(y, {9})), {.bandwidth = 1.0});
}
