// SPDX-License-Identifier: MIT
#pragma once
// An 8-bit RGB picture that grows downwards, with the few things a sheet is made of: rectangles,
// outlines, images, text.

#include <stb/stb_image_write.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "text.hpp"

namespace example {

using rgb = std::array<std::uint8_t, 3>;

class canvas {
 public:
  canvas(int width, rgb paper) : width_(width), paper_(paper) {}

  int width() const { return width_; }
  int height() const { return height_; }

  void extend(int rows) {
    for (int i = 0; i < rows * width_; ++i) pixels_.insert(pixels_.end(), paper_.begin(), paper_.end());
    height_ += rows;
  }

  void blend(int x, int y, rgb ink, double cover) {
    if (x < 0 || y < 0 || x >= width_ || y >= height_) return;
    std::uint8_t* p =
        &pixels_[(static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) + static_cast<std::size_t>(x)) * 3];
    for (std::size_t k = 0; k < 3; ++k) p[k] = static_cast<std::uint8_t>(std::lround(p[k] + (ink[k] - p[k]) * cover));
  }

  void fill(int x, int y, int w, int h, rgb ink, double cover = 1) {
    for (int row = y; row < y + h; ++row)
      for (int column = x; column < x + w; ++column) blend(column, row, ink, cover);
  }

  // The frame of a rectangle, `thick` pixels wide, grown inwards.
  void frame(int x, int y, int w, int h, int thick, rgb ink, double cover = 1) {
    thick = std::min({thick, w, h});
    fill(x, y, w, thick, ink, cover);
    if (h > thick) fill(x, y + h - thick, w, thick, ink, cover);
    fill(x, y + thick, thick, h - 2 * thick, ink, cover);
    if (w > thick) fill(x + w - thick, y + thick, thick, h - 2 * thick, ink, cover);
  }

  // An image of h x w pixels, each shown as zoom x zoom equal ones.
  void image(int x, int y, std::uint8_t const* source, int h, int w, int zoom) {
    for (int row = 0; row < h; ++row)
      for (int column = 0; column < w; ++column, source += 3)
        fill(x + column * zoom, y + row * zoom, zoom, zoom, {source[0], source[1], source[2]});
  }

  // One line of text, capitals in [y, y + size]; strokes never darken each other where they cross.
  void text(double x, double y, std::string_view line, double size, rgb ink, bool bold = false) {
    double const half = size * (bold ? 0.085 : 0.06) + 0.15;
    int const left = static_cast<int>(x) - 2, top = static_cast<int>(y) - 2;
    int const w = static_cast<int>(text_width(line, size)) + 6, h = static_cast<int>(size * 1.5) + 6;
    std::vector<double> cover(static_cast<std::size_t>(w) * static_cast<std::size_t>(h));
    for (segment const& s : text_strokes(line, x, y, size)) {
      double const ex = s.x1 - s.x0, ey = s.y1 - s.y0, length2 = ex * ex + ey * ey, reach = half + 1;
      auto const first = [&](double a, double b, int origin) {
        return std::max(0, static_cast<int>(std::min(a, b) - reach) - origin);
      };
      auto const last = [&](double a, double b, int origin, int extent) {
        return std::min(extent - 1, static_cast<int>(std::max(a, b) + reach) - origin);
      };
      for (int row = first(s.y0, s.y1, top); row <= last(s.y0, s.y1, top, h); ++row)
        for (int column = first(s.x0, s.x1, left); column <= last(s.x0, s.x1, left, w); ++column) {
          double const px = left + column + 0.5 - s.x0, py = top + row + 0.5 - s.y0;
          double const t = length2 > 0 ? std::clamp((px * ex + py * ey) / length2, 0.0, 1.0) : 0.0;
          double& c = cover[static_cast<std::size_t>(row * w + column)];
          c = std::max(c, std::clamp(half + 0.5 - std::hypot(px - t * ex, py - t * ey), 0.0, 1.0));
        }
    }
    for (int row = 0; row < h; ++row)
      for (int column = 0; column < w; ++column)
        blend(left + column, top + row, ink, cover[static_cast<std::size_t>(row * w + column)]);
  }

  // One line of text in the middle of [x, x + width], cut where it is wider than that.
  void centred(std::string_view text_line, int x, int width, double y, double size, rgb ink) {
    std::string const line = fitted(text_line, width, size);
    text(x + (width - text_width(line, size)) / 2, y, line, size, ink);
  }

  // A bright frame on a box's own outermost pixels between two dark ones, seen on any picture.
  void marked_box(int x, int y, int w, int h, rgb bright = {255, 255, 255}) {
    if (w <= 0 || h <= 0) return;
    constexpr rgb dark{28, 30, 36};
    frame(x - 1, y - 1, w + 2, h + 2, 1, dark, 0.8);
    frame(x, y, w, h, 2, bright);
    if (w > 6 && h > 6) frame(x + 2, y + 2, w - 4, h - 4, 1, dark, 0.5);
  }

  bool write_png(std::string const& path) const {
    return stbi_write_png(path.c_str(), width_, height_, 3, pixels_.data(), width_ * 3) != 0;
  }

 private:
  int width_, height_ = 0;
  rgb paper_;
  std::vector<std::uint8_t> pixels_;
};

}  // namespace example
