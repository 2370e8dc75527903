// SPDX-License-Identifier: MIT
// Chains of augmentations on a device, against the least bytes that they must move, at the bandwidth of cudaMemcpy in
// this run. Times by events; a step is plan, upload and apply, without waiting between steps.
#include <cstdlib>
#include <mixaug/augment/device_plan.cuh>
#include <support/device_batch.cuh>
#include <support/print.hpp>

namespace {
using namespace bench;
namespace au = ma::augment;

double bandwidth() {
  device_batch<float> const b;
  return 2.0 * total * sizeof(float) /
         by_events([&] { cudaMemcpyAsync(b.out, b.x, total * sizeof(float), cudaMemcpyDeviceToDevice); }, 5);
}

/// Bytes in, elements U out.
template <class U>
void cases(table& t, std::string const& name, au::chain const& c, double speed) {
  device_batch<std::uint8_t> const in;
  device_batch<U> const out;
  auto const x = in.view(in.x);
  auto const to = out.view(out.out);
  ma::cuda const device;
  au::device_plan<> plan;
  std::uint64_t step = 0;
  auto const planned = [&] { ma::make_plan(device, c, x, ma::key{.seed = 1, .step = ++step}, plan); };
  planned();
  double const floor = total * (1.0 + sizeof(U)) / speed;
  auto const add = [&](char const* what, double seconds) {
    t.rows.push_back({name + what, time_text(seconds), time_text(floor), text("%.2f", floor / seconds), "0.5",
                      floor / seconds >= 0.5});
  };
  add(", apply", by_events([&] { ma::apply(device, plan, x, to); }, 10));
  add(", a step", by_events(
                      [&] {
                        planned();
                        ma::apply(device, plan, x, to);
                      },
                      10));
}

suite const chains_on_device(50, [](table& t) {
  int devices = 0;
  if (cudaGetDeviceCount(&devices) != cudaSuccess || devices == 0) {
    std::printf("bench_cuda: no GPU here, nothing measured\n");
    std::exit(77);
  }
  double const speed = bandwidth();
  au::affine const turned{.degrees = {-15, 15}, .translate = {0.1f, 0.1f}, .scale = {0.9f, 1.1f}};
  au::color_jitter const colours{.brightness = {0.8f, 1.2f}, .saturation = {0.5f, 1.5f}};
  au::normalise const normalised{.mean = {125, 123, 114}, .std = {63, 62, 67}};
  au::flip const flip{.horizontal = 0.5f};
  std::string const size = " uint8 256x3x224x224";
  cases<std::uint8_t>(t, "flip" + size, au::chain{flip}, speed);
  cases<std::uint8_t>(t, "affine" + size, au::chain{turned}, speed);
  cases<float>(t, "flip, affine, colours, normalise to float" + size, au::chain{flip, turned, colours, normalised},
               speed);
  cases<float>(t, "the same, vignette, noise, salt and pepper" + size,
               au::chain{flip, turned, colours, au::vignette{.strength = {0.2f, 0.8f}},
                         au::gaussian_noise{.sigma = {0, 8}}, au::salt_and_pepper{.amount = {0, 0.02f}}, normalised},
               speed);
  cases<std::uint8_t>(t, "elastic" + size, au::chain{au::elastic{.alpha = {4, 8}, .sigma = {8, 11}}}, speed);
  cases<std::uint8_t>(t, "gaussian_blur, sigma 2" + size, au::chain{au::gaussian_blur{.sigma = {2, 2}}}, speed);
  cases<std::uint8_t>(t, "contrast about the mean" + size,
                      au::chain{au::color_jitter{.contrast = {0.5f, 1.5f}, .about = au::about::mean}}, speed);
});

}  // namespace
