// expect: mixaug: saliency_map takes images (n, c, h, w), or (n, h, w), and writes scores (n, h, w)
#include <mixaug/mixaug.hpp>

namespace ma = mixaug;

int main() {
  float pixels[4 * 64] = {}, out[4 * 8 * 8] = {};
  ma::saliency_map(ma::serial{}, ma::saliency::fine_grained{}, ma::features(pixels, {4, 64}),
                   ma::scores(out, {4, 8, 8}));
}
