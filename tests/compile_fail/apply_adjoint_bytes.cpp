// expect: mixaug: gradients are float, double, float16 or bfloat16
#include <mixaug/mixaug.hpp>

namespace ma = mixaug;

int main() {
  float pixels[4 * 3 * 8 * 8] = {};
  auto const x = ma::nchw(pixels, {4, 3, 8, 8});
  auto const p = ma::make_plan(ma::cutmix{}, x, ma::key{});
  unsigned char a[768] = {}, b[768];
  ma::apply_adjoint(p, ma::nchw(a, {4, 3, 8, 8}), ma::nchw(b, {4, 3, 8, 8}));
}
