// expect: mixaug: losses are views (n) of float, or all of double
#include <mixaug/mixaug.hpp>

namespace ma = mixaug;

int main() {
  float pixels[4 * 3 * 8 * 8] = {};
  auto const x = ma::nchw(pixels, {4, 3, 8, 8});
  auto const p = ma::make_plan(ma::cutmix{}, x, ma::key{});
  float const a[4] = {};
  double const b[4] = {};
  float out[4];
  ma::pair_loss(p, ma::weights(a, {4}), ma::weights(b, {4}), ma::weights(out, {4}));
}
