// SPDX-License-Identifier: MIT
// Log a plan as text, read it back later, and get the same pixels: a run can be replayed without its seed.
#include <fstream>
#include <iostream>
#include <mixaug/mixaug.hpp>
#include <mixaug/plan/plan_text.hpp>
#include <vector>

namespace ma = mixaug;

int main(int argc, char** argv) {
  char const* const file = argc > 1 ? argv[1] : "replay_plan.plan.txt";
  int const n = 6, c = 3, h = 32, w = 32;
  std::vector<float> pixels(n * c * h * w), mixed(pixels.size()), again(pixels.size());
  for (std::size_t j = 0; j < pixels.size(); ++j) pixels[j] = static_cast<float>(j % 251) / 251.0f;
  auto x = ma::nchw(pixels.data(), {n, c, h, w});

  auto plan = ma::make_plan(ma::one_of(ma::mixup{.alpha = 0.8f}, ma::cutmix{}, ma::cutout{.length = 8}), x,
                            ma::key{.seed = 42, .step = 1000});
  ma::apply(plan, x, ma::nchw(mixed.data(), {n, c, h, w}));
  std::ofstream log(file);
  ma::write_plan(log, plan);
  log.close();
  std::cout << plan;  // a table for people

  try {
    std::ifstream in(file);
    ma::any_plan const logged = ma::read_plan(in);  // no template arguments: the text says what it is
    ma::apply(logged, x, ma::nchw(again.data(), {n, c, h, w}));
  } catch (ma::invalid_argument const& e) {
    std::cerr << file << ": " << e.what() << '\n';
    return 2;
  }
  std::cout << "replayed from " << file << (mixed == again ? ": the same pixels\n" : ": other pixels!\n");
  return mixed == again ? 0 : 1;
}
