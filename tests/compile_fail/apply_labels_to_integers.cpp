// expect: mixaug: mixed labels are float (or double): a class id cannot be mixed
#include <mixaug/mixaug.hpp>

namespace ma = mixaug;

int main() {
  float pixels[4 * 3 * 8 * 8] = {};
  auto const x = ma::nchw(pixels, {4, 3, 8, 8});
  auto const p = ma::make_plan(ma::cutmix{}, x, ma::key{});
  int const ids[4] = {};
  int out[4 * 5];
  ma::soft_labels(p, ma::class_ids(ids, {4}), ma::labels(out, {4, 5}));
}
