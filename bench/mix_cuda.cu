// SPDX-License-Identifier: MIT
// The CUDA backend against the device's own copy: the least bytes that a job must move, at the bandwidth of
// cudaMemcpy in this run. Times by events; a step is plan, upload and apply, without waiting between steps.
#include <cstdlib>
#include <support/device_batch.cuh>
#include <support/print.hpp>

namespace {
using namespace bench;

double bandwidth() {
  device_batch<float> const b;
  return 2.0 * total * sizeof(float) /
         by_events([&] { cudaMemcpyAsync(b.out, b.x, total * sizeof(float), cudaMemcpyDeviceToDevice); }, 5);
}

/// passes, passes_inplace: reads and writes of the whole batch that the job cannot avoid.
template <class T, class Method>
void cases(table& t, std::string const& name, Method const& m, double speed, double passes, double passes_inplace) {
  device_batch<T> const b;
  auto const x = b.view(b.x), out = b.view(b.out);
  ma::cuda const device;
  ma::plan_of<Method, ma::space::device> plan;
  std::uint64_t step = 0;
  auto const planned = [&] { ma::make_plan(device, m, x, ma::key{.seed = 1, .step = ++step}, plan); };
  planned();
  auto const add = [&](char const* what, double seconds, double least) {
    double const floor = least * total * sizeof(T) / speed;
    t.rows.push_back({name + what, time_text(seconds), time_text(floor), text("%.2f", floor / seconds), "0.85",
                      floor / seconds >= 0.85});
  };
  add(", apply", by_events([&] { ma::apply(device, plan, x, out); }, 10), passes);
  add(", a step", by_events([&] { planned(), ma::apply(device, plan, x, out); }, 10), passes);
  add(", in place", by_events([&] { ma::apply_inplace(device, plan, x); }, 10), passes_inplace);
  add(", in place, a step", by_events([&] { planned(), ma::apply_inplace(device, plan, x); }, 10), passes_inplace);
}
template <class T>
void element(table& t, char const* name, double speed) {
  std::string const size = std::string(name) + " 256x3x224x224";
  cases<T>(t, "mixup " + size, ma::mixup{}, speed, 3, 2);
  auto const plan = ma::make_plan(ma::cutmix{}, ma::nchw(static_cast<T*>(nullptr), {rows, channels, side, side}),
                                  ma::key{.seed = 1, .step = 1});
  double pasted = 0;
  for (ma::index_t i = 0; i < rows; ++i) pasted += (1 - ma::pixel_share(plan, i)) / rows;
  cases<T>(t, "CutMix " + size, ma::cutmix{}, speed, 2, 2 * pasted);
}

suite const on_device(10, [](table& t) {
  int devices = 0;
  if (cudaGetDeviceCount(&devices) != cudaSuccess || devices == 0)
    std::printf("bench_cuda: no GPU here, nothing measured\n"), std::exit(77);
  cudaDeviceProp what{};
  MIXAUG_CUDA(cudaGetDeviceProperties(&what, 0));
  double const speed = bandwidth();
  t.head.push_back(std::string("device:   ") + what.name + ", copy " + text("%.2f", speed * 1e-12) +
                   " TB/s (read + written)");
  element<float>(t, "float32", speed);
  element<std::uint8_t>(t, "uint8", speed);
  element<ma::float16>(t, "float16", speed);
});

}  // namespace
