#include <doctest/doctest.h>

#include <mixaug/mixaug.hpp>
#include <mixaug/kernel/gaussian_kernel.hpp>

namespace golden_partners_test {

namespace ma = mixaug;
using ma::index_t;
using ma::pairing::gaussian_kernel;

// As in plan/golden_test.cpp: partners that numbers beside the batch decide are the same for every compiler, flag,
// backend and version of the library.
namespace {

std::uint64_t digest_of(index_t const* partner, index_t n) {
  std::uint64_t h = 0xCBF29CE484222325u;
  for (index_t i = 0; i < n; ++i)
    for (int k = 0; k < 8; ++k) h = (h ^ (static_cast<std::uint64_t>(partner[i]) >> 8 * k & 0xFF)) * 0x100000001B3u;
  return h;
}

/// Eighths in [0, 32), scattered; every fourth is tied with others.
std::uint32_t scattered(index_t k) {
  return static_cast<std::uint32_t>(k) * 2654435761u >> 7 & (k % 4 == 3 ? 0xE0u : 0xFFu);
}
template <class T>
std::vector<T> eighths(index_t count, double scale = 1) {
  std::vector<T> v;
  for (index_t k = 0; k < count; ++k) v.push_back(static_cast<T>(scale * 0.125 * scattered(k)));
  return v;
}

ma::key const k{.seed = 0x0123456789ABCDEFu, .step = 1023456789012u};

template <class T>
std::uint64_t drawn(index_t n, index_t columns, ma::pairing::kernel_options const& o, double scale = 1) {
  auto const y = eighths<T>(n * columns, scale);
  gaussian_kernel const table(ma::labels(y.data(), {n, columns}), o);
  std::vector<std::int64_t> query, partner(2000);
  for (index_t i = 0; i < 2000; ++i) query.push_back(i * 7919 % n);
  table.draw(ma::indices(std::as_const(query).data(), {2000}), k, ma::indices(partner.data(), {2000}));
  return digest_of(partner.data(), 2000);
}

template <class Method>
std::uint64_t planned(Method const& m) {
  index_t const n = 400;
  static auto const y = eighths<float>(n), f = eighths<float>(n * 6);
  static std::vector<std::int32_t> ids, groups;
  for (index_t i = 0; ids.size() < 400; ++i)
    ids.push_back(static_cast<std::int32_t>(scattered(i) % 5)),
        groups.push_back(static_cast<std::int32_t>(scattered(i + 999) % 3));
  auto in = ma::inputs(ma::features<float>(nullptr, {n, 1}))
                .class_ids(ma::class_ids(ids.data(), {n}))
                .groups(ma::class_ids(groups.data(), {n}));
  auto const p = ma::make_plan(m, in.targets(ma::labels(y.data(), {n})).features(ma::features(f.data(), {n, 6})), k);
  return digest_of(p.partner.data, p.rows());
}

}  // namespace

TEST_CASE("partners by kernels, classes and groups are those that they always were") {
  CHECK(drawn<float>(1000, 1, {.bandwidth = 0.5}) == 0x1816F6E49540A031u);
  CHECK(drawn<float>(1000, 1, {.bandwidth = 1e-3, .with_self = false}) == 0x8C0BB4743AB73FB8u);
  CHECK(drawn<double>(70000, 1, {.bandwidth = 3}, 17.0) == 0x0B458E3383BD74D9u);
  CHECK(drawn<float>(1000, 1, {.bandwidth = 2, .kernel = ma::kernel::tophat}) == 0x92E284336B62B44Cu);
  CHECK(drawn<float>(1500, 2, {.bandwidth = 1.5}) == 0x585FCCD9B06F3935u);
  CHECK(drawn<double>(1500, 3, {.bandwidth = 2.5, .with_self = false}) == 0x4F3E81DE0E49B835u);
  CHECK(drawn<float>(700, 5, {.bandwidth = 4}) == 0x1002052841B46FC5u);
  CHECK(planned(ma::c_mixup{.bandwidth = 0.7}) == 0x33CE41E70F07BF0Cu);
  CHECK(planned(ma::c_mixup{.bandwidth = 9, .with_self = false, .of = ma::distance_of::features}) ==
        0x83DEE721349774AFu);
  CHECK(planned(ma::lisa{}) == 0x9F7EA56401B33E22u);
  CHECK(planned(ma::lisa{.p_sel = 0.2f, .mode = ma::mode::batch}) == 0xA9DAD61C3F0486F7u);
  CHECK(planned(ma::regmixup{}) == 0x91718FACF9679DC1u);
  CHECK(planned(with(ma::mixup{}, ma::pairing::same_class{})) == 0x26B7FAD0B558B942u);
  CHECK(planned(with(ma::mixup{}, ma::pairing::minority{})) == 0x608FFB5061C296A5u);
}

}  // namespace golden_partners_test
