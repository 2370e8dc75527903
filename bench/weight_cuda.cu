// SPDX-License-Identifier: MIT
// Records and weights on CUDA beside what must move at the bandwidth of cudaMemcpy in this run; group DRO and CVaR of a
// batch.
#include <mixaug/weight/device_weights.cuh>
#include <mixaug/weight/cvar.hpp>
#include <support/device_batch.cuh>
#include <support/print.hpp>
#include <vector>

namespace {
using namespace bench;
namespace w = ma::weight;
using ma::index_t;

template <class T>
struct device_list {
  index_t n;
  T* data = nullptr;
  explicit device_list(std::vector<T> const& v) : n(static_cast<index_t>(v.size())) {
    MIXAUG_CUDA(cudaMalloc(&data, v.size() * sizeof(T)));
    MIXAUG_CUDA(cudaMemcpy(data, v.data(), v.size() * sizeof(T), cudaMemcpyHostToDevice));
  }
  device_list(device_list const&) = delete;
  ~device_list() { cudaFree(data); }
  auto ids() const { return ma::on_device(ma::class_ids(data, {n})); }
  auto reals() const { return ma::on_device(ma::labels(data, {n})); }
};

template <class Job>
void line(table& t, std::string const& name, Job const& job, double floor) {
  job();
  double const s = by_events(job, 5);
  t.rows.push_back(
      {name, time_text(s), floor > 0 ? time_text(floor) : "-", floor > 0 ? text("%.2f", floor / s) : "-", "-", true});
}

suite const weights(30, [](table& t) {
  device_batch<float> const b;
  double const speed =
      2.0 * total * sizeof(float) /
      by_events([&] { cudaMemcpyAsync(b.out, b.x, total * sizeof(float), cudaMemcpyDeviceToDevice); }, 5);
  index_t const n = chosen().quick ? 10000000 : 100000000;
  double const samples = static_cast<double>(n);
  std::string const size = chosen().quick ? "1e7" : "1e8";
  std::vector<std::int32_t> words(static_cast<std::size_t>(n));
  for (std::size_t k = 0; k < words.size(); ++k) words[k] = static_cast<std::int32_t>(k * 2654435761u >> 28);
  device_list<std::int32_t> const predictions(words), labels(words);
  std::vector<std::int64_t> rows(1 << 20);
  std::uint64_t r = 1;
  for (auto& id : rows)
    r = r * 6364136223846793005u + 1442695040888963407u,
    id = static_cast<index_t>((r >> 24) % static_cast<std::uint64_t>(n));
  device_list<std::int64_t> const ids(rows);
  device_list<float> const out(std::vector<float>(static_cast<std::size_t>(n)));
  ma::cuda const be{};
  w::uncertainty_of<ma::space::device> record(be, n, {.epochs = 255, .eta = 50});
  line(
      t, "weight record, " + size + " int32, a byte", [&] { record.record(be, 0, predictions.ids(), labels.ids()); },
      10 * samples / speed);
  auto const part = [&](auto const& list) { return ma::on_device(ma::class_ids(list.data, {ids.n})); };
  line(
      t, "weight record, 2^20 shuffled ids of " + size,
      [&] { record.record(be, 0, ids.ids(), part(predictions), part(labels)); }, 0);
  line(
      t, "weights, " + size + " float from bytes", [&] { record.weights(be, out.reals()); }, 5 * samples / speed);
  for (index_t const batch : {256, 65536}) {
    std::vector<float> losses;
    std::vector<std::int64_t> groups;
    for (index_t i = 0; i < batch; ++i) losses.push_back(static_cast<float>(i * 37 % 101)), groups.push_back(i % 4);
    device_list<float> const l(losses), o(losses);
    device_list<std::int64_t> const g(groups);
    w::group_dro_of<ma::space::device> dro({.groups = 4});
    w::cvar_of<ma::space::device> worst({.fraction = 0.2});
    line(
        t, "group DRO, 4 groups, batch of " + std::to_string(batch),
        [&] { dro.update(be, l.reals(), g.ids(), o.reals()); }, 0);
    line(
        t, "CVaR, batch of " + std::to_string(batch), [&] { worst.weights(be, l.reals(), o.reals()); }, 0);
  }
});

}  // namespace
