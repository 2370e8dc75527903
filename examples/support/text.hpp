// SPDX-License-Identifier: MIT
#pragma once
// A small stroke font for the sheets. A glyph is its character, its width and its strokes; a stroke
// is a list of points, two characters each (x, y; a = 10, b = 11), on a grid where capitals reach
// from y = 0 to y = 8 and small letters from y = 3. A stroke that starts with '~' is smooth: its
// inner points are the controls of a quadratic B-spline; '@' closes it.

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace example {

struct segment {
  double x0 = 0, y0 = 0, x1 = 0, y1 = 0;
};

// clang-format off
inline constexpr auto glyphs = std::to_array<std::string_view>({
    "!0 0005 0808", "\"2 0002 2022", "#6 2018 5048 0363 0565", "$5 ~5150000454580807 2028", "'0 0002", ",1 180a", "-3 0535",
    "%6 @00202303 @45656848 6008", "&6 6812 ~12104042 ~4203085865", "(2 ~20020729", ")2 ~00222709", "*4 2125 0244 4204",
    "+4 2327 0545", ".0 0808", "/4 4009", ":0 0404 0808", ";1 1414 180a", "<4 420548", "=4 0444 0646", ">4 024508",
    "?4 ~0100404325 2526 2828", "@8 @00808808 @34545737 54676675", "[2 20000929", "\\4 0049", "]2 00202909", "^4 022042",
    "_5 0959", "`1 0011", "{3 30202314262939", "|0 000a", "}3 00101324161909", "~5 ~06134855",
    "05 @00505808", "13 022028", "25 ~0200505408 0858", "35 ~0100505424 ~2454580807", "45 48400555", "55 500003 ~031353580807",
    "65 @03535808 ~400105", "75 005018", "85 @00505404 @04545808", "95 @00505505 ~535718",
    "A6 083068 1555", "B5 080020 ~20505424 0424 ~24545828 0828", "C6 ~625000085866", "D6 080020 ~20606828 0828",
    "E5 50000858 0444", "F5 500008 0444", "G6 ~625000086865 6535", "H6 0008 6068 0464", "I0 0008", "J4 4045 ~45480806",
    "K5 0008 5005 2358", "L4 000848", "M6 0800356068", "N6 08006860", "O6 @00606808", "P5 080020 ~20505525 0525",
    "Q6 @00606808 4669", "R5 080020 ~20505424 0424 2458", "S5 ~5150000454580807", "T6 0060 3038", "U6 0005 ~05086865 6560",
    "V6 003860", "W8 0028416880", "X5 0058 5008", "Y6 003460 3438", "Z5 00500858",
    "a4 @03434808 4348", "b4 0008 @03434808", "c4 ~444303084847", "d4 4048 @03434808", "e4 0545 ~454303084847",
    "f3 ~301013 1318 0333", "g4 @03434808 4349 ~494b0b0a", "h4 0008 ~06034346 4648", "i0 0308 0101", "j1 1319 ~191b0b 1111",
    "k4 0008 4306 1548", "l1 0006 ~060818", "m6 0308 ~06033336 3638 ~36336366 6668", "n4 0308 ~06034346 4648", "o4 @03434808",
    "p4 030b @03434808", "q4 434b @03434808", "r3 0308 ~060333", "s4 ~4443030546480807", "t3 1116 ~161838 0333",
    "u4 0305 ~05084845 4348", "v4 032843", "w6 0318345863", "x4 0348 4308", "y4 0328 431b", "z4 03430848"});
// clang-format on

inline std::string_view glyph_of(char c) {
  for (auto const g : glyphs)
    if (g[0] == c) return g;
  return glyph_of('?');
}

// Appends one stroke, curves cut into short segments.
inline void append_stroke(std::vector<segment>& out, std::string_view stroke, double x, double y, double unit) {
  struct place {
    double x, y;
  };
  bool const closed = stroke[0] == '@', smooth = closed || stroke[0] == '~';
  std::vector<place> points;
  auto const value = [](char c) { return c >= 'a' ? c - 'a' + 10 : c - '0'; };
  for (std::size_t i = smooth; i + 1 < stroke.size(); i += 2)
    points.push_back({x + value(stroke[i]) * unit, y + value(stroke[i + 1]) * unit});
  auto const middle = [](place a, place b) { return place{(a.x + b.x) / 2, (a.y + b.y) / 2}; };
  if (closed) {  // start and end half way between the last control and the first
    place const seam = middle(points.back(), points.front());
    points.insert(points.begin(), seam);
    points.push_back(seam);
  }
  place from = points.front();
  auto const line_to = [&](place to) {
    out.push_back({from.x, from.y, to.x, to.y});
    from = to;
  };
  for (std::size_t i = 1; i < points.size(); ++i) {
    if (!smooth) {
      line_to(points[i]);
      continue;
    }
    if (i + 1 == points.size()) break;
    place const start = from, control = points[i];
    place const end = i + 2 == points.size() ? points[i + 1] : middle(control, points[i + 1]);
    for (int k = 1; k <= 8; ++k) {
      double const t = k / 8.0, u = 1 - t;
      line_to({u * u * start.x + 2 * u * t * control.x + t * t * end.x,
               u * u * start.y + 2 * u * t * control.y + t * t * end.y});
    }
  }
}

// The text's width when capitals are `size` pixels high.
inline double text_width(std::string_view text, double size) {
  double units = 0;
  for (char const c : text) units += c == ' ' ? 4 : glyph_of(c)[1] - '0' + 2.2;
  return units * size / 8;
}

// The text, cut and dotted where it is wider than `width`.
inline std::string fitted(std::string_view text, int width, double size) {
  if (text_width(text, size) <= width) return std::string(text);
  while (!text.empty() && text_width(std::string(text) + "..", size) > width) text.remove_suffix(1);
  return std::string(text) + "..";
}

// The strokes of a line of text whose capitals fill [y, y + size].
inline std::vector<segment> text_strokes(std::string_view text, double x, double y, double size) {
  std::vector<segment> out;
  double const unit = size / 8;
  for (char const c : text) {
    if (c != ' ') {
      std::string_view const glyph = glyph_of(c);
      for (std::size_t at = 3; at < glyph.size();) {
        std::size_t const end = std::min(glyph.find(' ', at), glyph.size());
        append_stroke(out, glyph.substr(at, end - at), x + unit, y, unit);
        at = end + 1;
      }
    }
    x += text_width({&c, 1}, size);
  }
  return out;
}

}  // namespace example
