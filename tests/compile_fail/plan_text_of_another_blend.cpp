// expect: mixaug: plan text and any_plan know the blends mix and erase
#include <mixaug/mixaug.hpp>
#include <mixaug/plan/plan_text.hpp>

namespace ma = mixaug;

struct my_blend : ma::blend::mix {
  float strength = 1;
};

int main() {
  float pixels[4 * 3 * 8 * 8] = {};
  auto const x = ma::nchw(pixels, {4, 3, 8, 8});
  ma::to_any(ma::make_plan(with(ma::mixup{}, my_blend{}), x, ma::key{}));
}
