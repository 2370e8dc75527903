// expect: mixaug: a label rule is called with (row_facts, double), returns label_shares
#include <mixaug/mixaug.hpp>

namespace ma = mixaug;

struct lambda_only {
  float operator()(ma::row_facts const& row, double) const { return row.ratio; }
};
struct mine {
  auto stages() const {
    return ma::recipe{ma::pairing::shuffle{}, ma::ratio::beta{}, ma::region::whole{}, ma::blend::mix{}, lambda_only{}};
  }
};

int main() {
  float pixels[4 * 3 * 8 * 8] = {};
  auto const x = ma::nchw(pixels, {4, 3, 8, 8});
  ma::make_plan(mine{}, x, ma::key{});
}
