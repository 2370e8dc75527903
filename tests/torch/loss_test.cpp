// SPDX-License-Identifier: MIT
// The weighted pair losses against LibTorch: the same sums of its own cross entropy, and its autograd.
#include <torch/torch.h>
// LibTorch defines CHECK; doctest's is meant here.
#undef CHECK
#include <doctest/doctest.h>
#include <mixaug/loss/pair_cross_entropy.hpp>
#include <mixaug/loss/pair_loss.hpp>
#include <mixaug/loss/soft_target_cross_entropy.hpp>
#include <mixaug/mixaug.hpp>

namespace ma = mixaug;

namespace {

template <class T>
constexpr auto kind = std::is_same_v<T, float> ? torch::kFloat : torch::kDouble;
template <class T>
constexpr double tolerance = std::is_same_v<T, float> ? 1e-5 : 1e-12;

template <class T>
auto rows(torch::Tensor const& t) {
  return ma::weights(t.data_ptr<T>(), {t.size(0)});
}
template <class T>
auto matrix(torch::Tensor const& t) {
  return ma::features(t.data_ptr<T>(), {t.size(0), t.size(1)}, {t.stride(0), t.stride(1)});
}
/// The largest difference, relative to numbers above 1 / size and to 1 / size below.
double distance(torch::Tensor const& got, torch::Tensor const& want, double size = 1) {
  return ((got - want).abs() / (want.abs() + size)).max().item<double>();
}

/// A plan of mixup whose weights differ by row, and its columns as tensors.
template <class T>
struct mixed {
  int n;
  torch::Tensor w;
  ma::plan_of<ma::mixup> plan;
  torch::Tensor lam, own, other, partner;

  mixed(int rows_, std::uint64_t seed) : n(rows_), w(torch::rand({n}) * 2), partner(torch::empty({n}, torch::kLong)) {
    auto const in = ma::inputs(ma::features<float>(nullptr, {n, 1})).weights(rows<float>(w));
    plan = ma::make_plan(ma::mixup{.prob = 0.8f}, in, ma::key{.seed = seed});
    for (int i = 0; i < n; ++i) partner[i] = plan.partner[i];
    lam = torch::from_blob(const_cast<float*>(plan.share_self.data), {n}).to(kind<T>);
    auto const rest = torch::from_blob(const_cast<float*>(plan.share_partner.data), {n}).to(kind<T>);
    own = lam * w.to(kind<T>), other = rest * w.index_select(0, partner).to(kind<T>);  // lambda w_i, (1 - lambda) w_j
  }
};

template <class T>
void cross_entropy(int n, int classes, double smoothing, std::uint64_t seed) {
  CAPTURE(classes);
  torch::manual_seed(static_cast<std::int64_t>(seed));
  mixed<T> const m(n, seed);
  auto const logits = (torch::randn({n, classes}, kind<T>) * 4).requires_grad_();
  auto const ids = torch::randint(classes, {n}, torch::kLong);
  auto const ce = [&](torch::Tensor const& y) {
    using options = torch::nn::functional::CrossEntropyFuncOptions;
    return torch::nn::functional::cross_entropy(logits, y,
                                                options().reduction(torch::kNone).label_smoothing(smoothing));
  };
  auto const want = m.own * ce(ids) + m.other * ce(ids.index_select(0, m.partner));
  auto const want_grad = torch::autograd::grad({want.mean()}, {logits})[0];
  auto const loss = torch::empty({n}, kind<T>), grad = torch::empty({n, classes}, kind<T>);
  ma::pair_cross_entropy(m.plan, matrix<T>(logits), ma::class_ids(ids.data_ptr<std::int64_t>(), {n}), rows<T>(loss),
                         matrix<T>(grad), {.smoothing = static_cast<float>(smoothing), .reduce = ma::reduction::mean});
  CHECK(distance(loss, want.detach()) < tolerance<T>);
  CHECK(distance(grad, want_grad, 1.0 / n) < tolerance<T>);
  CHECK(want_grad.abs().max().template item<double>() > 0.01 / n);
}

/// lambda CE(z, y) + (1 - lambda) CE(z, y of the partners), each the mean over what is not ignored, as trainers write
/// it.
template <class T>
void ignored_ids(int n, int classes, int ignored) {
  CAPTURE(ignored);
  torch::manual_seed(classes);
  auto const plan =
      ma::make_plan(ma::mixup{.mode = ma::mode::batch}, ma::features<float>(nullptr, {n, 1}), ma::key{.seed = 5});
  auto const logits = (torch::randn({n, classes}, kind<T>) * 4).requires_grad_();
  auto ids = torch::randint(classes, {n}, torch::kLong), partner = torch::empty({n}, torch::kLong);
  for (int i = 0; i < n; ++i) partner[i] = plan.partner[i];
  for (int i = 0; i < n; i += 3) ids[i] = ignored;
  auto const ce = [&](torch::Tensor const& y) {
    using options = torch::nn::functional::CrossEntropyFuncOptions;
    return torch::nn::functional::cross_entropy(
        logits, y, options().reduction(torch::kMean).ignore_index(ignored).label_smoothing(0.125));
  };
  auto const want = static_cast<double>(plan.share_self[0]) * ce(ids) +
                    static_cast<double>(plan.share_partner[0]) * ce(ids.index_select(0, partner));
  auto const want_grad = torch::autograd::grad({want}, {logits})[0];
  auto const loss = torch::empty({n}, kind<T>), grad = torch::empty({n, classes}, kind<T>);
  ma::pair_cross_entropy(plan, matrix<T>(logits), ma::class_ids(ids.data_ptr<std::int64_t>(), {n}), rows<T>(loss),
                         matrix<T>(grad),
                         {.smoothing = 0.125f, .reduce = ma::reduction::mean, .ignore_index = ignored});
  CHECK(distance(grad, want_grad, 1.0 / n) < tolerance<T>);
  auto const labelled = ids.ne(ignored).sum().item<double>();  // both sides have as many
  CHECK(distance(loss.sum() / labelled, want.detach()) < tolerance<T>);
}

template <class T>
void soft_targets(int n, int classes) {
  CAPTURE(classes);
  torch::manual_seed(classes);
  auto const logits = (torch::randn({n, classes}, kind<T>) * 4).requires_grad_();
  auto const targets = torch::rand({n, classes}, kind<T>) * 2 / classes, w = torch::rand({n}, kind<T>) * 3;
  auto const plain = torch::nn::functional::cross_entropy(
      logits, targets, torch::nn::functional::CrossEntropyFuncOptions().reduction(torch::kNone));
  auto const want = w * plain;
  auto const want_grad = torch::autograd::grad({want.sum()}, {logits})[0];
  auto const loss = torch::empty({n}, kind<T>), grad = torch::empty({classes, n}, kind<T>).t();  // strided
  ma::soft_target_cross_entropy(matrix<T>(logits), matrix<T>(targets), rows<T>(w), rows<T>(loss), matrix<T>(grad));
  CHECK(distance(loss, want.detach()) < tolerance<T>);
  CHECK(distance(grad, want_grad) < tolerance<T>);
}

template <class T>
void reduced(int n) {
  CAPTURE(n);
  torch::manual_seed(n);
  mixed<T> const m(n, 9);
  auto const a = torch::rand({n}, kind<T>).requires_grad_(), b = torch::rand({n}, kind<T>).requires_grad_();
  auto const want = (m.own * a + m.other * b).mean();
  auto const grads = torch::autograd::grad({want}, {a, b});
  auto const out = torch::empty({1}, kind<T>), ga = torch::empty({n}, kind<T>), gb = torch::empty({n}, kind<T>);
  ma::pair_loss(m.plan, rows<T>(a), rows<T>(b), rows<T>(out), ma::reduction::mean);
  ma::pair_loss_gradients(m.plan, rows<T>(ga), rows<T>(gb), ma::reduction::mean);
  CHECK(distance(out, want.detach()) < tolerance<T>);
  CHECK(distance(ga, grads[0], 1.0 / n) < tolerance<T>);
  CHECK(distance(gb, grads[1], 1.0 / n) < tolerance<T>);
}

}  // namespace

TEST_CASE_TEMPLATE("the pair cross entropy and its gradient are LibTorch's", T, float, double) {
  for (int classes : {2, 10, 16, 17, 100, 1000, 5000}) {
    cross_entropy<T>(24, classes, 0, 1);
    // the smoothing is a float: for double take one that it holds
    cross_entropy<T>(24, classes, 0.125, 2);
  }
}

TEST_CASE_TEMPLATE("a mean with an ignored id is LibTorch's on each side", T, float, double) {
  ignored_ids<T>(37, 10, -100);
  ignored_ids<T>(37, 100, 4);
}

TEST_CASE_TEMPLATE("the cross entropy of soft targets with weights is LibTorch's", T, float, double) {
  for (int classes : {1, 3, 10, 64, 1000, 3000}) soft_targets<T>(17, classes);
}

TEST_CASE_TEMPLATE("the mean pair loss and its gradient are LibTorch's", T, float, double) {
  for (int n : {1, 37, 256, 100000}) reduced<T>(n);
}
