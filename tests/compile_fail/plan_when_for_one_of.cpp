// expect: mixaug: with(one_of(...), rule) can replace the pairing only
#include <mixaug/mixaug.hpp>

namespace ma = mixaug;

int main() {
  float pixels[4 * 3 * 8 * 8] = {};
  auto const x = ma::nchw(pixels, {4, 3, 8, 8});
  ma::make_plan(with(ma::one_of(ma::mixup{}, ma::cutmix{}), ma::when{.prob = 0.5f}), x, ma::key{});
}
