// SPDX-License-Identifier: MIT
// The operators torch.ops.mixaug.*, and the classes that they share with Python. mix and mix_ bring their own gradients
// (mixaug/interop/torch.hpp), so one kernel serves every device and mode.
#include <mixaug/interop/torch.hpp>
#include <mixaug/mixaug.hpp>
#include <mixaug/apply/write_field.hpp>
#include <mixaug/weight/uncertainty.hpp>
#include <torch/library.h>

#include "options.hpp"
#include "plan_object.hpp"

namespace mixaug_torch {
namespace {

namespace ma = mixaug;

/// A copy of one column: partner (n) int64, or ratio, share_self, share_partner, weight_self, weight_partner, float32.
at::Tensor plan_column(plan_pointer const& p, std::string const& name) {
  return p->visit([&](auto const& plan) {
    auto const copied = [&](auto const& values, at::ScalarType type) {
      at::Tensor out = at::empty({plan.rows()}, type);
      using T = std::remove_cvref_t<decltype(values[0])>;
      for (std::int64_t i = 0; i < plan.rows(); ++i) out.data_ptr<T>()[i] = values[i];
      return out;
    };
    if (name == "partner") return copied(plan.partner, at::kLong);
    if (name == "ratio") return copied(plan.ratio, at::kFloat);
    if (name == "share_self") return copied(plan.share_self, at::kFloat);
    if (name == "share_partner") return copied(plan.share_partner, at::kFloat);
    if (name == "weight_self") return copied(plan.weight_self, at::kFloat);
    if (name == "weight_partner") return copied(plan.weight_partner, at::kFloat);
    ma::detail::fail("the column", "'" + name + "'",
                     "partner, ratio, share_self, share_partner, weight_self or weight_partner");
  });
}
/// m of every pixel, float32 (n, h, w).
at::Tensor plan_field(plan_pointer const& p, std::int64_t height, std::int64_t width) {
  if (height <= 0 || width <= 0)
    ma::detail::fail("the field", "of " + std::to_string(height) + " x " + std::to_string(width) + " pixels",
                     "numbers > 0");
  at::Tensor out = at::empty({p->rows(), height, width});
  p->visit([&](auto const& plan) { ma::write_field(threads, plan, ma::scores<float>(out)); });
  return out;
}

/// C-Mixup's sampling table.
struct kernel_table : torch::CustomClassHolder {
  ma::pairing::gaussian_kernel table;
  kernel_table(at::Tensor const& labels, double bandwidth, bool with_self)
      : table(ma::kernel_table(threads, labels, {.bandwidth = bandwidth, .with_self = with_self})) {}
};
/// A partner for each row of `queries`, int64 (n), which are rows of the table.
at::Tensor kernel_draw(c10::intrusive_ptr<kernel_table> const& t, at::Tensor const& queries,
                       std::vector<std::int64_t> const& key) {
  auto const rows = ma::indices<std::int64_t const>(queries);
  at::Tensor out = at::empty({queries.size(0)}, at::kLong);
  t->table.draw(threads, rows, key_of(key), ma::indices<std::int64_t>(out));
  return out;
}

/// UMIX's record.
struct uncertainty_record : torch::CustomClassHolder {
  ma::weight::uncertainty record;
  uncertainty_record(std::int64_t rows, std::int64_t first_epoch, std::int64_t epochs, double eta, double c)
      : record(rows, {.first_epoch = first_epoch, .epochs = epochs, .eta = eta, .c = c}) {}
};
void record_visits(c10::intrusive_ptr<uncertainty_record> const& r, std::int64_t epoch, at::Tensor const& ids,
                   at::Tensor const& predictions, at::Tensor const& labels) {
  ma::record_visits(threads, r->record, epoch, ids, predictions, labels);
}
at::Tensor record_weights(c10::intrusive_ptr<uncertainty_record> const& r, at::Tensor const& ids) {
  return ma::record_weights(threads, r->record, ids);
}

plan_pointer make_plan(std::string const& method, at::Tensor const& x, text_options const& options,
                       std::vector<std::int64_t> const& key, named_tensors const& inputs) {
  return c10::make_intrusive<plan_object>(plan_by_name(method, x, options, key_of(key), inputs));
}

at::Tensor soft_labels(at::Tensor const& y, plan_pointer const& p, std::int64_t num_classes, double smoothing,
                       c10::optional<double> threshold) {
  ma::soft_label_options o{.smoothing = static_cast<float>(smoothing)};
  if (threshold) o.threshold = static_cast<float>(*threshold);
  return p->visit([&](auto const& plan) { return ma::soft_labels(threads, plan, y, num_classes, o); });
}
at::Tensor pair_cross_entropy(at::Tensor const& logits, plan_pointer const& p, at::Tensor const& class_ids,
                              double smoothing, std::string const& reduction) {
  text_options given;
  given.insert("reduction", reduction);
  auto const reduce = options(given).choice("reduction", {"none", "sum", "mean"}, ma::reduction::mean);
  ma::cross_entropy_options const o{.smoothing = static_cast<float>(smoothing), .reduce = reduce};
  return p->visit([&](auto const& plan) { return ma::pair_cross_entropy(threads, plan, logits, class_ids, o); });
}
at::Tensor saliency_map(at::Tensor const& images, std::string const& detector) {
  if (detector == "fine_grained") return ma::saliency_map(threads, ma::saliency::fine_grained{}, images);
  if (detector == "spectral_residual") return ma::saliency_map(threads, ma::saliency::spectral_residual{}, images);
  if (detector == "frequency_tuned") return ma::saliency_map(threads, ma::saliency::frequency_tuned{}, images);
  ma::detail::fail("the detector", "'" + detector + "'", "fine_grained, spectral_residual or frequency_tuned");
}

}  // namespace

TORCH_LIBRARY(mixaug, m) {
  m.class_<plan_object>("Plan").def("rows", &plan_object::rows);
  m.class_<kernel_table>("KernelTable").def(torch::init<at::Tensor const&, double, bool>());
  m.class_<uncertainty_record>("UncertaintyRecord")
      .def(torch::init<std::int64_t, std::int64_t, std::int64_t, double, double>());
  std::string const plan = "__torch__.torch.classes.mixaug.Plan plan";
  m.def("methods", &method_names);
  m.def("make_plan", &make_plan);
  m.def("plan_column", &plan_column);
  m.def("plan_field", &plan_field);
  m.def("kernel_draw", &kernel_draw);
  m.def("record_visits", &record_visits);
  m.def("record_weights", &record_weights);
  m.def(("mix(Tensor x, " + plan + ", Tensor? source=None, bool gathered=False) -> Tensor").c_str(), &mix);
  m.def(("mix.out(Tensor x, " + plan + ", Tensor? source=None, bool gathered=False, *, Tensor(a!) out) -> Tensor(a!)")
            .c_str(),
        &mix_out);
  m.def(("mix_(Tensor(a!) x, " + plan + ") -> Tensor(a!)").c_str(), &mix_inplace);
  m.def(("soft_labels(Tensor y, " + plan + ", int num_classes, float smoothing=0., float? threshold=None) -> Tensor")
            .c_str(),
        &soft_labels);
  m.def(("pair_cross_entropy(Tensor logits, " + plan +
         ", Tensor class_ids, float smoothing=0., str reduction='mean') -> Tensor")
            .c_str(),
        &pair_cross_entropy);
  m.def("saliency_map(Tensor images, str detector='fine_grained') -> Tensor", &saliency_map);
}

}  // namespace mixaug_torch
