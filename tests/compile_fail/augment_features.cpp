// expect: mixaug: a chain of augmentations takes images, nchw(pointer, {n, c, h, w}) or nhwc
#include <mixaug/augment/augment.hpp>

namespace ma = mixaug;

int main() {
  float samples[4 * 3] = {};
  ma::make_plan(ma::augment::chain{ma::augment::flip{}}, ma::features(samples, {4, 3}), ma::key{});
}
