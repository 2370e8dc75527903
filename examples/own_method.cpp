// SPDX-License-Identifier: MIT
// A method of your own: a struct whose members are stages, one of them your own rule. Here stripes: a band of
// whole rows comes from a partner of another class.
#include <cmath>
#include <cstdio>
#include <mixaug/mixaug.hpp>
#include <vector>

namespace ma = mixaug;

/// m = 0 in a band of rows whose height follows the ratio; writes the box column.
struct band : ma::region::rule<ma::kind::boxes> {
  template <class Columns>
  void operator()(Columns const& columns, ma::row_facts const& row, ma::random const& draw) const {
    auto const height = row.shape.size[1], width = row.shape.size[2];
    auto const side = static_cast<ma::index_t>((1.0f - row.ratio) * static_cast<float>(height));
    auto const top = draw.below(height - side + 1);
    columns.box(row.row) = {0,
                            1,
                            static_cast<std::int32_t>(top),
                            static_cast<std::int32_t>(top + side),
                            0,
                            static_cast<std::int32_t>(width)};
  }
};

struct stripes {
  ma::pairing::other_class pairing{};
  ma::ratio::uniform ratio{.low = 0.2f, .high = 0.8f};
  band region{};
  ma::blend::mix blend{};
  ma::label::by_share label{};
};

int main() {
  int const n = 6, c = 3, h = 24, w = 24;
  std::vector<float> pixels(n * c * h * w), mixed(pixels.size());
  std::vector<int> ids = {0, 0, 0, 1, 1, 2};
  for (std::size_t j = 0; j < pixels.size(); ++j)
    pixels[j] = static_cast<float>(j / (c * h * w));  // an image is its row number
  auto x = ma::nchw(pixels.data(), {n, c, h, w}), out = ma::nchw(mixed.data(), {n, c, h, w});

  auto plan = ma::make_plan(stripes{}, ma::inputs(x).class_ids(ma::class_ids(ids.data(), {n})), ma::key{.seed = 7});
  ma::apply(plan, x, out);

  // The same with one stage of a published method replaced: CutMix whose partners are of the same class.
  auto kin = ma::make_plan(ma::with(ma::cutmix{}, ma::pairing::same_class{}),
                           ma::inputs(x).class_ids(ma::class_ids(ids.data(), {n})), ma::key{.seed = 7});

  int wrong = 0;
  for (int i = 0; i < n; ++i) {
    double own = 0.0;
    for (int j = 0; j < c * h * w; ++j)
      own += mixed[static_cast<std::size_t>(i * c * h * w + j)] == static_cast<float>(i) ? 1.0 : 0.0;
    own /= c * h * w;
    std::printf("row %d (class %d): stripes with row %d (class %d), share %.3f, measured %.3f; same class: row %d\n", i,
                ids[static_cast<std::size_t>(i)], int(plan.partner[i]), ids[static_cast<std::size_t>(plan.partner[i])],
                double(plan.share_self[i]), own, int(kin.partner[i]));
    wrong += std::fabs(own - ma::pixel_share(plan, i)) > 1e-12 ||
             ids[static_cast<std::size_t>(plan.partner[i])] == ids[static_cast<std::size_t>(i)];
  }
  return wrong;
}
