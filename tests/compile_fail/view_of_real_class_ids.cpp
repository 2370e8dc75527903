// expect: mixaug: class_ids are integers, one a sample; soft or regression labels go into labels
#include <mixaug/mixaug.hpp>

namespace ma = mixaug;

int main() {
  float const ids[4] = {};
  (void)ma::class_ids(ids, {4});
}
