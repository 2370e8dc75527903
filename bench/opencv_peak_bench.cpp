// SPDX-License-Identifier: MIT
// OpenCV on one thread: minMaxLoc, and frequency-tuned saliency as a user would write it in float.
#include <cmath>
#include <memory>
#include <mixaug/saliency/detail/lab_distance.hpp>
#include <mixaug/region/detail/peak.hpp>
#include <opencv2/imgproc.hpp>
#include <string>
#include <support/contest.hpp>
#include <vector>

namespace {
using namespace bench;
namespace ma = mixaug;

/// One colour image with waves and noise, planar for ours and interleaved for OpenCV, and its score map.
struct picture {
  int side;
  cv::Mat image, planes[3], real, lab, blurred, parts[3], peer_map;
  std::vector<float> map;
  std::vector<std::byte> scratch;

  explicit picture(int s)
      : side(s), image(s, s, CV_8UC3), map(area()), scratch(ma::detail::lab_distance_bytes(s, s, 3)) {
    std::uint32_t r = 1;
    for (int i = 0; i < s * s * 3; ++i) {
      r = r * 1664525u + 1013904223u;
      double const x = i / 3 % s / 224.0, y = i / 3 / s / 224.0, c = i % 3;
      double const v = 115 + 60 * std::sin(11 * y * (c + 1)) + 40 * std::cos(16 * x + c) + r / 1.6e8;
      image.data[i] = static_cast<std::uint8_t>(v);
    }
    cv::split(image, planes);
    ours(), theirs();
  }
  std::size_t area() const { return static_cast<std::size_t>(side) * static_cast<std::size_t>(side); }
  double difference() const { return cv::norm(cv::Mat(map).reshape(1, side), peer_map, cv::NORM_INF); }

  void ours() {
    std::uint8_t const* const rgb[3] = {planes[0].data, planes[1].data, planes[2].data};
    ma::detail::lab_distance(rgb, 3, side, side, map.data(), scratch.data());
  }
  void theirs() {
    image.convertTo(real, CV_32FC3, 1 / 255.0);
    cv::cvtColor(real, lab, cv::COLOR_RGB2Lab);
    cv::GaussianBlur(lab, blurred, {5, 5}, 0);
    cv::subtract(blurred, cv::mean(lab), blurred);
    cv::split(blurred, parts);
    cv::magnitude(parts[0], parts[1], peer_map);
    cv::magnitude(peer_map, parts[2], peer_map);
    peer_map *= 1 / cv::norm(peer_map, cv::NORM_INF);
  }
};

void search(table& t, std::shared_ptr<picture> const& p, std::string const& size, bool both, double target) {
  int const side = p->side;
  auto const ours = [=] {
    keep(ma::detail::peak(p->map.data(), side, side));
    if (both) keep(ma::detail::valley(p->map.data(), side, side));
  };
  auto const theirs = [=] {
    double least, most;
    cv::Point from, to;
    cv::minMaxLoc(cv::Mat(side, side, CV_32F, p->map.data()), &least, &most, &from, &to);
    keep(from), keep(to);
  };
  std::string const name = both ? "peak and valley " : "peak search ";
  t.contests.push_back({name + size + " float32, minMaxLoc", ours, theirs, target});
}

suite const rows(63, [](table& t) {
  cv::setNumThreads(1);
  for (int side : {224, 32}) {
    auto const p = std::make_shared<picture>(side);
    std::string const size = std::to_string(side) + "x" + std::to_string(side), name = "frequency_tuned " + size;
    search(t, p, size, false, 4), search(t, p, size, true, 0);
    t.contests.push_back({name + ", OpenCV pipeline", [=] { p->ours(); }, [=] { p->theirs(); }, 0});
    t.head.push_back(name + ": differs from OpenCV's by " + std::to_string(p->difference()));
  }
});
}  // namespace
