// expect: mixaug: labels and targets are (n) or (n, d)
#include <mixaug/mixaug.hpp>

namespace ma = mixaug;

int main() {
  float pixels[4 * 3 * 8 * 8] = {};
  auto const x = ma::nchw(pixels, {4, 3, 8, 8});
  auto const p = ma::make_plan(ma::cutmix{}, x, ma::key{});
  int const ids[4] = {};
  float out[4 * 5 * 6];
  ma::soft_labels(p, ma::class_ids(ids, {4}), ma::scores(out, {4, 5, 6}));
}
