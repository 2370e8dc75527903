// expect: mixaug: labels are integer class ids, float or double
#include <mixaug/mixaug.hpp>

namespace ma = mixaug;

int main() {
  float pixels[4 * 3 * 8 * 8] = {};
  auto const x = ma::nchw(pixels, {4, 3, 8, 8});
  auto const p = ma::make_plan(ma::cutmix{}, x, ma::key{});
  ma::float16 y[4] = {};
  float out[4];
  ma::mix_targets(p, ma::labels(y, {4}), ma::labels(out, {4}));
}
