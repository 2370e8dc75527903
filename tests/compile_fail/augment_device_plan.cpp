// expect: mixaug: a device plan is applied on a device, as ma::cuda{stream}, to views in its memory
#include <mixaug/augment/device_plan.hpp>

namespace ma = mixaug;

int main() {
  float pixels[4 * 3 * 8 * 8] = {}, out[4 * 3 * 8 * 8];
  auto const x = ma::nchw(pixels, {4, 3, 8, 8});
  ma::augment::device_plan<ma::space::host> p;
  ma::stage(ma::augment::chain{ma::augment::flip{}}, x, ma::key{}, p);
  ma::apply(ma::serial{}, p, x, ma::nchw(out, {4, 3, 8, 8}));
}
