// expect: mixaug: the channels of cv::Mat images are interleaved
#include <mixaug/mixaug.hpp>
#include <mixaug/interop/opencv.hpp>
#include <vector>

void give(std::vector<cv::Mat> const& images) {
  std::vector<float*> pointers;
  mixaug::nchw(images, pointers);
}
