// SPDX-License-Identifier: MIT
// apply and apply_adjoint against LibTorch: the same mix written with tensor operations, and its autograd.
#include <torch/torch.h>
// LibTorch defines CHECK; doctest's is meant here.
#undef CHECK
#include <doctest/doctest.h>
#include <mixaug/mixaug.hpp>

namespace ma = mixaug;

namespace {

int const n = 8, c = 3, h = 12, w = 10;

/// The field m (n, 1, h, w) of a plan, pixel by pixel from its columns.
template <class Plan>
torch::Tensor field(Plan const& plan) {
  auto m = torch::ones({n, 1, h, w}, torch::kDouble);
  auto at = m.accessor<double, 4>();
  for (int i = 0; i < n; ++i)
    for (int y = 0; y < h; ++y)
      for (int x = 0; x < w; ++x) at[i][0][y][x] = double(plan.state(i).run_at(0, y, x).m);
  return m;
}

template <class Plan>
torch::Tensor partners(Plan const& plan) {
  auto p = torch::empty({n}, torch::kLong);
  for (int i = 0; i < n; ++i) p[i] = plan.partner[i] < 0 ? i : plan.partner[i];
  return p;
}

auto view(torch::Tensor const& t) {
  return ma::nchw(t.data_ptr<double>(), {t.size(0), t.size(1), t.size(2), t.size(3)});
}

/// The batch with itself, and with a second source: values and both gradients.
template <class Method>
void against_autograd(Method const& method, std::uint64_t seed) {
  torch::manual_seed(static_cast<std::int64_t>(seed));
  auto const g = torch::randn({n, c, h, w}, torch::kDouble);
  auto x = torch::randn({n, c, h, w}, torch::kDouble);

  auto const plan = ma::make_plan(method, view(x), ma::key{.seed = seed});
  auto leaf = x.clone().requires_grad_();
  auto const m = field(plan);
  auto const out = m * leaf + (1 - m) * leaf.index_select(0, partners(plan));
  out.backward(g);
  auto mixed = torch::empty_like(x), grad = torch::empty_like(x);
  ma::apply(plan, view(x), view(mixed));
  ma::apply_adjoint(plan, view(g), view(grad));
  CHECK((mixed - out).abs().max().template item<double>() < 1e-14);
  CHECK((grad - leaf.grad()).abs().max().template item<double>() < 1e-14);
  CHECK(grad.abs().max().template item<double>() > 0.1);

  auto source = torch::randn({5, c, h, w}, torch::kDouble);
  auto const far = ma::make_plan(method, ma::inputs(view(x)).source_rows(5), ma::key{.seed = seed});
  auto own = x.clone().requires_grad_(), other = source.clone().requires_grad_();
  auto const k = field(far);
  auto const two = k * own + (1 - k) * other.index_select(0, partners(far));
  two.backward(g);
  auto grad_source = torch::full_like(source, 7.0);
  ma::apply(far, view(x), view(source), view(mixed));
  ma::apply_adjoint(far, view(g), view(grad), view(grad_source));
  CHECK((mixed - two).abs().max().template item<double>() < 1e-14);
  CHECK((grad - own.grad()).abs().max().template item<double>() < 1e-14);
  CHECK((grad_source - other.grad()).abs().max().template item<double>() < 1e-14);  // several rows may read one
}

}  // namespace

TEST_CASE("apply and apply_adjoint agree with LibTorch's autograd") {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    against_autograd(ma::mixup{}, seed);
    against_autograd(ma::mixup{.prob = 0.5f, .mode = ma::mode::batch}, seed);
    against_autograd(ma::cutmix{}, seed);
    against_autograd(ma::cutmix{.placement = ma::placement::inside, .boxes = 3}, seed);
    against_autograd(ma::one_of(ma::mixup{}, ma::cutmix{}), seed);
  }
}

TEST_CASE("the pair loss is the soft-target cross entropy, with the same gradient") {
  torch::manual_seed(3);
  int const classes = 6;
  auto logits = torch::randn({n, classes}, torch::kDouble).requires_grad_();
  auto const ids = torch::tensor({0, 1, 2, 3, 4, 5, 0, 1}, torch::kLong);
  auto const plan =
      ma::make_plan(ma::mixup{}, ma::features(logits.data_ptr<double>(), {n, classes}), ma::key{.seed = 11});
  auto const id_view = ma::class_ids(ids.data_ptr<std::int64_t>(), {n});

  auto soft = torch::empty({n, classes}, torch::kDouble);
  ma::soft_labels(plan, id_view, ma::features(soft.data_ptr<double>(), {n, classes}));
  auto const log_p = torch::log_softmax(logits, 1);
  auto const expected = -(soft * log_p).sum(1);

  auto const a = torch::nll_loss(log_p, ids, {}, at::Reduction::None).contiguous();
  auto const b = torch::nll_loss(log_p, ids.index_select(0, partners(plan)), {}, at::Reduction::None).contiguous();
  auto out = torch::empty({n}, torch::kDouble);
  ma::pair_loss(plan, ma::weights(a.data_ptr<double>(), {n}), ma::weights(b.data_ptr<double>(), {n}),
                ma::weights(out.data_ptr<double>(), {n}));
  CHECK((out - expected).abs().max().item<double>() < 1e-6);  // shares are float32

  auto const soft_grad = torch::autograd::grad({expected.sum()}, {logits}, {}, true)[0];
  auto ca = torch::empty({n}, torch::kDouble), cb = torch::empty({n}, torch::kDouble);
  for (int i = 0; i < n; ++i) {
    auto const k = ma::pair_coefficients(plan, i);
    ca[i] = double(k.self), cb[i] = double(k.partner);
  }
  auto const pair_grad = torch::autograd::grad({(ca * a + cb * b).sum()}, {logits})[0];
  CHECK((pair_grad - soft_grad).abs().max().template item<double>() < 1e-6);
}

TEST_CASE("tensors of Half and BFloat16 mix as they are, within a rounding of LibTorch's float mix") {
  auto const check = [](auto zero, torch::ScalarType type, double ulp) {
    using half = decltype(zero);
    torch::manual_seed(9);
    auto const x = torch::randn({n, 40}, torch::kFloat).to(type);
    auto out = torch::empty_like(x), grad = torch::empty_like(x);
    auto const in = ma::features(x.data_ptr<half>(), {n, 40});
    auto const plan = ma::make_plan(ma::mixup{}, in, ma::key{.seed = 4});
    ma::apply(plan, in, ma::features(out.data_ptr<half>(), {n, 40}));
    ma::apply_adjoint(plan, in, ma::features(grad.data_ptr<half>(), {n, 40}));
    auto const lam = torch::from_blob(const_cast<float*>(plan.ratio.data), {n, 1}), wide = x.to(torch::kFloat);
    auto const want = lam * wide + (1 - lam) * wide.index_select(0, partners(plan));
    CHECK(((out.to(torch::kFloat) - want).abs() / (want.abs() + 1e-2)).max().template item<double>() < ulp);
    CHECK((want - wide).abs().max().template item<double>() > 0.1);
    CHECK((grad.to(torch::kFloat) - wide).abs().max().template item<double>() > 0.1);
  };
  check(c10::Half{}, torch::kHalf, 0x1p-11);
  check(c10::BFloat16{}, torch::kBFloat16, 0x1p-8);
}
