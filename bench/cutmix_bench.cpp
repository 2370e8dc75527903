// SPDX-License-Identifier: MIT
// CutMix out of place against memcpy of the samples and of the patches' rows, with the same boxes.
#include <support/contest.hpp>
#include <support/hand.hpp>

namespace {
using namespace bench;

template <class T>
void out_of_place(table& t, char const* name, size s, double target) {
  auto const b = batch<T>(s);
  auto const plan = planned(ma::cutmix{}, *b);
  t.contests.push_back({std::string("CutMix ") + name + " " + s.text() + ", memcpy rows",
                        [=] { ma::apply(ma::serial{}, plan, b->nchw(b->x), b->nchw(b->out)); },
                        [=] { hand::cutmix(plan, *b); }, target});
}

suite const rows(20, [](table& t) {
  out_of_place<float>(t, "float32", photos, 0.9);
  out_of_place<float>(t, "float32", icons, 0.8);
  out_of_place<std::uint8_t>(t, "uint8", photos, 0.9);
  out_of_place<std::uint8_t>(t, "uint8", icons, 0.8);
});

}  // namespace
