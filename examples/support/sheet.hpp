// SPDX-License-Identifier: MIT
#pragma once
// The gallery's sheet: one row a method, in it some groups of three tiles: the sample, its partner
// and the result.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "canvas.hpp"

namespace example {

struct outlined {
  int y0 = 0, y1 = 0, x0 = 0, x1 = 0;
};  // rows [y0, y1), columns [x0, x1) of the image

struct triple {
  std::uint8_t const* sample = nullptr;
  std::uint8_t const* partner = nullptr;  // none: an empty tile
  std::uint8_t const* result = nullptr;
  std::vector<outlined> boxes;
  std::array<std::vector<std::string>, 3> captions;  // under each tile, at most two lines
};

class sheet {
 public:
  // Images of h x w pixels are shown about 128 pixels high, each pixel as a whole number of the
  // sheet's.
  sheet(int h, int w, int groups, std::string_view title, std::string_view subtitle)
      : h_(h),
        w_(w),
        zoom_(std::max(1, (128 + h / 2) / h)),
        groups_(groups),
        picture_(label_width + groups * (group_width() + gutter), paper) {
    picture_.extend(header);
    picture_.text(margin, 24, title, 22, ink, true);
    picture_.text(margin, 62, fitted(subtitle, picture_.width() - 2 * margin, 11), 11, grey);
    constexpr std::array<std::string_view, 3> headings{"sample", "partner", "result"};
    for (int g = 0; g < groups; ++g)
      for (int t = 0; t < 3; ++t)
        centred(headings[static_cast<std::size_t>(t)], tile_x(g, t), header - 18, 11, grey);
  }

  // Starts a row: the method's name, its options below.
  void row(std::string_view name, std::vector<std::string> const& options) {
    top_ = picture_.height();
    picture_.extend(tile_h() + above + below);
    if (rows_++ % 2 == 0) picture_.fill(0, top_, picture_.width(), tile_h() + above + below, band);
    picture_.text(margin, top_ + above + 4, fitted(name, label_width - margin, 15), 15, ink, true);
    int y = top_ + above + 32;
    for (auto const& line : options)
      picture_.text(margin, y, fitted(line, label_width - margin - 8, 11), 11, grey), y += 20;
    group_ = 0;
  }

  // Adds a group to the row.
  void add(triple const& t) {
    int const g = group_++, y = top_ + above;
    std::array<std::uint8_t const*, 3> const tiles{t.sample, t.partner, t.result};
    for (int k = 0; k < 3; ++k) {
      int const x = tile_x(g, k);
      auto const at = static_cast<std::size_t>(k);
      if (tiles[at])
        picture_.image(x, y, tiles[at], h_, w_, zoom_);
      else
        picture_.frame(x, y, tile_w(), tile_h(), 1, faint),
            centred("none", x, y + tile_h() / 2 - 5, 10, faint);
      if (k > 0 && tiles[at])
        for (outlined const& b : t.boxes) outline_box(x, y, b);
      int below_tile = y + tile_h() + 8;
      for (auto const& line : t.captions[at])
        centred(line, x, below_tile, 11, k == 2 ? ink : grey), below_tile += 19;
    }
    if (t.partner) picture_.text(tile_x(g, 1) - gap / 2 - 5, y + tile_h() / 2 - 8, "+", 12, faint);
    picture_.text(tile_x(g, 2) - gap / 2 - 5, y + tile_h() / 2 - 8, "=", 12, faint);
  }

  int groups() const { return groups_; }
  bool write_png(std::string const& path) {
    picture_.extend(margin);
    return picture_.write_png(path);
  }

 private:
  static constexpr int margin = 24, label_width = 260, header = 118, gap = 24, gutter = 44,
                       above = 14, below = 54;
  static constexpr rgb paper{255, 255, 255}, band{245, 246, 248}, ink{28, 30, 36},
      grey{104, 108, 118}, faint{168, 172, 180};

  int tile_w() const { return w_ * zoom_; }
  int tile_h() const { return h_ * zoom_; }
  int group_width() const { return 3 * tile_w() + 2 * gap; }
  int tile_x(int group, int tile) const {
    return label_width + group * (group_width() + gutter) + tile * (tile_w() + gap);
  }

  void centred(std::string_view text, int x, int y, double size, rgb shade) {
    std::string const line = fitted(text, tile_w() + gap - 4, size);
    picture_.text(x + (tile_w() - text_width(line, size)) / 2, y, line, size, shade);
  }

  // The text, cut and dotted where it is wider than `width`.
  static std::string fitted(std::string_view text, int width, double size) {
    if (text_width(text, size) <= width) return std::string(text);
    while (!text.empty() && text_width(std::string(text) + "..", size) > width)
      text.remove_suffix(1);
    return std::string(text) + "..";
  }

  // A white line on the box's own outermost pixels between two dark ones.
  void outline_box(int x, int y, outlined const& b) {
    int const left = x + b.x0 * zoom_, top = y + b.y0 * zoom_, w = (b.x1 - b.x0) * zoom_,
              h = (b.y1 - b.y0) * zoom_;
    if (w <= 0 || h <= 0) return;
    picture_.frame(left - 1, top - 1, w + 2, h + 2, 1, ink, 0.8);
    picture_.frame(left, top, w, h, 2, {255, 255, 255});
    if (w > 6 && h > 6) picture_.frame(left + 2, top + 2, w - 4, h - 4, 1, ink, 0.5);
  }

  int h_, w_, zoom_, groups_, rows_ = 0, top_ = 0, group_ = 0;
  canvas picture_;
};

}  // namespace example
