// expect: mixaug: soft targets (n, classes) and weights (n) are of the logits' type; class ids go to pair_cross_entropy
#include <mixaug/mixaug.hpp>
#include <mixaug/loss/pair_cross_entropy.hpp>
#include <mixaug/loss/soft_target_cross_entropy.hpp>

namespace ma = mixaug;

int main() {
  float z[4 * 5] = {}, losses[4];
  auto const logits = ma::features(z, {4, 5});
  int const ids[4] = {};
  ma::soft_target_cross_entropy(logits, ma::class_ids(ids, {4}), ma::weights(losses, {4}));
}
