// SPDX-License-Identifier: MIT
// The dispatch by element type and rank.
#include "mixing.hpp"

#include <mixaug/apply/label_grid.hpp>
#include <mixaug/apply/write_field.hpp>
#include <mixaug/mixaug.hpp>

#include "threads.hpp"

namespace mixaug_torch {
namespace {

/// Refuses what a view by x's type and rank cannot be.
void check_alike(tensor const& t, tensor const& x, char const* name) {
  auto const said = [](tensor const& v) { return type_of(v) + " of rank " + std::to_string(v.rank); };
  if (t.code != x.code || t.bits != x.bits || t.rank != x.rank) ma::detail::fail(name, said(t), said(x) + ", as x");
}
void check_batch(tensor const& x) {
  if (x.rank == 0) ma::detail::fail("x", "of rank 0", "a batch: its first dimension is the samples");
}
template <class Type, class Rank>
auto view(tensor const& t) {
  return ma::view_of<typename Type::type, Rank::value>(t);
}
/// f(of), where of(t) is the view of t by x's type and rank.
template <class F>
void visit_batch(tensor const& x, F const& f) {
  check_batch(x);
  ma::visit(x, [&](auto type) {
    visit_rank(x, [&](auto rank) { f([](tensor const& t) { return view<decltype(type), decltype(rank)>(t); }); });
  });
}

}  // namespace

void mix(ma::any_plan const& plan, tensor const& x, source_rows const& source, tensor const& out) {
  check_alike(out, x, "the output");
  if (source.rows) check_alike(*source.rows, x, "the source");
  visit_batch(x, [&](auto const& of) {
    if (!source.rows)
      ma::apply(threads, plan, of(x), of(out));
    else if (source.gathered)
      ma::apply(threads, plan, of(x), ma::gathered(of(*source.rows)), of(out));
    else
      ma::apply(threads, plan, of(x), of(*source.rows), of(out));
  });
}
void mix_inplace(ma::any_plan const& plan, tensor const& x) {
  visit_batch(x, [&](auto const& of) { ma::apply_inplace(threads, plan, of(x)); });
}
void mix_adjoint(ma::any_plan const& plan, tensor const& grad_out, tensor const& grad_x, source_rows const& source) {
  ma::visit(grad_out, [&](auto type) {
    if constexpr (ma::detail::is_real<typename decltype(type)::type>)
      visit_rank(grad_out, [&](auto rank) {
        auto const of = [](tensor const& t) { return view<decltype(type), decltype(rank)>(t); };
        if (!source.rows)
          ma::apply_adjoint(threads, plan, of(grad_out), of(grad_x));
        else if (source.gathered)
          ma::apply_adjoint(threads, plan, of(grad_out), of(grad_x), ma::gathered(of(*source.rows)));
        else
          ma::apply_adjoint(threads, plan, of(grad_out), of(grad_x), of(*source.rows));
      });
    else
      ma::detail::fail("the gradient's type", type_of(grad_out), "float16, float32, float64 or bfloat16");
  });
}

void write_field(ma::any_plan const& plan, tensor const& fields) {
  ma::write_field(threads, plan, ma::scores<float>(fields));
}
void label_grid(ma::any_plan const& plan, tensor const& ids, source_rows const& source, tensor const& grid) {
  auto const out = ma::masks<std::int64_t>(grid);
  auto const of = [](tensor const& t) { return ma::class_ids<std::int64_t const>(t); };
  if (!source.rows)
    ma::label_grid(threads, plan, of(ids), out);
  else if (source.gathered)
    ma::label_grid(threads, plan, of(ids), ma::gathered(of(*source.rows)), out);
  else
    ma::label_grid(threads, plan, of(ids), of(*source.rows), out);
}

void soft_labels(ma::any_plan const& plan, tensor const& y, source_rows const& source, label_choice const& choice,
                 tensor const& out) {
  ma::soft_label_options o{.smoothing = static_cast<float>(choice.smoothing)};
  if (choice.threshold) o.threshold = static_cast<float>(*choice.threshold);
  auto const to = ma::features<float>(out);
  if (source.rows) check_alike(*source.rows, y, "the source's labels");
  auto const run = [&](auto const& of) {
    if (!source.rows)
      ma::soft_labels(threads, plan, of(y), to, o);
    else if (source.gathered)
      ma::soft_labels(threads, plan, of(y), ma::gathered(of(*source.rows)), to, o);
    else
      ma::soft_labels(threads, plan, of(y), of(*source.rows), to, o);
  };
  if (y.code == ma::element_code::floating_point && y.rank == 2)
    visit_float(y, "the labels", [&](auto type) {
      run([](tensor const& t) { return ma::features<typename decltype(type)::type const>(t); });
    });
  else if (y.code == ma::element_code::floating_point)
    ma::detail::fail("the labels", type_of(y) + " of rank " + std::to_string(y.rank),
                     "class ids (n), integers, or rows (n, num_classes) of float32 or float64");
  else
    with_ids(y, "the labels",
             [&](auto ids) { run([](tensor const& t) { return ma::class_ids<typename decltype(ids)::element>(t); }); });
}
void pair_cross_entropy(ma::any_plan const& plan, tensor const& logits, tensor const& ids, source_rows const& source,
                        double smoothing, tensor const& losses, std::optional<tensor> const& gradient) {
  ma::cross_entropy_options const o{.smoothing = static_cast<float>(smoothing), .reduce = ma::reduction::none};
  if (source.rows) check_alike(*source.rows, ids, "the source's class ids");
  visit_float(logits, "the logits", [&](auto type) {
    using T = typename decltype(type)::type;
    auto const z = ma::features<T const>(logits);
    auto const to = ma::weights<T>(losses);
    with_ids(ids, "the class ids", [&](auto own) {
      using id = typename decltype(own)::element;
      auto const run = [&](auto const&... g) {
        if (!source.rows)
          ma::pair_cross_entropy(threads, plan, z, own, to, g..., o);
        else if (source.gathered)
          ma::pair_cross_entropy(threads, plan, z, own, ma::gathered(ma::class_ids<id>(*source.rows)), to, g..., o);
        else
          ma::pair_cross_entropy(threads, plan, z, own, ma::class_ids<id>(*source.rows), to, g..., o);
      };
      if (gradient)
        run(ma::features<T>(*gradient));
      else
        run();
    });
  });
}

void saliency_map(tensor const& images, std::string const& name, tensor const& maps) {
  auto const to = ma::scores<float>(maps);
  auto const map = [&](auto const& detector) {
    ma::visit(images, [&](auto type) {
      using T = typename decltype(type)::type;
      if constexpr (ma::detail::is_real<T> || std::is_same_v<T, std::uint8_t>)
        ma::saliency_map(threads, detector, ma::nchw<T const>(images), to);
      else
        ma::detail::fail("the images' type", type_of(images), "float16, float32, float64, bfloat16 or uint8");
    });
  };
  if (name == "fine_grained") return map(ma::saliency::fine_grained{});
  if (name == "spectral_residual") return map(ma::saliency::spectral_residual{});
  if (name == "frequency_tuned") return map(ma::saliency::frequency_tuned{});
  ma::detail::fail("the detector", "'" + name + "'", "fine_grained, spectral_residual or frequency_tuned");
}

}  // namespace mixaug_torch
