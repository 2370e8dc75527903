// SPDX-License-Identifier: MIT
// Chains of augmentations beside OpenCV's calls for the same work, on 8-bit colour images and one thread. Positions of
// OpenCV are multiples of 1/32 pixel; what it computes is compared with ours as numbers where conventions agree.
#include <cstring>
#include <memory>
#include <mixaug/augment/augment.hpp>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <support/contest.hpp>
#include <support/print.hpp>

namespace {
using namespace bench;
namespace ma = mixaug;
namespace au = ma::augment;
using ma::index_t;

/// n smooth images with some noise, interleaved, and room for every output.
struct photos {
  index_t n, side;
  std::vector<std::uint8_t> x, planes, out;
  std::vector<float> floats;
  std::vector<cv::Mat> in, cv_out;

  photos(index_t count, index_t s)
      : n(count),
        side(s),
        x(static_cast<std::size_t>(3 * n * s * s)),
        planes(x.size()),
        out(x.size()),
        floats(x.size()) {
    std::uint32_t r = 1;
    for (std::size_t k = 0; k < x.size(); ++k) {
      r = r * 1664525u + 1013904223u;
      double const at = static_cast<double>(k % static_cast<std::size_t>(3 * s)) / static_cast<double>(s);
      x[k] = static_cast<std::uint8_t>(128 + 80 * std::sin(5 * at + static_cast<double>(k) * 1e-4) + (r >> 27));
    }
    planes = x;
    for (index_t i = 0; i < n; ++i) {
      in.emplace_back(static_cast<int>(s), static_cast<int>(s), CV_8UC3, x.data() + 3 * i * s * s);
      cv_out.emplace_back(static_cast<int>(s), static_cast<int>(s), CV_8UC3);
    }
  }
  auto nhwc() const { return ma::nhwc(x.data(), {n, side, side, index_t{3}}); }
  auto nchw() const { return ma::nchw(planes.data(), {n, index_t{3}, side, side}); }
  auto to_nhwc() { return ma::nhwc(out.data(), {n, side, side, index_t{3}}); }
  auto to_nchw() { return ma::nchw(out.data(), {n, index_t{3}, side, side}); }
  auto to_floats() { return ma::nchw(floats.data(), {n, index_t{3}, side, side}); }
};
using shared = std::shared_ptr<photos>;

/// The output-to-input matrix of OpenCV for row i, whose first step is the affine one: positions of pixel centres.
cv::Matx23d matrix_of(au::plan const& p, index_t i, int step, index_t side) {
  float const* const d = p.drawn(i, step);
  double const a = static_cast<double>(d[0]) * 3.14159265358979 / 180, s = 1.0 / static_cast<double>(d[3]);
  double const c = static_cast<double>(side) / 2, x = c + static_cast<double>(d[1]), y = c + static_cast<double>(d[2]);
  double const xx = s * std::cos(a), xy = -s * std::sin(a), yx = s * std::sin(a), yy = s * std::cos(a);
  return {xx, xy, c - xx * (x - 0.5) - xy * (y - 0.5) - 0.5, yx, yy, c - yx * (x - 0.5) - yy * (y - 0.5) - 0.5};
}
au::affine const turned{.degrees = {-15, 15}, .translate = {0.1f, 0.1f}, .scale = {0.9f, 1.1f}};

template <class In, class Out>
std::function<void()> ours(shared const& s, au::chain const& c, In const& in, Out const& out) {
  auto const p = std::make_shared<au::plan>(ma::make_plan(c, in, ma::key{.seed = 1}));
  return [=] {
    (void)s;
    ma::apply(ma::serial{}, *p, in, out);
  };
}
/// Calls act(image, output, row) for every image.
template <class Act>
std::function<void()> theirs(shared const& s, Act const& act) {
  return [=] {
    for (std::size_t i = 0; i < s->in.size(); ++i) act(s->in[i], s->cv_out[i], static_cast<index_t>(i));
  };
}

void versus(table& t, index_t n, index_t side, bool small) {
  auto const s = std::make_shared<photos>(n, side);
  std::string const size = " " + std::to_string(side) + "x" + std::to_string(side) + ", OpenCV";
  int const flags = cv::INTER_LINEAR | cv::WARP_INVERSE_MAP;
  auto const add = [&](std::string const& name, std::function<void()> const& a, std::function<void()> const& b,
                       double target) {
    t.contests.push_back({name + size, a, b, target});
  };

  au::chain const affine{turned};
  auto const p = std::make_shared<au::plan>(ma::make_plan(affine, s->nhwc(), ma::key{.seed = 1}));
  auto const warp = [=](cv::Mat const& in, cv::Mat& out, index_t i, int how) {
    cv::warpAffine(in, out, matrix_of(*p, i, 0, side), in.size(), how, cv::BORDER_CONSTANT);
  };
  add("affine NHWC", ours(s, affine, s->nhwc(), s->to_nhwc()),
      theirs(s, [=](cv::Mat const& in, cv::Mat& out, index_t i) { warp(in, out, i, flags); }), small ? 2.5 : 2);
  add(
      "affine NCHW", ours(s, affine, s->nchw(), s->to_nchw()),
      [=] {
        int const w = static_cast<int>(side);
        for (index_t k = 0; k < 3 * s->n; ++k) {
          cv::Mat const in(w, w, CV_8UC1, s->planes.data() + k * side * side);
          cv::Mat out(w, w, CV_8UC1, s->out.data() + k * side * side);
          warp(in, out, k / 3, flags);
        }
      },
      4);
  au::affine cubic = turned;
  cubic.interpolation = au::interpolation::bicubic;
  add("affine bicubic", ours(s, au::chain{cubic}, s->nhwc(), s->to_nhwc()),
      theirs(s, [=](cv::Mat const& in, cv::Mat& out,
                    index_t i) { warp(in, out, i, cv::INTER_CUBIC | cv::WARP_INVERSE_MAP); }),
      3.5);

  // flip + affine + a matrix of colours + normalise, into planes of floats
  au::color_jitter const jitter{.brightness = {0.8f, 1.2f}, .contrast = {0.8f, 1.2f}, .saturation = {0.8f, 1.2f}};
  au::normalise const norm{.mean = 127.0f, .std = 60.0f};
  auto const planes = std::make_shared<std::vector<cv::Mat>>();
  auto const mid = std::make_shared<std::vector<cv::Mat>>(4);
  auto const to_floats = [=](cv::Mat const& bytes, index_t i) {
    bytes.convertTo((*mid)[3], CV_32FC3, 1.0 / 60, -127.0 / 60);
    int const w = static_cast<int>(side);
    cv::Mat all[3];
    for (int c = 0; c < 3; ++c) all[c] = cv::Mat(w, w, CV_32FC1, s->floats.data() + (3 * i + c) * side * side);
    cv::split((*mid)[3], all);
  };
  cv::Matx34f const colours(1.1f, 0.1f, 0.05f, -9, 0.1f, 1.0f, 0.1f, -8, 0.05f, 0.1f, 0.9f, -7);
  add("flip + affine + colours + normalise",
      ours(s, au::chain{au::flip{.horizontal = 0.5f}, turned, jitter, norm}, s->nhwc(), s->to_floats()),
      theirs(s,
             [=](cv::Mat const& in, cv::Mat&, index_t i) {
               cv::flip(in, (*mid)[0], 1);
               warp((*mid)[0], (*mid)[1], i, flags);
               cv::transform((*mid)[1], (*mid)[2], colours);
               to_floats((*mid)[2], i);
             }),
      small ? 3.5 : 2.5);
  auto const noise = std::make_shared<cv::Mat>();
  auto const spots = std::make_shared<cv::Mat>();
  auto const mask = std::make_shared<cv::Mat>();
  auto const vignette =
      std::make_shared<cv::Mat>(static_cast<int>(side), static_cast<int>(side), CV_32FC3, cv::Scalar::all(0.9));
  auto const add_noise = [=](cv::Mat const& in, cv::Mat& out) {
    noise->create(in.size(), CV_16SC3);
    cv::randn(*noise, 0, 5);
    cv::add(in, *noise, out, cv::noArray(), CV_8U);
  };
  auto const add_spots = [=](cv::Mat& out) {
    spots->create(out.size(), CV_8UC1);
    cv::randu(*spots, 0, 256);
    cv::compare(*spots, 4, *mask, cv::CMP_LT);
    out.setTo(cv::Scalar::all(255), *mask);
    cv::compare(*spots, 251, *mask, cv::CMP_GT);
    out.setTo(cv::Scalar::all(0), *mask);
  };
  add("the same + vignette + noise + spots",
      ours(s,
           au::chain{au::flip{.horizontal = 0.5f}, turned, jitter,
                     au::vignette{.radius = {0.3f, 0.5f}, .strength = {0.3f, 0.6f}},
                     au::gaussian_noise{.sigma = {5, 5}}, au::salt_and_pepper{.amount = {0.03f, 0.03f}}, norm},
           s->nhwc(), s->to_floats()),
      theirs(s,
             [=](cv::Mat const& in, cv::Mat&, index_t i) {
               cv::flip(in, (*mid)[0], 1);
               warp((*mid)[0], (*mid)[1], i, flags);
               cv::transform((*mid)[1], (*mid)[2], colours);
               cv::multiply((*mid)[2], *vignette, (*mid)[0], 1, CV_8U);
               add_noise((*mid)[0], (*mid)[1]);
               add_spots((*mid)[1]);
               to_floats((*mid)[1], i);
             }),
      small ? 4.5 : 3.5);
  add("gaussian noise", ours(s, au::chain{au::gaussian_noise{.sigma = {5, 5}}}, s->nhwc(), s->to_nhwc()),
      theirs(s, [=](cv::Mat const& in, cv::Mat& out, index_t) { add_noise(in, out); }), 5);
  add("salt and pepper", ours(s, au::chain{au::salt_and_pepper{.amount = {0.03f, 0.03f}}}, s->nhwc(), s->to_nhwc()),
      theirs(s,
             [=](cv::Mat const& in, cv::Mat& out, index_t) {
               in.copyTo(out);
               add_spots(out);
             }),
      4);
  for (double sigma : {1.0, 2.0}) {
    float const f = static_cast<float>(sigma);
    add(text("gaussian blur, sigma %.0f", sigma),
        ours(s, au::chain{au::gaussian_blur{.sigma = {f, f}}}, s->nhwc(), s->to_nhwc()),
        theirs(s,
               [=](cv::Mat const& in, cv::Mat& out, index_t) {
                 int const k = 2 * static_cast<int>(3 * sigma) + 1;
                 cv::GaussianBlur(in, out, {k, k}, sigma, sigma, cv::BORDER_REFLECT_101);
               }),
        2);
  }
  cv::Mat kernel = cv::Mat::zeros(7, 7, CV_32F);
  for (int k = 0; k < 7; ++k) kernel.at<float>(k, 6 - k) = 1.0f / 7;
  add("motion blur, length 7",
      ours(s, au::chain{au::motion_blur{.length = {7, 7}, .angle = {45, 45}}}, s->nhwc(), s->to_nhwc()),
      theirs(s, [=](cv::Mat const& in, cv::Mat& out, index_t) { cv::filter2D(in, out, -1, kernel); }), 1.8);
  for (double sigma : {5.0, 11.0}) {
    float const f = static_cast<float>(sigma);
    auto const fields = std::make_shared<std::vector<cv::Mat>>(4);
    int const w = static_cast<int>(side);
    add(text("elastic, sigma %.0f", sigma),
        ours(s, au::chain{au::elastic{.alpha = {2, 2}, .sigma = {f, f}}}, s->nhwc(), s->to_nhwc()),
        theirs(s,
               [=](cv::Mat const& in, cv::Mat& out, index_t) {
                 auto& m = *fields;
                 int const k = 2 * static_cast<int>(3 * sigma) + 1;
                 for (int c = 0; c < 2; ++c) {
                   m[static_cast<std::size_t>(c)].create(w, w, CV_32F);
                   cv::randu(m[static_cast<std::size_t>(c)], -1, 1);
                   cv::GaussianBlur(m[static_cast<std::size_t>(c)], m[static_cast<std::size_t>(c + 2)], {k, k}, sigma);
                 }
                 for (int y = 0; y < w; ++y)
                   for (int x = 0; x < w; ++x) {
                     m[2].at<float>(y, x) = m[2].at<float>(y, x) * 30 + static_cast<float>(x);
                     m[3].at<float>(y, x) = m[3].at<float>(y, x) * 30 + static_cast<float>(y);
                   }
                 cv::remap(in, out, m[2], m[3], cv::INTER_LINEAR, cv::BORDER_CONSTANT);
               }),
        sigma < 6 ? 6 : 10);
  }
  au::elastic const soft{.alpha = {2, 2}, .sigma = {5, 5}};
  for (bool first : {false, true})
    t.contests.push_back(
        {(first ? "elastic + affine " : "affine + elastic ") + std::to_string(side) + ", elastic alone",
         ours(s, first ? au::chain{soft, turned} : au::chain{turned, soft}, s->nhwc(), s->to_nhwc()),
         ours(s, au::chain{soft}, s->nhwc(), s->to_nhwc()), 1 / 1.2});
  // beside a loop by hand: crop + flip + normalise
  auto const q = std::make_shared<au::plan>(
      ma::make_plan(au::chain{au::crop{.size = {side, side}, .padding = 4}, au::flip{.horizontal = 0.5f}, norm},
                    s->nhwc(), ma::key{.seed = 1}));
  t.contests.push_back(
      {"crop + flip + normalise " + std::to_string(side) + ", a loop by hand",
       [=] { ma::apply(ma::serial{}, *q, s->nhwc(), s->to_floats()); },
       [=] {
         for (index_t i = 0; i < s->n; ++i) {
           index_t const dy = static_cast<index_t>(q->drawn(i, 0)[0]), dx = static_cast<index_t>(q->drawn(i, 0)[1]);
           bool const mirrored = q->drawn(i, 1)[0] != 0.0f;
           for (index_t c = 0; c < 3; ++c)
             for (index_t y = 0; y < side; ++y)
               for (index_t x = 0; x < side; ++x) {
                 index_t const a = y + dy, b = (mirrored ? side - 1 - x : x) + dx;
                 bool const in = a >= 0 && a < side && b >= 0 && b < side;
                 float const v =
                     in ? static_cast<float>(s->x[static_cast<std::size_t>(((i * side + a) * side + b) * 3 + c)])
                        : 0.0f;
                 s->floats[static_cast<std::size_t>(((3 * i + c) * side + y) * side + x)] =
                     (v - 127.0f) * (1.0f / 60.0f);
               }
         }
       },
       small ? 2 : 1.2});
  add("flip", ours(s, au::chain{au::flip{.horizontal = 1}}, s->nhwc(), s->to_nhwc()),
      theirs(s, [=](cv::Mat const& in, cv::Mat& out, index_t) { cv::flip(in, out, 1); }), 2.5);

  // how far our pixels are from OpenCV's
  ma::apply(ma::serial{}, *p, s->nhwc(), s->to_nhwc());
  int gap = 0;
  for (index_t i = 0; i < s->n; ++i) {
    warp(s->in[static_cast<std::size_t>(i)], s->cv_out[static_cast<std::size_t>(i)], i, flags);
    for (index_t k = 0; k < 3 * side * side; ++k)
      gap = std::max(gap, std::abs(s->out[static_cast<std::size_t>(3 * i * side * side + k)] -
                                   s->cv_out[static_cast<std::size_t>(i)].data[k]));
  }
  t.rows.push_back(
      {"affine" + size + ", largest distance", std::to_string(gap) + " levels", "", "", "6 (1/32 pixel)", gap <= 6});
}

suite const rows(60, [](table& t) {
  cv::setNumThreads(1);
  versus(t, 8, 224, false);
  versus(t, 64, 32, true);
});

}  // namespace
