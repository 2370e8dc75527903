// expect: mixaug: saliency_map writes scores of float
#include <mixaug/mixaug.hpp>

namespace ma = mixaug;

int main() {
  float pixels[4 * 3 * 8 * 8] = {};
  double out[4 * 8 * 8] = {};
  ma::saliency_map(ma::serial{}, ma::saliency::fine_grained{}, ma::nchw(pixels, {4, 3, 8, 8}),
                   ma::scores(out, {4, 8, 8}));
}
