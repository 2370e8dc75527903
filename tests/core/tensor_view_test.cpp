#include <doctest/doctest.h>

#include <cstddef>
#include <mixaug/core/tensor_view.hpp>
#include <numeric>
#include <vector>

namespace tensor_view_test {

namespace ma = mixaug;

namespace {
std::vector<int> counting(int n) {
  std::vector<int> v(static_cast<std::size_t>(n));
  std::iota(v.begin(), v.end(), 0);
  return v;
}
}  // namespace

TEST_CASE("nchw and nhwc reach the same logical order in different memory") {
  auto v = counting(2 * 3 * 4 * 5);
  auto const planes = ma::nchw(v.data(), {2, 3, 4, 5});
  auto const interleaved = ma::nhwc(v.data(), {2, 4, 5, 3});
  for (int n = 0; n < 2; ++n)
    for (int c = 0; c < 3; ++c)
      for (int h = 0; h < 4; ++h)
        for (int w = 0; w < 5; ++w) {
          REQUIRE(planes(n, c, h, w) == ((n * 3 + c) * 4 + h) * 5 + w);
          REQUIRE(interleaved(n, c, h, w) == ((n * 4 + h) * 5 + w) * 3 + c);
        }
  ma::index_t const logical[] = {2, 3, 4, 5};
  for (int d = 0; d < 4; ++d) {
    CHECK(planes.extent[d] == logical[d]);
    CHECK(interleaved.extent[d] == logical[d]);
  }
  CHECK(planes.size() == 120);
  auto const padded = ma::nhwc(v.data(), {1, 2, 3, 2}, {60, 30, 5, 1});
  CHECK(padded(0, 1, 1, 2) == 30 + 10 + 1);
}

TEST_CASE("every named view is row-major, and takes strides of any integral type") {
  auto v = counting(200);
  CHECK(ma::signals(v.data(), {2, 3, 5})(1, 2, 4) == 29);
  CHECK(ma::volumes(v.data(), {2, 1, 3, 4, 5})(1, 0, 2, 3, 4) == 119);
  CHECK(ma::features(v.data(), {4, 6})(3, 5) == 23);
  CHECK(ma::scores(v.data(), {2, 3, 4})(1, 2, 3) == 23);
  CHECK(ma::labels(v.data(), {7})(6) == 6);
  CHECK(ma::labels(v.data(), {7, 3})(6, 2) == 20);
  CHECK(ma::class_ids(v.data(), {7})(6) == 6);
  CHECK(ma::class_ids(v.data(), {7}, {3})(6) == 18);
  CHECK(ma::nchw(v.data(), {2, 2, 2, 2}, {64, 32, 8, 2})(1, 1, 1, 1) == 106);
  CHECK(ma::signals(v.data(), {2u, short{2}, 2l}, {50ll, 20, std::size_t{5}})(1, 1, 1) == 75);
  CHECK(ma::features(v.data() + 10, {2, 3}, {5, -2})(1, 2) == 11);
  CHECK(ma::labels(v.data(), {5}, {0})(4) == 0);
  CHECK(ma::scores(v.data(), {2, 2, 2}, {100, 10, 1})(1, 1, 1) == 111);
  CHECK(ma::masks(v.data(), {4, 6})(3, 5) == 23);
  CHECK(ma::masks(v.data(), {2, 3, 4})(1, 2, 3) == 23);
  CHECK(ma::masks(v.data(), {2, 3, 4, 5})(1, 2, 3, 4) == 119);
  CHECK(ma::masks(v.data(), {2, 3}, {50, -2}).stride[1] == -2);
  CHECK(ma::masks(v.data(), {2, 2, 2}, {100, 10, 1})(1, 1, 1) == 111);
  CHECK(ma::masks(v.data(), {1, 2, 2, 2}, {1, 100, 10, 1})(0, 1, 1, 1) == 111);
  std::uint8_t bytes[16] = {};
  static_assert(std::is_same_v<decltype(ma::masks(bytes, {2, 8}))::element, std::byte>);
  static_assert(std::is_same_v<decltype(ma::masks(bytes, {2, 2, 2, 2}, {8, 4, 2, 1}))::element, std::byte>);
  static_assert(std::is_same_v<decltype(ma::masks(static_cast<std::uint8_t const*>(bytes), {2, 2, 2, 2}))::element,
                               std::byte const>);
  CHECK(ma::volumes(v.data(), {1, 1, 2, 2, 2}, {1, 1, 100, 10, 1})(0, 0, 1, 1, 1) == 111);
}

TEST_CASE("a view of mutable elements becomes one of const elements, and moves to the device by name") {
  std::vector<float> v(6);
  auto const mutable_view = ma::features(v.data(), {2, 3});
  ma::tensor_view<float const, 2> const read_only = mutable_view;
  CHECK(read_only.data == v.data());
  CHECK(read_only.extent[1] == 3);
  CHECK(read_only.stride[0] == 3);
  auto const far = ma::on_device(mutable_view);
  CHECK(decltype(far)::memory == ma::space::device);
  CHECK(far.data == v.data());
  CHECK(far.stride[0] == 3);
  static_assert(std::is_trivially_copyable_v<decltype(far)>);
  static_assert(!std::is_convertible_v<ma::tensor_view<float, 2, ma::space::device>, ma::tensor_view<float, 2>>);
}

TEST_CASE("masks of bytes are ids, not pixels") {
  std::vector<std::uint8_t> bytes(12);
  std::vector<std::int32_t> ints(12);
  static_assert(std::is_same_v<decltype(ma::masks(bytes.data(), {1, 3, 4}))::element, std::byte>);
  static_assert(std::is_same_v<decltype(ma::masks(ints.data(), {1, 3, 4}))::element, std::int32_t>);
  auto const m = ma::masks(bytes.data(), {1, 3, 4});
  m(0, 2, 3) = std::byte{9};
  CHECK(bytes[11] == 9);
}

}  // namespace tensor_view_test
