// OpenCV's outputs as numbers, where conventions agree: warpAffine to its fixed point of 1/32 pixel, GaussianBlur and
// filter2D to rounding.
#include <doctest/doctest.h>

#include <opencv2/imgproc.hpp>

#include "augment/augment_images.hpp"

namespace opencv_imgproc_test {

namespace au = ma::augment;
using ma::index_t;

namespace {

constexpr index_t n = 6, h = 61, w = 83;

/// Image i of an interleaved batch of three channels.
template <class T>
cv::Mat mat_of(std::vector<T>& v, index_t i) {
  int const type = std::is_same_v<T, float> ? CV_32FC3 : CV_8UC3;
  return cv::Mat(static_cast<int>(h), static_cast<int>(w), type, v.data() + 3 * i * h * w);
}
template <class T>
std::vector<T> interleaved(std::vector<std::uint8_t> const& x) {
  std::vector<T> all(x.size());
  for (index_t i = 0; i < n; ++i)
    for (index_t c = 0; c < 3; ++c)
      for (index_t k = 0; k < h * w; ++k)
        all[static_cast<std::size_t>((i * h * w + k) * 3 + c)] =
            static_cast<T>(x[static_cast<std::size_t>((i * 3 + c) * h * w + k)]);
  return all;
}
template <class T>
au::plan applied(au::chain const& c, std::vector<T> const& x, std::vector<T>& out) {
  au::chain own = c;
  own.range = 255.0f;
  auto const in = ma::nhwc(x.data(), {n, h, w, 3});
  auto const p = ma::make_plan(own, in, ma::key{.seed = 3});
  ma::apply(ma::serial{}, p, in, ma::nhwc(out.data(), {n, h, w, 3}));
  return p;
}
/// The largest distance, and the mean of all.
struct gaps {
  double most = 0, mean = 0;
};
template <class T>
gaps between(std::vector<T> const& a, std::vector<T> const& b) {
  gaps g;
  for (std::size_t k = 0; k < a.size(); ++k) {
    double const gap = std::fabs(static_cast<double>(a[k]) - static_cast<double>(b[k]));
    g.most = std::max(g.most, gap);
    g.mean += gap / static_cast<double>(a.size());
  }
  return g;
}
/// The output-to-input matrix of OpenCV for an affine step, in pixel centres; from degrees, shift and scale.
cv::Matx23d matrix_of(float const* d) {
  double const a = static_cast<double>(d[0]) * 3.14159265358979323846 / 180, s = 1 / static_cast<double>(d[3]);
  double const cx = static_cast<double>(w) / 2, cy = static_cast<double>(h) / 2;
  double const x = cx + static_cast<double>(d[1]) - 0.5, y = cy + static_cast<double>(d[2]) - 0.5;
  double const xx = s * std::cos(a), xy = -s * std::sin(a), yx = s * std::sin(a), yy = s * std::cos(a);
  return {xx, xy, cx - xx * x - xy * y - 0.5, yx, yy, cy - yx * x - yy * y - 0.5};
}

}  // namespace

TEST_CASE("affine maps are those of warpAffine, whose positions are multiples of 1/32 pixel") {
  auto x = interleaved<std::uint8_t>(test::photos(n, 3, h, w));
  std::vector<std::uint8_t> ours(x.size()), theirs(x.size());
  struct border {
    au::border own;
    int theirs;
  };
  for (border const b : {border{au::border::constant, cv::BORDER_CONSTANT},
                         {au::border::edge, cv::BORDER_REPLICATE},
                         {au::border::reflect, cv::BORDER_REFLECT_101}})
    for (bool cubic : {false, true}) {
      au::affine const step{.degrees = {-40, 40},
                            .translate = {0.2f, 0.2f},
                            .scale = {0.8f, 1.5f},
                            .interpolation = cubic ? au::interpolation::bicubic : au::interpolation::bilinear,
                            .border = b.own,
                            .fill = 30.0f,
                            .antialias = 0};
      auto const p = applied(au::chain{step}, x, ours);
      for (index_t i = 0; i < n; ++i) {
        cv::Mat to = mat_of(theirs, i);
        cv::warpAffine(mat_of(x, i), to, matrix_of(p.drawn(i, 0)), to.size(),
                       (cubic ? cv::INTER_CUBIC : cv::INTER_LINEAR) | cv::WARP_INVERSE_MAP, b.theirs,
                       cv::Scalar::all(30));
      }
      gaps const g = between(ours, theirs);
      CAPTURE(cubic);
      CAPTURE(b.theirs);
      // neighbours differ by up to 255 levels, and positions by up to 1/64 along each axis
      CHECK(g.most <= 7);
      CHECK(g.mean < 0.55);
    }
}

TEST_CASE("normal kernels are those of GaussianBlur") {
  auto bytes = interleaved<std::uint8_t>(test::photos(n, 3, h, w));
  auto floats = interleaved<float>(test::photos(n, 3, h, w));
  std::vector<std::uint8_t> ours(bytes.size()), theirs(bytes.size());
  std::vector<float> ours_floats(floats.size()), theirs_floats(floats.size());
  for (index_t size : {index_t{3}, index_t{7}, index_t{13}}) {
    au::chain const c{au::gaussian_blur{.sigma = {0.6f, 2.5f}, .kernel_size = size}};
    auto const p = applied(c, bytes, ours);
    applied(c, floats, ours_floats);
    for (index_t i = 0; i < n; ++i) {
      double const sigma = static_cast<double>(p.drawn(i, 0)[0]);
      cv::Mat a = mat_of(theirs, i), b = mat_of(theirs_floats, i);
      cv::Size const side(static_cast<int>(size), static_cast<int>(size));
      cv::GaussianBlur(mat_of(bytes, i), a, side, sigma, sigma, cv::BORDER_REFLECT_101);
      cv::GaussianBlur(mat_of(floats, i), b, side, sigma, sigma, cv::BORDER_REFLECT_101);
    }
    CHECK(between(ours_floats, theirs_floats).most < 5e-4);
    gaps const g = between(ours, theirs);  // theirs rounds its weights to 8 bits
    CHECK(g.most <= 1);
    CHECK(g.mean < 0.2);
  }
}

TEST_CASE("motion blurs along the axes and the diagonal of the pixels are filter2D's") {
  auto floats = interleaved<float>(test::photos(n, 3, h, w));
  std::vector<float> ours(floats.size()), theirs(floats.size());
  for (index_t length : {index_t{3}, index_t{9}})
    for (float angle : {0.0f, 90.0f}) {
      auto const half = static_cast<float>(length);
      au::chain const c{au::motion_blur{.length = {half, half}, .angle = {angle, angle}}};
      applied(c, floats, ours);
      // the line's 4 length points, each shared by the two pixels beside it
      int const side = static_cast<int>(length) + 2, points = 4 * static_cast<int>(length);
      cv::Mat kernel = cv::Mat::zeros(side, side, CV_32F);
      for (int k = 0; k < points; ++k) {
        double const at = (static_cast<double>(length) - 1) * (static_cast<double>(k) / (points - 1) - 0.5) +
                          static_cast<double>(side / 2);
        int const low = static_cast<int>(at);
        auto const share = static_cast<float>(at - low);
        for (int q = 0; q < 2; ++q) {
          float const part = (q == 0 ? 1 - share : share) / static_cast<float>(points);
          (angle == 0.0f ? kernel.at<float>(side / 2, low + q) : kernel.at<float>(low + q, side / 2)) += part;
        }
      }
      for (index_t i = 0; i < n; ++i) {
        cv::Mat to = mat_of(theirs, i);
        cv::filter2D(mat_of(floats, i), to, -1, kernel, cv::Point(-1, -1), 0, cv::BORDER_REFLECT_101);
      }
      CHECK(between(ours, theirs).most < 5e-4);
    }
}

}  // namespace opencv_imgproc_test
