// SPDX-License-Identifier: MIT
// One plan mixes a batch of images in an xt::xtensor and the hidden features of the same samples in
// an Eigen matrix: views of both, no copies, and the results are read back in each library's own
// words.

#include <cmath>
#include <cstdio>
#include <mixaug/interop/eigen.hpp>
#include <mixaug/interop/xtensor.hpp>
#include <mixaug/mixaug.hpp>

namespace ma = mixaug;

namespace {

constexpr int samples = 6, channels = 3, side = 8, width = 5;
int failures = 0;

void expect(bool holds, char const* what, int row) {
  if (holds) return;
  std::printf("FAILED: %s, row %d\n", what, row);
  ++failures;
}

}  // namespace

int main() {
  // Images in xtensor's row-major memory, features in Eigen's column-major memory.
  xt::xtensor<float, 4> images({samples, channels, side, side}), mixed_images(images.shape());
  Eigen::MatrixXf const features = Eigen::MatrixXf::Random(samples, width);
  Eigen::MatrixXf mixed_features(samples, width);
  for (int i = 0; i < samples; ++i)
    for (int c = 0; c < channels; ++c)
      for (int y = 0; y < side; ++y)
        for (int x = 0; x < side; ++x) images(i, c, y, x) = std::sin(static_cast<float>(7 * i + 5 * c + 3 * y + x));

  // Samples of one class are mixed with each other: the classes are an Eigen vector.
  Eigen::VectorXi classes(samples);
  classes << 0, 1, 0, 1, 0, 1;

  auto const x = ma::nchw(images);
  auto const method = ma::with(ma::mixup{.alpha = 1.0f}, ma::pairing::same_class{});
  auto const inputs = ma::inputs(x).class_ids(ma::class_ids(classes));
  auto const plan = ma::make_plan(method, inputs, ma::key{.seed = 42});

  ma::apply(plan, x, ma::nchw(mixed_images));
  ma::apply(plan, ma::features(features), ma::features(mixed_features));

  std::printf("sample  partner  lambda   image error   feature error\n");
  for (int i = 0; i < samples; ++i) {
    int const j = static_cast<int>(plan.partner[i]);
    float const own = plan.ratio[i];

    float image_error = 0.0f;
    for (int c = 0; c < channels; ++c)
      for (int y = 0; y < side; ++y)
        for (int k = 0; k < side; ++k) {
          float const right = own * images(i, c, y, k) + (1.0f - own) * images(j, c, y, k);
          image_error = std::fmax(image_error, std::fabs(mixed_images(i, c, y, k) - right));
        }
    Eigen::RowVectorXf const right = own * features.row(i) + (1.0f - own) * features.row(j);
    float const feature_error = (mixed_features.row(i) - right).cwiseAbs().maxCoeff();

    std::printf("%6d  %7d  %6.4f   %11.2g   %13.2g\n", i, j, static_cast<double>(own), static_cast<double>(image_error),
                static_cast<double>(feature_error));
    expect(image_error < 1e-6f, "the mixed images are not lambda * self + (1 - lambda) * partner", i);
    expect(feature_error < 1e-6f, "the mixed features follow another mix than the images", i);
    expect(classes[i] == classes[j], "the partner is of another class", i);
  }
  std::printf("%s\n", failures == 0 ? "one plan, two libraries, the same mix" : "see above");
  return failures == 0 ? 0 : 1;
}
