#include <mixaug/interop/container.hpp>
#include <mixaug/interop/run_time_tensor.hpp>
#include <mixaug/mixaug.hpp>

#include "interop/mixed_alike.hpp"

namespace container_test {

namespace ma = mixaug;

/// A user's own batch of images, with a lazy transformation of it, and a buffer of a type known at run time only.
struct image_stack {
  ma::index_t n, h, w;
  std::vector<float> memory = std::vector<float>(static_cast<std::size_t>(n * h * w * 3));
};
struct lazy_stack {};
struct raw_buffer {
  std::vector<std::byte> bytes;
  std::int64_t shape[2];
  int bits;
};

}  // namespace container_test

template <class C>
requires std::is_same_v<std::remove_const_t<C>, container_test::image_stack>
struct mixaug::container_of<C> : mixaug::container_base {
  using element = float;
  static constexpr int rank = 4;
  template <int R>
  static constexpr bool fits = R == rank;
  template <int R>
  static auto view(C& c, mixaug::view_request what) {
    if (c.n == 0) throw mixaug::invalid_argument(std::string("the stack given to ") + what.name + " is empty");
    return mixaug::row_major(c.memory.data(), mixaug::extents<R>{c.n, c.h, c.w, 3});
  }
};
template <class C>
requires std::is_same_v<std::remove_const_t<C>, container_test::raw_buffer>
struct mixaug::container_of<C> : mixaug::run_time_container {
  static mixaug::run_time_tensor describe(C& c) {
    mixaug::run_time_tensor t;
    t.data = const_cast<std::byte*>(c.bytes.data());
    t.code = mixaug::element_code::floating_point;
    t.bits = c.bits;
    t.rank = 2;
    t.extent = c.shape;
    t.read_only = std::is_const_v<C>;
    return t;
  }
};

namespace container_test {

using alike::views;

TEST_CASE("containers: a type of the user's own has the names of views") {
  image_stack x{6, 5, 4}, out{6, 5, 4};
  static_assert(ma::container<image_stack> && ma::container<image_stack const&> && !ma::container<lazy_stack>);
  static_assert(views<decltype(ma::nhwc(std::as_const(x))), float const, 4>);
  CHECK(alike::has_shape(ma::nhwc(x), {6, 3, 5, 4}, {60, 1, 12, 3}));
  alike::check(ma::cutmix{}, ma::nhwc(x), ma::nhwc(out));
  CHECK(alike::refused([] {
          image_stack none{0, 5, 4};
          ma::nhwc(none);
        }) == "the stack given to nhwc is empty");
}

TEST_CASE("containers: one that only the run knows has the names with an element") {
  raw_buffer b{std::vector<std::byte>(48), {3, 4}, 32};
  static_assert(ma::described_container<raw_buffer&> && !ma::container<raw_buffer> &&
                !ma::described_container<image_stack>);
  CHECK(alike::has_shape(ma::features<float>(b), {3, 4}, {4, 1}));
  CHECK(ma::features<float const>(std::as_const(b)).data == reinterpret_cast<float*>(b.bytes.data()));
  CHECK(alike::refused([&] { ma::features<float>(std::as_const(b)); }) ==
        "mixaug: the tensor given to features is read-only; expected memory that may be written; for reading ask for "
        "const elements, as in nchw<float const>(t)");
}

TEST_CASE("views: the order of the channels stays with the view") {
  std::vector<std::int16_t> memory(120);
  auto v = ma::nchw(memory.data(), {2, 3, 4, 5});
  CHECK(v.order == ma::channel_order::rgb);
  v.order = ma::channel_order::bgr;
  CHECK(ma::as_pixels(v).order == ma::channel_order::bgr);
  CHECK(ma::on_device(v).order == ma::channel_order::bgr);
  CHECK(ma::tensor_view<std::int16_t const, 4>(v).order == ma::channel_order::bgr);
  CHECK(ma::image_batch(v).order == ma::channel_order::bgr);
}

TEST_CASE("views: the detectors read the view's order, unless they are told another") {
  std::vector<std::uint8_t> pixels(2 * 3 * 24 * 24);
  for (std::size_t k = 0; k < pixels.size(); ++k) pixels[k] = static_cast<std::uint8_t>(k * k * 31 % 251);
  auto const rgb = ma::nchw(pixels.data(), {2, 3, 24, 24});
  auto bgr = rgb;
  bgr.order = ma::channel_order::bgr;
  auto const map_of = [](auto const& detector, auto const& view) {
    std::vector<float> map(2 * 24 * 24);
    ma::saliency_map(ma::serial{}, detector, view, ma::scores(map.data(), {2, 24, 24}));
    return map;
  };
  auto const check = [&](auto const& by_view, auto const& as_rgb, auto const& as_bgr) {
    CHECK(map_of(by_view, rgb) == map_of(as_rgb, rgb));
    CHECK(map_of(by_view, bgr) == map_of(as_bgr, rgb));
    CHECK(map_of(as_rgb, bgr) == map_of(as_rgb, rgb));
    CHECK(map_of(by_view, bgr) != map_of(by_view, rgb));
  };
  using ma::channel_order;
  using namespace ma::saliency;
  check(fine_grained{}, fine_grained{channel_order::rgb}, fine_grained{channel_order::bgr});
  check(frequency_tuned{}, frequency_tuned{channel_order::rgb}, frequency_tuned{channel_order::bgr});
  check(spectral_residual{}, spectral_residual{channel_order::rgb}, spectral_residual{channel_order::bgr});
}

}  // namespace container_test
