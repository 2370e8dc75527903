// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/augment/detail/passes.hpp>
#include <mixaug/augment/detail/simd_blur.hpp>

MIXAUG_EXACT_BEGIN

/// Blurs from bytes to bytes, in integers. Pixels are taken less 128, so that sums need a bit less; weights are
/// integers of 16 bits in units of 2^-shift, which sum to 1. A normal kernel sums columns, rounds to units of 2^-7, and
/// sums rows; a line sums its cells. Results are rounded once more, halves up.
namespace mixaug::augment {
namespace detail {

/// Integer weights in units of 2^-shift that sum to 1.
struct byte_kernel {
  /// Normal kernels that reach farther take floats: the error of their weights would add up to more than is promised.
  static constexpr int farthest = 10;
  static constexpr int between = 7;  ///< bits behind the point between the two sums of a normal kernel

  bool normal;
  bool mirrored = true;  ///< a cell's weight is also that of the cell across the middle, which is not listed
  int reach, shift = 14;
  int count = 0;  ///< of cells with a weight
  std::int16_t weight[weighted_rows::most];
  std::int16_t y[weighted_rows::most], x[weighted_rows::most];  ///< a cell's place from the middle; of a line only

  /// True if a blur of bytes takes this way.
  static bool serves(sampling const& how, float const* kernel, bool is_normal) noexcept {
    return how.byte_fill && (!is_normal || kernel[0] <= static_cast<float>(farthest));
  }
  /// From the numbers of make_kernel. Where cells are mirrored, the weight in the middle is halved: it is summed twice.
  byte_kernel(float const* kernel, bool is_normal) noexcept : normal(is_normal), reach(static_cast<int>(kernel[0])) {
    float const* const w = kernel + 1;
    int const side = 2 * reach + 1, cells = normal ? reach + 1 : side * side, middle = normal ? 0 : cells / 2;
    for (int k = 0; k < middle; ++k) mirrored = mirrored && std::fabs(w[k] - w[cells - 1 - k]) <= 0x1p-22f;
    int const all = normal || !mirrored ? cells : middle + 1;
    auto const part = [&](int k) { return static_cast<double>(w[k]) * (mirrored && k == middle ? 0.5 : 1.0); };
    double most = 0.0;
    for (int k = 0; k < all; ++k) most = part(k) > most ? part(k) : most;
    int const most_shift = normal ? 17 : 22;  // 14 bits, or 7, and these make 31 at most
    while (shift < most_shift && most * static_cast<double>(2 << shift) < 32766.0) ++shift;
    std::int32_t const copies = mirrored ? 2 : 1;
    std::int32_t left = 1 << shift;
    double beyond[weighted_rows::most];  // what rounding took from each
    for (int k = 0; k < all; ++k) {
      if (w[k] == 0.0f || count == weighted_rows::most) continue;
      double const exact = part(k) * static_cast<double>(1 << shift);
      std::int32_t const q = static_cast<std::int32_t>(exact + 0.5);
      weight[count] = static_cast<std::int16_t>(q);
      beyond[count] = exact - static_cast<double>(q);
      y[count] = static_cast<std::int16_t>(k / side - reach);
      x[count] = static_cast<std::int16_t>(k % side - reach);
      left -= copies * q;
      ++count;
    }
    // the weights that lost or gained most get what is left
    for (int sign = left < 0 ? -1 : 1; left != 0; left -= sign * copies) {
      int best = 0;
      for (int k = 1; k < count; ++k) best = sign * beyond[k] > sign * beyond[best] ? k : best;
      weight[best] = static_cast<std::int16_t>(weight[best] + sign);
      beyond[best] -= sign;
    }
  }
};

/// Memory of such a blur for one thread: a ring of rows, whose number is a power of two, and three rows more.
struct byte_ring {
  index_t rows = 1, margin = 0, row = 0;  ///< of a row, in elements: what lies before its first pixel, and all
  byte_ring(index_t height, index_t width, index_t channels, int reach) noexcept
      : margin(mixaug::detail::ceil_div(reach * channels, 32) * 32),
        row(mixaug::detail::ceil_div(width * channels, 32) * 32 + 2 * margin) {
    while (rows < mixaug::detail::lesser(height, 2 * index_t{reach} + 1)) rows *= 2;
  }
  index_t bytes() const noexcept { return (rows + 3) * row * index_t{sizeof(std::int16_t)}; }
};

/// Blurs one image. Channels that are interleaved in both images are blurred together, others one after the other.
class byte_blur {
 public:
  byte_blur(image<std::uint8_t const> const& from, sampling const& how, byte_kernel const& kernel,
            std::int16_t* memory) noexcept
      : from_(from),
        how_(how),
        kernel_(kernel),
        size_(from.height, from.width, from.interleaved() ? from.channels : 1, kernel.reach),
        ring_(memory) {}

  void operator()(image<std::uint8_t> const& to) noexcept {
    bool const together =
        from_.interleaved() && to.interleaved() && from_.channels * kernel_.reach <= index_t{most_border};
    step_ = together ? static_cast<int>(from_.channels) : 1;
    size_ = byte_ring(from_.height, from_.width, step_, kernel_.reach);
    length_ = static_cast<int>(from_.width) * step_;
    list_border();
    for (index_t c = 0; c < from_.channels; c += step_) plane(to, c);
  }

 private:
  std::int16_t* ring_row(index_t y) const noexcept { return ring_ + (y & (size_.rows - 1)) * size_.row + size_.margin; }
  std::int16_t* outside() const noexcept { return ring_ + size_.rows * size_.row + size_.margin; }
  std::int16_t* line() const noexcept { return outside() + size_.row; }
  std::uint8_t* packed() const noexcept { return reinterpret_cast<std::uint8_t*>(line() + size_.row); }
  std::int16_t const* row(index_t y) const noexcept {
    if (y >= 0 && y < from_.height) return ring_row(y);
    return how_.border == border::constant ? outside() : ring_row(inside(y, from_.height, how_.border));
  }
  std::int16_t fill(index_t c) const noexcept {
    return static_cast<std::int16_t>(static_cast<std::int32_t>(how_.fill.at(c)) - 128);
  }
  /// Continues a row beyond both ends by the border; `scale` is the unit of its elements.
  void extend(std::int16_t* v, index_t channel, int scale) const noexcept {
    std::int16_t* const end = v + length_;
    int const many = kernel_.reach * step_;
    if (how_.border == border::constant) {
      for (int c = 0; c < step_; ++c) {
        std::int16_t const f = static_cast<std::int16_t>(fill(channel + c) * scale);
        for (int k = 0; k < many; k += step_) v[k - many + c] = end[k + c] = f;
      }
      return;
    }
    for (int k = 0; k < many; ++k) {
      v[k - many] = v[before_[k]];
      end[k] = v[behind_[k]];
    }
  }
  /// Lists the elements of a row that those before it and behind it repeat.
  void list_border() noexcept {
    index_t const w = from_.width;
    for (int k = 0; k < kernel_.reach; ++k)
      for (int c = 0; c < step_; ++c) {
        before_[k * step_ + c] = static_cast<int>(inside(k - kernel_.reach, w, how_.border)) * step_ + c;
        behind_[k * step_ + c] = static_cast<int>(inside(w + k, w, how_.border)) * step_ + c;
      }
  }
  void make(index_t y, index_t channel) const noexcept {
    std::int16_t* MIXAUG_RESTRICT const v = ring_row(y);
    std::uint8_t const* const p = from_.at(channel, y, 0);
    if (step_ > 1 || from_.column == 1)
      for (int k = 0; k < length_; ++k) v[k] = static_cast<std::int16_t>(p[k] - 128);
    else
      for (int k = 0; k < length_; ++k) v[k] = static_cast<std::int16_t>(p[k * from_.column] - 128);
    if (!kernel_.normal) extend(v, channel, 1);
  }
  /// One channel, or all that are interleaved.
  void plane(image<std::uint8_t> const& to, index_t channel) noexcept {
    if (how_.border == border::constant)
      for (index_t k = -kernel_.reach; k < from_.width + kernel_.reach; ++k)
        for (index_t c = 0; c < step_; ++c) outside()[k * step_ + c] = fill(channel + c);
    rows_.count = across_.count = kernel_.count;
    std::int16_t const* const sums = line();
    for (int t = 0; t < kernel_.count; ++t) {
      rows_.weight[t] = across_.weight[t] = kernel_.weight[t];
      across_.a[t] = sums - t * step_;
      across_.b[t] = sums + t * step_;
    }
    bool const direct = step_ > 1 || to.column == 1;
    index_t made = 0;
    for (index_t y = 0; y < from_.height; ++y) {
      index_t const last = mixaug::detail::lesser(y + kernel_.reach, from_.height - 1);
      for (; made <= last; ++made) make(made, channel);
      std::uint8_t* const o = to.at(channel, y, 0);
      if (direct) {
        sum(o, y, channel);
        continue;
      }
      sum(packed(), y, channel);
      for (int k = 0; k < length_; ++k) o[k * to.column] = packed()[k];
    }
  }
  void sum(std::uint8_t* o, index_t y, index_t channel) noexcept {
    if (!kernel_.normal) {
      std::int16_t const *from = nullptr, *across = nullptr;
      for (int t = 0; t < kernel_.count; ++t) {
        if (t == 0 || kernel_.y[t] != kernel_.y[t - 1]) {
          from = row(y + kernel_.y[t]);
          across = row(y - kernel_.y[t]);
        }
        rows_.a[t] = from + kernel_.x[t] * step_;
        rows_.b[t] = across - kernel_.x[t] * step_;
      }
      return kernel_.mirrored ? sum_rows<true>(rows_, length_, kernel_.shift, o)
                              : sum_rows<false>(rows_, length_, kernel_.shift, o);
    }
    for (int t = 0; t < kernel_.count; ++t) {
      rows_.a[t] = row(y - t);
      rows_.b[t] = row(y + t);
    }
    sum_rows<true>(rows_, length_, kernel_.shift - byte_kernel::between, line());
    extend(line(), channel, 1 << byte_kernel::between);
    sum_rows<true>(across_, length_, kernel_.shift + byte_kernel::between, o);
  }

  image<std::uint8_t const> from_;
  sampling how_;
  byte_kernel const& kernel_;
  byte_ring size_;
  std::int16_t* ring_;
  int step_ = 1, length_ = 0;
  static constexpr int most_border = 64 * 8;  ///< elements; images of more channels go channel by channel
  int before_[most_border], behind_[most_border];
  weighted_rows rows_, across_;
};

}  // namespace detail
}  // namespace mixaug::augment

MIXAUG_EXACT_END
