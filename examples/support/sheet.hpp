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
  std::vector<outlined> read, written;               // boxes of the partner, and of the result
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
      for (int t = 0; t < 3; ++t) centred(headings[static_cast<std::size_t>(t)], tile_x(g, t), header - 18, 11, grey);
  }

  // Starts a row: the method's name, in two lines where it has two parts and is too long for one,
  // and its options below.
  void row(std::string_view name, std::vector<std::string> const& options) {
    top_ = picture_.height();
    picture_.extend(tile_h() + above + below);
    if (rows_++ % 2 == 0) picture_.fill(0, top_, picture_.width(), tile_h() + above + below, band);
    int y = top_ + above + 4;
    if (std::size_t const comma = name.find(", "); comma != name.npos && text_width(name, 15) > label_width - margin) {
      picture_.text(margin, y, name.substr(0, comma + 1), 15, ink, true);
      name.remove_prefix(comma + 2), y += 22;
    }
    picture_.text(margin, y, fitted(name, label_width - margin, 15), 15, ink, true);
    y += 28;
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
        picture_.frame(x, y, tile_w(), tile_h(), 1, faint), centred("none", x, y + tile_h() / 2 - 5, 10, faint);
      if (k > 0 && tiles[at])
        for (outlined const& b : k == 1 ? t.read : t.written) outline_box(x, y, b);
      int below_tile = y + tile_h() + 8;
      for (auto const& line : t.captions[at]) centred(line, x, below_tile, 11, k == 2 ? ink : grey), below_tile += 19;
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
  static constexpr int margin = 24, label_width = 260, header = 118, gap = 24, gutter = 44, above = 14, below = 54;
  static constexpr rgb paper{255, 255, 255}, band{245, 246, 248}, ink{28, 30, 36}, grey{104, 108, 118},
      faint{168, 172, 180};

  int tile_w() const { return w_ * zoom_; }
  int tile_h() const { return h_ * zoom_; }
  int group_width() const { return 3 * tile_w() + 2 * gap; }
  int tile_x(int group, int tile) const {
    return label_width + group * (group_width() + gutter) + tile * (tile_w() + gap);
  }

  void centred(std::string_view text, int x, int y, double size, rgb shade) {
    picture_.centred(text, x - gap / 2 + 2, tile_w() + gap - 4, y, size, shade);
  }
  void outline_box(int x, int y, outlined const& b) {
    picture_.marked_box(x + b.x0 * zoom_, y + b.y0 * zoom_, (b.x1 - b.x0) * zoom_, (b.y1 - b.y0) * zoom_);
  }

  int h_, w_, zoom_, groups_, rows_ = 0, top_ = 0, group_ = 0;
  canvas picture_;
};

}  // namespace example
