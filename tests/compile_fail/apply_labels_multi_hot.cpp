// expect: mixaug: rows of integers (multi-hot labels, counts) are mixed as real numbers: convert them to float or double, labels(y, {n, d}), and give those to mix_targets
#include <mixaug/mixaug.hpp>

namespace ma = mixaug;

int main() {
  float pixels[4 * 3 * 8 * 8] = {};
  auto const x = ma::nchw(pixels, {4, 3, 8, 8});
  auto const p = ma::make_plan(ma::cutmix{}, x, ma::key{});
  int const hot[4 * 5] = {};
  float out[4 * 5];
  ma::mix_targets(p, ma::labels(hot, {4, 5}), ma::labels(out, {4, 5}));
}
