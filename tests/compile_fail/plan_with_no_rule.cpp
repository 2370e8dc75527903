// expect: mixaug: a pairing rule is called with a pairing_task
#include <mixaug/mixaug.hpp>

namespace ma = mixaug;

int main() {
  float pixels[4 * 3 * 8 * 8] = {};
  auto const x = ma::nchw(pixels, {4, 3, 8, 8});
  ma::make_plan(with(ma::mixup{}, 0.5f), x, ma::key{});
}
