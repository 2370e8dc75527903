// expect: mixaug: the openmp backend needs OpenMP: compile with -fopenmp, or link mixaug::openmp
#include <mixaug/mixaug.hpp>
#include <mixaug/backend/openmp.hpp>

namespace ma = mixaug;

int main() {
  float pixels[4 * 3 * 8 * 8] = {};
  auto const x = ma::nchw(pixels, {4, 3, 8, 8});
  auto const p = ma::make_plan(ma::cutmix{}, x, ma::key{});
  float out[4 * 3 * 8 * 8];
  ma::apply(ma::openmp{}, p, x, ma::nchw(out, {4, 3, 8, 8}));
}
