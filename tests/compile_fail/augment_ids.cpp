// expect: mixaug: a chain of augmentations takes pixels, and integers are taken for ids
#include <mixaug/augment/augment.hpp>

namespace ma = mixaug;

int main() {
  int ids[4 * 3 * 8 * 8] = {};
  ma::make_plan(ma::augment::chain{ma::augment::flip{}}, ma::nchw(ids, {4, 3, 8, 8}), ma::key{});
}
