// The library works while the program ends: in the destructor of a global, after all that this thread kept and every
// function-local static of an earlier time is gone, and on a thread that outlives main.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <mixaug/mixaug.hpp>
#include <mixaug/saliency/spectral_residual.hpp>
#include <thread>
#include <vector>

namespace ma = mixaug;

namespace {

std::vector<std::uint8_t>& pixels = *new std::vector<std::uint8_t>(2 * 3 * 32 * 32, std::uint8_t{7});
float drawn = -1;  // in main

float step(float alpha) {
  auto const x = ma::nchw(pixels.data(), {2, 3, 32, 32});
  std::vector<float> map(2 * 32 * 32);
  ma::saliency_map(ma::saliency::spectral_residual{}, x, ma::scores(map.data(), {2, 32, 32}));
  return ma::make_plan(ma::mixup{.alpha = alpha}, x, ma::key{.seed = 1}).ratio[0];
}
struct late {
  ~late() {
    for (int k = 0; k < 2; ++k)
      if (step(0.4f) != drawn) {
        std::puts("a destructor drew another ratio");
        std::_Exit(1);
      }
    std::this_thread::sleep_for(std::chrono::milliseconds(100));  // the other thread goes on
  }
} last;

}  // namespace

int main() {
  drawn = step(0.4f);
  std::thread([] {
    for (int k = 0;; ++k) step(0.1f + 0.1f * static_cast<float>(k % 40));  // more tables than are kept
  }).detach();
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
}
