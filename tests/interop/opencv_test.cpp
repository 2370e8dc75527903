#include <mixaug/interop/opencv.hpp>
#include <mixaug/mixaug.hpp>

#include "interop/mixed_alike.hpp"

namespace opencv_test {

using alike::has_shape;
using alike::views;
namespace ma = mixaug;

namespace {

/// An image whose pixels differ.
cv::Mat image(int height, int width, int type, int seed) {
  cv::Mat m(height, width, type);
  for (int y = 0; y < height; ++y)
    for (std::size_t k = 0; k < static_cast<std::size_t>(width) * m.elemSize(); ++k)
      m.ptr(y)[k] = static_cast<std::uint8_t>((seed * 89 + y * 37 + static_cast<int>(k) * 11) % 251);
  return m;
}

}  // namespace

TEST_CASE("opencv: an image is a batch of one, a region of one has its padded rows") {
  cv::Mat const whole = image(12, 10, CV_8UC3, 1);
  static_assert(views<decltype(ma::nhwc<std::uint8_t>(whole)), std::uint8_t, 4>);
  auto const v = ma::nhwc<std::uint8_t>(whole);
  CHECK(has_shape(v, {1, 3, 12, 10}, {360, 1, 30, 3}));
  CHECK(v.order == ma::channel_order::bgr);
  CHECK(v(0, 2, 5, 7) == whole.at<cv::Vec3b>(5, 7)[2]);
  cv::Mat const part = whole(cv::Rect(2, 3, 6, 5));  // x, y, width, height
  auto const roi = ma::nhwc<std::uint8_t const>(part);
  CHECK(has_shape(ma::nhwc<std::uint8_t>(part), {1, 3, 5, 6}, {150, 1, 30, 3}));
  CHECK(&roi(0, 1, 2, 3) == &whole.at<cv::Vec3b>(5, 5)[1]);
  CHECK(has_shape(ma::nhwc<float>(cv::Mat(4, 5, CV_32FC1)), {1, 1, 4, 5}, {20, 1, 5, 1}));
  CHECK(has_shape(ma::nhwc<ma::float16>(cv::Mat(4, 5, CV_16FC4)), {1, 4, 4, 5}, {80, 1, 20, 4}));
}

TEST_CASE("opencv: matrices of other dimensions") {
  int const blob[] = {2, 3, 4, 5}, stack[] = {6, 4, 5};
  CHECK(has_shape(ma::nchw<float>(cv::Mat(4, blob, CV_32F)), {2, 3, 4, 5}, {60, 20, 5, 1}));
  CHECK(ma::nchw<float>(cv::Mat(4, blob, CV_32F)).order == ma::channel_order::bgr);
  CHECK(has_shape(ma::nhwc<float>(cv::Mat(4, blob, CV_32F)), {2, 5, 3, 4}, {60, 1, 20, 5}));
  CHECK(has_shape(ma::nhwc<std::int16_t>(cv::Mat(3, stack, CV_16SC3)), {6, 3, 4, 5}, {60, 1, 15, 3}));
  CHECK(has_shape(ma::scores<float>(cv::Mat(3, stack, CV_32F)), {6, 4, 5}, {20, 5, 1}));
  CHECK(has_shape(ma::scores<float>(cv::Mat(4, 5, CV_32F)), {1, 4, 5}, {20, 5, 1}));
  CHECK(has_shape(ma::features<double>(cv::Mat(4, 5, CV_64F)), {4, 5}, {5, 1}));
  CHECK(has_shape(ma::labels<float, 2>(cv::Mat(4, 5, CV_32F)), {4, 5}, {5, 1}));
  static_assert(views<decltype(ma::masks<std::uint8_t>(cv::Mat())), std::byte, 3>);
  CHECK(ma::masks<int>(cv::Mat(4, 5, CV_32S)).extent[0] == 1);
  cv::Mat const table(7, 5, CV_32S);
  CHECK(has_shape(ma::class_ids<int>(table.col(2)), {7}, {5}));
  CHECK(has_shape(ma::class_ids<int>(table.row(2)), {5}, {1}));
  CHECK(ma::class_ids<int>(table.row(2)).data == table.ptr<int>(2));
  CHECK(has_shape(ma::labels<float>(cv::Mat(9, 1, CV_32F)), {9}, {1}));
  CHECK(has_shape(ma::weights<double>(cv::Mat(1, 9, CV_64F)), {9}, {1}));
}

TEST_CASE("opencv: what a matrix is not is refused") {
  cv::Mat const bytes = image(12, 10, CV_8UC3, 1);
  CHECK(alike::refused([&] { ma::nhwc<float>(bytes); }) ==
        "mixaug: the cv::Mat given to nhwc is of uint8; expected float32, which the call asked for; name the tensor's "
        "own "
        "type, or convert it first");
  CHECK(alike::refused([&] { ma::nchw<std::uint8_t>(bytes); }) ==
        "mixaug: the cv::Mat given to nchw is uint8, 12 x 10 of 3 channels; expected (n, c, h, w) of one channel; an "
        "image, whose channels are interleaved, goes into nhwc");
  CHECK(alike::refused([&] { ma::masks<std::uint8_t>(bytes); }) ==
        "mixaug: the cv::Mat given to masks is uint8, 12 x 10 of 3 channels; expected (h, w) or (n, h, w) of one "
        "channel");
  CHECK(alike::refused([&] { ma::features<std::uint8_t>(bytes); }) ==
        "mixaug: the cv::Mat given to features is uint8, 12 x 10 of 3 channels; expected (n, d) of one channel");
  CHECK(
      alike::refused([&] { ma::class_ids<int>(cv::Mat(3, 2, CV_32S)); }) ==
      "mixaug: the cv::Mat given to class_ids is int32, 3 x 2 of 1 channel; expected a row or a column of one channel");
  int const five[] = {2, 2, 2, 2, 2};
  CHECK(
      alike::refused([&] { ma::nhwc<float>(cv::Mat(5, five, CV_32F)); }) ==
      "mixaug: the cv::Mat given to nhwc is float32, 2 x 2 x 2 x 2 x 2 of 1 channel; expected an image (h, w), a stack "
      "of images (n, h, w), or (n, h, w, c) of one channel");
  CHECK(alike::refused([&] { ma::nhwc<float>(cv::Mat()); }) ==
        "mixaug: the cv::Mat given to nhwc is empty; expected a matrix of at least one element");
}

TEST_CASE("opencv: a list of images is a batch, mixed as one block of them is") {
  constexpr int n = 8, h = 12, w = 10;
  std::vector<cv::Mat> images, results, labels, mixed_labels;
  std::vector<std::uint8_t> block, mixed(n * h * w * 3);
  for (int i = 0; i < n; ++i) {
    images.push_back(image(h, w, CV_8UC3, i));
    results.push_back(cv::Mat(h, w + 4, CV_8UC3, cv::Scalar(7, 7, 7)).colRange(2, w + 2));  // padded rows
    labels.push_back(image(h, w, CV_8UC1, i));
    mixed_labels.push_back(cv::Mat(h, w, CV_8UC1));
    block.insert(block.end(), images[i].data, images[i].data + h * w * 3);
  }
  std::vector<std::uint8_t*> at, to, label_at, label_to;
  auto const x = ma::nhwc(images, at), out = ma::nhwc(results, to);
  CHECK((x.order == ma::channel_order::bgr && x.extent[0] == n && at[3] == images[3].data));
  auto const one_block = ma::nhwc(block.data(), {n, h, w, 3});
  ma::serial const be;
  ma::key const k{.seed = 4};
  for (auto const search : {ma::search::pixel, ma::search::box_sum}) {
    auto const plan = ma::make_plan(be, ma::saliencymix{.search = search}, x, k);
    ma::saliency::fine_grained const bgr{ma::channel_order::bgr};
    auto const same = ma::make_plan(be, ma::saliencymix{.detector = bgr, .search = search}, one_block, k);
    ma::apply(be, plan, x, out);
    ma::apply(be, same, one_block, ma::nhwc(mixed.data(), {n, h, w, 3}));
    int wrong = 0;
    for (int i = 0; i < n; ++i)
      for (int y = 0; y < h; ++y)
        for (int e = 0; e < w * 3; ++e)
          wrong += results[i].ptr(y)[e] != mixed[static_cast<std::size_t>((i * h + y) * w * 3 + e)];
    CHECK(wrong == 0);
    CHECK(*(results[2].ptr(3) - 1) == 7);  // nothing between the rows
    ma::apply(be, plan, ma::masks(labels, label_at), ma::masks(mixed_labels, label_to));
    auto const inside = plan.region.to[1];
    CHECK(mixed_labels[1].at<std::uint8_t>(inside.y0, inside.x0) ==
          labels[plan.partner[1]].at<std::uint8_t>(plan.region.from[1].y0, plan.region.from[1].x0));
  }
  std::vector<std::uint8_t const*> fixed;
  static_assert(decltype(ma::nhwc(images, fixed))::rank == 4);
  CHECK(std::is_const_v<decltype(ma::nhwc(images, fixed))::element>);
}

TEST_CASE("opencv: the recipe") {
  std::vector<cv::Mat> images, mixed;
  for (int i = 0; i < 8; ++i) {
    images.push_back(image(24, 20, CV_8UC3, i));
    mixed.push_back(cv::Mat(24, 20, CV_8UC3));
  }
  ma::key const key{.seed = 1};

  std::vector<std::uint8_t*> from, to;  // kept for the next step; they say what the elements are
  auto x = ma::nhwc(images, from);      // std::vector<cv::Mat> of one size
  auto out = ma::nhwc(mixed, to);
  auto plan = ma::make_plan(ma::serial{}, ma::saliencymix{}, x, key);  // knows that the channels are B, G, R
  ma::apply(plan, x, out);
  CHECK(out.row(3) == mixed[3].data);
}

TEST_CASE("opencv: a list of matrices that differ is refused") {
  auto const sentence = [](auto const& change) {
    std::vector<cv::Mat> images{image(4, 5, CV_8UC3, 1), image(4, 5, CV_8UC3, 2), image(4, 5, CV_8UC3, 3)};
    change(images);
    std::vector<std::uint8_t*> at;
    return alike::refused([&] { ma::nhwc(images, at); });
  };
  using list = std::vector<cv::Mat>;
  std::string const start = "mixaug: cv::Mat 2 of the list given to nhwc is ";
  CHECK(sentence([](list& m) { m[2] = image(4, 5, CV_32FC3, 1); }) ==
        start + "float32, 4 x 5 of 3 channels; expected uint8, 4 x 5 of 3 channels, as the first");
  CHECK(sentence([](list& m) { m[2] = image(4, 6, CV_8UC3, 1); }) ==
        start + "uint8, 4 x 6 of 3 channels; expected uint8, 4 x 5 of 3 channels, as the first");
  CHECK(sentence([](list& m) { m[2] = image(4, 5, CV_8UC1, 1); }) ==
        start + "uint8, 4 x 5 of 1 channel; expected uint8, 4 x 5 of 3 channels, as the first");
  CHECK(sentence([](list& m) { m[2] = cv::Mat(); }) ==
        start + "empty; expected uint8, 4 x 5 of 3 channels, as the first");
  CHECK(sentence([](list& m) { m[2] = image(8, 9, CV_8UC3, 1)(cv::Rect(1, 1, 5, 4)); }) ==
        start + "of rows 27 bytes apart; expected 15, as the first; a part of another image is cloned first");
  CHECK(sentence([](list& m) { m.clear(); }) ==
        "mixaug: the list given to nhwc is empty; expected at least one cv::Mat");
  int const stack[] = {2, 4, 5};
  CHECK(sentence([&](list& m) { m = {cv::Mat(3, stack, CV_8UC3)}; }) ==
        "mixaug: the first cv::Mat given to nhwc is uint8, 2 x 4 x 5 of 3 channels; expected one image each");
  CHECK(sentence([](list& m) { m[0] = image(4, 5, CV_32FC3, 1); }) ==
        "mixaug: the cv::Mat given to nhwc is of float32; expected uint8, which the call asked for; name the tensor's "
        "own "
        "type, or convert it first");
}

}  // namespace opencv_test
