// expect: mixaug: labels are (n) or (n, d): labels<T>(m) or labels<T, 2>(m)
#include <mixaug/mixaug.hpp>
#include <mixaug/interop/opencv.hpp>
#include <vector>

void give(cv::Mat const& m) { (void)mixaug::labels<float, 3>(m); }
