#include <mixaug/interop/mdspan.hpp>
#include <mixaug/mixaug.hpp>
#include <version>
#ifdef __cpp_lib_mdspan
#  include <mdspan>
#endif
#if __has_include(<cuda/std/mdspan>)
#  include <cuda/std/mdspan>
#endif

#include "interop/mixed_alike.hpp"

namespace mdspan_test {

using alike::has_shape;
using alike::views;
namespace ma = mixaug;

/// The members of std::mdspan, of layout_stride, written from the standard.
template <std::size_t Rank>
struct extents {
  std::uint32_t at[Rank];
  constexpr std::uint32_t extent(std::size_t r) const { return at[r]; }
};
template <class T, std::size_t Rank>
struct span {
  using extents_type = mdspan_test::extents<Rank>;
  using layout_type = void;
  using element_type = T;
  using reference = T&;
  T* data;
  extents_type shape;
  std::uint32_t strides[Rank];
  bool has_strides = true;

  static constexpr std::size_t rank() { return Rank; }
  T* data_handle() const { return data; }
  extents_type const& extents() const { return shape; }
  bool is_strided() const { return has_strides; }
  std::uint32_t stride(std::size_t r) const { return strides[r]; }
};

TEST_CASE("mdspan: any type of its members is viewed") {
  std::vector<float> memory(6 * 3 * 5 * 4), mixed(memory.size());
  span<float, 4> const x{memory.data(), {{6, 3, 5, 4}}, {60, 20, 4, 1}},
      out{mixed.data(), {{6, 3, 5, 4}}, {1, 6, 18, 90}};
  static_assert(views<decltype(ma::nchw(x)), float, 4>);  // the elements are not const
  CHECK(has_shape(ma::nchw(x), {6, 3, 5, 4}, {60, 20, 4, 1}));
  CHECK(has_shape(ma::nhwc(x), {6, 4, 3, 5}, {60, 1, 20, 4}));
  CHECK(ma::nchw(x).data == memory.data());
  alike::check(ma::cutmix{}, ma::nchw(x), ma::nchw(out));
  static_assert(views<decltype(ma::features(span<double const, 2>{})), double const, 2>);
  static_assert(views<decltype(ma::class_ids(span<int, 1>{})), int, 1>);
  static_assert(views<decltype(ma::masks(span<std::uint8_t, 3>{})), std::byte, 3>);
}

TEST_CASE("mdspan: a layout without strides is refused, an empty one is an empty view") {
  std::vector<float> memory(12);
  span<float, 2> m{memory.data(), {{3, 4}}, {4, 1}, false};
  CHECK(alike::refused([&] { ma::features(m); }) ==
        "mixaug: the mdspan given to features is of a layout without strides; expected layout_right, layout_left or "
        "layout_stride");
  m.shape.at[0] = 0;
  CHECK(ma::features(m).size() == 0);
}

#ifdef __cpp_lib_mdspan
TEST_CASE("mdspan: std::mdspan of each layout") {
  std::vector<float> memory(120);
  std::mdspan const rows(memory.data(), 2, 3, 4, 5);
  CHECK(has_shape(ma::nchw(rows), {2, 3, 4, 5}, {60, 20, 5, 1}));
  std::mdspan<float const, std::extents<int, 2, 3, 4, std::dynamic_extent>, std::layout_left> const columns(
      memory.data(), 5);
  static_assert(views<decltype(ma::nchw(columns)), float const, 4>);
  CHECK(has_shape(ma::nchw(columns), {2, 3, 4, 5}, {1, 2, 6, 24}));
  std::layout_stride::mapping const strides(std::dextents<std::size_t, 2>(3, 4), std::array<std::size_t, 2>{10, 2});
  CHECK(has_shape(ma::features(std::mdspan(memory.data(), strides)), {3, 4}, {10, 2}));
}
#endif
#if __has_include(<cuda/std/mdspan>)
TEST_CASE("mdspan: cuda::std::mdspan") {
  std::vector<float> memory(120);
  ::cuda::std::mdspan<float, ::cuda::std::dextents<int, 4>> const rows(memory.data(), 2, 3, 4, 5);
  CHECK(has_shape(ma::nchw(rows), {2, 3, 4, 5}, {60, 20, 5, 1}));
  ::cuda::std::mdspan<float, ::cuda::std::dextents<int, 2>, ::cuda::std::layout_left> const columns(memory.data(), 3,
                                                                                                    4);
  CHECK(has_shape(ma::features(columns), {3, 4}, {1, 3}));
}
#endif

}  // namespace mdspan_test
