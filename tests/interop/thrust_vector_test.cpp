#include <mixaug/interop/thrust_vector.hpp>

#include "interop/mixed_alike.hpp"

namespace thrust_vector_test {

using alike::has_shape;
using alike::refused;
using alike::views;
namespace ma = mixaug;

// The device system of this program is a host one (CPP, OMP or TBB).
using host_vector = thrust::host_vector<float>;
using device_vector = thrust::device_vector<float>;

TEST_CASE_TEMPLATE("Thrust: vectors are viewed by their extents and alias", Vector, host_vector, device_vector) {
  Vector v(2 * 3 * 4 * 5);
  CHECK(has_shape(ma::nchw(v, {2, 3, 4, 5}), {2, 3, 4, 5}, {60, 20, 5, 1}));
  CHECK(has_shape(ma::nhwc(v, {2, 4, 5, 3}), {2, 3, 4, 5}, {60, 1, 15, 3}));
  CHECK(has_shape(ma::signals(v, {2, 3, 20}), {2, 3, 20}, {60, 20, 1}));
  CHECK(has_shape(ma::volumes(v, {2, 3, 2, 2, 5}), {2, 3, 2, 2, 5}, {60, 20, 10, 5, 1}));
  CHECK(has_shape(ma::features(v, {10, 12}), {10, 12}, {12, 1}));
  CHECK(has_shape(ma::scores(v, {6, 4, 5}), {6, 4, 5}, {20, 5, 1}));
  CHECK(has_shape(ma::labels(v, {10, 12}), {10, 12}, {12, 1}));
  CHECK(has_shape(ma::labels(v, {120}), {120}, {1}));
  CHECK(has_shape(ma::labels(v), {120}, {1}));
  CHECK(has_shape(ma::weights(v), {120}, {1}));
  ma::nchw(v, {2, 3, 4, 5})(1, 2, 3, 4) = 7.0f;
  CHECK(host_vector(v)[119] == 7.0f);
}

TEST_CASE_TEMPLATE("Thrust: constness, element types and spaces", Vector, host_vector, device_vector) {
  Vector v(24);
  static_assert(views<decltype(ma::features(v, {6, 4})), float, 2>);
  static_assert(views<decltype(ma::features(std::as_const(v), {6, 4})), float const, 2>);
  static_assert(views<decltype(ma::weights(std::as_const(v))), float const, 1>);
  thrust::host_vector<std::uint8_t> masks(24);
  thrust::device_vector<std::int64_t> ids(24);
  thrust::cpp::vector<int> classes(24);
  static_assert(views<decltype(ma::masks(masks, {2, 3, 4})), std::byte, 3>);
  static_assert(views<decltype(ma::masks(masks, {6, 4})), std::byte, 2>);
  static_assert(views<decltype(ma::masks(masks, {1, 2, 3, 4})), std::byte, 4>);
  static_assert(views<decltype(ma::nchw(masks, {2, 1, 3, 4})), std::uint8_t, 4>);
  CHECK(ma::indices(ids).extent[0] == 24);
  CHECK(ma::indices(ids, {24}).data == ma::class_ids(ids).data);
  CHECK(ma::class_ids(classes, {24}).data == thrust::raw_pointer_cast(classes.data()));
}

TEST_CASE("Thrust: a size that is not the extents' product is a sentence") {
  thrust::device_vector<float> v(100);
  CHECK(refused([&] {
          ma::nchw(v, {2, 3, 4, 5});
        }) ==
        "mixaug: the vector given to nchw is of 100 elements; expected 120 elements for extents "
        "(2, 3, 4, 5)");
  CHECK(refused([&] { ma::labels(v, {99}); }) ==
        "mixaug: the vector given to labels is of 100 elements; expected 99 elements for extents "
        "(99)");
  CHECK(refused([&] {
          ma::features(v, {-10, -10});
        }) ==
        "mixaug: the vector given to features is of 100 elements; expected extents of a size that "
        "memory can have for extents (-10, -10)");
  ma::index_t const large = ma::index_t{1} << 62;
  CHECK(refused([&] { ma::features(v, {large, large}); }).find("of a size that memory can have") != std::string::npos);
}

TEST_CASE_TEMPLATE("Thrust: mixing through views equals mixing raw copies", Vector, host_vector, device_vector) {
  Vector x(6 * 3 * 5 * 4), out(x.size());
  alike::check(ma::cutmix{}, ma::nchw(x, {6, 3, 5, 4}), ma::nchw(out, {6, 3, 5, 4}));
  alike::check(ma::mixup{}, ma::nhwc(x, {6, 5, 4, 3}), ma::nhwc(out, {6, 5, 4, 3}));
  alike::check(ma::mixup{}, ma::features(x, {6, 60}), ma::features(out, {6, 60}));
}

TEST_CASE("Thrust: an empty vector gives an empty view, which apply refuses") {
  thrust::host_vector<float> none;
  alike::check_empty_refused(ma::features(none, {0, 2}));
}

}  // namespace thrust_vector_test
