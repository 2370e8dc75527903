// expect: give when{...} and other rules to the methods inside one_of
#include <mixaug/mixaug.hpp>

namespace ma = mixaug;

int main() {
  float pixels[4 * 3 * 8 * 8] = {};
  auto const x = ma::nchw(pixels, {4, 3, 8, 8});
  ma::make_plan(with(ma::one_of(ma::mixup{}, ma::cutmix{}), ma::ratio::constant{}), x, ma::key{});
}
