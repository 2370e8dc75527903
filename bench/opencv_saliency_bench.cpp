// SPDX-License-Identifier: MIT
// The detectors beside OpenCV's, each called as a user would on 8-bit colour images, on one thread. Whether the maps
// agree is a row of its own.
#include <cstring>
#include <support/opencv.hpp>
#include <support/print.hpp>

namespace {
using namespace bench;
using cv::saliency::StaticSaliencyFineGrained;
using cv::saliency::StaticSaliencySpectralResidual;

template <class Detector>
std::function<void()> ours(std::shared_ptr<pictures> const& p, Detector const& d) {
  return [=] { ma::saliency_map(ma::serial{}, d, p->images(), p->scores()); };
}
template <class Peer>
std::function<void()> peer(std::shared_ptr<pictures> const& p) {
  cv::Ptr<Peer> const detector = Peer::create();
  return [=] { detector->computeSaliency(p->bgr[0], p->peer_map); };
}
void agree(table& t, std::string const& name, std::string const& found, std::string const& wanted, bool ok) {
  t.rows.push_back({name, found, "", "", wanted, ok});
}

void versus(table& t, ma::index_t side, double fine, double spectral) {
  auto const p = std::make_shared<pictures>(1, side);
  auto const f = ours(p, ma::saliency::fine_grained{}), s = ours(p, ma::saliency::spectral_residual{});
  auto const cv_f = peer<StaticSaliencyFineGrained>(p), cv_s = peer<StaticSaliencySpectralResidual>(p);
  t.contests.push_back({"fine_grained " + p->text() + ", OpenCV", f, cv_f, fine});
  t.contests.push_back({"spectral_residual " + p->text() + ", OpenCV", s, cv_s, spectral});
  f(), cv_f();
  bool const same = std::memcmp(p->peer_map.data, p->maps.data(), 4 * p->maps.size()) == 0;
  agree(t, "fine_grained " + p->text() + ", bits of OpenCV's map", same ? "equal" : "differ", "equal", same);
  s(), cv_s();
  float const* const theirs = p->peer_map.ptr<float>();
  float gap = 0, most = 0;
  for (std::size_t k = 0; k < p->maps.size(); ++k)
    gap = std::max(gap, std::fabs(theirs[k] - p->maps[k])), most = std::max(most, theirs[k]);
  double const part = static_cast<double>(gap) / static_cast<double>(most);
  agree(t, "spectral_residual " + p->text() + ", off OpenCV's map", text("%.1e", part) + " of its maximum", "1e-4",
        part < 1e-4);
}

/// Our time a pixel where there is n times as much: 1 = linear.
template <class Detector>
void growth(table& t, std::string const& name, Detector const& d, ma::index_t n, ma::index_t side) {
  auto const small = std::make_shared<pictures>(1, side),
             large = std::make_shared<pictures>(n, n == 1 ? 2 * side : side);
  double const items = static_cast<double>(side * side);
  t.contests.push_back({name + " a pixel, " + small->text() + " against " + std::to_string(n) + " of " + large->text(),
                        ours(small, d), ours(large, d), 0, items, static_cast<double>(large->maps.size())});
}

suite const rows(50, [](table& t) {
  cv::setNumThreads(1);
  versus(t, 224, 20, 5), versus(t, 32, 12, 10);
  for (ma::index_t side : {64, 128, 256, 512}) growth(t, "fine_grained", ma::saliency::fine_grained{}, 1, side);
  growth(t, "fine_grained", ma::saliency::fine_grained{}, 64, 112);
  growth(t, "spectral_residual", ma::saliency::spectral_residual{}, 64, 112);
  growth(t, "frequency_tuned", ma::saliency::frequency_tuned{}, 1, 256);
});

}  // namespace
