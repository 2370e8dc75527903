// MIXAUG_ASSERT of the user's own: it guards the indices of columns. The program reads one element before and one after
// a column, which both lie in the plan's memory.
int failures = 0;
#define MIXAUG_ASSERT(condition) ((condition) ? void() : void(++failures))

#include <cstdio>
#include <mixaug/mixaug.hpp>
#include <vector>

namespace ma = mixaug;

int main() {
  std::vector<float> pixels(4 * 3 * 8 * 8);
  auto const x = ma::nchw(pixels.data(), {4, 3, 8, 8});
  auto plan = ma::make_plan(ma::cutmix{}, x, ma::key{.seed = 1});
  double sum = 0;
  for (int i = 0; i < 4; ++i) sum += static_cast<double>(plan.ratio[i]) + static_cast<double>(plan.partner[i]);
  int const valid = failures;
  sum += static_cast<double>(plan.ratio[-1]) + static_cast<double>(plan.partner[4]);
  int const outside = failures - valid;
  plan.edit([&](auto const& columns) { sum += static_cast<double>(columns.self[std::size_t{4}]); });
  int const written = failures - valid - outside;
  std::printf("%d %d %d (%g)\n", valid, outside, written, sum);
  return valid == 0 && outside == 2 && written == 1 ? 0 : 1;
}
