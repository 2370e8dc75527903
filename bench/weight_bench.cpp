// SPDX-License-Identifier: MIT
// Records of predictions for 1e8 samples, a byte each (1e7 with --quick), beside a pass that reads as many bytes as
// they move: 10 a sample (labels and predictions read, counters read and written); shuffled ids as trainers call it,
// beside random reads; weights on read (5 bytes a sample).
#include <memory>
#include <mixaug/backend/openmp.hpp>
#include <mixaug/backend/serial.hpp>
#include <mixaug/weight/uncertainty.hpp>
#include <support/options.hpp>
#include <support/print.hpp>
#include <vector>

namespace {
using namespace bench;
namespace ma = mixaug;
using ma::index_t;

/// One block of memory for all cases, one after the other: 8 bytes a sample, and the record's one.
struct set {
  index_t n = chosen().quick ? 10000000 : 100000000;
  std::vector<std::int32_t> words = std::vector<std::int32_t>(static_cast<std::size_t>(2 * n));
  ma::weight::uncertainty record{n, {.epochs = 255, .eta = 50}};
  std::vector<std::int64_t> ids = std::vector<std::int64_t>(1 << 20);
  set() {
    for (std::size_t k = 0; k < words.size(); ++k) words[k] = static_cast<std::int32_t>(k * 2654435761u >> 28);
    std::uint64_t r = 1;
    for (auto& id : ids)
      r = r * 6364136223846793005u + 1442695040888963407u,
      id = static_cast<index_t>((r >> 24) % static_cast<std::uint64_t>(n));
  }
  /// Predictions and labels of T: as many rows as fit.
  template <class T, class Backend>
  void contiguous(Backend const& be) {
    index_t const rows = n * 4 / static_cast<index_t>(sizeof(T));
    auto const* const p = reinterpret_cast<T const*>(words.data());
    record.record(be, 0, ma::class_ids(p, {rows}), ma::class_ids(p + rows, {rows}));
  }
  /// The same two runs of memory, only read.
  void read() const {
    auto const *const a = reinterpret_cast<std::uint64_t const*>(words.data()), *const b = a + n / 2;
    std::uint64_t sum[32] = {};
    for (index_t k = 0; k + 32 <= n / 2; k += 32)
      for (int j = 0; j < 32; ++j) sum[j] ^= a[k + j] ^ b[k + j];
    for (int j = 1; j < 32; ++j) sum[0] ^= sum[j];
    keep(sum[0]);
  }
  void shuffled() {
    for (std::size_t k = 0; k < ids.size(); k += 256)
      record.record(ma::serial{}, 0, ma::indices(ids.data() + k, {256}), ma::class_ids(words.data() + k, {256}),
                    ma::class_ids(words.data() + k + ids.size(), {256}));
  }
  void random_reads() const {
    std::uint8_t sum = 0;
    auto const* const v = reinterpret_cast<std::uint8_t const*>(record.counters().data());
    for (auto const id : ids) sum ^= v[id];
    keep(sum);
  }
};

/// Made by the first case that runs.
struct shared_set {
  std::shared_ptr<std::unique_ptr<set>> made = std::make_shared<std::unique_ptr<set>>();
  set* operator->() const {
    if (!*made) *made = std::make_unique<set>();
    return made->get();
  }
};

suite const rows(80, [](table& t) {
  shared_set const s;
  double const m = 1 << 20;
  std::string const size = chosen().quick ? "1e7" : "1e8", small = chosen().quick ? "5e6" : "5e7";
  auto const read = [s] { s->read(); };
  t.contests.push_back({"weight record, " + size + " int32, a byte; reading",
                        [s] { s->contiguous<std::int32_t>(ma::serial{}); }, read, 0.7, 1, 8.0 / 10});
  t.contests.push_back({"weight record, " + small + " int64, a byte; reading",
                        [s] { s->contiguous<std::int64_t>(ma::serial{}); }, read, 0, 1, 8.0 / 9});
  t.contests.push_back({"weight record, " + size + " int32, 2 threads against 1",
                        [s] { s->contiguous<std::int32_t>(ma::openmp{2}); },
                        [s] { s->contiguous<std::int32_t>(ma::serial{}); }, 0});
  t.contests.push_back({"weight record, shuffled ids of " + size + ", 256 a call; reads", [s] { s->shuffled(); },
                        [s] { s->random_reads(); }, 0, m, m});
  auto const out = [s] { return ma::weights(reinterpret_cast<float*>(s->words.data()), {s->n}); };
  t.contests.push_back({"weights, " + size + " float from bytes; reading",
                        [s, out] { s->record.weights(ma::serial{}, out()); }, read, 0, 1, 8.0 / 5});
  t.contests.push_back({"weights, " + size + ", 2 threads against 1",
                        [s, out] { s->record.weights(ma::openmp{2}, out()); },
                        [s, out] { s->record.weights(ma::serial{}, out()); }, 0});
});

}  // namespace
