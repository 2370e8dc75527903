#include <mixaug/interop/eigen_tensor.hpp>

#include "interop/mixed_alike.hpp"

namespace eigen_tensor_test {

using alike::has_shape;
using alike::views;
namespace ma = mixaug;

TEST_CASE("Eigen tensors: both layouts alias in logical order") {
  Eigen::Tensor<float, 4> columns(2, 3, 4, 5);
  Eigen::Tensor<float, 4, Eigen::RowMajor> rows(2, 3, 4, 5);
  CHECK(has_shape(ma::nchw(columns), {2, 3, 4, 5}, {1, 2, 6, 24}));
  CHECK(has_shape(ma::nchw(rows), {2, 3, 4, 5}, {60, 20, 5, 1}));
  CHECK(has_shape(ma::nhwc(rows), {2, 5, 3, 4}, {60, 1, 20, 5}));

  ma::nchw(columns)(1, 2, 3, 4) = 7.0f;
  ma::nchw(rows)(1, 2, 3, 4) = 8.0f;
  ma::nhwc(rows)(0, 4, 1, 2) = 9.0f;
  CHECK(columns(1, 2, 3, 4) == 7.0f);
  CHECK(rows(1, 2, 3, 4) == 8.0f);
  CHECK(rows(0, 1, 2, 4) == 9.0f);
}

TEST_CASE("Eigen tensors: fixed sizes, maps and const tensors") {
  Eigen::TensorFixedSize<double, Eigen::Sizes<3, 2, 4>, Eigen::RowMajor> fixed;
  CHECK(has_shape(ma::signals(fixed), {3, 2, 4}, {8, 4, 1}));
  CHECK(ma::scores(fixed).data == fixed.data());

  std::vector<float> memory(24);
  float const* constant = memory.data();
  Eigen::TensorMap<Eigen::Tensor<float const, 2>> const_map(constant, 6, 4);
  static_assert(views<decltype(ma::features(const_map)), float const, 2>);
  static_assert(
      views<decltype(ma::features(Eigen::TensorMap<Eigen::Tensor<float, 2>>(memory.data(), 6, 4))), float, 2>);
  CHECK(has_shape(ma::features(const_map), {6, 4}, {1, 6}));

  Eigen::Tensor<int, 1> const ids(5);
  static_assert(views<decltype(ma::class_ids(ids)), int const, 1>);
  CHECK(has_shape(ma::class_ids(ids), {5}, {1}));
}

TEST_CASE("Eigen tensors: mixing through views equals mixing raw copies") {
  Eigen::Tensor<float, 4> x(6, 5, 4, 3), out(6, 5, 4, 3);
  alike::check(ma::mixup{}, ma::nchw(x), ma::nchw(out));
  alike::check(ma::cutmix{}, ma::nhwc(x), ma::nhwc(out));
  Eigen::Tensor<std::uint8_t, 4, Eigen::RowMajor> bytes(6, 5, 4, 3), bytes_out(6, 5, 4, 3);
  alike::check(ma::mixup{}, ma::nchw(bytes), ma::nchw(bytes_out));
  alike::check(ma::cutmix{}, ma::nhwc(bytes), ma::nhwc(bytes_out));
}

TEST_CASE("Eigen tensors: an empty tensor gives an empty view, which apply refuses") {
  Eigen::Tensor<float, 2> none(0, 2);
  alike::check_empty_refused(ma::features(none));
}

}  // namespace eigen_tensor_test
