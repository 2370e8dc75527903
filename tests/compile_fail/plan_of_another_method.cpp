// expect: mixaug: this plan is of another method; declare it as plan_of<method>
#include <mixaug/mixaug.hpp>

namespace ma = mixaug;

int main() {
  float pixels[4 * 3 * 8 * 8] = {};
  auto const x = ma::nchw(pixels, {4, 3, 8, 8});
  ma::plan_of<ma::mixup> p;
  ma::make_plan(ma::cutmix{}, x, ma::key{}, p);
}
