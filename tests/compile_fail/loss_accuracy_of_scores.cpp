// expect: mixaug: predictions, class ids and group ids are (n); of class scores take the largest first
#include <mixaug/mixaug.hpp>
#include <mixaug/metric/group_accuracy.hpp>

namespace ma = mixaug;

int main() {
  float const scores[4 * 3] = {};
  int const ids[4] = {};
  ma::group_accuracy m(2);
  m.update(ma::features(scores, {4, 3}), ma::class_ids(ids, {4}), ma::class_ids(ids, {4}));
}
