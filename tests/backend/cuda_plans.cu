// Device plans: what is on the device is what the host drew, step after step.
#include <doctest/doctest.h>

#include "support/compare_plans.hpp"
#include "support/cuda_memory.cuh"
#include "support/plans.hpp"
#include "support/values.hpp"

namespace {

auto const layout = ma::nchw<float>(nullptr, {12, 3, 9, 31});

/// A visitor of plans: up, copied there, down, and it is the same.
struct round_trip {
  template <class R, class B>
  void operator()(char const* name, ma::plan<R, B> const& plan) const {
    CAPTURE(name);
    ma::plan<R, B, ma::space::device> there;
    ma::plan<R, B> back;
    ma::upload(ma::cuda{}, plan, there);
    ma::download(ma::cuda{}, there, back);
    CHECK(test::same_plan(plan, back));
    ma::plan<R, B, ma::space::device> copied;
    ma::copy_plan(ma::cuda{}, there, copied);
    ma::download(ma::cuda{}, copied, back);
    CHECK(test::same_plan(plan, back));
    auto moved = std::move(there);
    CHECK(there.rows() == 0);
    ma::download(ma::cuda{}, moved, back);
    CHECK(test::same_plan(plan, back));
  }
};

/// Plans of a method made for the device and for the host, step after step in the same memory.
template <class M>
void same_steps(M const& method, ma::cuda const& be) {
  int const ids[] = {0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2};
  auto const there = ma::on_device(layout);
  auto plan = ma::make_plan(be, method, ma::inputs(there).class_ids(ma::class_ids(ids, {12})), ma::key{.seed = 4});
  ma::plan_of<M> back;
  for (std::uint64_t step = 0; step < 5; ++step) {
    CAPTURE(step);
    ma::key const k{.seed = 4, .step = step, .first = 12, .global = 36, .block = 12};
    ma::make_plan(be, method, ma::inputs(there).class_ids(ma::class_ids(ids, {12})), k, plan);
    ma::download(be, plan, back);
    CHECK(test::same_plan(ma::make_plan(method, ma::inputs(layout).class_ids(ma::class_ids(ids, {12})), k), back));
  }
}

}  // namespace

TEST_CASE("upload and download give the plan back") { test::every_plan(layout, {.seed = 8}, 3, round_trip{}); }

TEST_CASE("a device plan has the bits of the host plan") {
  test::own_stream const stream;
  for (ma::cuda const& be : {ma::cuda{}, ma::cuda{stream}}) {
    same_steps(ma::mixup{}, be);
    same_steps(ma::cutmix{.boxes = 2}, be);
    same_steps(ma::one_of(ma::mixup{}, with(ma::cutmix{}, ma::pairing::same_class{}), ma::cutout{.length = 5}), be);
  }
}

TEST_CASE("a field in device memory gives the plan of the same field on the host") {
  std::vector<float> field(12 * 5 * 7);
  for (std::size_t k = 0; k < field.size(); ++k) field[k] = static_cast<float>(k % 9) / 8;
  test::buffer<float, ma::space::device> sent(field);
  auto const method = with(ma::cutmix{}, ma::region::given_mask{.keep = true});
  auto const there = ma::inputs(ma::on_device(layout)).field(ma::on_device(ma::scores(sent.data(), {12, 5, 7})));
  auto const here = ma::inputs(layout).field(ma::scores(field.data(), {12, 5, 7}));
  auto const plan = ma::make_plan(ma::cuda{}, method, there, ma::key{.seed = 6});
  ma::plan_of<std::remove_const_t<decltype(method)>> back;
  ma::download(ma::cuda{}, plan, back);
  CHECK(test::same_plan(ma::make_plan(method, here, ma::key{.seed = 6}), back));
}

TEST_CASE("device plans keep their memory, and grow") {
  ma::cuda const be;
  auto plan = ma::make_plan(be, ma::cutmix{}, ma::on_device(layout), ma::key{});
  ma::plan_of<ma::cutmix> back;
  std::byte const* block = plan.block().data();
  ma::index_t most = 12;
  for (ma::index_t n : {12, 3, 12, 500, 12, 500}) {
    CAPTURE(n);
    auto const x = ma::nchw<float>(nullptr, {n, 3, 9, 31});
    ma::key const k{.seed = 1, .step = static_cast<std::uint64_t>(n)};
    ma::make_plan(be, ma::cutmix{}, ma::on_device(x), k, plan);
    if (n > most) block = plan.block().data(), most = n;
    CHECK(plan.block().data() == block);
    ma::download(be, plan, back);
    CHECK(test::same_plan(ma::make_plan(ma::cutmix{}, x, k), back));
  }
}

TEST_CASE("a plan that goes up is drawn while the step before still runs") {
  test::own_stream const stream;
  ma::cuda const be{stream};
  int const steps = 40;
  ma::index_t const size = layout.size();
  auto const values = test::any_values<float>(size, 3);
  test::buffer<float, ma::space::device> in(values), out(std::vector<float>(static_cast<std::size_t>(size * steps)));
  auto const x = ma::on_device(ma::nchw(in.data(), {12, 3, 9, 31}));
  ma::plan_of<ma::cutmix, ma::space::device> plan;
  for (int step = 0; step < steps; ++step) {  // nothing waits for the stream here
    ma::make_plan(be, ma::cutmix{}, x, ma::key{.step = static_cast<std::uint64_t>(step)}, plan);
    ma::apply(be, plan, x, ma::on_device(ma::nchw(out.data() + step * size, {12, 3, 9, 31})));
  }
  auto const all = out.read();
  std::vector<float> expected(static_cast<std::size_t>(size));
  auto const here = ma::nchw(values.data(), {12, 3, 9, 31});
  for (int step = 0; step < steps; ++step) {
    auto const p = ma::make_plan(ma::cutmix{}, here, ma::key{.step = static_cast<std::uint64_t>(step)});
    ma::apply(ma::serial{}, p, here, ma::nchw(expected.data(), {12, 3, 9, 31}));
    std::vector<float> const got(all.begin() + step * size, all.begin() + (step + 1) * size);
    CHECK(test::first_difference(got, expected) == -1);
  }
}

TEST_CASE("errors of the CUDA runtime name the call, the file and the line") {
  ma::workspace<ma::space::device> block;
  std::string message;
  try {
    block.reserve(std::size_t{1} << 60);
  } catch (ma::cuda_error const& e) {
    message = e.what();
    CHECK(e.code == cudaErrorMemoryAllocation);
  }
  CHECK(message.find("cudaMalloc") != std::string::npos);
  CHECK(message.find("memory.cuh:") != std::string::npos);
  cudaGetLastError();  // forget it
  CHECK(block.reserve(64) != nullptr);
}
