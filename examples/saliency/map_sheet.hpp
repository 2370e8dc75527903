// SPDX-License-Identifier: MIT
#pragma once
// A sheet of score maps: one row an image, in it the image and, for each detector, the map with its
// peak and the image with the boxes that would be cut out.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "support/heat.hpp"
#include "saliency/object_table.hpp"
#include "support/canvas.hpp"
#include "support/sheet.hpp"

namespace example {

class map_sheet {
 public:
  // The images of `set` below each other, and room for the findings of `detectors` detectors.
  map_sheet(image_set const& set, int detectors, std::string_view title, std::string_view subtitle)
      : set_(set),
        zoom_(std::max(1, static_cast<int>((128 + set.h / 2) / set.h))),
        picture_(pair_x(detectors) - gutter + margin, paper) {
    picture_.extend(header);
    picture_.text(margin, 24, title, 22, ink, true);
    picture_.text(margin, 62, fitted(subtitle, picture_.width() - 2 * margin, 11), 11, grey);
    legend(margin, 90);
    for (std::int64_t i = 0; i < set.n; ++i) {
      picture_.extend(row_h());
      picture_.image(margin, row_y(i), set.image(i), tile_h(), tile_w(), zoom_);
      line(margin, row_y(i), 0, set.class_of(i), ink);
    }
  }

  // What one detector finds in each image: the map, and the boxes by pixel and by window.
  void add(std::string_view name, std::vector<float> const& maps, std::vector<outlined> const& by_pixel,
           std::vector<outlined> const& by_window) {
    int const x = pair_x(done_++), second = x + zoom_ * tile_w() + gap;
    picture_.centred(name, x, 2 * zoom_ * tile_w() + gap, header - 26, 14, ink);
    auto const pixels = static_cast<std::int64_t>(set_.h * set_.w);
    for (std::int64_t i = 0; i < set_.n; ++i) {
      int const y = row_y(i);
      float const* const map = maps.data() + i * pixels;
      picture_.image(x, y, heat_overlay(set_.image(i), map, pixels).data(), tile_h(), tile_w(), zoom_);
      auto const at = static_cast<int>(std::max_element(map, map + pixels) - map);
      cross(x + at % tile_w() * zoom_ + zoom_ / 2, y + at / tile_w() * zoom_ + zoom_ / 2);
      picture_.image(second, y, set_.image(i), tile_h(), tile_w(), zoom_);
      auto const k = static_cast<std::size_t>(i);
      box(second, y, by_pixel[k], pixel_frame, 0);
      box(second, y, by_window[k], window_frame, close(by_pixel[k], by_window[k]) ? 4 : 0);
      if (set_.masks.empty()) continue;
      bool const hit = set_.masks[static_cast<std::size_t>(i * pixels + at)] != 0;
      line(x, y, 0, hit ? "on the object" : "off the object", grey);
      line(second, y, 0, "pixel: " + share_of_object(i, by_pixel[k]), grey);
      line(second, y, 1, "window: " + share_of_object(i, by_window[k]), grey);
    }
  }

  bool write_png(std::string const& path) {
    picture_.extend(margin);
    return picture_.write_png(path);
  }

 private:
  static constexpr int margin = 24, header = 156, gap = 14, gutter = 40, above = 10;
  static constexpr rgb paper{255, 255, 255}, ink{28, 30, 36}, grey{92, 96, 106}, pixel_frame{255, 255, 255},
      window_frame{255, 208, 0}, peak_mark{0, 230, 255};

  int tile_w() const { return static_cast<int>(set_.w); }
  int tile_h() const { return static_cast<int>(set_.h); }
  int row_h() const { return above + tile_h() * zoom_ + (set_.masks.empty() ? 34 : 52); }
  int row_y(std::int64_t i) const { return header + static_cast<int>(i) * row_h() + above; }
  int pair_x(int detector) const {
    return margin + tile_w() * zoom_ + gutter + detector * (2 * tile_w() * zoom_ + gap + gutter);
  }

  std::string share_of_object(std::int64_t i, outlined const& b) const {
    double const share = object_pixels(set_, i, b) / object_pixels(set_, i);
    return std::to_string(std::lround(100 * share)) + " %";
  }

  // What the colours, the cross and the frames stand for.
  void legend(int x, int y) {
    auto const word = [&](std::string_view text) {
      picture_.text(x, y, text, 11, grey);
      x += static_cast<int>(text_width(text, 11)) + 10;
    };
    word("score 0");
    for (int i = 0; i < 96; ++i) picture_.fill(x + i, y - 2, 1, 14, heat(i / 95.0));
    x += 106, word("its maximum");
    x += 24, cross(x, y + 5), x += 16, word("peak");
    for (bool const window : {false, true}) {
      x += 24, picture_.marked_box(x, y - 3, 20, 16, window ? window_frame : pixel_frame), x += 28;
      word(window ? "box by window: the largest sum" : "box by pixel: around the peak");
    }
  }

  void line(int x, int y, int number, std::string_view text, rgb shade) {
    picture_.centred(text, x - gap / 2, tile_w() * zoom_ + gap, y + tile_h() * zoom_ + 8 + 19 * number, 11, shade);
  }

  void cross(int x, int y) {
    for (int grown : {1, 0}) {  // the dark rim, then the mark
      rgb const shade = grown ? ink : peak_mark;
      picture_.fill(x - 8 - grown, y - 1 - grown, 17 + 2 * grown, 3 + 2 * grown, shade);
      picture_.fill(x - 1 - grown, y - 8 - grown, 3 + 2 * grown, 17 + 2 * grown, shade);
    }
    picture_.fill(x - 7, y, 15, 1, peak_mark), picture_.fill(x, y - 7, 1, 15, peak_mark);
  }

  // `inset` keeps two frames of nearly the same box apart.
  bool close(outlined const& a, outlined const& b) const {
    return (std::abs(a.x0 - b.x0) + std::abs(a.y0 - b.y0)) * zoom_ < 4;
  }
  void box(int x, int y, outlined const& b, rgb bright, int inset) {
    picture_.marked_box(x + b.x0 * zoom_ + inset, y + b.y0 * zoom_ + inset, (b.x1 - b.x0) * zoom_ - 2 * inset,
                        (b.y1 - b.y0) * zoom_ - 2 * inset, bright);
  }

  image_set const& set_;
  int zoom_, done_ = 0;
  canvas picture_;
};

}  // namespace example
