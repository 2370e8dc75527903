// expect: mixaug: class ids cannot be averaged; soft_labels(plan, class_ids, targets) spreads them over classes
#include <mixaug/mixaug.hpp>

namespace ma = mixaug;

int main() {
  float pixels[4 * 3 * 8 * 8] = {};
  auto const x = ma::nchw(pixels, {4, 3, 8, 8});
  auto const p = ma::make_plan(ma::cutmix{}, x, ma::key{});
  int const ids[4] = {};
  float out[4];
  ma::mix_targets(p, ma::class_ids(ids, {4}), ma::labels(out, {4}));
}
