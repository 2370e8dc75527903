// expect: mixaug: a device view was given to a host backend
#include <mixaug/mixaug.hpp>
#include <mixaug/loss/pair_cross_entropy.hpp>
#include <mixaug/loss/soft_target_cross_entropy.hpp>

namespace ma = mixaug;

int main() {
  float z[4 * 5] = {}, losses[4];
  auto const logits = ma::features(z, {4, 5});
  auto const p = ma::make_plan(ma::mixup{}, logits, ma::key{});
  int const ids[4] = {};
  ma::pair_cross_entropy(p, logits, ma::on_device(ma::class_ids(ids, {4})), ma::weights(losses, {4}));
}
