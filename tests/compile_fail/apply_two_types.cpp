// expect: mixaug: x, the source and the output have one element type
#include <mixaug/mixaug.hpp>

namespace ma = mixaug;

int main() {
  float pixels[4 * 3 * 8 * 8] = {};
  auto const x = ma::nchw(pixels, {4, 3, 8, 8});
  auto const p = ma::make_plan(ma::cutmix{}, x, ma::key{});
  double out[4 * 3 * 8 * 8];
  ma::apply(p, x, ma::nchw(out, {4, 3, 8, 8}));
}
