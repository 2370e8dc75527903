// expect: mixaug: class ids, groups and indices are integers; soft labels go into targets(v)
#include <mixaug/mixaug.hpp>
#include <mixaug/metric/group_accuracy.hpp>

namespace ma = mixaug;

int main() {
  float const scores[4] = {};
  int const ids[4] = {};
  ma::group_accuracy m(2);
  m.update(ma::weights(scores, {4}), ma::class_ids(ids, {4}), ma::class_ids(ids, {4}));
}
