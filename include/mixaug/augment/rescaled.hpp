// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/augment/plan.hpp>

MIXAUG_EXACT_BEGIN

/// Hidden features that go the way of their images.
namespace mixaug {
namespace augment {
namespace detail {

/// `length` pixels of features, whose images go from `from` pixels to `to`: to nearest, halves up, at least 1.
inline index_t scaled_length(index_t length, index_t from, index_t to) noexcept {
  index_t const scaled = (2 * length * to + from) / (2 * from);
  return scaled < 1 ? 1 : scaled;
}

/// The geometric passes of a chain for features of (channels, height, width); what changes values is left out.
inline compiled_chain features_of(compiled_chain const& images, image_facts const& features) {
  compiled_chain to;
  to.in = features;
  to.of_features = true;
  to.drawn_width = images.drawn_width;
  to.numbers_width = images.numbers_width;
  for (int p = 0; p <= chain::most; ++p) {
    to.facts[p] = images.facts[p];
    to.drawn_first[p] = images.drawn_first[p];
  }
  image_facts now = features;
  for (pass const& of_images : images.passes) {
    if (of_images.step == of_images.last) continue;
    pass q = of_images;
    q.stage = q.last_stage = 0;
    q.blur = -1;
    q.reach = 0;
    q.how.fill = 0.0f;
    q.in = now;
    now.height = scaled_length(features.height, images.in.height, of_images.out.height);
    now.width = scaled_length(features.width, images.in.width, of_images.out.width);
    q.out = now;
    q.warp = q.last_warp = to.warps.size();
    if (of_images.warp != of_images.last_warp) {
      auto const add = [&to](warp_item item) {
        item.first = to.doubles_width;
        to.doubles_width += doubles_of_warp[static_cast<int>(item.kind)];
        to.warps.push_back(item);
      };
      add({warp_kind::affine, q.step, q.step});
      for (std::size_t k = of_images.warp; k < of_images.last_warp; ++k) add(images.warps[k]);
      add({warp_kind::affine, q.last, q.last});
      q.last_warp = to.warps.size();
    }
    to.passes.push_back(q);
  }
  if (to.passes.empty()) {
    pass none = images.passes.front();
    none.step = none.last = 0;
    none.stage = none.last_stage = 0;
    none.warp = none.last_warp = 0;
    none.blur = -1;
    none.in = none.out = now;
    to.passes.push_back(none);
  }
  to.out = now;
  return to;
}

inline plan rescaled_to(plan const& p, image_facts const& features) {
  if (p.rows() == 0)
    fail("the plan", "empty (default-constructed, or moved from)", "a plan that make_plan(chain, x, key) made");
  compiled_chain const& images = plan_writer::compiled(p);
  if (images.of_features)
    fail("the plan", "one of features", "that of the images, from which every resolution is made");
  for (index_t v : {features.channels, features.height, features.width})
    if (v < 1) fail("rescaled's extents", "one of " + text(v), "at least 1");
  if (features.height > longest_side || features.width > longest_side)
    fail("rescaled's extents", text_of(image_size{features.height, features.width}), "at most 65535 pixels a side");
  plan to;
  plan_writer::fit(to, p.chain(), features_of(images, features), p.rows(), p.drawn_with);
  plan_writer::copy_drawn(p, to);
  for (index_t i = 0; i < p.rows(); ++i) plan_writer::derive(to, i);
  return to;
}

}  // namespace detail
}  // namespace augment

/// The plan of hidden features (n, c, h, w) that belong to the images of `p`: their maps, in units of the features'
/// pixels, whose grid covers the images. Feature maps of the output's resolution come out: of h out.height / in.height
/// pixels, to nearest. Steps of colour, noise and blur leave features as they are; beyond a constant border they are 0.
/// `apply`, `apply_masks`, `apply_points` and `apply_boxes` take it as any plan; it is not written as text, for it
/// follows from that of the images.
///   auto const of_features = ma::rescaled(plan, {64, 14, 14});
///   ma::apply(of_features, features, moved);
/// Errors: an empty plan, one that is of features already, one of signals or volumes, extents outside [1, 65535], maps
/// that integers cannot hold.
inline augment::plan rescaled(augment::plan const& p, extents<3> const& features) {
  if (p.rows() > 0 && p.in().kind != augment::subject::image)
    augment::detail::fail("the plan", "one of signals or volumes",
                          "one of images; features of signals are {c, l}, rescaled(plan, {c, l})");
  return augment::detail::rescaled_to(p, {features.at[0], features.at[1], features.at[2], p.in().range});
}
/// The same for features (n, c, l) of signals.
inline augment::plan rescaled(augment::plan const& p, extents<2> const& features) {
  if (p.rows() > 0 && p.in().kind != augment::subject::signal)
    augment::detail::fail("the plan", "one of images or volumes",
                          "one of signals; features of images are {c, h, w}, rescaled(plan, {c, h, w})");
  augment::image_facts of{features.at[0], 1, features.at[1], p.in().range};
  of.kind = augment::subject::signal;
  return augment::detail::rescaled_to(p, of);
}

}  // namespace mixaug

MIXAUG_EXACT_END
