// expect: mixaug: a chain writes floats, or the integer type that it reads
#include <mixaug/augment/augment.hpp>

namespace ma = mixaug;

int main() {
  float pixels[4 * 3 * 8 * 8] = {};
  unsigned char out[768];
  auto const x = ma::nchw(pixels, {4, 3, 8, 8});
  auto const p = ma::make_plan(ma::augment::chain{ma::augment::flip{}}, x, ma::key{});
  ma::apply(p, x, ma::nchw(out, {4, 3, 8, 8}));
}
