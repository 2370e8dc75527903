// expect: mixaug: make_plan(method, x, key) needs the key of the step
#include <mixaug/mixaug.hpp>

namespace ma = mixaug;

int main() {
  float pixels[4 * 3 * 8 * 8] = {};
  ma::make_plan(ma::serial{}, ma::mixup{}, ma::nchw(pixels, {4, 3, 8, 8}));
}
