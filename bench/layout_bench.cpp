// SPDX-License-Identifier: MIT
// Interleaved channels (NHWC) against planes (NCHW), and lists of samples against one block; the same method and sizes.
#include <support/contest.hpp>
#include <support/images.hpp>
#include <vector>

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

/// The same memory given sample by sample, so that what is compared is not where a loader's samples lie.
template <class Method>
void separate_rows(table& t, char const* name, Method const& m, size s) {
  struct lists {
    std::vector<float*> x, out;
  };
  auto const b = batch<float>(s);
  auto const plan = planned(m, *b);
  auto const list = std::make_shared<lists>();
  for (ma::index_t i = 0; i < s.n; ++i) {
    list->x.push_back(b->x + i * s.sample());
    list->out.push_back(b->out + i * s.sample());
  }
  auto const one = ma::nchw(b->x, {1, s.c, s.h, s.w});
  t.contests.push_back({std::string(name) + " float32 " + s.text() + ", a list of samples against one block",
                        [=] { ma::apply(ma::serial{}, plan, ma::rows_of(list->x, one), ma::rows_of(list->out, one)); },
                        [=] { ma::apply(ma::serial{}, plan, b->nchw(b->x), b->nchw(b->out)); }, 0.9});
  t.contests.push_back({std::string(name) + " float32 " + s.text() + " in place, a list of samples against one block",
                        [=] { ma::apply_inplace(ma::serial{}, plan, ma::rows_of(list->x, one)); },
                        [=] { ma::apply_inplace(ma::serial{}, plan, b->nchw(b->x)); }, 0.9});
}

suite const rows(30, [](table& t) {
  for (size const s : {photos, icons}) {
    layouts(t, "mixup", ma::mixup{}, s);
    layouts(t, "CutMix", ma::cutmix{}, s);
    separate_rows(t, "mixup", ma::mixup{}, s);
    separate_rows(t, "CutMix", ma::cutmix{}, s);
  }
});

}  // namespace
