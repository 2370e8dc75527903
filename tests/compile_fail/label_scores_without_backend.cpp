// expect: mixaug: this method reads pixels or score maps, so it is planned with a backend
#include <mixaug/mixaug.hpp>

namespace ma = mixaug;

int main() {
  float pixels[4 * 3 * 8 * 8] = {};
  auto const x = ma::nchw(pixels, {4, 3, 8, 8});
  ma::make_plan(ma::with(ma::cutmix{}, ma::label::by_score{}), x, ma::key{});
}
