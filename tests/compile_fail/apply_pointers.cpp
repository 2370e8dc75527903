// expect: take views; wrap a pointer with its extents, as nchw(pointer, {n, c, h, w})
#include <mixaug/mixaug.hpp>

namespace ma = mixaug;

int main() {
  float pixels[4 * 3 * 8 * 8] = {};
  auto const x = ma::nchw(pixels, {4, 3, 8, 8});
  auto const p = ma::make_plan(ma::cutmix{}, x, ma::key{});
  float out[4 * 3 * 8 * 8];
  ma::apply(p, pixels, out);
}
