// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/blend/mix.hpp>
#include <mixaug/label/by_share.hpp>
#include <mixaug/pairing/shuffle.hpp>
#include <mixaug/plan/recipe.hpp>
#include <mixaug/ratio/beta.hpp>
#include <mixaug/region/salient_box.hpp>
#include <mixaug/saliency/detector.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug {

/// Part of the source that is pasted, and its place in the target (SaliencyMix, section 3.4).
enum class scheme : unsigned char {
  salient_to_corresponding,  ///< the default, and the best in the paper
  salient_to_salient,
  salient_to_non_salient,
  non_salient_to_salient,
  non_salient_to_non_salient,
  non_salient_to_corresponding  ///< not in the paper: see background_mix
};

namespace detail {

/// Returns the region rule of a scheme.
constexpr region::salient_box box_of(scheme s, search of, border at) noexcept {
  bool const from_peak =
      s == scheme::salient_to_corresponding || s == scheme::salient_to_salient || s == scheme::salient_to_non_salient;
  bool const same = s == scheme::salient_to_corresponding || s == scheme::non_salient_to_corresponding;
  bool const to_peak = s == scheme::salient_to_salient || s == scheme::non_salient_to_salient;
  return {.anchor = from_peak ? anchor::peak : anchor::valley,
          .search = of,
          .destination = same      ? destination::corresponding
                         : to_peak ? destination::peak
                                   : destination::valley,
          .border = at};
}

}  // namespace detail

/// SaliencyMix (Uddin et al., arXiv 2006.01791): the box around the most salient pixel of the partner replaces a box
/// of the sample. lambda ~ Beta(alpha, alpha), uniform at the default alpha = 1, is the share that the sample keeps;
/// labels follow the true share. The maps are computed by `detector`, or given as inputs(x).scores(v). Plan with a
/// backend, which reads the pixels: make_plan(serial{}, saliencymix{}, x, key). Default: a map and a box for every
/// sample. The published code takes one box for the batch from the source of its first row (mode::batch), clipped at
/// the border (border::clip), and reads normalised floats as bytes, which is not offered. All schemes but the first
/// paste at another place than they read and cannot be applied in place. A row that is its own partner
/// is left unchanged.
/// Errors: alpha <= 0, prob outside [0, 1], a batch that is not of images or is of single pixels, no pixels to read.
struct saliencymix {
  float alpha = 1.0f;
  float prob = 1.0f;
  mixaug::mode mode = mixaug::mode::sample;
  mixaug::scheme scheme = mixaug::scheme::salient_to_corresponding;
  saliency::any_detector detector = saliency::fine_grained{};
  mixaug::search search = mixaug::search::pixel;
  mixaug::border border = mixaug::border::shift;

  auto stages() const {
    return recipe{pairing::shuffle{},
                  ratio::beta{alpha},
                  detail::box_of(scheme, search, border),
                  blend::mix{},
                  label::by_share{},
                  when{mode, prob},
                  detector};
  }
};

}  // namespace mixaug

MIXAUG_EXACT_END
