// expect: mixaug: scores are real numbers
#include <mixaug/mixaug.hpp>

namespace ma = mixaug;

int main() {
  float pixels[4 * 3 * 8 * 8] = {};
  std::uint8_t maps[4 * 8 * 8] = {};
  ma::inputs(ma::nchw(pixels, {4, 3, 8, 8})).scores(ma::scores(maps, {4, 8, 8}));
}
