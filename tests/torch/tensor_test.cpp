// SPDX-License-Identifier: MIT
// LibTorch's tensors as views, and mix, mix_, mix_out and soft_labels on them, against the same written with tensor
// operations.
#include <torch/torch.h>
// LibTorch defines CHECK; doctest's is meant here.
#undef CHECK
#include <doctest/doctest.h>
#include <mixaug/interop/torch.hpp>
#include <mixaug/mixaug.hpp>

#include "support/refusal.hpp"

namespace ma = mixaug;

namespace {

int const n = 8, c = 3, h = 6, w = 5;

template <class Plan>
torch::Tensor partner_rows(Plan const& plan) {
  auto p = torch::empty({plan.rows()}, torch::kLong);
  for (ma::index_t i = 0; i < plan.rows(); ++i) p[i] = plan.partner[i] < 0 ? i : plan.partner[i];
  return p;
}
template <class Plan>
torch::Tensor ratios(Plan const& plan, torch::Tensor const& x) {
  std::vector<std::int64_t> shape(static_cast<std::size_t>(x.dim()), 1);
  shape[0] = plan.rows();
  auto m = torch::empty({plan.rows()}, torch::kDouble);
  for (ma::index_t i = 0; i < plan.rows(); ++i) m[i] = static_cast<double>(plan.ratio[i]);
  return m.view(shape);
}
bool near(torch::Tensor const& a, torch::Tensor const& b) {
  return a.sizes() == b.sizes() && (a.to(torch::kDouble) - b.to(torch::kDouble)).abs().max().item<double>() < 1e-12;
}
torch::Tensor images() {
  torch::manual_seed(3);
  return torch::randn({n, c, h, w}, torch::kDouble);
}
ma::plan_of<ma::mixup> plan_for(torch::Tensor const& x, std::uint64_t seed = 1) {
  return ma::make_plan(ma::mixup{}, ma::nchw<double>(x), ma::key{.seed = seed});
}

}  // namespace

TEST_CASE("torch: views of any order of memory") {
  auto const x = torch::zeros({n, c, h, w});
  auto const v = ma::nchw<float>(x);
  CHECK((v.data == x.data_ptr<float>() && v.extent[1] == c && v.stride[1] == h * w));
  auto const last = x.contiguous(torch::MemoryFormat::ChannelsLast);
  CHECK(ma::nchw<float>(last).stride[1] == 1);
  CHECK(ma::nchw<float const>(x.slice(0, 2)).data == x.data_ptr<float>() + 2 * c * h * w);
  CHECK(ma::nchw<c10::BFloat16>(x.to(torch::kBFloat16)).size() == x.numel());
  CHECK(ma::nchw<ma::float16>(x.to(torch::kHalf)).size() == x.numel());
  CHECK(ma::class_ids<std::int64_t>(torch::zeros({n}, torch::kLong)).extent[0] == n);
  CHECK(ma::masks<bool>(torch::zeros({n, h, w}, torch::kBool)).size() == n * h * w);
  CHECK(ma::nchw<float>(x.expand({n, c, h, w})).size() == x.numel());

  auto const message = [](auto const& act) { return test::refusal(act); };
  CHECK(message([&] { ma::nchw<float>(x[0]); }) ==
        "mixaug: the tensor given to nchw is of rank 3 (3, 6, 5); expected rank 4 (n, c, h, w)");
  CHECK(message([&] { ma::nchw<double>(x); }).find("is of float32; expected float64") != std::string::npos);
  CHECK(message([&] { ma::nchw<float, ma::space::device>(x); }).find("in the memory of the CPU") != std::string::npos);
  CHECK(message([&] {
          ma::nchw<float>(torch::zeros({1, 1, 1, 1}).to_sparse());
        }) == "mixaug: the tensor is sparse or of another layout without strides; expected a dense one: t.to_dense()");
  CHECK(message([&] {
          ma::nchw<float>(torch::zeros({1, 1, 1, 1}, torch::kComplexFloat));
        }).find("is of complex64; expected float32") != std::string::npos);
  auto const imaginary = torch::imag(torch::zeros({1, 1, 1, 1}, torch::kComplexFloat).conj());
  CHECK(message([&] { ma::nchw<float>(imaginary); }) ==
        "mixaug: the tensor is negated lazily; expected memory of its values: t.resolve_neg()");
  CHECK(message([&] { ma::nchw<float>(torch::Tensor()); }) ==
        "mixaug: the tensor is undefined; give one that holds memory");
  CHECK(message([&] { ma::visit(torch::zeros({1}, torch::kComplexFloat), [](auto) {}); }) ==
        "mixaug: the tensor's type is ComplexFloat; expected float, double, half, bfloat16, an integer type or bool");
  CHECK(ma::visit(torch::zeros({1}, torch::kShort), [](auto type) { return sizeof(typename decltype(type)::type); }) ==
        2);
}

TEST_CASE("torch: mix and its gradients are those of tensor operations") {
  for (auto const format : {torch::MemoryFormat::Contiguous, torch::MemoryFormat::ChannelsLast}) {
    auto const values = images().contiguous(format), g = torch::randn({n, c, h, w}, torch::kDouble);
    auto plan = plan_for(values);
    auto const m = ratios(plan, values), rows = partner_rows(plan);
    auto x = values.clone().requires_grad_(), y = values.clone().requires_grad_();
    auto const out = ma::mix(plan, x);
    plan = plan_for(values, 99);  // the node has its own
    auto const expected = m * y + (1 - m) * y.index_select(0, rows);
    CHECK(near(out, expected));
    CHECK((out.suggest_memory_format() == format));
    (out * g).sum().backward();
    (expected * g).sum().backward();
    CHECK(near(x.grad(), y.grad()));
  }
}

TEST_CASE("torch: a second source, and gathered rows, have their gradients") {
  auto const values = images(), others = torch::randn({20, c, h, w}, torch::kDouble);
  auto const plan =
      ma::make_plan(ma::mixup{}, ma::inputs(ma::nchw<double>(values)).source_rows(20), ma::key{.seed = 2});
  auto const m = ratios(plan, values), rows = partner_rows(plan);
  auto const g = torch::randn({n, c, h, w}, torch::kDouble);
  auto x = values.clone().requires_grad_(), s = others.clone().requires_grad_();
  auto y = values.clone().requires_grad_(), t = others.clone().requires_grad_();
  auto const expected = m * y + (1 - m) * t.index_select(0, rows);
  (expected * g).sum().backward();
  (ma::mix(plan, x, s) * g).sum().backward();
  CHECK(near(x.grad(), y.grad()));
  CHECK(near(s.grad(), t.grad()));

  auto fetched = others.clone().requires_grad_();
  x.mutable_grad().reset();
  auto const out = ma::mix(plan, x, ma::gathered(fetched.index_select(0, rows)));
  CHECK(near(out, expected));
  (out * g).sum().backward();
  CHECK(near(x.grad(), y.grad()));
  CHECK(near(fetched.grad(), t.grad()));

  auto fixed = others.clone();  // a gradient for one of the two alone
  x.mutable_grad().reset();
  (ma::mix(plan, x, fixed) * g).sum().backward();
  CHECK(near(x.grad(), y.grad()));
  auto kept = torch::empty_like(values);
  ma::mix_out(plan, values, others, kept);
  CHECK(near(kept, expected));
}

TEST_CASE("torch: in place, with gradients, and what is refused there") {
  auto const values = images(), g = torch::randn({n, c, h, w}, torch::kDouble);
  auto const plan = plan_for(values);
  auto x = values.clone().requires_grad_(), y = values.clone().requires_grad_();
  auto hidden = x * 2;
  auto const mixed = ma::mix_(plan, hidden);
  CHECK(mixed.is_same(hidden));
  auto const expected = ma::mix(plan, y * 2);
  CHECK(near(hidden, expected));
  (hidden * g).sum().backward();
  (expected * g).sum().backward();
  CHECK(near(x.grad(), y.grad()));

  CHECK(test::refusal([&] { ma::mix_(plan, x); }) ==
        "mixaug: x is a leaf that requires gradients, which cannot be mixed in place; use mix(plan, x), or a "
        "NoGradGuard");
  CHECK(near(x, values));

  auto saved = values.clone().requires_grad_();
  auto const doubled = saved * 2, squared = doubled * doubled;  // keeps `doubled` for its gradient
  auto copy = doubled;
  ma::mix_(plan, copy);
  CHECK_THROWS(squared.sum().backward());  // autograd knows that it was written to
  auto plain = values.clone();
  auto const before = plain._version();
  ma::mix_(plan, plain);
  CHECK(plain._version() == before + 1);
}

TEST_CASE("torch: into a tensor that is kept, and what is refused") {
  auto const x = images();
  auto const plan = plan_for(x);
  auto const expected = ma::mix(plan, x);
  auto out = torch::zeros({n, h, w, c}, torch::kDouble).permute({0, 3, 1, 2});
  ma::mix_out(plan, x, out);
  CHECK(near(out, expected));
  auto const message = [&](torch::Tensor const& to) { return test::refusal([&] { ma::mix_out(plan, x, to); }); };
  CHECK(message(torch::zeros({1, c, h, w}, torch::kDouble).expand({n, c, h, w})).find("overlapping itself") !=
        std::string::npos);
  CHECK(message(x).find("the output is sharing memory with x") != std::string::npos);
  CHECK(message(torch::zeros({n, c, h, w})) ==
        "mixaug: the output is Float of rank 4 on cpu; expected Double of rank 4 on cpu, as x");
  CHECK(message(torch::zeros({n, c, h, w + 1}, torch::kDouble)).find("expected (3, 1, 6, 5) as x") !=
        std::string::npos);
  CHECK(message(torch::zeros({n, c, h, w}, torch::kDouble).requires_grad_()).find("mix_out has no gradients") !=
        std::string::npos);
  CHECK(test::refusal([&] { ma::mix(plan, x, x.to(torch::kFloat)); }).find("the source is Float of rank 4") !=
        std::string::npos);
  CHECK(test::refusal([&] { ma::mix(plan, x.slice(0, 1)); }).find("7 rows; expected 8 rows") != std::string::npos);
  CHECK(test::refusal([&] { ma::mix(plan, torch::Tensor()); }) ==
        "mixaug: x is undefined; give a tensor that holds the batch");
}

TEST_CASE("torch: a second derivative is refused") {
  auto x = images().requires_grad_();
  auto const out = ma::mix(plan_for(x.detach()), x);
  auto const first = [&] { torch::autograd::grad({(out * out).sum()}, {x}, {}, true, true); };
  CHECK_THROWS_AS(first(), ma::invalid_argument);
}

TEST_CASE("torch: every type and rank") {
  auto const values = images() * 20;
  auto const blends = plan_for(values);
  auto const pastes = ma::make_plan(ma::cutmix{}, ma::nchw<double>(values), ma::key{.seed = 4});
  for (auto const type : {torch::kFloat, torch::kHalf, torch::kBFloat16, torch::kByte, torch::kDouble}) {
    auto const x = values.abs().to(type);
    auto const out = ma::mix(blends, x);
    CHECK((out.scalar_type() == type));
    auto const wide = x.to(torch::kDouble);
    auto const m = ratios(blends, values);
    auto const error = (out.to(torch::kDouble) - m * wide - (1 - m) * wide.index_select(0, partner_rows(blends))).abs();
    CHECK(error.max().item<double>() <= (type == torch::kBFloat16 ? 0.26 : type == torch::kByte ? 0.51 : 0.04));
  }
  auto const ids = torch::arange(n * h * w, torch::kLong).view({n, h, w});
  for (auto const type : {torch::kLong, torch::kInt, torch::kShort, torch::kChar, torch::kBool}) {
    auto const out = ma::mix(pastes, ids.to(type));
    CHECK(torch::equal(out, ma::mix(pastes, ids).to(type)));
    CHECK(test::refusal([&] { ma::mix(blends, ids.to(type)); }).find("ids cannot be blended") != std::string::npos);
  }
  auto const features = torch::randn({n, 7}, torch::kDouble), labels = torch::randn({n}, torch::kDouble);
  for (auto const& x :
       {features, labels, torch::randn({n, 2, 9}, torch::kDouble), torch::randn({n, 2, 3, 4, 5}, torch::kDouble)}) {
    auto const m = ratios(blends, x);
    CHECK(near(ma::mix(blends, x), m * x + (1 - m) * x.index_select(0, partner_rows(blends))));
  }
}

TEST_CASE("torch: soft labels of ids and of rows") {
  auto const x = images();
  auto const plan = plan_for(x);
  auto const ids = torch::arange(n, torch::kLong) % 5;
  auto const m = ratios(plan, ids.view({n, 1}));
  auto const one_hot = torch::one_hot(ids, 5).to(torch::kDouble);
  auto const expected = (m * one_hot + (1 - m) * one_hot.index_select(0, partner_rows(plan))).to(torch::kFloat);
  auto const close = [](torch::Tensor const& a, torch::Tensor const& b) { return torch::allclose(a, b, 1e-5, 1e-6); };
  auto const soft = ma::soft_labels(plan, ids, 5);
  CHECK((soft.scalar_type() == torch::kFloat && close(soft, expected)));
  CHECK(close(ma::soft_labels(plan, ids.to(torch::kInt), 5, {.smoothing = 0.1f}), expected * 0.9 + 0.02));
  CHECK(close(ma::soft_labels(plan, one_hot, 5), expected));
  CHECK(close(ma::soft_labels(plan, one_hot.to(torch::kFloat), 5), expected));
  CHECK(test::refusal([&] { ma::soft_labels(plan, ids, 3); }) != "");
  CHECK(test::refusal([&] { ma::soft_labels(plan, ids, 0); }) == "mixaug: num_classes is 0; expected a number > 0");
  CHECK(test::refusal([&] { ma::soft_labels(plan, one_hot.to(torch::kLong), 5); }) ==
        "mixaug: the labels is Long of rank 2; expected class ids (n), integers, or rows (n, num_classes) of float or "
        "double");
}

TEST_CASE("torch: the recipe") {
  torch::manual_seed(5);
  auto hidden = torch::randn({n, 12}).requires_grad_();
  auto const weight = torch::randn({12, 10});
  auto const ids = torch::arange(n, torch::kLong) % 10;

  auto plan = ma::make_plan(ma::mixup{}, ma::features<float>(hidden), ma::key{.seed = 1, .step = 7});
  torch::Tensor mixed = ma::mix(plan, hidden);                                  // differentiable
  torch::Tensor targets = ma::soft_labels(plan, ids, 10, {.smoothing = 0.1f});  // float32 (n, 10)
  torch::nn::functional::cross_entropy(mixed.matmul(weight), targets).backward();
  CHECK(hidden.grad().abs().sum().item<float>() > 0);
}
