#include <mixaug/mixaug.hpp>
#include <vector>

int main() {
  std::vector<float> pixels(4 * 8 * 8, 1.0f), mixed(pixels.size());
  auto const x = mixaug::nchw(pixels.data(), {4, 1, 8, 8});
  auto const plan = mixaug::make_plan(mixaug::cutmix{}, x, mixaug::key{.seed = 1});
  mixaug::apply(plan, x, mixaug::nchw(mixed.data(), {4, 1, 8, 8}));
  return mixed == pixels ? 0 : 1;  // equal pixels stay equal
}
