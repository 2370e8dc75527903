// SPDX-License-Identifier: MIT
#pragma once
// A small picture of columns side by side: each has a name, one image or some below each other, and lines under each.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "canvas.hpp"

namespace example {

class strip {
 public:
  using lines = std::vector<std::string>;

  // Images are of h x w pixels, and each column has `rows` of them, with room for `captions` lines under each.
  strip(int h, int w, int rows, int captions) : h_(h), w_(w), rows_(rows), below_(12 + 17 * captions) {}

  // A column that shows `tiles`, one for each row; the pixels are copied. Words are dark, or grey where they say what
  // goes in rather than what comes out.
  void column(std::string name, std::vector<std::uint8_t const*> const& tiles, std::vector<lines> captions,
              bool result) {
    column_of c{std::move(name), {}, std::move(captions), result};
    std::size_t const size = 3 * static_cast<std::size_t>(h_) * static_cast<std::size_t>(w_);
    for (std::uint8_t const* tile : tiles) c.pixels.insert(c.pixels.end(), tile, tile + size);
    columns_.push_back(std::move(c));
  }

  bool write_png(std::string const& path) const {
    canvas picture(static_cast<int>(columns_.size()) * (w_ + gap) + gap, {255, 255, 255});
    picture.extend(header + rows_ * (h_ + below_));
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      column_of const& each = columns_[c];
      int const x = gap + static_cast<int>(c) * (w_ + gap);
      picture.centred(each.name, x - gap / 2, w_ + gap, 10, 10, ink);
      std::uint8_t const* tile = each.pixels.data();
      for (int row = 0; row < rows_; ++row) {
        int const y = header + row * (h_ + below_);
        picture.image(x, y, tile, h_, w_, 1);
        tile += 3 * h_ * w_;
        int line_y = y + h_ + 7;
        for (std::string const& line : each.captions[static_cast<std::size_t>(row)]) {
          picture.centred(line, x - gap / 2, w_ + gap, line_y, 10, each.result ? ink : grey);
          line_y += 17;
        }
      }
    }
    return picture.write_png(path);
  }

 private:
  struct column_of {
    std::string name;
    std::vector<std::uint8_t> pixels;
    std::vector<lines> captions;
    bool result;
  };
  static constexpr int gap = 14, header = 30;
  static constexpr rgb ink{28, 30, 36}, grey{104, 108, 118};

  int h_, w_, rows_, below_;
  std::vector<column_of> columns_;
};

}  // namespace example
