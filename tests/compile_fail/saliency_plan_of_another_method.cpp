// expect: mixaug: this plan is of another method, or of another memory
#include <mixaug/mixaug.hpp>

namespace ma = mixaug;

int main() {
  float pixels[4 * 3 * 8 * 8] = {};
  auto const x = ma::nchw(pixels, {4, 3, 8, 8});
  ma::plan_of<ma::cutmix> p;
  ma::make_plan(ma::serial{}, ma::saliencymix{}, x, ma::key{}, p);
}
