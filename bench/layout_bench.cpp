// SPDX-License-Identifier: MIT
// Interleaved channels (NHWC) against planes (NCHW), the same method and sizes.
#include <support/contest.hpp>
#include <support/images.hpp>

namespace {
using namespace bench;

template <class Method>
void layouts(table& t, char const* name, Method const& m, size s) {
  auto const b = batch<float>(s);
  auto const plan = planned(m, *b);
  t.contests.push_back({std::string(name) + " float32 " + s.text() + ", NHWC against NCHW",
                        [=] { ma::apply(ma::serial{}, plan, b->nhwc(b->x), b->nhwc(b->out)); },
                        [=] { ma::apply(ma::serial{}, plan, b->nchw(b->x), b->nchw(b->out)); }, 0.9});
}

suite const rows(30, [](table& t) {
  for (size const s : {photos, icons}) {
    layouts(t, "mixup", ma::mixup{}, s);
    layouts(t, "CutMix", ma::cutmix{}, s);
  }
});

}  // namespace
