// SPDX-License-Identifier: MIT
// The operators torch.ops.mixaug.*, and the classes that they share with Python. mix and mix_ bring their own gradients
// (mixaug/interop/torch.hpp), so one kernel serves every device and mode.
#include <mixaug/interop/torch.hpp>
#include <mixaug/mixaug.hpp>
#include <mixaug/apply/write_field.hpp>
#include <mixaug/weight/uncertainty.hpp>
#include <Python.h>
#include <torch/library.h>

#include "methods.hpp"
#include "options.hpp"

namespace mixaug_torch {
namespace {

namespace ma = mixaug;

ma::torch_parallel const threads{};

/// A plan of any method.
struct plan_object : torch::CustomClassHolder {
  ma::any_plan plan;
  explicit plan_object(ma::any_plan p) : plan(std::move(p)) {}

  std::int64_t rows() const { return plan.rows(); }
  /// A copy of one column: partner (n) int64, or ratio, share_self, share_partner, weight_self, weight_partner,
  /// float32.
  at::Tensor column(std::string const& name) const {
    if (name == "partner") {
      at::Tensor out = at::empty({rows()}, at::kLong);
      for (std::int64_t i = 0; i < rows(); ++i) out.data_ptr<std::int64_t>()[i] = plan.partner[i];
      return out;
    }
    if (name == "ratio") return copied(plan.ratio);
    if (name == "share_self") return copied(plan.share_self);
    if (name == "share_partner") return copied(plan.share_partner);
    if (name == "weight_self") return copied(plan.weight_self);
    if (name == "weight_partner") return copied(plan.weight_partner);
    ma::detail::fail("the column", "'" + name + "'",
                     "partner, ratio, share_self, share_partner, weight_self or weight_partner");
  }
  /// m of every pixel, float32 (n, h, w).
  at::Tensor field(std::int64_t height, std::int64_t width) const {
    at::Tensor out = at::empty({rows(), height, width});
    ma::write_field(threads, plan, ma::scores<float>(out));
    return out;
  }

 private:
  template <class Column>
  at::Tensor copied(Column const& values) const {
    at::Tensor out = at::empty({rows()}, at::kFloat);
    for (std::int64_t i = 0; i < rows(); ++i) out.data_ptr<float>()[i] = values[i];
    return out;
  }
};
using plan_pointer = c10::intrusive_ptr<plan_object>;

/// C-Mixup's sampling table.
struct kernel_table : torch::CustomClassHolder {
  ma::pairing::gaussian_kernel table;
  kernel_table(at::Tensor const& labels, double bandwidth, bool with_self)
      : table(ma::kernel_table(threads, labels, {.bandwidth = bandwidth, .with_self = with_self})) {}
  std::int64_t rows() const { return table.rows(); }
  /// A partner for each row of `queries`, int64 (n), which are rows of the table.
  at::Tensor draw(at::Tensor const& queries, std::vector<std::int64_t> const& key) const {
    at::Tensor out = at::empty({queries.size(0)}, at::kLong);
    table.draw(threads, ma::indices<std::int64_t const>(queries), key_of(key), ma::indices<std::int64_t>(out));
    return out;
  }
};

/// UMIX's record.
struct uncertainty_record : torch::CustomClassHolder {
  ma::weight::uncertainty record;
  uncertainty_record(std::int64_t rows, std::int64_t first_epoch, std::int64_t epochs, double eta, double c)
      : record(rows, {.first_epoch = first_epoch, .epochs = epochs, .eta = eta, .c = c}) {}
  void add(std::int64_t epoch, at::Tensor const& ids, at::Tensor const& predictions, at::Tensor const& labels) {
    ma::record_visits(threads, record, epoch, ids, predictions, labels);
  }
  at::Tensor weights(at::Tensor const& ids) const { return ma::record_weights(threads, record, ids); }
  std::int64_t recorded() const { return record.recorded(); }
};

plan_pointer make_plan(std::string const& method, at::Tensor const& x, text_options const& options,
                       std::vector<std::int64_t> const& key, named_tensors const& inputs) {
  return c10::make_intrusive<plan_object>(plan_by_name(method, x, options, key_of(key), inputs));
}

at::Tensor mix(at::Tensor const& x, plan_pointer const& p, c10::optional<at::Tensor> const& source, bool gathered) {
  if (!source) return ma::mix(threads, p->plan, x);
  return gathered ? ma::mix(threads, p->plan, x, ma::gathered(*source)) : ma::mix(threads, p->plan, x, *source);
}
at::Tensor mix_out(at::Tensor const& x, plan_pointer const& p, c10::optional<at::Tensor> const& source, bool gathered,
                   at::Tensor out) {
  if (!source)
    ma::mix_out(threads, p->plan, x, out);
  else if (gathered)
    ma::mix_out(threads, p->plan, x, ma::gathered(*source), out);
  else
    ma::mix_out(threads, p->plan, x, *source, out);
  return out;
}
at::Tensor mix_(at::Tensor x, plan_pointer const& p) { return ma::mix_(threads, p->plan, x); }

at::Tensor soft_labels(at::Tensor const& y, plan_pointer const& p, std::int64_t num_classes, double smoothing,
                       c10::optional<double> threshold) {
  ma::soft_label_options o{.smoothing = static_cast<float>(smoothing)};
  if (threshold) o.threshold = static_cast<float>(*threshold);
  return ma::soft_labels(threads, p->plan, y, num_classes, o);
}
at::Tensor pair_cross_entropy(at::Tensor const& logits, plan_pointer const& p, at::Tensor const& class_ids,
                              double smoothing, std::string const& reduction) {
  text_options given;
  given.insert("reduction", reduction);
  auto const reduce = options(given).choice("reduction", {"none", "sum", "mean"}, ma::reduction::mean);
  return ma::pair_cross_entropy(threads, p->plan, logits, class_ids,
                                {.smoothing = static_cast<float>(smoothing), .reduce = reduce});
}
at::Tensor saliency_map(at::Tensor const& images, std::string const& detector) {
  if (detector == "fine_grained") return ma::saliency_map(threads, ma::saliency::fine_grained{}, images);
  if (detector == "spectral_residual") return ma::saliency_map(threads, ma::saliency::spectral_residual{}, images);
  if (detector == "frequency_tuned") return ma::saliency_map(threads, ma::saliency::frequency_tuned{}, images);
  ma::detail::fail("the detector", "'" + detector + "'", "fine_grained, spectral_residual or frequency_tuned");
}

}  // namespace

TORCH_LIBRARY(mixaug, m) {
  m.class_<plan_object>("Plan")
      .def("rows", &plan_object::rows)
      .def("column", &plan_object::column)
      .def("field", &plan_object::field);
  m.class_<kernel_table>("KernelTable")
      .def(torch::init<at::Tensor const&, double, bool>())
      .def("rows", &kernel_table::rows)
      .def("draw", &kernel_table::draw);
  m.class_<uncertainty_record>("UncertaintyRecord")
      .def(torch::init<std::int64_t, std::int64_t, std::int64_t, double, double>())
      .def("add", &uncertainty_record::add)
      .def("weights", &uncertainty_record::weights)
      .def("recorded", &uncertainty_record::recorded);
  std::string const plan = "__torch__.torch.classes.mixaug.Plan plan";
  m.def("methods", &method_names);
  m.def("make_plan", &make_plan);
  m.def(("mix(Tensor x, " + plan + ", Tensor? source=None, bool gathered=False) -> Tensor").c_str(), &mix);
  m.def(("mix.out(Tensor x, " + plan + ", Tensor? source=None, bool gathered=False, *, Tensor(a!) out) -> Tensor(a!)")
            .c_str(),
        &mix_out);
  m.def(("mix_(Tensor(a!) x, " + plan + ") -> Tensor(a!)").c_str(), &mix_);
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

/// import mixaug._C loads this library, and with that registers the operators; the module itself is empty.
extern "C" PyObject* PyInit__C() {
  static PyModuleDef definition = {
      PyModuleDef_HEAD_INIT, "_C", nullptr, -1, nullptr, nullptr, nullptr, nullptr, nullptr};
  return PyModule_Create(&definition);
}
