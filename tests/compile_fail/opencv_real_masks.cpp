// expect: mixaug: id masks are integers; soft masks go into scores
#include <mixaug/mixaug.hpp>
#include <mixaug/interop/opencv.hpp>
#include <vector>

void give(std::vector<cv::Mat> const& masks) {
  std::vector<float*> pointers;
  (void)mixaug::masks(masks, pointers);
}
