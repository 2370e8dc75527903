// expect: mixaug: a region rule names its kind
#include <mixaug/mixaug.hpp>

namespace ma = mixaug;

struct left_half {
  template <class Columns>
  void operator()(Columns const&, ma::row_facts const&, ma::random const&) const {}
};
struct mine {
  auto stages() const {
    return ma::recipe{ma::pairing::shuffle{}, ma::ratio::beta{}, left_half{}, ma::blend::mix{}, ma::label::by_share{}};
  }
};

int main() {
  float pixels[4 * 3 * 8 * 8] = {};
  auto const x = ma::nchw(pixels, {4, 3, 8, 8});
  ma::make_plan(mine{}, x, ma::key{});
}
