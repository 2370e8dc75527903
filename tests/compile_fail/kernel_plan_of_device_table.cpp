// expect: mixaug: plans are made on the host, and so is the table of their pairing rule
#include <mixaug/mixaug.hpp>
#include <mixaug/kernel/device_gaussian_kernel.hpp>

namespace ma = mixaug;

auto plan(ma::pairing::device_gaussian_kernel const& table, float* x) {
  return ma::make_plan(with(ma::mixup{}, table), ma::features(x, {8, 3}), ma::key{});
}
