// expect: mixaug: targets, labels and weights are float or double
#include <mixaug/mixaug.hpp>

namespace ma = mixaug;

int main() {
  float pixels[4 * 3 * 8 * 8] = {};
  auto const x = ma::nchw(pixels, {4, 3, 8, 8});
  int const y[4] = {};
  ma::inputs(x).targets(ma::labels(y, {4}));
}
