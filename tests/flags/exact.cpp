// What must not depend on a compiler's flags, as numbers: draws, partners, weights and salient boxes in every bit,
// losses and chances to their accuracy, and the refusals of what is not finite. Built with -ffast-math and its parts;
// prints what is wrong and ends with 1.
#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>
#include <mixaug/mixaug.hpp>
#include <mixaug/kernel/bandwidth.hpp>
#include <mixaug/kernel/gaussian_kernel.hpp>
#include <mixaug/kernel/kernel_matrix.hpp>
#include <mixaug/weight/effective_number.hpp>
#include <mixaug/weight/uncertainty.hpp>
#include <vector>

namespace ma = mixaug;
using ma::index_t;

namespace {

int wrong = 0;

void equal(char const* name, std::uint64_t got, std::uint64_t expected) {
  if (got == expected) return;
  ++wrong;
  std::printf("%s: 0x%016llXu, not 0x%016llXu\n", name, static_cast<unsigned long long>(got),
              static_cast<unsigned long long>(expected));
}
/// Differences are compared as integers: the flags under test may remove a comparison with NaN.
void near(char const* name, double got, double expected, double within) {
  double const gap = std::fabs(got - expected) / within;
  std::uint64_t bits;
  std::memcpy(&bits, &gap, sizeof bits);
  if (bits <= 0x3FF0000000000000u) return;
  ++wrong;
  std::printf("%s: %.17g, not %.17g\n", name, got, expected);
}
template <class F>
void refused(char const* name, F const& f) {
  try {
    f();
  } catch (ma::invalid_argument const&) {
    return;
  }
  ++wrong;
  std::printf("%s: not refused\n", name);
}

/// FNV-1a.
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
};
/// As in plan/golden_test.cpp.
template <class P>
std::uint64_t digest_of(P const& p) {
  digest d;
  for (index_t i = 0; i < p.rows(); ++i) {
    d.add(std::uint64_t{p.choice[i]}), d.add(static_cast<std::uint64_t>(p.partner[i]));
    d.add(p.ratio[i]), d.add(p.share_self[i]), d.add(p.share_partner[i]);
    auto const s = p.state(i);
    for (index_t j = 0; j < s.tiles(); ++j) {
      ma::box const b = s.tile_at(j).where;
      for (std::int32_t v : {b.z0, b.z1, b.y0, b.y1, b.x0, b.x1}) d.add(static_cast<std::uint64_t>(v));
      d.add(s.tile_at(j).m);
    }
  }
  return d.h;
}

ma::key const k{.seed = 0x0123456789ABCDEFu, .step = 1023456789012u, .first = 100, .global = 1000};

void plans() {
  auto const images = ma::nchw<float>(nullptr, {500, 3, 224, 200});
  auto const volumes = ma::volumes<float>(nullptr, {500, 1, 17, 40, 33});
  equal("mixup", digest_of(ma::make_plan(ma::mixup{.alpha = 0.1f}, images, k)), 0x58B75E0BE01A416Bu);
  equal("cutmix", digest_of(ma::make_plan(ma::cutmix{.placement = ma::placement::inside, .boxes = 3}, images, k)),
        0x95D1B93906EEAD03u);
  auto const fields = [](auto const& p) {
    digest d{digest_of(p)};
    for (index_t i = 0; i < p.rows(); ++i)
      for (index_t y = 0; y < p.shape.size[1]; ++y)
        for (index_t x = 0; x < p.shape.size[2]; ++x) d.add(p.state(i).at(0, y, x));
    return d.h;
  };
  auto const small = ma::nchw<float>(nullptr, {12, 1, 33, 40});
  equal("fmix", fields(ma::make_plan(ma::fmix{}, small, k)), 0x167608DFA0C5A344u);
  equal("fmix, soft", fields(ma::make_plan(ma::fmix{.decay = 0.7f, .max_soft = 0.5f}, small, k)), 0xE6C62814594E8700u);
  equal("smoothmix", fields(ma::make_plan(ma::smoothmix{}, small, k)), 0x97594D3B66DE7D66u);
  equal("cutmix of volumes", digest_of(ma::make_plan(ma::cutmix{.minmax = {0.3f, 0.8f}}, volumes, k)),
        0xCEDD828DBDE674E1u);
}

/// Eighths in [0, 32), scattered; every fourth is tied with others: as in pairing/golden_partners_test.cpp.
template <class T>
std::vector<T> eighths(index_t count, double scale = 1) {
  std::vector<T> v;
  for (index_t j = 0; j < count; ++j)
    v.push_back(static_cast<T>(scale * 0.125 *
                               (static_cast<std::uint32_t>(j) * 2654435761u >> 7 & (j % 4 == 3 ? 0xE0u : 0xFFu))));
  return v;
}
template <class T>
std::uint64_t drawn(index_t n, index_t columns, ma::pairing::kernel_options const& o, double scale = 1) {
  auto const y = eighths<T>(n * columns, scale);
  ma::pairing::gaussian_kernel const table(ma::labels(y.data(), {n, columns}), o);
  std::vector<std::int64_t> query, partner(2000);
  for (index_t i = 0; i < 2000; ++i) query.push_back(i * 7919 % n);
  table.draw(ma::indices(std::as_const(query).data(), {2000}), {.seed = k.seed, .step = k.step},
             ma::indices(partner.data(), {2000}));
  digest d;
  for (std::int64_t const p : partner) d.add(static_cast<std::uint64_t>(p));
  return d.h;
}
void partners() {
  equal("partners", drawn<float>(1000, 1, {.bandwidth = 0.5}), 0x1816F6E49540A031u);
  equal("other partners", drawn<float>(1000, 1, {.bandwidth = 1e-3, .with_self = false}), 0x8C0BB4743AB73FB8u);
  equal("partners of 70000", drawn<double>(70000, 1, {.bandwidth = 3}, 17.0), 0x0B458E3383BD74D9u);
  equal("partners in the plane", drawn<float>(1500, 2, {.bandwidth = 1.5}), 0x585FCCD9B06F3935u);
  equal("partners in 5 dimensions", drawn<float>(700, 5, {.bandwidth = 4}), 0x1002052841B46FC5u);
  auto const y = eighths<double>(1000);
  double const h = ma::silverman_bandwidth(ma::labels(y.data(), {1000}));
  std::uint64_t bits;
  std::memcpy(&bits, &h, sizeof bits);
  equal("silverman_bandwidth", bits, 0x4000C81A2E72F0C4u);
}

void chances() {
  double const y[] = {0, 0.5, 1.75},
               expected[9] = {0.54982081374, 0.42602174567, 0.02415744060, 0.39175342196, 0.50559434451,
                              0.10265223353, 0.03523496407, 0.16282095017, 0.80194408576};
  double found[9];
  ma::kernel_matrix(ma::labels(y, {3}), {.bandwidth = 0.7}, ma::features(found, {3, 3}));
  for (int j = 0; j < 9; ++j) near("kernel_matrix", found[j], expected[j], 1e-8);
}

void weights() {
  std::vector<std::int64_t> const counts{3498, 184, 56, 1057};
  ma::weight::effective_number const t(ma::indices(counts.data(), {4}), {.beta = 0.999});
  digest d;
  for (index_t g = 0; g < 4; ++g) d.add(static_cast<float>(t.of(g)));
  ma::weight::uncertainty u(100, {.epochs = 7, .eta = 3});
  std::vector<std::int64_t> said(100), zeros(100);
  for (index_t e = 0; e < 7; ++e) {
    for (std::size_t i = 0; i < 100; ++i)
      said[i] = (static_cast<std::uint32_t>(i + 100 * static_cast<std::size_t>(e)) * 2654435761u >> 20) % 3;
    u.record(ma::serial{}, e, ma::class_ids(std::as_const(said).data(), {100}),
             ma::class_ids(std::as_const(zeros).data(), {100}), 0);
  }
  for (index_t i = 0; i < 100; ++i) d.add(u.weight(i));
  equal("weights", d.h, 0x2ECD936C505DF246u);
}

void losses() {
  float const x[2] = {}, z[6] = {0.0f, 0.6f, 1.3f, -0.45f, 0.1f, 0.0f};
  std::int64_t const y[2] = {2, 0};
  auto const p = ma::make_plan(ma::with(ma::mixup{}, ma::pairing::none{}), ma::features(x, {2, 1}), ma::key{});
  float loss[2], grad[6];
  ma::pair_cross_entropy(p, ma::features(z, {2, 3}), ma::class_ids(y, {2}), ma::labels(loss, {2}),
                         ma::features(grad, {2, 3}));
  double const true_loss[] = {0.57048060678, 1.45897895725};
  double const true_grad[] = {0.15404960674,  0.28069668462, -0.43474629136,
                              -0.76752648101, 0.40293542837, 0.36459105264};
  for (int j = 0; j < 2; ++j) near("loss", static_cast<double>(loss[j]), true_loss[j], 3e-7);
  for (int j = 0; j < 6; ++j) near("gradient", static_cast<double>(grad[j]), true_grad[j], 3e-7);
  float const low = -std::numeric_limits<float>::infinity();
  float const barred[3] = {1.0f, low, 1.0f};
  auto const one = ma::make_plan(ma::with(ma::mixup{}, ma::pairing::none{}), ma::features(x, {1, 1}), ma::key{});
  ma::pair_cross_entropy(one, ma::features(barred, {1, 3}), ma::class_ids(y, {1}), ma::labels(loss, {1}),
                         ma::features(grad, {1, 3}));
  near("loss beside a class of -inf", static_cast<double>(loss[0]), 0.69314718, 3e-7);
}

/// Symmetric drawings, whose maps have ties, and noise.
std::vector<std::uint8_t> drawings(index_t n, index_t h, index_t w) {
  std::vector<std::uint8_t> v;
  for (index_t i = 0; i < n; ++i)
    for (index_t c = 0; c < 3; ++c)
      for (index_t y = 0; y < h; ++y)
        for (index_t x = 0; x < w; ++x) {
          index_t const dy = std::abs(2 * y - h + 1), dx = std::abs(2 * x - w + 1);
          index_t const noise = static_cast<index_t>(static_cast<std::uint32_t>(v.size()) * 2654435761u >> 24);
          index_t const drawn = dx < w / (2 + i) && dy * 3 < h ? 200 - 9 * c : 30 + 20 * c;
          v.push_back(static_cast<std::uint8_t>(i % 3 == 0   ? noise
                                                : i % 3 == 1 ? drawn
                                                             : dy * (5 + i) + dx * dx * (c + 1)));
        }
  return v;
}
template <class Detector>
void salient(char const* name, Detector const& detector, std::uint64_t maps, std::uint64_t boxes) {
  auto const pixels = drawings(12, 44, 36);
  auto const x = ma::nchw(pixels.data(), {12, 3, 44, 36});
  std::vector<float> scores(12 * 44 * 36);
  ma::saliency_map(ma::serial{}, detector, x, ma::scores(scores.data(), {12, 44, 36}));
  digest d;
  for (float const s : scores) d.add(s);
  equal(name, d.h, maps);
  auto const given = ma::inputs(x).scores(ma::scores(std::as_const(scores).data(), {12, 44, 36}));
  equal(name,
        digest_of(ma::make_plan(ma::serial{}, ma::saliencymix{.scheme = ma::scheme::salient_to_salient}, given,
                                ma::key{.seed = 3})),
        boxes);
}

void refusals() {
  double const bad = std::numeric_limits<double>::quiet_NaN(), endless = std::numeric_limits<double>::infinity();
  for (double const v : {bad, endless}) {
    double const y[] = {0, v, 2};
    auto const labels = ma::labels(y, {3});
    auto const x = ma::features<float>(nullptr, {3, 1});
    double out[9];
    refused("labels of a table", [&] { ma::pairing::gaussian_kernel(labels, {.bandwidth = 1}); });
    refused("labels of a matrix", [&] { ma::kernel_matrix(labels, {.bandwidth = 1}, ma::features(out, {3, 3})); });
    refused("a bandwidth", [&] { ma::pairing::gaussian_kernel(ma::labels(y, {1}), {.bandwidth = v}); });
    refused("labels of silverman_bandwidth", [&] { ma::silverman_bandwidth(labels); });
    refused("targets", [&] { ma::make_plan(ma::c_mixup{.bandwidth = 1}, ma::inputs(x).targets(labels), ma::key{}); });
    refused("alpha", [&] { ma::make_plan(ma::mixup{.alpha = static_cast<float>(v)}, x, ma::key{}); });
    refused("a ratio",
            [&] { ma::make_plan(with(ma::mixup{}, ma::ratio::constant{static_cast<float>(v)}), x, ma::key{}); });
    refused("prob", [&] { ma::make_plan(ma::mixup{.prob = static_cast<float>(v)}, x, ma::key{}); });
  }
}

}  // namespace

int main() {
  plans(), partners(), chances(), weights(), losses();
  salient("spectral_residual", ma::saliency::spectral_residual{}, 0xDB0216B6F646F295u, 0xB34F3BE66EA656CCu);
  salient("frequency_tuned", ma::saliency::frequency_tuned{}, 0x102CD231B9EFFBCDu, 0xC002F86D5BF2E86Au);
  salient("fine_grained", ma::saliency::fine_grained{}, 0x9F8A173EC8B60F6Fu, 0x64AD0C7598F02258u);
  refusals();
  std::printf("%d wrong\n", wrong);
  return wrong == 0 ? 0 : 1;
}
