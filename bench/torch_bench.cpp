// SPDX-License-Identifier: MIT
// LibTorch doing what timm and torchvision do, line by line, on one thread.
#include <malloc.h>
#include <torch/torch.h>

#include <support/contest.hpp>
#include <support/images.hpp>

namespace {
using namespace bench;
using at::indexing::Slice;

float const lam = 0.3f;
double const dlam = 0.3;

at::Tensor tensor(images<float> const& b, float* p) {
  return torch::from_blob(p, {b.size.n, b.size.c, b.size.h, b.size.w});
}

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

void cutmix(table& t, size s) {
  auto const b = batch<float>(s);
  at::Tensor const x = tensor(*b, b->x);
  auto const one = planned(ma::with(ma::cutmix{.mode = ma::mode::batch}, ma::pairing::reverse{}), *b);
  auto const each = planned(ma::with(ma::cutmix{}, ma::pairing::reverse{}), *b);
  ma::box const w = one.region.box(0);
  auto const part = [=](at::Tensor const& v) {
    return v.index({Slice(), Slice(), Slice(w.y0, w.y1), Slice(w.x0, w.x1)});
  };
  t.contests.push_back({"CutMix in place " + s.text() + ", a box a batch, timm",
                        [=] { ma::apply_inplace(ma::serial{}, one, b->nchw(b->x)); },
                        [=] { part(x).copy_(part(x.flip(0))); }, 4});
  t.contests.push_back({"CutMix in place " + s.text() + ", a box a sample, timm",
                        [=] { ma::apply_inplace(ma::serial{}, each, b->nchw(b->x)); },
                        [=] {
                          at::Tensor const old = x.clone();
                          for (ma::index_t i = 0; i < s.n; ++i) {
                            ma::box const q = each.region.box(i);
                            auto const cut = [q](at::Tensor const& v) {
                              return v.index({Slice(), Slice(q.y0, q.y1), Slice(q.x0, q.x1)});
                            };
                            cut(x[i]).copy_(cut(old[s.n - 1 - i]));
                          }
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
  at::set_num_threads(1);
  mallopt(M_MMAP_MAX, 0), mallopt(M_TRIM_THRESHOLD, 1 << 30);  // the peer's tensors stay mapped between steps
  for (size const s : {photos, icons}) mixup(t, s), cutmix(t, s), adjoint(t, s);
});

}  // namespace
