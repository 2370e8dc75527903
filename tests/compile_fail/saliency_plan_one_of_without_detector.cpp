// expect: mixaug: this region reads score maps, and the recipe names no detector
#include <mixaug/mixaug.hpp>

namespace ma = mixaug;

int main() {
  float pixels[4 * 3 * 8 * 8] = {};
  auto const x = ma::nchw(pixels, {4, 3, 8, 8});
  ma::make_plan(ma::serial{}, ma::one_of(ma::mixup{}, with(ma::cutmix{}, ma::region::salient_box{})), x, ma::key{});
}
