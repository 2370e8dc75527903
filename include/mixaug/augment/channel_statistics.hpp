// SPDX-License-Identifier: MIT
#pragma once
#include <cmath>
#include <mixaug/apply/detail/written_memory.hpp>
#include <mixaug/augment/plan.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::augment {

namespace detail {

/// Eigenvalues of a symmetric matrix of 3 x 3, largest first, and its eigenvectors as columns, by Jacobi's rotations
/// (Golub and Van Loan, Matrix Computations, section 8.5). The largest component of each vector is positive.
struct symmetric_eigen {
  double value[3];
  double vector[3][3];

  explicit symmetric_eigen(double const (&of)[3][3]) noexcept {
    double a[3][3], v[3][3] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
    for (int j = 0; j < 3; ++j)
      for (int k = 0; k < 3; ++k) a[j][k] = of[j][k];
    // Each sweep squares the size of the elements off the diagonal, so that after eight they are rounding errors.
    for (int sweep = 0; sweep < 8; ++sweep)
      for (int p = 0; p < 2; ++p)
        for (int q = p + 1; q < 3; ++q) rotate(a, v, p, q);
    int order[3] = {0, 1, 2};
    for (int j = 0; j < 2; ++j)
      for (int k = j + 1; k < 3; ++k)
        if (a[order[k]][order[k]] > a[order[j]][order[j]]) std::swap(order[j], order[k]);
    for (int k = 0; k < 3; ++k) {
      int const from = order[k];
      int largest = 0;
      for (int j = 1; j < 3; ++j)
        if (std::fabs(v[j][from]) > std::fabs(v[largest][from])) largest = j;
      double const sign = v[largest][from] < 0.0 ? -1.0 : 1.0;
      value[k] = a[from][from];
      for (int j = 0; j < 3; ++j) vector[j][k] = sign * v[j][from];
    }
  }

 private:
  /// Makes a[p][q] zero.
  static void rotate(double (&a)[3][3], double (&v)[3][3], int p, int q) noexcept {
    if (a[p][q] == 0.0) return;
    double const theta = (a[q][q] - a[p][p]) / (2.0 * a[p][q]);
    double const t = (theta < 0.0 ? -1.0 : 1.0) / (std::fabs(theta) + std::sqrt(theta * theta + 1.0));
    double const c = 1.0 / std::sqrt(t * t + 1.0), s = t * c;
    for (int k = 0; k < 3; ++k) {
      double const x = a[k][p], y = a[k][q];
      a[k][p] = c * x - s * y;
      a[k][q] = s * x + c * y;
    }
    for (int k = 0; k < 3; ++k) {
      double const x = a[p][k], y = a[q][k];
      a[p][k] = c * x - s * y;
      a[q][k] = s * x + c * y;
    }
    for (int k = 0; k < 3; ++k) {
      double const x = v[k][p], y = v[k][q];
      v[k][p] = c * x - s * y;
      v[k][q] = s * x + c * y;
    }
  }
};

}  // namespace detail

/// Means, standard deviations and covariances of the channels of a data set, by one pass over its batches; what
/// `normalise` and `pca_color` are made of.
///   ma::augment::channel_statistics all(3);
///   for (auto const& batch : batches) all.add(ma::nhwc(batch.pixels, {n, h, w, 3}));
///   auto const steps = ma::augment::chain{all.pca(), all.normalising()};
/// Images may differ in size. Values are in the units of the pixels; sums of bytes are exact within an image, and those
/// of images are joined in double (Chan, Golub and LeVeque 1979), so that their order changes the last bits alone.
class channel_statistics {
 public:
  static constexpr int most = per_channel::most;

  /// Of so many channels, at most 8. `range` is the largest value of a pixel; 0: 255 for std::uint8_t, the largest
  /// integer, or 1 for floats, by the first batch. Errors: another number of channels, a range that is not positive.
  explicit channel_statistics(int channels, float range = 0.0f) : channels_(channels), range_(range) {
    if (channels < 1 || channels > most)
      detail::fail("channel_statistics' channels", detail::text(index_t{channels}), "1 to 8");
    if (!(mixaug::detail::finite(range) && range >= 0.0f))
      detail::fail("channel_statistics' range", detail::text_of(range),
                   "a number > 0, or 0 for that of the element type");
  }

  int channels() const noexcept { return channels_; }
  /// Pixels so far.
  std::int64_t pixels() const noexcept { return count_; }
  double mean(int channel) const noexcept { return mean_[channel]; }
  /// Of the population: the sum of products is divided by the number of pixels. 0 without pixels.
  double covariance(int a, int b) const noexcept {
    return count_ == 0 ? 0.0 : moment_[a][b] / static_cast<double>(count_);
  }
  double std(int channel) const noexcept { return std::sqrt(covariance(channel, channel)); }

  /// Adds the pixels of a batch (n, c, h, w). Errors: another number of channels, a null pointer, values that are not
  /// finite, elements of another range than those before; nothing is added.
  template <class T>
  void add(tensor_view<T, 4> const& x) {
    using E = std::remove_const_t<T>;
    static_assert(mixaug::detail::is_pixel<E>,
                  "mixaug: statistics are taken of pixels, and integers are taken for ids; if these are pixels, say so "
                  "with as_pixels(view)");
    if constexpr (mixaug::detail::is_pixel<E>) {
      if (x.extent[1] != channels_)
        detail::fail("the batch", "one of " + detail::text(x.extent[1]) + " channels",
                     detail::text(index_t{channels_}) + ", as the statistics were made for");
      mixaug::detail::check_memory(x, "the batch");
      float const own = detail::range_of<E>();
      if (range_of_elements_ != 0.0f && range_of_elements_ != own)
        detail::fail("the batch", "one of elements up to " + detail::text_of(own),
                     "elements of the range of those before, " + detail::text_of(range_of_elements_));
      channel_statistics all = *this;
      all.range_of_elements_ = own;
      for (index_t i = 0; i < x.extent[0]; ++i) all.join(of_image(x, i));
      for (int c = 0; c < channels_; ++c)
        if (!mixaug::detail::finite(all.moment_[c][c]))
          detail::fail("the batch has values that are not finite in channel " + detail::text(index_t{c}));
      *this = all;
    }
  }
  /// Adds the pixels that another one has seen, of another thread or rank. Errors: another number of channels or range.
  void merge(channel_statistics const& other) {
    if (other.channels_ != channels_)
      detail::fail("the other statistics", "of " + detail::text(index_t{other.channels_}) + " channels",
                   detail::text(index_t{channels_}));
    bool const both = other.range_of_elements_ != 0.0f && range_of_elements_ != 0.0f;
    if (other.range_ != range_ || (both && other.range_of_elements_ != range_of_elements_))
      detail::fail("the other statistics are of pixels of another range");
    if (range_of_elements_ == 0.0f) range_of_elements_ = other.range_of_elements_;
    join(other);
  }

  /// The step that takes the data set to mean 0 and standard deviation 1. Errors: no pixels, a channel that is the same
  /// everywhere.
  normalise normalising() const {
    check_seen();
    normalise to;
    to.mean.count = to.std.count = channels_;
    for (int c = 0; c < channels_; ++c) {
      if (!(std(c) > 0.0))
        detail::fail("channel " + detail::text(index_t{c}), "the same number at every pixel",
                     "a standard deviation above 0");
      to.mean.value[c] = static_cast<float>(mean(c));
      to.std.value[c] = static_cast<float>(std(c));
    }
    return to;
  }
  /// The step that adds colour along the principal axes of the data set: eigenvalues of the covariance of R, G and B in
  /// units of the range, the largest first. Errors: no pixels, another number of channels than three.
  pca_color pca(float alphastd = 0.1f) const {
    check_seen();
    detail::check_three("channel_statistics", "pca", channels_);
    double const range = static_cast<double>(range_ > 0.0f ? range_ : range_of_elements_);
    double of[3][3];
    for (int a = 0; a < 3; ++a)
      for (int b = 0; b < 3; ++b) of[a][b] = covariance(a, b) / (range * range);
    detail::symmetric_eigen const axes(of);
    pca_color to{.alphastd = alphastd};
    for (int k = 0; k < 3; ++k) {
      to.eigenvalues[k] = static_cast<float>(axes.value[k] > 0.0 ? axes.value[k] : 0.0);
      for (int c = 0; c < 3; ++c) to.eigenvectors[c][k] = static_cast<float>(axes.vector[c][k]);
    }
    return to;
  }

 private:
  void check_seen() const {
    if (count_ == 0) detail::fail("the statistics", "of no pixels", "at least one image, by add");
  }
  /// Joins means and moments: those of the other, and the product of the distances of both means.
  void join(channel_statistics const& other) noexcept {
    if (other.count_ == 0) return;
    double const n = static_cast<double>(count_), m = static_cast<double>(other.count_), all = n + m;
    double apart[most];
    for (int c = 0; c < channels_; ++c) apart[c] = other.mean_[c] - mean_[c];
    for (int a = 0; a < channels_; ++a)
      for (int b = 0; b < channels_; ++b) moment_[a][b] += other.moment_[a][b] + apart[a] * apart[b] * (n * (m / all));
    for (int c = 0; c < channels_; ++c) mean_[c] += apart[c] * (m / all);
    count_ += other.count_;
  }
  /// Those of image i alone: sums of what pixels differ from the first one, of bytes in integers.
  template <class T>
  channel_statistics of_image(tensor_view<T, 4> const& x, index_t i) const {
    using E = std::remove_const_t<T>;
    constexpr bool bytes = std::is_same_v<E, std::uint8_t>;
    using sum = std::conditional_t<bytes, std::uint64_t, double>;
    channel_statistics one(channels_, range_);
    one.count_ = x.extent[2] * x.extent[3];
    double const n = static_cast<double>(one.count_);
    sum sums[most] = {}, products[most][most] = {};
    double pivot[most] = {};
    for (int c = 0; c < channels_ && !bytes && one.count_ > 0; ++c) pivot[c] = value(x(i, c, 0, 0));
    for (int a = 0; a < channels_; ++a)
      for (index_t y = 0; y < x.extent[2]; ++y) {
        T const* const p = &x(i, a, y, 0);
        if constexpr (bytes)
          sums[a] += row_sum(p, p, x.stride[3], x.stride[3], x.extent[3], false);
        else
          for (index_t k = 0; k < x.extent[3]; ++k) sums[a] += value(p[k * x.stride[3]]) - pivot[a];
        for (int b = a; b < channels_; ++b) {
          T const* const q = &x(i, b, y, 0);
          if constexpr (bytes)
            products[a][b] += row_sum(p, q, x.stride[3], x.stride[3], x.extent[3], true);
          else
            for (index_t k = 0; k < x.extent[3]; ++k)
              products[a][b] += (value(p[k * x.stride[3]]) - pivot[a]) * (value(q[k * x.stride[3]]) - pivot[b]);
        }
      }
    for (int a = 0; a < channels_; ++a) {
      double const mean_a = static_cast<double>(sums[a]) / n;
      one.mean_[a] = pivot[a] + mean_a;
      for (int b = a; b < channels_; ++b)
        one.moment_[a][b] = one.moment_[b][a] =
            static_cast<double>(products[a][b]) - mean_a * static_cast<double>(sums[b]);
    }
    return one;
  }
  template <class E>
  static double value(E v) noexcept {
    if constexpr (mixaug::detail::is_integer_pixel<E>)
      return static_cast<double>(v.value);
    else if constexpr (std::is_same_v<E, double>)
      return v;
    else
      return static_cast<double>(detail::value_of(v));
  }
  /// The sum of a row of bytes, or of the products of two: exact in 32 bits for parts of 65535 pixels.
  static std::uint64_t row_sum(std::uint8_t const* p, std::uint8_t const* q, index_t step_p, index_t step_q, index_t n,
                               bool product) noexcept {
    std::uint64_t all = 0;
    for (index_t from = 0; from < n; from += 65535) {
      index_t const end = mixaug::detail::lesser(n, from + 65535);
      std::uint32_t part = 0;
      if (product)
        for (index_t k = from; k < end; ++k) part += static_cast<std::uint32_t>(p[k * step_p] * q[k * step_q]);
      else
        for (index_t k = from; k < end; ++k) part += p[k * step_p];
      all += part;
    }
    return all;
  }

  int channels_;
  float range_, range_of_elements_ = 0.0f;
  std::int64_t count_ = 0;
  double mean_[most] = {};
  double moment_[most][most] = {};  ///< sums of the products of what two channels differ from their means
};

}  // namespace mixaug::augment

MIXAUG_EXACT_END
