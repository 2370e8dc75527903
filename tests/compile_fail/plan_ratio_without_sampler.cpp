// expect: mixaug: a ratio rule has sampler(), which is called as (bits, row_of_batch) and returns lambda
#include <mixaug/mixaug.hpp>

namespace ma = mixaug;

struct half {
  float operator()(unsigned long long) const { return 0.5f; }
};
struct mine {
  auto stages() const {
    return ma::recipe{ma::pairing::shuffle{}, half{}, ma::region::whole{}, ma::blend::mix{}, ma::label::by_share{}};
  }
};

int main() {
  float pixels[4 * 3 * 8 * 8] = {};
  auto const x = ma::nchw(pixels, {4, 3, 8, 8});
  ma::make_plan(mine{}, x, ma::key{});
}
