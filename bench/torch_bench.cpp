// SPDX-License-Identifier: MIT
// LibTorch doing mixup as timm and torchvision do, line by line, on one thread; and its backward.
#include <support/torch.hpp>

namespace {
using namespace bench;

float const lam = 0.3f;
double const dlam = 0.3;

/// One ratio and reversed partners: timm's batch mode, an involution.
auto flipped(images<float> const& b) {
  return planned(ma::with(ma::mixup{.mode = ma::mode::batch}, ma::pairing::reverse{}, ma::ratio::constant{lam}), b);
}

void mixup(table& t, size s) {
  auto const b = batch<float>(s);
  auto const plan = flipped(*b);
  at::Tensor const x = tensor(*b, b->x);
  auto const ours = [=] { ma::apply(ma::serial{}, plan, b->nchw(b->x), b->nchw(b->out)); };
  double const target = s.h == photos.h ? 3 : 0;  // in cache the hand loop is the judge
  t.contests.push_back({"mixup float32 " + s.text() + ", timm in LibTorch", ours,
                        [=] {
                          at::Tensor const y = x.clone(), f = y.flip(0).mul_(1 - dlam);
                          y.mul_(dlam).add_(f);
                        },
                        target});
  t.contests.push_back({"mixup float32 " + s.text() + ", torchvision in LibTorch", ours,
                        [=] { x.roll(1, 0).mul_(1 - dlam).add_(x.mul(dlam)); }, target});
  t.contests.push_back({"mixup in place " + s.text() + ", timm in LibTorch",
                        [=] { ma::apply_inplace(ma::serial{}, plan, b->nchw(b->x)); },
                        [=] {
                          at::Tensor const f = x.flip(0).mul_(1 - dlam);
                          x.mul_(dlam).add_(f);
                        },
                        4});
}

void adjoint(table& t, size s) {
  auto const b = batch<float>(s);
  auto const plan = flipped(*b);
  at::Tensor const x = tensor(*b, b->x).clone().requires_grad_(), g = tensor(*b, b->x);
  at::Tensor const y = x * dlam + x.flip(0) * (1 - dlam);
  t.contests.push_back({"mixup adjoint " + s.text() + ", LibTorch backward",
                        [=] { ma::apply_adjoint(ma::serial{}, plan, b->nchw(b->x), b->nchw(b->out)); },
                        [=] { torch::autograd::grad({y}, {x}, {g}, true); }, 0});
}

suite const rows(40, [](table& t) {
  prepare_torch();
  for (size const s : {photos, icons}) mixup(t, s), adjoint(t, s);
});

}  // namespace
