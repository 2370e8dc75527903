// SPDX-License-Identifier: MIT
// mixup out of place against a hand-written blend with the same traffic and the same stores; other element
// types against our float32.
#include <support/contest.hpp>
#include <support/hand.hpp>

namespace {
using namespace bench;

void float32(table& t, size s) {
  auto const b = batch<float>(s);
  auto const plan = planned(ma::mixup{}, *b);
  t.contests.push_back({"mixup float32 " + s.text() + ", hand loop",
                        [=] { ma::apply(ma::serial{}, plan, b->nchw(b->x), b->nchw(b->out)); },
                        [=] { hand::mixup(plan, *b); }, 0.85});
}

template <class T>
void against_float32(table& t, char const* name, double target) {
  auto const f = batch<float>(photos);
  auto const b = batch<T>(photos);
  auto const plan = planned(ma::mixup{}, *f);
  t.contests.push_back({std::string("mixup ") + name + " " + photos.text() + ", our float32",
                        [=] { ma::apply(ma::serial{}, plan, b->nchw(b->x), b->nchw(b->out)); },
                        [=] { ma::apply(ma::serial{}, plan, f->nchw(f->x), f->nchw(f->out)); }, target});
}

suite const rows(10, [](table& t) {
  float32(t, photos);
  float32(t, icons);
  against_float32<std::uint8_t>(t, "uint8", 3);
  against_float32<ma::float16>(t, "float16", 0);
  against_float32<ma::bfloat16>(t, "bfloat16", 0);
});

}  // namespace
