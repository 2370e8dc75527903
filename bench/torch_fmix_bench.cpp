// SPDX-License-Identifier: MIT
// Planning FMix against the same steps in LibTorch, on one thread: normal numbers, the inverse transform, the top
// pixels. The published code does them in NumPy, with a full sort.
#include <support/torch.hpp>

namespace {
using namespace bench;

/// The mask of one image of h x w as a tensor; lambda = 1 / 2.
at::Tensor torch_mask(at::Tensor const& scale, ma::index_t h, ma::index_t w, bool sort) {
  at::Tensor const bins = at::complex(at::randn_like(scale).mul_(scale), at::randn_like(scale).mul_(scale));
  at::Tensor const gray = at::fft_irfft2(bins, at::IntArrayRef{h, w}).flatten();
  at::Tensor const own =
      sort ? gray.argsort(-1, true).slice(0, 0, h * w / 2) : std::get<1>(gray.topk(h * w / 2, -1, true, false));
  return at::zeros({h * w}).index_fill_(0, own, 1).view({h, w});
}

void fmix_masks(table& t, size s) {
  auto const b = batch<float>(s);
  at::Tensor const y = at::fft_fftfreq(s.h).square().unsqueeze(1), x = at::fft_rfftfreq(s.w).square();
  at::Tensor const scale = (y + x).clamp_min(1.0 / static_cast<double>(s.h * s.h)).pow(-1.5);
  auto const half = ma::with(ma::fmix{}, ma::ratio::constant{0.5f});
  auto const plan = std::make_shared<decltype(planned(half, *b))>(planned(half, *b));
  auto const ours = [=] {
    static std::uint64_t step = 0;
    ma::make_plan(half, b->nchw(b->x), ma::key{.seed = 1, .step = step++}, *plan);
  };
  for (bool const sort : {false, true})
    t.contests.push_back(
        {"FMix masks, plan " + s.text() + (sort ? ", LibTorch with argsort" : ", LibTorch with topk"), ours, [=] {
           for (ma::index_t i = 0; i < s.n; ++i) keep(torch_mask(scale, s.h, s.w, sort).data_ptr());
         }});
}

suite const rows(42, [](table& t) {
  prepare_torch();
  for (size const s : {photos, icons}) fmix_masks(t, s);
});

}  // namespace
