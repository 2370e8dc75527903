// SPDX-License-Identifier: MIT
// Weighted pair losses and their gradient as a trainer in LibTorch writes them, on one thread.
#include <mixaug/loss/pair_cross_entropy.hpp>
#include <support/torch.hpp>

namespace {
using namespace bench;

/// A mixed batch of n rows with losses, weights, logits and class ids, as views of tensors.
struct loss_batch {
  ma::index_t n, classes;
  at::Tensor a, b, w, logits, ids;
  ma::plan_of<ma::mixup> plan;
  at::Tensor lam, partner;

  loss_batch(ma::index_t rows, ma::index_t width)
      : n(rows),
        classes(width),
        a(torch::rand({n})),
        b(torch::rand({n})),
        w(torch::rand({n}) + 0.5),
        logits(torch::randn({n, width}) * 3),
        ids(torch::randint(width, {n}, torch::kLong)) {
    auto const in = ma::inputs(ma::features(a.data_ptr<float>(), {n, 1})).weights(losses(w));
    plan = ma::make_plan(ma::mixup{}, in, ma::key{.seed = 42});
    lam = torch::from_blob(const_cast<float*>(plan.share_self.data), {n}),
    partner = torch::from_blob(const_cast<std::int64_t*>(plan.partner.data), {n}, torch::kLong);
  }
  ma::tensor_view<float, 1> losses(at::Tensor const& t) const { return ma::weights(t.data_ptr<float>(), {n}); }
  ma::tensor_view<float, 2> matrix(at::Tensor const& t) const {
    return ma::features(t.data_ptr<float>(), {n, classes});
  }
};
auto text_of(loss_batch const& b) { return "(" + std::to_string(b.n) + ", " + std::to_string(b.classes) + ")"; }

void pair_loss(table& t, ma::index_t n) {
  auto const b = std::make_shared<loss_batch>(n, 1);
  auto const mean = std::make_shared<float>();
  t.contests.push_back(
      {"weighted pair loss, mean of " + std::to_string(n) + ", LibTorch",
       [=] {
         ma::pair_loss(ma::serial{}, b->plan, b->losses(b->a), b->losses(b->b), ma::weights(mean.get(), {1}),
                       ma::reduction::mean);
       },
       [=] {
         torch::NoGradGuard const off;
         keep((b->lam * (b->w * b->a) + (1 - b->lam) * (b->w.index_select(0, b->partner) * b->b)).mean());
       },
       3});
}

void cross_entropy(table& t, ma::index_t n, ma::index_t classes) {
  auto const b = std::make_shared<loss_batch>(n, classes);
  at::Tensor const out = torch::empty({n}), grad = torch::empty_like(b->logits), leaf = b->logits.requires_grad_();
  t.contests.push_back({"pair cross entropy with gradient " + text_of(*b) + ", LibTorch",
                        [=] {
                          ma::pair_cross_entropy(ma::serial{}, b->plan, b->matrix(leaf),
                                                 ma::class_ids(b->ids.data_ptr<std::int64_t>(), {n}), b->losses(out),
                                                 b->matrix(grad), {.reduce = ma::reduction::mean});
                        },
                        [=] {
                          auto const each = torch::nn::functional::CrossEntropyFuncOptions().reduction(torch::kNone);
                          auto const ce = [&](at::Tensor const& y) {
                            return torch::nn::functional::cross_entropy(leaf, y, each);
                          };
                          at::Tensor const own = b->lam * (b->w * ce(b->ids));
                          at::Tensor const other = ce(b->ids.index_select(0, b->partner));
                          at::Tensor const w = b->w.index_select(0, b->partner);
                          keep(torch::autograd::grad({(own + (1 - b->lam) * (w * other)).mean()}, {leaf}));
                        },
                        0});
}

suite const rows(41, [](table& t) {
  prepare_torch();
  for (ma::index_t const n : {1000000, 256}) pair_loss(t, n);
  cross_entropy(t, 256, 1000), cross_entropy(t, 4096, 10);
});

}  // namespace
