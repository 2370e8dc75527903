// expect: mixaug: a batch has at most three spatial dimensions (n, c, d, h, w)
#include <mixaug/mixaug.hpp>

namespace ma = mixaug;

int main() {
  float pixels[64] = {};
  ma::make_plan(ma::mixup{}, ma::row_major(pixels, ma::extents<6>{2, 2, 2, 2, 2, 2}), ma::key{});
}
