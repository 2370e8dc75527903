// expect: mixaug: a table on a Thrust policy is sorted by Thrust; include <mixaug/kernel/thrust_sort.hpp>
#define THRUST_DEVICE_SYSTEM THRUST_DEVICE_SYSTEM_CPP
#include <thrust/execution_policy.h>

#include <mixaug/backend/thrust.hpp>
#include <mixaug/kernel/gaussian_kernel.hpp>

namespace ma = mixaug;

void table(float const* y) {
  ma::pairing::gaussian_kernel(ma::thrust_device{}, ma::labels(y, {9}), {.bandwidth = 1.0});
}
