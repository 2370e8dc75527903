// SPDX-License-Identifier: MIT
// Augmenting and mixing at once beside both calls, one after the other, out of place, on one thread.
#include <memory>
#include <mixaug/augment/mixed.hpp>
#include <mixaug/mixaug.hpp>
#include <support/contest.hpp>
#include <support/print.hpp>

namespace {
using namespace bench;
namespace ma = mixaug;
namespace au = ma::augment;
using ma::index_t;

/// Images of bytes, interleaved, and the outputs of both ways.
template <class U>
struct batch {
  index_t n, side;
  std::vector<std::uint8_t> x;
  std::vector<U> between, out;

  batch(index_t count, index_t s)
      : n(count), side(s), x(static_cast<std::size_t>(3 * n * s * s)), between(x.size()), out(x.size()) {
    std::uint32_t r = 1;
    for (std::uint8_t& v : x) {
      r = r * 1664525u + 1013904223u;
      v = static_cast<std::uint8_t>(r >> 24);
    }
  }
  auto in() const { return ma::nhwc(x.data(), {n, side, side, index_t{3}}); }
  /// Floats leave as planes, bytes as they came.
  auto view(std::vector<U>& to) const {
    if constexpr (sizeof(U) == 1)
      return ma::nhwc(to.data(), {n, side, side, index_t{3}});
    else
      return ma::nchw(to.data(), {n, index_t{3}, side, side});
  }
};

template <class U, class Method>
void add(table& t, std::string const& name, au::chain const& c, Method const& method, index_t n, index_t side,
         double target) {
  auto const s = std::make_shared<batch<U>>(n, side);
  auto const augmented = std::make_shared<au::plan>(ma::make_plan(c, s->in(), ma::key{.seed = 1}));
  auto const mix =
      std::make_shared<ma::plan_of<Method>>(ma::make_plan(method, augmented->output(), ma::key{.seed = 1}));
  t.contests.push_back({name + " " + std::to_string(side) + "x" + std::to_string(side) + ", in two passes",
                        [=] { ma::apply(ma::serial{}, *mix, *augmented, s->in(), s->view(s->out)); },
                        [=] {
                          ma::apply(ma::serial{}, *augmented, s->in(), s->view(s->between));
                          ma::apply(ma::serial{}, *mix, s->view(s->between), s->view(s->out));
                        },
                        target});
}

suite const rows(61, [](table& t) {
  au::affine const turned{.degrees = {-15, 15}, .translate = {0.1f, 0.1f}, .scale = {0.9f, 1.1f}};
  au::flip const mirrored{.horizontal = 0.5f};
  au::normalise const norm{.mean = 127.0f, .std = 60.0f};
  for (index_t side : {index_t{224}, index_t{32}}) {
    bool const large = side == 224;
    index_t const n = large ? 128 : 1024;
    au::crop const cropped{.size = {side, side}, .padding = 4};
    au::chain const copies{cropped, mirrored}, normalised{cropped, mirrored, norm}, affine{turned},
        affine_floats{turned, norm};
    add<float>(t, "crop + flip + normalise, mixup to float", normalised, ma::mixup{}, n, side, large ? 1.4 : 0.85);
    add<float>(t, "affine + normalise, mixup to float", affine_floats, ma::mixup{}, n, side, large ? 1.3 : 0.85);
    add<float>(t, "affine + normalise, CutMix to float", affine_floats, ma::cutmix{}, n, side, large ? 1.3 : 0.85);
    add<std::uint8_t>(t, "crop + flip, mixup in bytes", copies, ma::mixup{}, n, side, 0.85);
    add<std::uint8_t>(t, "affine, CutMix in bytes", affine, ma::cutmix{}, n, side, 0.85);
  }
});

}  // namespace
