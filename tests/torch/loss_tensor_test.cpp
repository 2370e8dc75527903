// SPDX-License-Identifier: MIT
// pair_cross_entropy, saliency_map, kernel tables and records of LibTorch's tensors.
#include <torch/torch.h>
// LibTorch defines CHECK; doctest's is meant here.
#undef CHECK
#include <doctest/doctest.h>
#include <mixaug/interop/torch.hpp>
#include <mixaug/mixaug.hpp>
#include <mixaug/weight/uncertainty.hpp>

#include "support/refusal.hpp"

namespace ma = mixaug;

namespace {

int const n = 9, classes = 5;

/// One value of a plan's column for each row.
template <class Column>
torch::Tensor column(Column const& values) {
  auto out = torch::empty({n}, torch::kDouble);
  for (int i = 0; i < n; ++i) out[i] = static_cast<double>(values[i]);
  return out;
}
bool near(torch::Tensor const& a, torch::Tensor const& b) { return torch::allclose(a, b, 1e-12, 1e-12); }
torch::Tensor cross_entropy(torch::Tensor const& z, torch::Tensor const& y, double smoothing) {
  using options = torch::nn::functional::CrossEntropyFuncOptions;
  return torch::nn::functional::cross_entropy(z, y, options().reduction(torch::kNone).label_smoothing(smoothing));
}

struct mixed {
  torch::Tensor z = (torch::randn({n, classes}, torch::kDouble) * 3).requires_grad_();
  torch::Tensor other = z.detach().clone().requires_grad_();
  torch::Tensor ids = torch::randint(classes, {n}, torch::kLong);
  ma::plan_of<ma::mixup> plan = ma::make_plan(ma::mixup{}, ma::features<double>(z), ma::key{.seed = 8});
  torch::Tensor own = column(plan.share_self), rest = column(plan.share_partner);
  torch::Tensor partner = column(plan.partner).to(torch::kLong);
};

}  // namespace

TEST_CASE("torch: the pair cross entropy and its gradient are those of tensor operations") {
  torch::manual_seed(2);
  mixed m;
  for (double const smoothing : {0.0, 0.125}) {
    auto const want = m.own * cross_entropy(m.other, m.ids, smoothing) +
                      m.rest * cross_entropy(m.other, m.ids.index_select(0, m.partner), smoothing);
    for (auto const reduce : {ma::reduction::none, ma::reduction::sum, ma::reduction::mean}) {
      ma::cross_entropy_options const o{.smoothing = static_cast<float>(smoothing), .reduce = reduce};
      auto const loss = ma::pair_cross_entropy(m.plan, m.z, m.ids, o);
      auto const expected = reduce == ma::reduction::none  ? want
                            : reduce == ma::reduction::sum ? want.sum()
                                                           : want.mean();
      CHECK(near(loss, expected));
      auto const g = torch::rand_like(loss) + 1;
      auto const got = torch::autograd::grad({(loss * g).sum()}, {m.z})[0];
      auto const right = torch::autograd::grad({(expected * g).sum()}, {m.other}, {}, true)[0];
      CHECK(near(got, right));
      CHECK(right.abs().max().item<double>() > 1e-3);
    }
  }
  auto const scaled = ma::pair_cross_entropy(m.plan, m.z, m.ids, {.reduce = ma::reduction::mean, .scale = 4.0});
  auto const plain = ma::pair_cross_entropy(m.plan, m.z, m.ids, {.reduce = ma::reduction::mean});
  CHECK(near(scaled, plain));  // the scale is the gradient's
  CHECK(near(torch::autograd::grad({scaled}, {m.z})[0], 4 * torch::autograd::grad({plain}, {m.z})[0]));
  auto const constant = ma::pair_cross_entropy(m.plan, m.z.detach(), m.ids.to(torch::kInt));
  CHECK_FALSE(constant.requires_grad());
  CHECK(torch::equal(constant, ma::pair_cross_entropy(m.plan, m.z, m.ids.to(torch::kInt)).detach()));
}

TEST_CASE("torch: the pair cross entropy with a second source and with gathered ids") {
  torch::manual_seed(4);
  mixed m;
  auto const others = torch::randint(classes, {20}, torch::kLong);
  auto const far =
      ma::make_plan(ma::mixup{}, ma::inputs(ma::features<double>(m.z)).source_rows(20), ma::key{.seed = 3});
  auto const theirs = others.index_select(0, column(far.partner).to(torch::kLong));
  auto const want = column(far.share_self) * cross_entropy(m.other, m.ids, 0) +
                    column(far.share_partner) * cross_entropy(m.other, theirs, 0);
  CHECK(near(ma::pair_cross_entropy(far, m.z, m.ids, others), want));
  CHECK(near(ma::pair_cross_entropy(far, m.z, m.ids, ma::gathered(theirs)), want));
}

TEST_CASE("torch: what the pair cross entropy refuses") {
  mixed m;
  auto const message = [&](torch::Tensor const& z, torch::Tensor const& y, ma::cross_entropy_options const& o = {}) {
    return test::refusal([&] { ma::pair_cross_entropy(m.plan, z, y, o); });
  };
  CHECK(message(m.z.to(torch::kHalf), m.ids) == "mixaug: the logits' type is Half; expected float or double");
  CHECK(message(m.z, m.ids.to(torch::kDouble)) ==
        "mixaug: the class ids' type is Double; expected ids of int64, int32 or uint8");
  CHECK(message(m.z, m.ids + classes).find("expected") != std::string::npos);
  CHECK(message(m.z, m.ids, {.reduce = ma::reduction::mean, .ignore_index = 0}).find("reduction::mean of tensors") !=
        std::string::npos);
  CHECK(message(torch::Tensor(), m.ids) == "mixaug: the logits is undefined; give a tensor that holds the batch");
  auto const loss = ma::pair_cross_entropy(m.plan, m.z, m.ids, {.reduce = ma::reduction::sum});
  CHECK_THROWS_AS(torch::autograd::grad({loss * loss}, {m.z}, {}, true, true), ma::invalid_argument);
}

TEST_CASE("torch: saliency maps of tensors are those of their memory") {
  torch::manual_seed(6);
  auto const x = torch::rand({2, 3, 16, 12});
  std::vector<float> maps(2 * 16 * 12);
  ma::saliency_map(ma::serial{}, ma::saliency::fine_grained{}, ma::nchw(x.data_ptr<float>(), {2, 3, 16, 12}),
                   ma::scores(maps.data(), {2, 16, 12}));
  auto const expected = torch::from_blob(maps.data(), {2, 16, 12});
  CHECK(torch::equal(ma::saliency_map(ma::saliency::fine_grained{}, x), expected));
  CHECK(torch::equal(ma::saliency_map(ma::torch_parallel{}, ma::saliency::fine_grained{}, x), expected));
  auto const last = x.contiguous(torch::MemoryFormat::ChannelsLast);
  CHECK(torch::equal(ma::saliency_map(ma::saliency::fine_grained{}, last), expected));
  auto const gray = (x.mean(1) * 255).to(torch::kByte);
  CHECK(ma::saliency_map(ma::saliency::fine_grained{}, gray).sizes() == torch::IntArrayRef({2, 16, 12}));
  auto const message = [](torch::Tensor const& t) {
    return test::refusal([&] { ma::saliency_map(ma::saliency::fine_grained{}, t); });
  };
  CHECK(message(x.to(torch::kLong)) ==
        "mixaug: the images' type is Long; expected float, double, half, bfloat16 or uint8");
  CHECK(message(x[0][0]) == "mixaug: the images is of rank 2; expected (n, c, h, w) or (n, h, w)");
}

TEST_CASE("torch: kernel tables and records of tensors are those of their memory") {
  torch::manual_seed(7);
  for (auto const& y : {torch::randn({50}, torch::kDouble), torch::randn({50, 2}, torch::kDouble)}) {
    auto const table = ma::kernel_table(y, {.bandwidth = 0.3});
    auto const same = y.dim() == 1
                          ? ma::pairing::gaussian_kernel(ma::labels(y.data_ptr<double>(), {50}), {.bandwidth = 0.3})
                          : ma::pairing::gaussian_kernel(ma::labels(y.data_ptr<double>(), {50, 2}), {.bandwidth = 0.3});
    auto const queries = torch::arange(50);
    auto a = torch::zeros({50}, torch::kLong), b = torch::ones({50}, torch::kLong);
    table.draw(ma::indices<std::int64_t const>(queries), ma::key{.seed = 1}, ma::indices<std::int64_t>(a));
    same.draw(ma::indices<std::int64_t const>(queries), ma::key{.seed = 1}, ma::indices<std::int64_t>(b));
    CHECK(torch::equal(a, b));
  }
  CHECK(test::refusal([] { ma::kernel_table(torch::zeros({3}, torch::kLong), {.bandwidth = 1}); }) ==
        "mixaug: the labels' type is Long; expected float or double");

  // UMIX by hand: u = wrong visits / epochs, w = eta u + c.
  ma::weight::uncertainty record(6, {.first_epoch = 0, .epochs = 2, .eta = 3, .c = 1});
  auto const ids = torch::tensor({5, 0, 2, 3, 1, 4}), labels = torch::tensor({1, 1, 0, 0, 1, 1});
  ma::record_visits(record, 0, ids, torch::tensor({1, 0, 0, 0, 1, 0}), labels);  // rows 0 and 4 are wrong
  ma::record_visits(record, 1, ids, torch::tensor({1, 0, 0, 1, 1, 1}), labels);  // rows 0 and 3 are wrong
  auto const w = ma::record_weights(record, torch::tensor({0, 3, 4, 5}));
  CHECK(torch::equal(w, torch::tensor({4.0f, 2.5f, 2.5f, 1.0f})));
  CHECK(test::refusal([&] { ma::record_weights(record, torch::tensor({6})); }) != "");
}
