#include <doctest/doctest.h>

#include <cstring>
#include <mixaug/mixaug.hpp>

// Plans are the same bits for every compiler, flag, backend and version of the library: these numbers may
// change only together with the documented draws, and then old runs cannot be replayed.
namespace ma = mixaug;
using ma::index_t;

namespace {

/// FNV-1a over the decisions of a plan.
struct digest {
  std::uint64_t h = 0xCBF29CE484222325u;
  void add(std::uint64_t v) {
    for (int k = 0; k < 8; ++k) h = (h ^ (v >> 8 * k & 0xFF)) * 0x100000001B3u;
  }
  void add(float f) {
    std::uint32_t u;
    std::memcpy(&u, &f, sizeof u);
    add(std::uint64_t{u});
  }
  void add(ma::box const& b) {
    for (std::int32_t v : {b.z0, b.z1, b.y0, b.y1, b.x0, b.x1}) add(static_cast<std::uint64_t>(v));
  }
};

template <class R, class B>
std::uint64_t digest_of(ma::plan<R, B> const& p) {
  digest d;
  for (index_t i = 0; i < p.rows(); ++i) {
    d.add(std::uint64_t{p.choice[i]}), d.add(static_cast<std::uint64_t>(p.partner[i]));
    d.add(p.ratio[i]), d.add(p.share_self[i]), d.add(p.share_partner[i]);
    auto const s = p.state(i);
    for (index_t j = 0; j < s.patches(); ++j) d.add(s.get(j).where), d.add(s.get(j).m);
  }
  return d.h;
}

ma::key const k{.seed = 0x0123456789ABCDEFu, .step = 1023456789012u, .first = 100, .global = 1000};
auto const images = ma::nchw<float>(nullptr, {500, 3, 224, 200});
auto const volumes = ma::volumes<float>(nullptr, {500, 1, 17, 40, 33});

}  // namespace

TEST_CASE("plans have the bits that they always had") {
  using ma::make_plan, ma::placement;
  CHECK(digest_of(make_plan(ma::mixup{}, images, k)) == 0x05D48BF953CFBD09u);
  CHECK(digest_of(make_plan(ma::mixup{.alpha = 0.1f}, images, k)) == 0x58B75E0BE01A416Bu);
  CHECK(digest_of(make_plan(ma::mixup{.alpha = 0.4f, .prob = 0.5f}, images, k)) == 0x9DBAEC2713097F05u);
  CHECK(digest_of(make_plan(ma::mixup{.alpha = 8, .mode = ma::mode::batch}, images, k)) == 0xF4052E966553CC4Eu);
  CHECK(digest_of(make_plan(with(ma::mixup{}, ma::pairing::derangement{}, ma::ratio::uniform{0.1f, 0.7f}), images, k)) == 0x7FBF4C76D0AFFE26u);
  CHECK(digest_of(make_plan(ma::cutmix{}, images, k)) == 0x0202CAB09E5869EEu);
  CHECK(digest_of(make_plan(ma::cutmix{.placement = placement::inside, .boxes = 3}, images, k)) == 0x95D1B93906EEAD03u);
  CHECK(digest_of(make_plan(ma::cutmix{.placement = placement::shifted}, volumes, k)) == 0xCE33003513FFA540u);
  CHECK(digest_of(make_plan(ma::cutmix{.placement = placement::uniform_pixels}, images, k)) == 0x8AAB2A4484321B6Cu);
  CHECK(digest_of(make_plan(ma::cutmix{.minmax = {0.3f, 0.8f}}, volumes, k)) == 0xCEDD828DBDE674E1u);
  CHECK(digest_of(make_plan(ma::cutout{.n_holes = 2}, images, k)) == 0xFFD16AA38DC4713Cu);
  CHECK(digest_of(make_plan(ma::one_of(ma::mixup{}, ma::cutmix{}, ma::cutout{}), images, k)) == 0xACEB4B162642749Eu);
}
