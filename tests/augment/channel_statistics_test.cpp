#include <mixaug/augment/channel_statistics.hpp>

#include "augment/augment_images.hpp"
#include "support/refusal.hpp"

namespace channel_statistics_test {

namespace au = ma::augment;
using ma::index_t;

template <class Act>
void refuses(Act const& act, char const* words) {
  std::string const said = test::refusal(act);
  CAPTURE(said);
  CHECK(said.find(words) != std::string::npos);
}

/// Means and covariances by two passes in long double.
struct two_passes {
  long double mean[8] = {}, covariance[8][8] = {};

  template <class T>
  two_passes(std::vector<T> const& x, index_t n, int c, index_t plane) {
    auto const at = [&](index_t i, int channel, index_t k) {
      return static_cast<long double>(test::as_double(x[static_cast<std::size_t>((i * c + channel) * plane + k)]));
    };
    long double const all = static_cast<long double>(n * plane);
    for (int a = 0; a < c; ++a)
      for (index_t i = 0; i < n; ++i)
        for (index_t k = 0; k < plane; ++k) mean[a] += at(i, a, k) / all;
    for (int a = 0; a < c; ++a)
      for (int b = 0; b < c; ++b)
        for (index_t i = 0; i < n; ++i)
          for (index_t k = 0; k < plane; ++k)
            covariance[a][b] += (at(i, a, k) - mean[a]) * (at(i, b, k) - mean[b]) / all;
  }
};

TEST_CASE("means and covariances of a data set are those of two passes, however it is cut and laid out") {
  index_t const n = 7, h = 13, w = 21;
  for (int c : {1, 3, 8}) {
    CAPTURE(c);
    auto const x = test::photos(n, c, h, w);
    two_passes const wanted(x, n, c, h * w);
    au::channel_statistics whole(c), parts(c), first(c), second(c), interleaved(c);
    whole.add(ma::nchw(x.data(), {n, index_t{c}, h, w}));
    std::size_t const image = static_cast<std::size_t>(c * h * w);
    for (std::size_t i = 0; i < 7; ++i) {
      auto const one = ma::nchw(x.data() + i * image, {1, index_t{c}, h, w});
      parts.add(one);
      (i < 3 ? first : second).add(one);
    }
    first.merge(second);
    std::vector<std::uint8_t> last(x.size());
    for (std::size_t i = 0; i < 7; ++i)
      for (std::size_t k = 0; k < image; ++k)
        last[i * image + k % static_cast<std::size_t>(h * w) * static_cast<std::size_t>(c) +
             k / static_cast<std::size_t>(h * w)] = x[i * image + k];
    interleaved.add(ma::nhwc(last.data(), {n, h, w, index_t{c}}));
    std::vector<double> far(x.begin(), x.end());  // a mean that is far from 0 in units of the deviation
    for (double& v : far) v += 1e7;
    au::channel_statistics distant(c);
    distant.add(ma::nchw(far.data(), {n, index_t{c}, h, w}));
    for (auto const* s : {&whole, &parts, &first, &interleaved, &distant}) {
      CHECK(s->pixels() == n * h * w);
      double const offset = s == &distant ? 1e7 : 0;
      for (int a = 0; a < c; ++a) {
        CHECK(std::fabs(s->mean(a) - offset - static_cast<double>(wanted.mean[a])) < 1e-7);
        CHECK(std::fabs(s->std(a) - std::sqrt(static_cast<double>(wanted.covariance[a][a]))) < 1e-8);
        for (int b = 0; b < c; ++b)
          CHECK(std::fabs(s->covariance(a, b) - static_cast<double>(wanted.covariance[a][b])) < 1e-6);
      }
    }
  }
}

TEST_CASE("the axes of colour are orthonormal, and their covariance is that of the data") {
  index_t const n = 5, h = 16, w = 16;
  auto x = test::photos(n, 3, h, w);
  // channels that go together, so that the axes are not those of the channels
  for (index_t i = 0; i < n; ++i)
    for (index_t k = 0; k < h * w; ++k) {
      std::size_t const at = static_cast<std::size_t>(i * 3 * h * w + k), plane = static_cast<std::size_t>(h * w);
      x[at + plane] = static_cast<std::uint8_t>((x[at] + x[at + plane]) / 2);
      x[at + 2 * plane] = static_cast<std::uint8_t>((2 * x[at] + x[at + 2 * plane]) / 3);
    }
  au::channel_statistics s(3);
  s.add(ma::nchw(x.data(), {n, 3, h, w}));
  au::pca_color const step = s.pca(0.2f);
  CHECK(step.alphastd == 0.2f);
  CHECK(step.eigenvalues[0] > step.eigenvalues[1]);
  CHECK(step.eigenvalues[1] > step.eigenvalues[2]);
  CHECK(step.eigenvalues[2] > 0);
  for (int a = 0; a < 3; ++a)
    for (int b = 0; b < 3; ++b) {
      double of_axes = 0, product = 0;
      for (int k = 0; k < 3; ++k) {
        of_axes += static_cast<double>(step.eigenvectors[a][k]) * static_cast<double>(step.eigenvalues[k]) *
                   static_cast<double>(step.eigenvectors[b][k]);
        product += static_cast<double>(step.eigenvectors[k][a]) * static_cast<double>(step.eigenvectors[k][b]);
      }
      CHECK(std::fabs(of_axes - s.covariance(a, b) / (255.0 * 255.0)) < 1e-7);
      CHECK(std::fabs(product - (a == b ? 1.0 : 0.0)) < 1e-6);
    }
  // grey images have one axis, and planning takes it
  std::vector<std::uint8_t> grey;
  for (int c = 0; c < 3; ++c) grey.insert(grey.end(), x.begin(), x.begin() + h * w);
  au::channel_statistics g(3);
  g.add(ma::nchw(grey.data(), {1, 3, h, w}));
  au::pca_color const along = g.pca();
  for (int c = 0; c < 3; ++c) CHECK(std::fabs(along.eigenvectors[c][0] - 0.57735f) < 1e-5f);
  CHECK(along.eigenvalues[1] < 1e-9f);
  CHECK(ma::make_plan(au::chain{along, step}, ma::nchw(x.data(), {n, 3, h, w}), ma::key{}).rows() == n);
}

TEST_CASE("a data set that is normalised by its own statistics has mean 0 and deviation 1") {
  index_t const n = 4, h = 9, w = 11;
  auto const x = test::photos(n, 3, h, w);
  au::channel_statistics s(3);
  s.add(ma::nchw(x.data(), {n, 3, h, w}));
  auto const p = test::planned_chain(au::chain{s.normalising()}, n, 3, h, w);
  auto const out = test::applied<float>(p, x);
  au::channel_statistics after(3);
  after.add(ma::nchw(out.data(), {n, 3, h, w}));
  for (int c = 0; c < 3; ++c) {
    CHECK(std::fabs(after.mean(c)) < 1e-6);
    CHECK(std::fabs(after.std(c) - 1) < 1e-6);
  }
}

TEST_CASE("statistics refuse what they cannot take, and keep what they have") {
  std::vector<std::uint8_t> bytes(2 * 3 * 4 * 5, 7);
  std::vector<float> floats(bytes.size(), 0.5f);
  refuses([] { au::channel_statistics(0); }, "channels");
  refuses([] { au::channel_statistics(9); }, "1 to 8");
  refuses([] { au::channel_statistics(3, -1.0f); }, "range");
  au::channel_statistics s(3);
  refuses([&] { s.pca(); }, "of no pixels");
  refuses([&] { s.normalising(); }, "of no pixels");
  s.add(ma::nchw(bytes.data(), {2, 3, 4, 5}));
  refuses([&] { s.add(ma::nchw(bytes.data(), {2, 1, 4, 5})); }, "of 1 channels");
  refuses([&] { s.add(ma::nchw(floats.data(), {2, 3, 4, 5})); }, "elements up to 1");
  refuses([&] { s.add(ma::nchw<std::uint8_t>(nullptr, {2, 3, 4, 5})); }, "null");
  refuses([&] { s.normalising(); }, "the same number at every pixel");
  refuses([&] { s.merge(au::channel_statistics(1)); }, "of 1 channels");
  au::channel_statistics f(3);
  floats[17] = std::numeric_limits<float>::quiet_NaN();
  refuses([&] { f.add(ma::nchw(floats.data(), {2, 3, 4, 5})); }, "not finite in channel 0");
  CHECK(f.pixels() == 0);
  CHECK(s.pixels() == 40);
}

}  // namespace channel_statistics_test
