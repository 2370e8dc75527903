// expect: mixaug: std::byte says that a byte is an id; view pixels as std::uint8_t
#include <mixaug/mixaug.hpp>

namespace ma = mixaug;

int main() {
  float pixels[4 * 3 * 8 * 8] = {};
  auto const x = ma::nchw(pixels, {4, 3, 8, 8});
  auto const p = ma::make_plan(ma::cutmix{}, x, ma::key{});
  std::byte ids[4 * 3 * 8 * 8] = {};
  ma::apply(p, ma::as_pixels(ma::nchw(ids, {4, 3, 8, 8})), x);
}
