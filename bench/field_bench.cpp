// SPDX-License-Identifier: MIT
// Fields of cells, masks and resized boxes against CutMix of the same share: what the field itself costs.
#include <support/contest.hpp>
#include <support/hand.hpp>

namespace {
using namespace bench;

/// CutMix whose boxes have the area of `plan`'s share, row by row, at the upper left.
template <class T, class Plan>
auto cutmix_of_same_share(Plan const& plan, images<T> const& b) {
  auto boxes = planned(ma::cutmix{}, b);
  boxes.edit(
      [&](auto& c) {
        for (ma::index_t i = 0; i < plan.rows(); ++i) {
          c.partner[i] = plan.partner[i];
          double const area = 1.0 - ma::pixel_share(plan, i);
          auto const side = [&](ma::index_t size) {
            return static_cast<std::int32_t>(std::sqrt(area) * static_cast<double>(size) + 0.5);
          };
          c.region.box(i) = {0, 1, 0, side(plan.shape.size[1]), 0, side(plan.shape.size[2])};
        }
      },
      ma::shares::derived);
  return boxes;
}

template <class T, class Method>
void against_cutmix(table& t, std::string const& name, Method const& method, double times) {
  auto const b = batch<T>(photos);
  auto const plan = planned(method, *b);
  auto const boxes = cutmix_of_same_share(plan, *b);
  t.contests.push_back({name + " " + photos.text() + ", CutMix of the same share",
                        [=] { ma::apply(ma::serial{}, plan, b->nchw(b->x), b->nchw(b->out)); },
                        [=] { ma::apply(ma::serial{}, boxes, b->nchw(b->x), b->nchw(b->out)); },
                        times > 0 ? 1.0 / times : 0});
}

suite const fields(25, [](table& t) {
  against_cutmix<float>(t, "GridMix 4 x 4 float32", ma::gridmix{.n = 4}, 1.3);
  against_cutmix<float>(t, "FMix float32", ma::fmix{}, 0);
  against_cutmix<std::uint8_t>(t, "FMix uint8", ma::fmix{}, 0);
  against_cutmix<float>(t, "SmoothMix float32", ma::smoothmix{}, 0);
  against_cutmix<float>(t, "ResizeMix nearest float32", ma::resizemix{}, 1.6);
  against_cutmix<float>(t, "ResizeMix linear float32", ma::resizemix{.interpolation = ma::interpolation::linear}, 3.0);
  against_cutmix<std::uint8_t>(t, "ResizeMix nearest uint8", ma::resizemix{}, 0);
  against_cutmix<std::uint8_t>(t, "ResizeMix linear uint8", ma::resizemix{.interpolation = ma::interpolation::linear},
                               0);
});

}  // namespace
