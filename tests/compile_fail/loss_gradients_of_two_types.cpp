// expect: mixaug: losses are views (n) of float, or all of double
#include <mixaug/mixaug.hpp>
#include <mixaug/loss/pair_cross_entropy.hpp>
#include <mixaug/loss/soft_target_cross_entropy.hpp>

namespace ma = mixaug;

int main() {
  float z[4 * 5] = {}, losses[4];
  auto const logits = ma::features(z, {4, 5});
  auto const p = ma::make_plan(ma::mixup{}, logits, ma::key{});
  double other[4];
  ma::pair_loss_gradients(p, ma::weights(losses, {4}), ma::weights(other, {4}), ma::reduction::mean);
}
