// Calls of a user who has many warnings turned on and includes the headers by -I.
#include "every_header.hpp"

#include <cstdint>
#include <sstream>
#include <vector>

namespace ma = mixaug;

template <class T>
void step(std::vector<T>& pixels, std::vector<T>& mixed) {
  auto const x = ma::nchw(pixels.data(), {4, 3, 8, 8});
  auto const out = ma::nchw(mixed.data(), {4, 3, 8, 8});
  ma::key const key{.seed = 42, .step = 1};
  auto const plan = ma::make_plan(ma::one_of(ma::cutmix{}, ma::mixup{}, ma::cutout{}), x, key);
  ma::apply(plan, x, out);
  ma::apply_inplace(plan, out);
  if constexpr (ma::detail::is_real<T>) ma::apply_adjoint(plan, out, x);
  std::stringstream text;
  ma::write_plan(text, plan);
  ma::apply(ma::read_plan(text), x, out);
}

int main() {
  std::vector<float> pixels(4 * 3 * 8 * 8), mixed(pixels.size());
  std::vector<double> wide_pixels(pixels.size()), wide_mixed(pixels.size());
  std::vector<std::uint8_t> bytes(pixels.size()), mixed_bytes(pixels.size());
  std::vector<ma::float16> half(pixels.size()), mixed_half(pixels.size());
  step(pixels, mixed);
  step(wide_pixels, wide_mixed);
  step(bytes, mixed_bytes);
  step(half, mixed_half);

  std::vector<float> const ages{1.0f, 2.0f, 3.0f, 4.0f};
  std::vector<std::int64_t> partners(4), groups{0, 1, 0, 1};
  ma::pairing::gaussian_kernel const table(ma::labels(ages.data(), {4}), {.bandwidth = 0.5});
  table.draw(ma::indices(groups.data(), {4}), ma::key{}, ma::indices(partners.data(), {4}));

  auto const x = ma::nchw(pixels.data(), {4, 3, 8, 8});
  auto const plan = ma::make_plan(ma::serial{}, ma::saliencymix{}, x, ma::key{});
  std::vector<float> targets(4 * 2);
  ma::soft_labels(plan, ma::class_ids(groups.data(), {4}), ma::features(targets.data(), {4, 2}));
}
