// expect: mixaug: with(method, rules...) got two rules for the same column
#include <mixaug/mixaug.hpp>

namespace ma = mixaug;

int main() {
  float pixels[4 * 3 * 8 * 8] = {};
  auto const x = ma::nchw(pixels, {4, 3, 8, 8});
  ma::make_plan(with(ma::mixup{}, ma::ratio::uniform{}, ma::ratio::constant{}), x, ma::key{});
}
