// expect: mixaug: the output is a view of const elements
#include <mixaug/mixaug.hpp>
#include <mixaug/loss/pair_cross_entropy.hpp>
#include <mixaug/loss/soft_target_cross_entropy.hpp>

namespace ma = mixaug;

int main() {
  float z[4 * 5] = {}, losses[4];
  auto const logits = ma::features(z, {4, 5});
  auto const p = ma::make_plan(ma::mixup{}, logits, ma::key{});
  float const mean = 0;
  ma::pair_loss(p, ma::weights(z, {4}), ma::weights(z, {4}), ma::weights(&mean, {1}), ma::reduction::mean);
}
