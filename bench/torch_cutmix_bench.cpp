// SPDX-License-Identifier: MIT
// LibTorch doing CutMix in place as timm and torchvision do, by clones and assignment, on one thread.
#include <support/torch.hpp>

namespace {
using namespace bench;
using at::indexing::Slice;

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
  t.contests.push_back({"CutMix in place " + s.text() + ", a box a batch, torchvision",
                        [=] { ma::apply_inplace(ma::serial{}, one, b->nchw(b->x)); },
                        [=] {
                          at::Tensor const rolled = x.roll(1, 0), y = x.clone();
                          part(y).copy_(part(rolled));
                        },
                        4});
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

suite const rows(41, [](table& t) {
  prepare_torch();
  for (size const s : {photos, icons}) cutmix(t, s);
});

}  // namespace
