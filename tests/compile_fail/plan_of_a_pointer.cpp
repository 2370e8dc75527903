// expect: mixaug: make_plan(method, x, key) takes a view of the batch
#include <mixaug/mixaug.hpp>

namespace ma = mixaug;

int main() {
  float pixels[4 * 3 * 8 * 8] = {};
  ma::plan_of<ma::mixup> p;
  ma::make_plan(ma::mixup{}, pixels, ma::key{}, p);
}
