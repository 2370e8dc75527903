// SPDX-License-Identifier: MIT
// The operators torch.ops.mixaug.*: their tensors and numbers on one side, what mixing.hpp does with them on the other.
// Gradients and the kernels of fake tensors are Python's (ops.py). A plan is a tensor of bytes (plan_bytes.hpp), of as
// many rows as the plan has; what lives longer than a call, tables and records, is known by a number.
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/library.h>

#include <mixaug/kernel/gaussian_kernel.hpp>
#include <mixaug/mixaug.hpp>
#include <mixaug/weight/record_file.hpp>
#include <memory>
#include <mutex>

#include "methods.hpp"
#include "mixing.hpp"
#include "options.hpp"
#include "output_pool.hpp"
#include "plan_bytes.hpp"
#include "threads.hpp"
#include "torch_tensor.hpp"

namespace mixaug_torch {

std::int64_t thread_count() noexcept { return at::in_parallel_region() ? 1 : at::get_num_threads(); }
void on_threads(std::int64_t count, void (*run)(void const*, std::int64_t, std::int64_t), void const* job) {
  at::parallel_for(0, count, 1, [&](std::int64_t begin, std::int64_t end) { run(job, begin, end); });
}

namespace {

/// Objects that calls know by their number.
template <class T>
class registry {
 public:
  std::int64_t add(T object) {
    std::lock_guard<std::mutex> const lock(mutex_);
    all_[++last_] = std::make_shared<T>(std::move(object));
    return last_;
  }
  std::shared_ptr<T> at(std::int64_t number) {
    std::lock_guard<std::mutex> const lock(mutex_);
    auto const found = all_.find(number);
    if (found == all_.end()) ma::detail::fail("the number of an object", std::to_string(number), "one that is kept");
    return found->second;
  }
  void drop(std::int64_t number) {
    std::lock_guard<std::mutex> const lock(mutex_);
    all_.erase(number);
  }

 private:
  std::mutex mutex_;
  std::map<std::int64_t, std::shared_ptr<T>> all_;
  std::int64_t last_ = 0;
};
registry<ma::pairing::gaussian_kernel> tables;
registry<ma::weight::uncertainty> records;

using optional_tensor = c10::optional<at::Tensor>;

source_rows source_of(optional_tensor const& t, bool gathered) {
  if (!t) return {};
  return {described(*t), gathered};
}
ma::any_plan plan_in(at::Tensor const& bytes) {
  if (!bytes.is_cpu() || bytes.scalar_type() != at::kByte || !bytes.is_contiguous())
    ma::detail::fail("the plan", "another tensor", "the bytes of a mixaug.Plan, on the CPU");
  return read_plan(static_cast<std::byte const*>(bytes.data_ptr()), bytes.nbytes());
}
/// A tensor (rows of the plan, k): operators of fake tensors know by its shape how many rows a mix has.
at::Tensor bytes_of(ma::any_plan const& plan) {
  auto const rows = plan.rows(), size = static_cast<std::int64_t>(plan_bytes(plan));
  at::Tensor out = at::zeros({rows, (size + rows - 1) / rows}, at::kByte);
  write_plan(plan, static_cast<std::byte*>(out.data_ptr()));
  return out;
}
ma::key key_of(std::int64_t seed, std::int64_t step, std::int64_t first, std::int64_t rows, std::int64_t block) {
  for (std::int64_t const number : {seed, step, first, rows, block})
    if (number < 0) ma::detail::fail("a number of the key", std::to_string(number), "a number >= 0");
  return {.seed = static_cast<std::uint64_t>(seed),
          .step = static_cast<std::uint64_t>(step),
          .first = first,
          .global = rows,
          .block = block};
}

std::string methods() {
  std::string all;
  for (std::string const& name : method_names()) all += (all.empty() ? "" : ",") + name;
  return all;
}
at::Tensor make_plan(std::string const& method, at::Tensor const& x, std::string const& options, std::int64_t seed,
                     std::int64_t step, std::int64_t first, std::int64_t rows, std::int64_t block,
                     std::string const& names, std::vector<at::Tensor> const& inputs) {
  named_tensors given;
  std::size_t begin = 0;
  for (at::Tensor const& t : inputs) {
    std::size_t const end = std::min(names.find(',', begin), names.size());
    given[names.substr(begin, end - begin)] = described(t);
    begin = end + 1;
  }
  return bytes_of(plan_by_name(method, described(x), options, key_of(seed, step, first, rows, block), given));
}
std::string plan_text(at::Tensor const& plan) { return text_of(plan_in(plan)); }
at::Tensor plan_from_text(std::string const& text) { return bytes_of(plan_of(text)); }

/// A copy of one column: partner (n) int64, or ratio, share_self, share_partner, weight_self, weight_partner, float32.
at::Tensor plan_column(at::Tensor const& bytes, std::string const& name) {
  ma::any_plan const plan = plan_in(bytes);
  auto const copied = [&](auto const& values, at::ScalarType type) {
    at::Tensor out = at::empty({plan.rows()}, type);
    auto* const to = static_cast<std::remove_cvref_t<decltype(values[0])>*>(out.data_ptr());
    for (std::int64_t i = 0; i < plan.rows(); ++i) to[i] = values[i];
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
}
at::Tensor plan_field(at::Tensor const& plan, std::int64_t height, std::int64_t width) {
  if (height <= 0 || width <= 0)
    ma::detail::fail("the field", "of " + std::to_string(height) + " x " + std::to_string(width) + " pixels",
                     "numbers > 0");
  at::Tensor const out = at::empty({plan.size(0), height, width});
  write_field(plan_in(plan), described(out));
  return out;
}

at::Tensor mixed(at::Tensor const& x, at::Tensor const& bytes, optional_tensor const& source, bool gathered) {
  ma::any_plan const plan = plan_in(bytes);
  tensor const from = described(x);
  if (from.rank == 0) ma::detail::fail("x", "of rank 0", "a batch: its first dimension is the samples");
  at::Tensor const out = pooled(x, plan.rows());
  mix(plan, from, source_of(source, gathered), described(out));
  return out;
}
void mixed_out(at::Tensor const& x, at::Tensor const& plan, optional_tensor const& source, bool gathered,
               at::Tensor out) {
  mix(plan_in(plan), described(x), source_of(source, gathered), described(out));
}
void mixed_inplace(at::Tensor x, at::Tensor const& plan) { mix_inplace(plan_in(plan), described(x)); }
std::tuple<at::Tensor, at::Tensor> adjoint(at::Tensor const& grad, at::Tensor const& plan, std::int64_t rows,
                                           std::int64_t rows_of_source, bool gathered) {
  at::Tensor const of_x = alike(grad, rows), of_source = alike(grad, rows_of_source);
  source_rows source;
  if (rows_of_source > 0) source = {described(of_source), gathered};
  mix_adjoint(plan_in(plan), described(grad), described(of_x), source);
  return {of_x, of_source};
}

at::Tensor labels_of(at::Tensor const& y, at::Tensor const& plan, optional_tensor const& source, bool gathered,
                     std::int64_t num_classes, double smoothing, c10::optional<double> threshold) {
  if (num_classes <= 0) ma::detail::fail("num_classes", std::to_string(num_classes), "a number > 0");
  at::Tensor const out = at::empty({plan.size(0), num_classes});
  label_choice choice{smoothing, std::nullopt};
  if (threshold) choice.threshold = *threshold;
  soft_labels(plan_in(plan), described(y), source_of(source, gathered), choice, described(out));
  return out;
}
at::Tensor grid_of_labels(at::Tensor const& ids, at::Tensor const& plan, optional_tensor const& source, bool gathered,
                          std::int64_t height, std::int64_t width) {
  if (height <= 0 || width <= 0)
    ma::detail::fail("the grid", "of " + std::to_string(height) + " x " + std::to_string(width) + " cells",
                     "numbers > 0");
  at::Tensor const out = at::empty({plan.size(0), height, width}, at::kLong);
  label_grid(plan_in(plan), described(ids), source_of(source, gathered), described(out));
  return out;
}
std::tuple<at::Tensor, at::Tensor> row_losses(at::Tensor const& logits, at::Tensor const& plan, at::Tensor const& ids,
                                              optional_tensor const& source, bool gathered, double smoothing,
                                              bool with_gradient) {
  at::Tensor const losses = at::empty({plan.size(0)}, logits.options());
  at::Tensor const gradient = with_gradient ? alike(logits, logits.size(0)) : at::empty({0}, logits.options());
  std::optional<tensor> to;
  if (with_gradient) to = described(gradient);
  pair_cross_entropy(plan_in(plan), described(logits), described(ids), source_of(source, gathered), smoothing,
                     described(losses), to);
  return {losses, gradient};
}
at::Tensor map_of(at::Tensor const& images, std::string const& detector) {
  if (images.dim() != 4)
    ma::detail::fail("the images", "of rank " + std::to_string(images.dim()), "rank 4: (n, c, h, w)");
  at::Tensor const out = at::empty({images.size(0), images.size(2), images.size(3)});
  saliency_map(described(images), detector, described(out));
  return out;
}

std::int64_t table_new(at::Tensor const& labels, double bandwidth, bool with_self) {
  std::int64_t number = 0;
  with_numbers(described(labels), "the labels", [&](auto const& v) {
    number = tables.add(ma::pairing::gaussian_kernel(threads, v, {.bandwidth = bandwidth, .with_self = with_self}));
  });
  return number;
}
at::Tensor table_draw(std::int64_t table, at::Tensor const& queries, std::int64_t seed, std::int64_t step,
                      std::int64_t first, std::int64_t rows, std::int64_t block) {
  auto const from = ma::indices<std::int64_t const>(described(queries));
  at::Tensor const out = at::empty({queries.size(0)}, at::kLong);
  tables.at(table)->draw(threads, from, key_of(seed, step, first, rows, block),
                         ma::indices<std::int64_t>(described(out)));
  return out;
}

std::int64_t record_new(std::int64_t rows, std::int64_t first_epoch, std::int64_t epochs, double eta, double c) {
  return records.add({rows, {.first_epoch = first_epoch, .epochs = epochs, .eta = eta, .c = c}});
}
void record_visits(std::int64_t record, std::int64_t epoch, at::Tensor const& ids, at::Tensor const& predictions,
                   at::Tensor const& labels) {
  auto const rows = ma::indices<std::int64_t const>(described(ids));
  with_ids(described(predictions), "the predictions", [&](auto const& p) {
    with_ids(described(labels), "the labels",
             [&](auto const& y) { records.at(record)->record(threads, epoch, rows, p, y); });
  });
}
at::Tensor record_weights(std::int64_t record, at::Tensor const& ids) {
  auto const rows = ma::indices<std::int64_t const>(described(ids));
  at::Tensor const out = at::empty({ids.size(0)});
  records.at(record)->weights(threads, rows, ma::weights<float>(described(out)));
  return out;
}
void record_save(std::int64_t record, std::string const& path) { ma::weight::save(*records.at(record), path); }
std::int64_t record_load(std::string const& path) { return records.add(ma::weight::load(path)); }

}  // namespace

TORCH_LIBRARY(mixaug, m) {
  m.def("methods() -> str", &methods);
  m.def("table_new(Tensor labels, float bandwidth, bool with_self) -> int", &table_new);
  m.def(
      "table_draw(int table, Tensor queries, SymInt seed, SymInt step, SymInt first, SymInt rows, SymInt block) -> "
      "Tensor",
      &table_draw);
  m.def("table_drop(int table) -> ()", [](std::int64_t table) { tables.drop(table); });
  m.def("record_new(int rows, int first_epoch, int epochs, float eta, float c) -> int", &record_new);
  m.def("record_visits(int record, int epoch, Tensor ids, Tensor predictions, Tensor labels) -> ()", &record_visits);
  m.def("record_weights(int record, Tensor ids) -> Tensor", &record_weights);
  m.def("record_save(int record, str path) -> ()", &record_save);
  m.def("record_load(str path) -> int", &record_load);
  m.def("record_drop(int record) -> ()", [](std::int64_t record) { records.drop(record); });
  m.def("empty_cache() -> ()", [] { outputs().clear(); });
  m.def("plan_text(Tensor plan) -> str", &plan_text);
  m.def("plan_from_text(str text) -> Tensor", &plan_from_text);

  m.def(
      "make_plan(str method, Tensor x, str options, SymInt seed, SymInt step, SymInt first, SymInt rows, SymInt block, "
      "str names, Tensor[] inputs) -> Tensor");
  m.def("plan_column(Tensor plan, str name) -> Tensor");
  m.def("plan_field(Tensor plan, SymInt height, SymInt width) -> Tensor");
  m.def("mix(Tensor x, Tensor plan, Tensor? source, bool gathered) -> Tensor");
  m.def("mix_out(Tensor x, Tensor plan, Tensor? source, bool gathered, Tensor(a!) out) -> ()");
  m.def("mix_(Tensor(a!) x, Tensor plan) -> ()");
  m.def("mix_adjoint(Tensor grad, Tensor plan, SymInt rows, SymInt source_rows, bool gathered) -> (Tensor, Tensor)");
  m.def(
      "soft_labels(Tensor y, Tensor plan, Tensor? source, bool gathered, SymInt num_classes, float smoothing, float? "
      "threshold) -> Tensor");
  m.def(
      "label_grid(Tensor class_ids, Tensor plan, Tensor? source, bool gathered, SymInt height, SymInt width) -> "
      "Tensor");
  m.def(
      "row_losses(Tensor logits, Tensor plan, Tensor class_ids, Tensor? source, bool gathered, float smoothing, bool "
      "with_gradient) -> (Tensor, Tensor)");
  m.def("saliency_map(Tensor images, str detector) -> Tensor");
}

// One kernel for every device: those that it does not reach are refused by a sentence, not by their name.
TORCH_LIBRARY_IMPL(mixaug, CompositeExplicitAutograd, m) {
  m.impl("make_plan", &make_plan);
  m.impl("plan_column", &plan_column);
  m.impl("plan_field", &plan_field);
  m.impl("mix", &mixed);
  m.impl("mix_out", &mixed_out);
  m.impl("mix_", &mixed_inplace);
  m.impl("mix_adjoint", &adjoint);
  m.impl("soft_labels", &labels_of);
  m.impl("label_grid", &grid_of_labels);
  m.impl("row_losses", &row_losses);
  m.impl("saliency_map", &map_of);
}

}  // namespace mixaug_torch
