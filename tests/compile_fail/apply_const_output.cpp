// expect: mixaug: the output is a view of const elements
#include <mixaug/mixaug.hpp>

namespace ma = mixaug;

int main() {
  float pixels[4 * 3 * 8 * 8] = {};
  auto const x = ma::nchw(pixels, {4, 3, 8, 8});
  auto const p = ma::make_plan(ma::cutmix{}, x, ma::key{});
  float const out[4 * 3 * 8 * 8] = {};
  ma::apply(p, x, ma::nchw(out, {4, 3, 8, 8}));
}
