// expect: mixaug: the gradients have one element type
#include <mixaug/mixaug.hpp>

namespace ma = mixaug;

int main() {
  float pixels[4 * 3 * 8 * 8] = {};
  auto const x = ma::nchw(pixels, {4, 3, 8, 8});
  auto const p = ma::make_plan(ma::cutmix{}, x, ma::key{});
  double grad[768] = {};
  ma::apply_adjoint(p, x, ma::nchw(grad, {4, 3, 8, 8}));
}
