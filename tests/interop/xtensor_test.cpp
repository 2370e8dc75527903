#include <mixaug/interop/xtensor.hpp>
#if __has_include(<xtensor/containers/xadapt.hpp>)
#  include <xtensor/containers/xadapt.hpp>
#  include <xtensor/containers/xfixed.hpp>
#  include <xtensor/misc/xmanipulation.hpp>
#  include <xtensor/views/xstrided_view.hpp>
#  include <xtensor/views/xview.hpp>
#else
#  include <xtensor/xadapt.hpp>
#  include <xtensor/xfixed.hpp>
#  include <xtensor/xmanipulation.hpp>
#  include <xtensor/xstrided_view.hpp>
#  include <xtensor/xview.hpp>
#endif

#include "interop/mixed_alike.hpp"

namespace xtensor_test {

using alike::has_shape;
using alike::views;
namespace ma = mixaug;
using xt::layout_type;

TEST_CASE("xtensor: containers of every layout alias in logical order") {
  xt::xtensor<float, 4> rows({2, 3, 4, 5});
  xt::xtensor<float, 4, layout_type::column_major> columns({2, 3, 4, 5});
  xt::xarray<float, layout_type::dynamic> either(std::vector<std::size_t>{2, 3, 4, 5}, layout_type::column_major);
  xt::xtensor_fixed<float, xt::xshape<2, 3, 4, 5>> fixed;
  CHECK(has_shape(ma::nchw(rows), {2, 3, 4, 5}, {60, 20, 5, 1}));
  CHECK(has_shape(ma::nhwc(rows), {2, 5, 3, 4}, {60, 1, 20, 5}));
  CHECK(has_shape(ma::nchw(columns), {2, 3, 4, 5}, {1, 2, 6, 24}));
  CHECK(has_shape(ma::nchw(either), {2, 3, 4, 5}, {1, 2, 6, 24}));
  CHECK(has_shape(ma::nchw(fixed), {2, 3, 4, 5}, {60, 20, 5, 1}));

  ma::nchw(rows)(1, 2, 3, 4) = 7.0f;
  ma::nhwc(columns)(1, 4, 2, 3) = 8.0f;
  ma::nchw(either)(0, 2, 1, 3) = 9.0f;
  CHECK(rows(1, 2, 3, 4) == 7.0f);
  CHECK(columns(1, 2, 3, 4) == 8.0f);
  CHECK(either(0, 2, 1, 3) == 9.0f);
}

TEST_CASE("xtensor: dimensions of one element get the strides of packed memory") {
  xt::xtensor<float, 4> gray({6, 1, 4, 5}), one({1, 3, 1, 1});
  xt::xtensor<float, 4, layout_type::column_major> columns({6, 1, 4, 1});
  CHECK(gray.strides()[1] == 0);
  CHECK(has_shape(ma::nchw(gray), {6, 1, 4, 5}, {20, 20, 5, 1}));
  CHECK(has_shape(ma::nhwc(gray), {6, 5, 1, 4}, {20, 1, 20, 5}));
  CHECK(has_shape(ma::nchw(one), {1, 3, 1, 1}, {3, 1, 1, 1}));
  CHECK(has_shape(ma::nchw(columns), {6, 1, 4, 1}, {1, 6, 6, 24}));
}

TEST_CASE("xtensor: views keep offset and strides") {
  xt::xtensor<float, 4> x({4, 3, 6, 8});
  auto const part = ma::nchw(xt::view(x, xt::range(1, 3), xt::all(), xt::range(2, 6), xt::range(1, 8, 2)));
  CHECK(has_shape(part, {2, 3, 4, 4}, {144, 48, 8, 2}));
  CHECK(part.data == &x(1, 0, 2, 1));
  auto const sample = ma::scores(xt::view(x, 2, xt::all(), xt::all(), xt::all()));
  CHECK(has_shape(sample, {3, 6, 8}, {48, 8, 1}));
  CHECK(sample.data == &x(2, 0, 0, 0));
  auto const turned = ma::nchw(xt::transpose(x, {0, 3, 1, 2}));
  CHECK(has_shape(turned, {4, 8, 3, 6}, {144, 1, 48, 8}));
  auto const flipped = ma::nchw(xt::flip(x, 3));
  CHECK(has_shape(flipped, {4, 3, 6, 8}, {144, 48, 8, -1}));
  CHECK(flipped.data == &x(0, 0, 0, 7));

  auto inner = xt::strided_view(x, {xt::range(1, 4), xt::all(), 2, xt::range(3, 8)});
  CHECK(ma::scores(inner).data == &x(1, 0, 2, 3));
  CHECK(ma::features(xt::view(inner, xt::all(), 1, xt::all())).data == &x(1, 1, 2, 3));
  CHECK(has_shape(ma::labels(xt::view(x, xt::all(), 0, 0, 0)), {4}, {144}));
}

TEST_CASE("xtensor: adaptors and constness") {
  std::vector<float> memory(24);
  std::vector<float> const& fixed = memory;
  std::array<std::size_t, 2> const shape = {6, 4};
  auto adapted = xt::adapt(memory, shape);
  static_assert(views<decltype(ma::features(adapted)), float, 2>);
  static_assert(views<decltype(ma::features(std::as_const(adapted))), float const, 2>);
  static_assert(views<decltype(ma::features(xt::adapt(fixed, shape))), float const, 2>);
  CHECK(ma::features(xt::adapt(memory.data(), 24, xt::no_ownership(), shape)).data == memory.data());
  CHECK(ma::features(xt::adapt(fixed, shape)).data == memory.data());
  CHECK(ma::labels(xt::view(xt::adapt(fixed, shape), 2)).data == memory.data() + 8);
  static_assert(views<decltype(ma::features(xt::adapt(fixed.data(), 24, xt::no_ownership(), shape))), float const, 2>);

  xt::xarray<double> const constant = xt::xarray<double>::from_shape({3, 2});
  static_assert(views<decltype(ma::features(constant)), double const, 2>);
  static_assert(views<decltype(ma::features(xt::view(constant, xt::range(0, 2)))), double const, 2>);
  CHECK(has_shape(ma::features(constant), {3, 2}, {2, 1}));
}

TEST_CASE("xtensor: one value a sample, id masks, and labels of either rank") {
  auto ids = xt::xtensor<int, 1>::from_shape({5});
  auto weights = xt::xtensor<double, 1>::from_shape({5});
  auto rows = xt::xtensor<std::int64_t, 1>::from_shape({5});
  xt::xtensor<std::uint8_t, 3> masks({2, 3, 4});
  xt::xarray<float> targets = xt::xarray<float>::from_shape({5, 3});
  CHECK(has_shape(ma::class_ids(ids), {5}, {1}));
  CHECK(ma::weights(weights).data == weights.data());
  CHECK(ma::indices(rows).data == rows.data());
  static_assert(views<decltype(ma::masks(masks)), std::byte, 3>);
  static_assert(views<decltype(ma::masks(std::as_const(masks))), std::byte const, 3>);
  CHECK(has_shape(ma::masks(masks), {2, 3, 4}, {12, 4, 1}));
  xt::xtensor<std::uint8_t, 2> const frames({2, 5});
  xt::xtensor<int, 4> volumes({2, 2, 3, 4});
  xt::xarray<std::uint8_t> any = xt::xarray<std::uint8_t>::from_shape({2, 7});
  static_assert(views<decltype(ma::masks(frames)), std::byte const, 2>);
  static_assert(views<decltype(ma::masks(volumes)), int, 4>);
  static_assert(views<decltype(ma::masks<2>(any)), std::byte, 2>);
  CHECK(has_shape(ma::masks(volumes), {2, 2, 3, 4}, {24, 12, 4, 1}));
  static_assert(views<decltype(ma::labels(weights)), double, 1>);
  CHECK(has_shape(ma::labels<2>(targets), {5, 3}, {3, 1}));
}

TEST_CASE("xtensor: a wrong rank at run time is a sentence") {
  xt::xarray<float> x = xt::xarray<float>::from_shape({8, 32, 32});
  CHECK(alike::refused([&] { ma::nchw(x); }) ==
        "mixaug: the container given to nchw is of rank 3 (8, 32, 32); expected rank 4 (n, c, h, w)");
  CHECK(alike::refused([&] {
          ma::nhwc(xt::strided_view(x, {xt::all(), 0}));
        }) == "mixaug: the container given to nhwc is of rank 2 (8, 32); expected rank 4 (n, h, w, c)");
  CHECK(alike::refused([&] { ma::labels<1>(x); }) ==
        "mixaug: the container given to labels is of rank 3 (8, 32, 32); expected rank 1 (n)");
}

TEST_CASE("xtensor: mixing through views equals mixing raw copies") {
  xt::xtensor<float, 4> x({6, 3, 5, 4}), out({6, 3, 5, 4});
  alike::check(ma::cutmix{}, ma::nchw(x), ma::nchw(out));
  alike::check(ma::cutmix{}, ma::nhwc(x), ma::nhwc(out));
  xt::xarray<float, layout_type::column_major> columns(std::vector<std::size_t>{6, 3, 5, 4}), columns_out(columns);
  alike::check(ma::mixup{}, ma::nchw(columns), ma::nchw(columns_out));
  alike::check(ma::cutmix{}, ma::nchw(columns), ma::nhwc(xt::transpose(out, {0, 2, 3, 1})));
  auto const window = [](auto& c) {
    return ma::nchw(xt::view(c, xt::all(), xt::all(), xt::range(1, 5), xt::range(0, 3)));
  };
  alike::check(ma::cutmix{}, window(x), window(out));
  alike::check(ma::mixup{}, ma::nchw(xt::flip(x, 3)), ma::nchw(xt::flip(out, 2)));
  xt::xtensor<std::uint8_t, 4> gray({5, 1, 8, 1}), gray_out({5, 1, 8, 1});
  alike::check(ma::mixup{}, ma::nchw(gray), ma::nchw(gray_out));
}

TEST_CASE("xtensor: an empty container gives an empty view, which apply refuses") {
  xt::xtensor<float, 2> none({0, 2});
  alike::check_empty_refused(ma::features(none));
}

}  // namespace xtensor_test
