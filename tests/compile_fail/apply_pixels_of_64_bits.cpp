// expect: mixaug: integer pixels have 8, 16 or 32 bits; convert wider ones to double
#include <mixaug/mixaug.hpp>

namespace ma = mixaug;

int main() {
  float pixels[4 * 3 * 8 * 8] = {};
  auto const x = ma::nchw(pixels, {4, 3, 8, 8});
  auto const p = ma::make_plan(ma::cutmix{}, x, ma::key{});
  std::int64_t wide[4 * 3 * 8 * 8] = {};
  ma::apply(p, ma::as_pixels(ma::nchw(wide, {4, 3, 8, 8})), x);
}
