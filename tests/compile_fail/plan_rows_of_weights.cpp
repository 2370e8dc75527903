// expect: mixaug: weights are (n), one a sample
#include <mixaug/mixaug.hpp>

namespace ma = mixaug;

int main() {
  float pixels[4 * 3 * 8 * 8] = {};
  auto const x = ma::nchw(pixels, {4, 3, 8, 8});
  float const w[8] = {};
  ma::inputs(x).weights(ma::labels(w, {4, 2}));
}
