// SPDX-License-Identifier: MIT
// The operators torch.ops.mixaug.*: their tensors and numbers on one side, what mixing.hpp does with them on the other.
// Gradients and the kernels of fake tensors are Python's (ops.py). A plan is a tensor of bytes (plan_bytes.hpp), of as
// many rows as the plan has; what lives longer than a call, tables and records, is known by a number.
#include <mixaug/kernel/gaussian_kernel.hpp>
#include <mixaug/mixaug.hpp>
#include <mixaug/weight/record_file.hpp>
#include <cstring>
#include <memory>
#include <mutex>

#include "binding.hpp"
#include "methods.hpp"
#include "mixing.hpp"
#include "options.hpp"
#include "output_pool.hpp"
#include "plan_bytes.hpp"
#include "threads.hpp"

namespace mixaug_torch {

std::int64_t thread_count() noexcept { return loop_threads(); }
void on_threads(std::int64_t count, void (*run)(void const*, std::int64_t, std::int64_t), void const* job) {
  loop(count, [&](std::int64_t begin, std::int64_t end) { run(job, begin, end); });
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

using optional_tensor = optional<torch_tensor>;

source_rows source_of(optional_tensor const& t, bool gathered) {
  if (!t) return {};
  return {described(*t), gathered};
}
ma::any_plan plan_in(torch_tensor const& bytes) {
  tensor const t = described(bytes);
  bool const is_bytes = t.code == ma::element_code::unsigned_integer && t.bits == 8;
  if (t.memory != ma::reach::host || !is_bytes || !bytes.is_contiguous())
    ma::detail::fail("the plan", "another tensor", "the bytes of a mixaug.Plan, on the CPU");
  return read_plan(static_cast<std::byte const*>(t.data), static_cast<std::size_t>(bytes.numel()));
}
/// A tensor (rows of the plan, k): operators of fake tensors know by its shape how many rows a mix has.
torch_tensor bytes_of(ma::any_plan const& plan) {
  auto const rows = plan.rows(), size = static_cast<std::int64_t>(plan_bytes(plan));
  torch_tensor out = empty<std::uint8_t>({rows, (size + rows - 1) / rows});
  std::memset(out.data_ptr(), 0, static_cast<std::size_t>(out.numel()));
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
torch_tensor make_plan(std::string const& method, torch_tensor const& x, std::string const& options, std::int64_t seed,
                       std::int64_t step, std::int64_t first, std::int64_t rows, std::int64_t block,
                       std::string const& names, std::vector<torch_tensor> const& inputs) {
  named_tensors given;
  std::size_t begin = 0;
  for (torch_tensor const& t : inputs) {
    std::size_t const end = std::min(names.find(',', begin), names.size());
    given[names.substr(begin, end - begin)] = described(t);
    begin = end + 1;
  }
  return bytes_of(plan_by_name(method, described(x), options, key_of(seed, step, first, rows, block), given));
}
std::string plan_text(torch_tensor const& plan) { return text_of(plan_in(plan)); }
torch_tensor plan_from_text(std::string const& text) { return bytes_of(plan_of(text)); }

/// A copy of one column: partner (n) int64, or ratio, share_self, share_partner, weight_self, weight_partner, float32.
torch_tensor plan_column(torch_tensor const& bytes, std::string const& name) {
  ma::any_plan const plan = plan_in(bytes);
  auto const copied = [&](auto const& values) {
    using T = std::remove_cvref_t<decltype(values[0])>;
    torch_tensor out = empty<T>({plan.rows()});
    auto* const to = static_cast<T*>(out.data_ptr());
    for (std::int64_t i = 0; i < plan.rows(); ++i) to[i] = values[i];
    return out;
  };
  if (name == "partner") return copied(plan.partner);
  if (name == "ratio") return copied(plan.ratio);
  if (name == "share_self") return copied(plan.share_self);
  if (name == "share_partner") return copied(plan.share_partner);
  if (name == "weight_self") return copied(plan.weight_self);
  if (name == "weight_partner") return copied(plan.weight_partner);
  ma::detail::fail("the column", "'" + name + "'",
                   "partner, ratio, share_self, share_partner, weight_self or weight_partner");
}
torch_tensor plan_field(torch_tensor const& plan, std::int64_t height, std::int64_t width) {
  if (height <= 0 || width <= 0)
    ma::detail::fail("the field", "of " + std::to_string(height) + " x " + std::to_string(width) + " pixels",
                     "numbers > 0");
  torch_tensor const out = empty<float>({plan.size(0), height, width});
  write_field(plan_in(plan), described(out));
  return out;
}

/// What `alike` makes, in memory of the pool where it is large.
torch_tensor pooled(torch_tensor const& like, std::int64_t rows) {
  tensor const t = described(like);
  std::size_t const bytes = static_cast<std::size_t>(like.numel()) * static_cast<std::size_t>(t.bits) / 8;
  if (bytes < output_pool::smallest || t.memory != ma::reach::host || rows != like.size(0) || !is_dense(t))
    return alike(like, rows);
  return in_memory(like, outputs().take(bytes), [bytes](void* data) { outputs().give(data, bytes); });
}

torch_tensor mixed(torch_tensor const& x, torch_tensor const& bytes, optional_tensor const& source, bool gathered) {
  ma::any_plan const plan = plan_in(bytes);
  tensor const from = described(x);
  if (from.rank == 0) ma::detail::fail("x", "of rank 0", "a batch: its first dimension is the samples");
  torch_tensor const out = pooled(x, plan.rows());
  mix(plan, from, source_of(source, gathered), described(out));
  return out;
}
void mixed_out(torch_tensor const& x, torch_tensor const& plan, optional_tensor const& source, bool gathered,
               torch_tensor out) {
  mix(plan_in(plan), described(x), source_of(source, gathered), described(out));
}
void mixed_inplace(torch_tensor x, torch_tensor const& plan) { mix_inplace(plan_in(plan), described(x)); }
std::tuple<torch_tensor, torch_tensor> adjoint(torch_tensor const& grad, torch_tensor const& plan, std::int64_t rows,
                                               std::int64_t rows_of_source, bool gathered) {
  torch_tensor const of_x = alike(grad, rows), of_source = alike(grad, rows_of_source);
  source_rows source;
  if (rows_of_source > 0) source = {described(of_source), gathered};
  mix_adjoint(plan_in(plan), described(grad), described(of_x), source);
  return {of_x, of_source};
}

torch_tensor labels_of(torch_tensor const& y, torch_tensor const& plan, optional_tensor const& source, bool gathered,
                       std::int64_t num_classes, double smoothing, optional<double> threshold) {
  if (num_classes <= 0) ma::detail::fail("num_classes", std::to_string(num_classes), "a number > 0");
  torch_tensor const out = empty<float>({plan.size(0), num_classes});
  label_choice choice{smoothing, std::nullopt};
  if (threshold) choice.threshold = *threshold;
  soft_labels(plan_in(plan), described(y), source_of(source, gathered), choice, described(out));
  return out;
}
torch_tensor grid_of_labels(torch_tensor const& ids, torch_tensor const& plan, optional_tensor const& source,
                            bool gathered, std::int64_t height, std::int64_t width) {
  if (height <= 0 || width <= 0)
    ma::detail::fail("the grid", "of " + std::to_string(height) + " x " + std::to_string(width) + " cells",
                     "numbers > 0");
  torch_tensor const out = empty<std::int64_t>({plan.size(0), height, width});
  label_grid(plan_in(plan), described(ids), source_of(source, gathered), described(out));
  return out;
}
std::tuple<torch_tensor, torch_tensor> row_losses(torch_tensor const& logits, torch_tensor const& plan,
                                                  torch_tensor const& ids, optional_tensor const& source, bool gathered,
                                                  double smoothing, bool with_gradient) {
  torch_tensor const losses = empty_as(logits, {plan.size(0)});
  torch_tensor const gradient = with_gradient ? alike(logits, logits.size(0)) : empty_as(logits, {0});
  std::optional<tensor> to;
  if (with_gradient) to = described(gradient);
  pair_cross_entropy(plan_in(plan), described(logits), described(ids), source_of(source, gathered), smoothing,
                     described(losses), to);
  return {losses, gradient};
}
torch_tensor map_of(torch_tensor const& images, std::string const& detector) {
  if (images.dim() != 4)
    ma::detail::fail("the images", "of rank " + std::to_string(images.dim()), "rank 4: (n, c, h, w)");
  torch_tensor const out = empty<float>({images.size(0), images.size(2), images.size(3)});
  saliency_map(described(images), detector, described(out));
  return out;
}

std::int64_t table_new(torch_tensor const& labels, double bandwidth, bool with_self) {
  std::int64_t number = 0;
  with_numbers(described(labels), "the labels", [&](auto const& v) {
    number = tables.add(ma::pairing::gaussian_kernel(threads, v, {.bandwidth = bandwidth, .with_self = with_self}));
  });
  return number;
}
torch_tensor table_draw(std::int64_t table, torch_tensor const& queries, std::int64_t seed, std::int64_t step,
                        std::int64_t first, std::int64_t rows, std::int64_t block) {
  auto const from = ma::indices<std::int64_t const>(described(queries));
  torch_tensor const out = empty<std::int64_t>({queries.size(0)});
  tables.at(table)->draw(threads, from, key_of(seed, step, first, rows, block),
                         ma::indices<std::int64_t>(described(out)));
  return out;
}

void table_drop(std::int64_t table) { tables.drop(table); }

std::int64_t record_new(std::int64_t rows, std::int64_t first_epoch, std::int64_t epochs, double eta, double c) {
  return records.add({rows, {.first_epoch = first_epoch, .epochs = epochs, .eta = eta, .c = c}});
}
void record_visits(std::int64_t record, std::int64_t epoch, torch_tensor const& ids, torch_tensor const& predictions,
                   torch_tensor const& labels) {
  auto const rows = ma::indices<std::int64_t const>(described(ids));
  with_ids(described(predictions), "the predictions", [&](auto const& p) {
    with_ids(described(labels), "the labels",
             [&](auto const& y) { records.at(record)->record(threads, epoch, rows, p, y); });
  });
}
torch_tensor record_weights(std::int64_t record, torch_tensor const& ids) {
  auto const rows = ma::indices<std::int64_t const>(described(ids));
  torch_tensor const out = empty<float>({ids.size(0)});
  records.at(record)->weights(threads, rows, ma::weights<float>(described(out)));
  return out;
}
void record_save(std::int64_t record, std::string const& path) { ma::weight::save(*records.at(record), path); }
std::int64_t record_load(std::string const& path) { return records.add(ma::weight::load(path)); }
void record_drop(std::int64_t record) { records.drop(record); }

void empty_cache() { outputs().clear(); }

}  // namespace

MIXAUG_TORCH_LIBRARY(mixaug, m) {
  m.def("methods() -> str");
  m.def("table_new(Tensor labels, float bandwidth, bool with_self) -> int");
  m.def(
      "table_draw(int table, Tensor queries, SymInt seed, SymInt step, SymInt first, SymInt rows, SymInt block) -> "
      "Tensor");
  m.def("table_drop(int table) -> ()");
  m.def("record_new(int rows, int first_epoch, int epochs, float eta, float c) -> int");
  m.def("record_visits(int record, int epoch, Tensor ids, Tensor predictions, Tensor labels) -> ()");
  m.def("record_weights(int record, Tensor ids) -> Tensor");
  m.def("record_save(int record, str path) -> ()");
  m.def("record_load(str path) -> int");
  m.def("record_drop(int record) -> ()");
  m.def("empty_cache() -> ()");
  m.def("plan_text(Tensor plan) -> str");
  m.def("plan_from_text(str text) -> Tensor");

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

// What has no tensors, or reads them where they are, has one kernel for every key.
MIXAUG_TORCH_LIBRARY_IMPL(mixaug, CompositeImplicitAutograd, m) {
  m.impl("methods", MIXAUG_TORCH_KERNEL(methods));
  m.impl("table_new", MIXAUG_TORCH_KERNEL(table_new));
  m.impl("table_draw", MIXAUG_TORCH_KERNEL(table_draw));
  m.impl("table_drop", MIXAUG_TORCH_KERNEL(table_drop));
  m.impl("record_new", MIXAUG_TORCH_KERNEL(record_new));
  m.impl("record_visits", MIXAUG_TORCH_KERNEL(record_visits));
  m.impl("record_weights", MIXAUG_TORCH_KERNEL(record_weights));
  m.impl("record_save", MIXAUG_TORCH_KERNEL(record_save));
  m.impl("record_load", MIXAUG_TORCH_KERNEL(record_load));
  m.impl("record_drop", MIXAUG_TORCH_KERNEL(record_drop));
  m.impl("empty_cache", MIXAUG_TORCH_KERNEL(empty_cache));
  m.impl("plan_text", MIXAUG_TORCH_KERNEL(plan_text));
  m.impl("plan_from_text", MIXAUG_TORCH_KERNEL(plan_from_text));
}

// One kernel for every device: those that it does not reach are refused by a sentence, not by their name.
MIXAUG_TORCH_LIBRARY_IMPL(mixaug, CompositeExplicitAutograd, m) {
  m.impl("make_plan", MIXAUG_TORCH_KERNEL(make_plan));
  m.impl("plan_column", MIXAUG_TORCH_KERNEL(plan_column));
  m.impl("plan_field", MIXAUG_TORCH_KERNEL(plan_field));
  m.impl("mix", MIXAUG_TORCH_KERNEL(mixed));
  m.impl("mix_out", MIXAUG_TORCH_KERNEL(mixed_out));
  m.impl("mix_", MIXAUG_TORCH_KERNEL(mixed_inplace));
  m.impl("mix_adjoint", MIXAUG_TORCH_KERNEL(adjoint));
  m.impl("soft_labels", MIXAUG_TORCH_KERNEL(labels_of));
  m.impl("label_grid", MIXAUG_TORCH_KERNEL(grid_of_labels));
  m.impl("row_losses", MIXAUG_TORCH_KERNEL(row_losses));
  m.impl("saliency_map", MIXAUG_TORCH_KERNEL(map_of));
}

}  // namespace mixaug_torch
