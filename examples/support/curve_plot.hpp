// SPDX-License-Identifier: MIT
#pragma once
// Curves over epochs as an SVG file: one a mode of training, its name and its test result beside
// it.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <numeric>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace example {

struct curve_style {
  char const *colour, *dash, *label;
};

// The values at the bottom and the top; from the curves where they are equal.
struct curve_axis {
  double low = 0, high = 0;
  bool logarithmic = true;
};

class curve_plot {
 public:
  // curves: one a style, a number an epoch; tested: a number a style, shown beside its name.
  curve_plot(std::vector<curve_style> styles, std::vector<std::vector<double>> curves, std::vector<double> tested,
             std::string title, std::string subtitle, curve_axis axis = {})
      : styles_(std::move(styles)),
        curves_(std::move(curves)),
        tested_(std::move(tested)),
        title_(std::move(title)),
        subtitle_(std::move(subtitle)),
        low_(axis.low),
        high_(axis.high),
        logarithmic_(axis.logarithmic) {
    if (low_ < high_) return;
    std::size_t const settled = curves_[0].size() / 12;  // the first epochs leave the frame
    low_ = INFINITY, high_ = 0;
    for (auto const& c : curves_) {
      low_ = std::min(low_, *std::min_element(c.begin(), c.end()));
      high_ = std::max(high_, *std::max_element(c.begin() + static_cast<long>(settled), c.end()));
    }
    low_ *= 0.97, high_ *= 1.03;
  }

  void write(std::string const& file) const {
    std::ofstream out(file);
    out << "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 " << width() << ' ' << height << "' width='" << width()
        << "' height='" << height
        << "' font-family='Inter, Helvetica, Arial, sans-serif' font-size='12' fill='#6b7280'>\n"
        << "<rect width='100%' height='100%' fill='#ffffff'/>\n"
        << text(left, 30, title_, " font-size='17' font-weight='600' fill='#1f2430'") << text(left, 50, subtitle_);
    axes(out);
    out << "<clipPath id='frame'><rect x='" << left << "' y='" << top << "' width='" << right - left << "' height='"
        << bottom - top << "'/></clipPath>\n<g clip-path='url(#frame)' fill='none' "
        << "stroke-linejoin='round'>\n";
    for (std::size_t m = 0; m < curves_.size(); ++m) line(out, curves_[m], styles_[m].colour, " stroke-opacity='0.28'");
    for (std::size_t m = 0; m < curves_.size(); ++m)
      line(out, smooth(curves_[m]), styles_[m].colour,
           std::string(" stroke-width='2' stroke-dasharray='") + styles_[m].dash + "'");
    out << "</g>\n";
    legend(out);
    out << "</svg>\n";
    if (!out.flush()) throw std::runtime_error(file + ": cannot be written");
  }

 private:
  static constexpr double height = 470, left = 64, right = 668, top = 72, bottom = 418;

  // Wider where a name is long.
  double width() const {
    std::size_t longest = 16;
    for (auto const& style : styles_) longest = std::max(longest, std::strlen(style.label));
    return 900 + 8 * static_cast<double>(longest - 16);
  }

  double x_of(std::size_t epoch) const {
    auto const last = static_cast<double>(std::max<std::size_t>(curves_[0].size(), 2) - 1);
    return left + (right - left) * static_cast<double>(epoch) / last;
  }
  double y_of(double value) const {
    double const at = logarithmic_ ? std::log(value / low_) / std::log(high_ / low_) : (value - low_) / (high_ - low_);
    return bottom - (bottom - top) * std::min(at, 1.5);
  }
  static std::string number(double value) {
    char out[32];
    std::snprintf(out, sizeof out, "%.5g", value);
    return out;
  }
  static std::string text(double x, double y, std::string const& words, std::string const& more = "") {
    return "<text x='" + number(x) + "' y='" + number(y) + "'" + more + ">" + words + "</text>\n";
  }
  static std::string tested_text(double value) {
    char out[32];
    std::snprintf(out, sizeof out, "%.*f", value < 1 ? 3 : 2, value);
    return out;
  }
  // 1, 2 or 5 times a power of ten, so that about `parts` of them fill the span.
  static double step_for(double span, double parts) {
    double const unit = std::pow(10, std::floor(std::log10(span / parts)));
    for (double const k : {1.0, 2.0, 5.0})
      if (k * unit * parts >= span) return k * unit;
    return 10 * unit;
  }

  // The mean of up to a tenth of all epochs around each; of fewer at the ends.
  static std::vector<double> smooth(std::vector<double> const& curve) {
    std::vector<double> out;
    for (std::size_t e = 0; e < curve.size(); ++e) {
      std::size_t const reach = std::min({curve.size() / 20, e / 4, curve.size() - 1 - e});
      double sum = 0;
      for (std::size_t k = e - reach; k <= e + reach; ++k) sum += curve[k];
      out.push_back(sum / static_cast<double>(2 * reach + 1));
    }
    return out;
  }
  void line(std::ofstream& out, std::vector<double> const& curve, char const* stroke, std::string const& more) const {
    out << "<path stroke='" << stroke << "'" << more << " d='";
    for (std::size_t e = 0; e < curve.size(); ++e)
      out << (e ? "L" : "M") << number(x_of(e)) << ' ' << number(y_of(curve[e]));
    out << "'/>\n";
  }

  void axes(std::ofstream& out) const {
    double const step = step_for(high_ - low_, 6);
    for (double k = std::ceil(low_ / step); k * step <= high_; ++k) {
      double const y = y_of(k * step);
      out << "<path stroke='#e5e7eb' d='M" << left << ' ' << number(y) << "H" << right << "'/>\n"
          << text(left - 10, y + 4, number(k * step), " text-anchor='end'");
    }
    out << "<path stroke='#9ca3af' d='M" << left << ' ' << bottom << "H" << right << "'/>\n";
    auto const n = static_cast<double>(curves_[0].size());
    double const every = std::max(1.0, step_for(n, 5));
    for (double e = n < 10 ? 1 : every; e <= n; e += every)
      out << text(x_of(static_cast<std::size_t>(e) - 1), bottom + 20, number(e), " text-anchor='middle'");
    out << text((left + right) / 2, bottom + 42, "epoch", " text-anchor='middle'");
  }

  // Each curve's name beside its end, pushed apart where ends are close.
  void legend(std::ofstream& out) const {
    std::vector<std::size_t> order(curves_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::vector<double> wanted(order.size());
    for (std::size_t m : order) {
      auto const& c = curves_[m];  // the mean of the last tenth: one epoch jumps
      auto const tail = static_cast<long>(std::max<std::size_t>(1, c.size() / 10));
      wanted[m] = y_of(std::accumulate(c.end() - tail, c.end(), 0.0) / static_cast<double>(tail));
    }
    std::sort(order.begin(), order.end(), [&](auto a, auto b) { return wanted[a] < wanted[b]; });
    std::vector<double> y(order.size());
    double const gap = 24;
    for (std::size_t i = 0; i < y.size(); ++i) y[i] = std::max(wanted[order[i]], i ? y[i - 1] + gap : top + 26.0);
    for (std::size_t i = y.size(); i-- > 0;) y[i] = std::min(y[i], i + 1 < y.size() ? y[i + 1] - gap : bottom - 6.0);
    out << text(width() - 20, y[0] - 26, "test", " text-anchor='end'");
    for (std::size_t i = 0; i < y.size(); ++i) {
      curve_style const& style = styles_[order[i]];
      std::string const look = std::string(" font-size='13' fill='") + style.colour + "'";
      out << "<path stroke='" << style.colour << "' stroke-width='2' stroke-dasharray='" << style.dash << "' d='M"
          << right + 18 << ' ' << number(y[i]) << "h28'/>\n"
          << text(right + 54, y[i] + 4.5, style.label, look)
          << text(width() - 20, y[i] + 4.5, tested_text(tested_[order[i]]), look + " text-anchor='end'");
    }
  }

  std::vector<curve_style> styles_;
  std::vector<std::vector<double>> curves_;
  std::vector<double> tested_;
  std::string title_, subtitle_;
  double low_, high_;
  bool logarithmic_;
};

}  // namespace example
