// Prints the batch that the library and this program's default backend make.
#include "flip.hpp"

#include <cstdio>
#include <mixaug/mixaug.hpp>
#include <type_traits>

namespace ma = mixaug;

static_assert(std::is_same_v<ma::default_backend, ma::EXPECTED_BACKEND>);

int main() {
  float pixels[2 * 1 * 2 * 2] = {0, 1, 2, 3, 4, 5, 6, 7}, flipped[8] = {}, mixed[8] = {};
  auto const x = ma::nchw(pixels, {2, 1, 2, 2});
  auto const out = ma::nchw(mixed, {2, 1, 2, 2});
  flip(x, ma::nchw(flipped, {2, 1, 2, 2}));
  auto const half = ma::with(ma::mixup{}, ma::pairing::reverse{}, ma::ratio::constant{0.5f});
  ma::apply(ma::make_plan(half, x, ma::key{}), x, out);
  for (int i = 0; i < 8; ++i) {
    if (flipped[i] != pixels[(i + 4) % 8] || mixed[i] != 0.5f * pixels[i] + 0.5f * flipped[i]) return 1;
  }
  std::puts("mixed");
  return 0;
}
