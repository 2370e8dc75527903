#include <doctest/doctest.h>

#include <cstring>
#include <mixaug/mixaug.hpp>
#include <vector>

namespace golden_test {

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
    for (index_t j = 0; j < s.tiles(); ++j) d.add(s.tile_at(j).where), d.add(s.tile_at(j).m);
  }
  return d.h;
}

/// The same, and where the source of a box lies.
template <class R, class B>
std::uint64_t moved_digest_of(ma::plan<R, B> const& p) {
  digest d{digest_of(p)};
  for (index_t i = 0; i < p.rows(); ++i) {
    ma::offset const by = p.state(i).tile_at(0).source.by;
    for (std::int32_t v : {by.z, by.y, by.x}) d.add(static_cast<std::uint64_t>(v));
  }
  return d.h;
}

/// The same, and m of every pixel.
template <class R, class B>
std::uint64_t mask_digest_of(ma::plan<R, B> const& p) {
  digest d{digest_of(p)};
  for (index_t i = 0; i < p.rows(); ++i)
    for (index_t z = 0; z < p.shape.size[0]; ++z)
      for (index_t y = 0; y < p.shape.size[1]; ++y)
        for (index_t x = 0; x < p.shape.size[2]; ++x) d.add(p.state(i).at(z, y, x));
  return d.h;
}

/// Score maps of 0..16 with many ties.
std::vector<float> whole_scores(index_t count) {
  std::vector<float> v;
  for (std::uint32_t k = 0; k < static_cast<std::uint32_t>(count); ++k)
    v.push_back(static_cast<float>((k * 2654435761u >> 13) % 17));
  return v;
}

std::vector<int> class_ids_of(index_t count) {
  std::vector<int> v;
  for (std::uint32_t k = 0; k < static_cast<std::uint32_t>(count); ++k)
    v.push_back(static_cast<int>((k * 2654435761u >> 13) % 7));
  return v;
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
  CHECK(digest_of(make_plan(with(ma::mixup{}, ma::pairing::derangement{}, ma::ratio::uniform{0.1f, 0.7f}), images,
                            k)) == 0x7FBF4C76D0AFFE26u);
  CHECK(digest_of(make_plan(ma::cutmix{}, images, k)) == 0x0202CAB09E5869EEu);
  CHECK(digest_of(make_plan(ma::cutmix{.placement = placement::inside, .boxes = 3}, images, k)) == 0x95D1B93906EEAD03u);
  CHECK(digest_of(make_plan(ma::cutmix{.placement = placement::shifted}, volumes, k)) == 0xCE33003513FFA540u);
  CHECK(digest_of(make_plan(ma::cutmix{.placement = placement::uniform_pixels}, images, k)) == 0x8AAB2A4484321B6Cu);
  CHECK(digest_of(make_plan(ma::cutmix{.minmax = {0.3f, 0.8f}}, volumes, k)) == 0xCEDD828DBDE674E1u);
  CHECK(digest_of(make_plan(ma::cutmix{.placement = placement::clipped_odd, .align = 8}, images, k)) ==
        0xE4B1834FCD01CE37u);
  auto const ids = class_ids_of(1000);
  auto const classes = ma::inputs(images).class_ids(ma::class_ids(ids.data(), {1000}));
  CHECK(digest_of(make_plan(ma::balanced_mixup{}, classes, k)) == 0x7D807FAF4F131414u);
  std::vector<std::int64_t> const counts{50, 1000, 20, 20, 3000, 1, 400};
  CHECK(digest_of(make_plan(ma::remix{.class_counts = ma::indices(counts.data(), {7})}, classes, k)) ==
        0x7504C559426B484Cu);
  CHECK(digest_of(make_plan(ma::cutout{.n_holes = 2}, images, k)) == 0xFFD16AA38DC4713Cu);
  CHECK(digest_of(make_plan(ma::one_of(ma::mixup{}, ma::cutmix{}, ma::cutout{}), images, k)) == 0xACEB4B162642749Eu);
  CHECK(digest_of(make_plan(ma::gridmix{.n = 5}, volumes, k)) == 0x793E18227C36CDCFu);
  CHECK(digest_of(make_plan(ma::resizemix{}, images, k)) == 0xBEA92536D986959Cu);
  CHECK(digest_of(make_plan(ma::resizemix{.scope_min = 0.4f, .prob = 0.5f, .mode = ma::mode::batch}, volumes, k)) ==
        0x84D922E02C0A94E6u);
}

TEST_CASE("masks have the bits that they always had") {
  auto const plan = [](auto const& m, auto const& x) { return mask_digest_of(ma::make_plan(m, x, k)); };
  auto const small = ma::nchw<float>(nullptr, {12, 1, 33, 40});
  auto const block = ma::volumes<float>(nullptr, {6, 1, 7, 9, 10});
  auto const wave = ma::signals<float>(nullptr, {6, 1, 300});
  CHECK(plan(ma::fmix{}, small) == 0x167608DFA0C5A344u);
  CHECK(plan(ma::fmix{.decay = 0.7f, .max_soft = 0.5f}, small) == 0xE6C62814594E8700u);
  CHECK(plan(ma::fmix{.alpha = 3, .mode = ma::mode::batch, .prob = 0.5f}, block) == 0xB86D2E0CE4EADF6Au);
  CHECK(plan(ma::fmix{.decay = 2, .max_soft = 0.1f}, wave) == 0x781CBFBFA9A7B8F5u);
  CHECK(plan(ma::smoothmix{}, small) == 0x97594D3B66DE7D66u);
  CHECK(plan(ma::smoothmix{.sigma = {0.01f, 3}, .prob = 0.7f}, block) == 0xB577516DBF6DBCD9u);
}

TEST_CASE("boxes found in score maps have the bits that they always had") {
  using ma::scheme;
  auto const maps = whole_scores(300 * 36 * 28);
  auto const plan = [&](auto const& m) {
    auto const x = ma::nchw<float>(nullptr, {300, 3, 36, 28});
    return moved_digest_of(ma::make_plan(ma::serial{}, m, ma::inputs(x).scores(ma::scores(maps.data(), {300, 36, 28})),
                                         ma::key{.seed = 77, .step = 5}));
  };
  CHECK(plan(ma::saliencymix{}) == 0x27A4F4F0CFBCC157u);
  CHECK(plan(ma::saliencymix{.alpha = 0.2f, .prob = 0.5f, .scheme = scheme::salient_to_salient}) ==
        0x8B1F3452AD3232D8u);
  CHECK(plan(ma::saliencymix{.scheme = scheme::salient_to_non_salient, .search = ma::search::box_sum}) ==
        0x77DC3AB7BC5AD9E7u);
  CHECK(plan(ma::saliencymix{.scheme = scheme::non_salient_to_salient}) == 0xCC4654B594D4CEDAu);
  CHECK(plan(ma::saliencymix{.scheme = scheme::non_salient_to_non_salient, .search = ma::search::box_sum}) ==
        0x486B4948E3482B8Au);
  CHECK(plan(ma::saliencymix{.mode = ma::mode::batch, .scheme = scheme::non_salient_to_corresponding}) ==
        0x309F96839ED1FB45u);
  CHECK(plan(ma::saliencymix{.border = ma::border::clip}) == 0x509AFA03757ABDFBu);
  CHECK(plan(ma::attentivemix{}) == 0x5AAE609E1C0972D9u);
  CHECK(plan(ma::attentivemix{.grid = 5, .k_from_ratio = true, .of = ma::side::target}) == 0x28B6B3CD96B80FE0u);
  CHECK(plan(ma::snapmix{}) == 0x93DDCF8857A411DEu);
  CHECK(plan(with(ma::cutmix{}, ma::label::by_score{.mix = 0.5f, .of = ma::scored::mix})) == 0xDA89A2D32037BD6Cu);
  CHECK(plan(ma::one_of(ma::mixup{}, ma::saliencymix{.scheme = scheme::salient_to_salient}, ma::cutmix{})) ==
        0xE2C5F99E218124E9u);
}

}  // namespace golden_test
