// expect: mixaug: class ids are (n), one a sample; multi-label targets are float (n, num_classes)
#include <mixaug/mixaug.hpp>

namespace ma = mixaug;

int main() {
  float pixels[4 * 3 * 8 * 8] = {};
  auto const x = ma::nchw(pixels, {4, 3, 8, 8});
  auto const p = ma::make_plan(ma::cutmix{}, x, ma::key{});
  int const ids[4 * 5] = {};
  float out[4 * 5];
  ma::soft_labels(p, ma::labels(ids, {4, 5}), ma::labels(out, {4, 5}));
}
