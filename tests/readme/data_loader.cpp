// The section "In a data loader" of examples/README.md: workers, ranks, threads and a resumed run plan what one process
// plans.
#include <doctest/doctest.h>

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <mixaug/mixaug.hpp>
#include <thread>
#include <vector>

#include "support/compare_plans.hpp"

namespace {

constexpr ma::index_t n = 6, ranks = 4;
constexpr int c = 2, h = 12, w = 10, image = c * h * w;
constexpr std::uint64_t seed = 42, steps = 11;

using method_type = ma::cutmix;
constexpr method_type method{};

/// The pixels of the global batch, none like its neighbour; a batch of `n` rows is a part of it.
std::vector<float> const& global_pixels() {
  static std::vector<float> const all = [] {
    std::vector<float> v(static_cast<std::size_t>(ranks * n * image));
    for (std::size_t k = 0; k < v.size(); ++k) v[k] = static_cast<float>(k * 37 % 1009);
    return v;
  }();
  return all;
}
auto batch_of(ma::index_t first) { return ma::nchw(global_pixels().data() + first * image, {n, c, h, w}); }

/// What a step gives, in memory that processes can share: pixels, then partner and ratio of each row.
constexpr ma::index_t step_size = n * (image + 2);

void keep(float* results, std::uint64_t step, std::vector<float> const& mixed, ma::plan_of<method_type> const& plan) {
  float* at = results + static_cast<ma::index_t>(step) * step_size;
  for (float const v : mixed) *at++ = v;
  for (ma::index_t i = 0; i < n; ++i) {
    *at++ = static_cast<float>(plan.partner[i]);
    *at++ = plan.ratio[i];
  }
}

/// What one worker does.
void load(std::uint64_t worker, std::uint64_t workers, std::uint64_t resume_at, float* results) {
  auto const x = batch_of(0);
  std::vector<float> mixed(static_cast<std::size_t>(n * image));
  auto const out = ma::nchw(mixed.data(), {n, c, h, w});

  ma::plan_of<method_type> plan;  // one for each thread or process
  for (std::uint64_t step = resume_at + worker; step < steps; step += workers) {
    ma::make_plan(method, x, ma::key{.seed = seed, .step = step}, plan);  // the batch's number, not the worker's
    ma::apply(plan, x, out);
    keep(results, step, mixed, plan);
  }
}

std::vector<float> in_one_process() {
  std::vector<float> results(steps * step_size);
  for (std::uint64_t step = 0; step < steps; ++step) {
    auto const plan = ma::make_plan(method, batch_of(0), ma::key{.seed = seed, .step = step});
    std::vector<float> mixed(static_cast<std::size_t>(n * image));
    ma::apply(plan, batch_of(0), ma::nchw(mixed.data(), {n, c, h, w}));
    keep(results.data(), step, mixed, plan);
  }
  return results;
}

}  // namespace

TEST_CASE("threads that load make the batches of one process") {
  std::vector<float> results(steps * step_size, -1.0f);
  std::vector<std::thread> workers;
  for (std::uint64_t k = 0; k < 3; ++k) workers.emplace_back([&, k] { load(k, 3, 0, results.data()); });
  for (std::thread& t : workers) t.join();
  CHECK(results == in_one_process());
}

TEST_CASE("forked workers make the batches of one process") {
  constexpr std::size_t bytes = steps * step_size * sizeof(float);
  void* const memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  REQUIRE(memory != MAP_FAILED);
  float* const results = static_cast<float*>(memory);
  std::vector<pid_t> workers;
  for (std::uint64_t k = 0; k < 3; ++k) {
    pid_t const child = fork();
    if (child == 0) {
      load(k, 3, 0, results);
      _exit(0);
    }
    workers.push_back(child);
  }
  for (pid_t const child : workers) {
    int status = -1;
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(status == 0);
  }
  CHECK(std::vector<float>(results, results + steps * step_size) == in_one_process());
  munmap(memory, bytes);
}

TEST_CASE("a resumed run goes on with the batches that one run makes") {
  std::vector<float> const whole = in_one_process();
  constexpr std::uint64_t resume_at = 5;
  std::vector<float> results(steps * step_size, -1.0f);
  for (std::uint64_t k = 0; k < 2; ++k) load(k, 2, resume_at, results.data());
  std::vector<float> expected(results.size(), -1.0f);
  std::copy(whole.begin() + resume_at * step_size, whole.end(), expected.begin() + resume_at * step_size);
  CHECK(results == expected);
}

TEST_CASE("ranks plan the rows of one global batch") {
  auto const global = ma::nchw(global_pixels().data(), {ranks * n, c, h, w});
  std::vector<float> all(global_pixels().size()), mixed(static_cast<std::size_t>(n * image));
  for (std::uint64_t step = 0; step < 3; ++step) {
    auto const one = ma::make_plan(method, global, ma::key{.seed = seed, .step = step, .block = n});
    ma::apply(one, global, ma::nchw(all.data(), {ranks * n, c, h, w}));
    for (ma::index_t rank = 0; rank < ranks; ++rank) {
      CAPTURE(rank);
      auto const x = batch_of(rank * n);
      auto const out = ma::nchw(mixed.data(), {n, c, h, w});
      ma::plan_of<method_type> plan;

      ma::key const key{.seed = seed, .step = step, .first = rank * n, .global = ranks * n, .block = n};
      ma::make_plan(method, x, key, plan);  // the rows [first, first + n) of the global batch's plan
      ma::apply(plan, x, out);              // block = n: partners are rows of this rank's own batch

      for (ma::index_t i = 0; i < n; ++i) {
        CHECK(plan.partner[i] == one.partner[rank * n + i]);
        CHECK(plan.ratio[i] == one.ratio[rank * n + i]);
        CHECK(plan.share_self[i] == one.share_self[rank * n + i]);
      }
      auto const* const rows = all.data() + rank * n * image;
      CHECK(std::vector<float>(rows, rows + n * image) == mixed);
    }
  }
}

TEST_CASE("threads share a const plan") {
  auto const plan = ma::make_plan(method, batch_of(0), ma::key{.seed = seed});
  auto const copy = plan;
  std::vector<std::vector<float>> mixed(4, std::vector<float>(static_cast<std::size_t>(n * image)));
  std::vector<std::thread> threads;
  for (ma::index_t k = 0; k < 4; ++k)  // four batches, such as the modalities of one
    threads.emplace_back([&, k] {
      float* const to = mixed[static_cast<std::size_t>(k)].data();
      for (int turn = 0; turn < 20; ++turn) ma::apply(plan, batch_of(k * n), ma::nchw(to, {n, c, h, w}));
    });
  for (std::thread& t : threads) t.join();
  CHECK(test::same_plan(plan, copy));
  for (ma::index_t k = 0; k < 4; ++k) {
    std::vector<float> expected(static_cast<std::size_t>(n * image));
    ma::apply(plan, batch_of(k * n), ma::nchw(expected.data(), {n, c, h, w}));
    CHECK(mixed[static_cast<std::size_t>(k)] == expected);
  }
}
