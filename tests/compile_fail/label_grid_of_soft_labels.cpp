// expect: mixaug: label_grid(plan, class_ids, grid) takes class ids (n), and a grid of integers (n, gh, gw)
#include <mixaug/mixaug.hpp>

namespace ma = mixaug;

int main() {
  float pixels[4 * 3 * 8 * 8] = {}, soft[4] = {};
  int grid[4 * 2 * 2] = {};
  auto const plan = ma::make_plan(ma::patchmix{}, ma::nchw(pixels, {4, 3, 8, 8}), ma::key{});
  ma::label_grid(plan, ma::labels(soft, {4}), ma::masks(grid, {4, 2, 2}));
}
