// What views.py calls: it hands over NumPy's arrays as DLPack's tensors, which are mixed and given back.
#include <cstdio>
#include <mixaug/interop/dlpack.hpp>
#include <mixaug/mixaug.hpp>

#include "support/dlpack.hpp"

namespace ma = mixaug;

namespace {

/// Runs f; writes the message of what it refuses, of at most 511 bytes, and returns whether it did.
template <class F>
int caught(char* message, F f) {
  try {
    f();
    return 0;
  } catch (ma::invalid_argument const& error) {
    std::snprintf(message, 512, "%s", error.what());
    return 1;
  }
}

/// Takes x and out, mixes x into out, and writes each row's partner and ratio.
template <class Managed>
void mix(Managed* x, Managed* out, std::int64_t* partner, float* ratio) {
  auto const from = ma::from_dlpack(x), to = ma::from_dlpack(out);
  auto const view = ma::nchw<float const>(from);
  auto const mixed = ma::nchw<float>(to);
  auto const plan = ma::make_plan(ma::mixup{}, view, ma::key{.seed = 3});
  ma::apply(ma::serial{}, plan, view, mixed);
  for (ma::index_t i = 0; i < plan.rows(); ++i) {
    partner[i] = plan.partner[i];
    ratio[i] = plan.ratio[i];
  }
}

/// A new tensor (3, 4) that holds 0, 1, ..., 11.
template <class Managed>
Managed* counting() {
  std::vector<float> memory(12);
  for (int k = 0; k < 12; ++k) memory[static_cast<std::size_t>(k)] = static_cast<float>(k);
  auto const view = ma::features(memory.data(), {3, 4});
  return ma::to_dlpack<Managed>(view, std::move(memory));
}

}  // namespace

extern "C" {
int mix_managed(dl::managed* x, dl::managed* out, std::int64_t* partner, float* ratio, char* message) {
  return caught(message, [&] { mix(x, out, partner, ratio); });
}
int mix_versioned(dl::versioned* x, dl::versioned* out, std::int64_t* partner, float* ratio, char* message) {
  return caught(message, [&] { mix(x, out, partner, ratio); });
}
dl::managed* counting_managed() { return counting<dl::managed>(); }
dl::versioned* counting_versioned() { return counting<dl::versioned>(); }
}
