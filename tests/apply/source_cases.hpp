#pragma once
#include <doctest/doctest.h>

#include "apply/adjoint_cases.hpp"
#include "apply/apply_cases.hpp"

namespace test {

/// Rows of a batch in the order of a plan's partners; rows without one get rubbish that nobody may read.
template <class T, class Plan>
std::vector<T> fetched(Plan const& p, std::vector<T> const& source, std::size_t row) {
  std::vector<T> out;
  for (index_t i = 0; i < p.rows(); ++i)
    for (std::size_t e = 0; e < row; ++e)
      out.push_back(p.partner[i] < 0 ? static_cast<T>(-777) : source[static_cast<std::size_t>(p.partner[i]) * row + e]);
  return out;
}

template <class Backend, int R>
struct source_check {
  Backend be;
  ma::tensor_view<float, R> layout, source_layout;

  template <class Plan>
  void operator()(char const* name, Plan const& plan) const {
    CAPTURE(name);
    run(form_of<Backend>(plan));
  }
  template <class Plan>
  void run(Plan const& plan) const {
    auto const values = any_values<float>(layout.size(), 1), others = any_values<float>(source_layout.size(), 2);
    auto x = place<Backend>(layout, values), source = place<Backend>(source_layout, others);
    auto rows =
        place<Backend>(layout, fetched(plan, others, values.size() / static_cast<std::size_t>(layout.extent[0])));
    auto a = room<Backend>(layout), b = room<Backend>(layout);
    ma::apply(be, there(be, plan), x.view(), source.view(), a.view());
    ma::apply(be, there(be, plan), x.view(), ma::gathered(rows.view()), b.view());
    CHECK(reference::first_wrong(plan, values, others, a.read(), exact<Backend>()) == -1);
    CHECK(first_difference(a.read(), b.read()) == -1);
    CHECK((a.intact() && b.intact()));
  }
};

/// Partners' rows already gathered, one for each row of an output that has more rows than the batch: the pixels of the
/// batch itself as source, and the gradient of each gathered row.
template <class Backend>
struct gathered_check {
  Backend be;
  ma::tensor_view<float, 4> layout, out_layout;
  std::vector<float> const& values;

  template <class Plan>
  void operator()(Plan const& given) const {
    auto const& plan = form_of<Backend>(given);
    index_t const n = plan.rows(), row = layout.size() / layout.extent[0];
    auto x = place<Backend>(layout, values),
         rows = place<Backend>(out_layout, fetched(plan, values, static_cast<std::size_t>(row)));
    auto out = room<Backend>(out_layout);
    ma::apply(be, there(be, plan), x.view(), ma::gathered(rows.view()), out.view());
    CHECK(reference::first_wrong(plan, values, values, out.read(), exact<Backend>()) == -1);

    auto const g = any_values<float>(out_layout.size(), 9);
    auto grad = place<Backend>(out_layout, g), grad_rows = room<Backend>(out_layout);
    auto grad_x = room<Backend>(layout);
    ma::apply_adjoint(be, there(be, plan), grad.view(), grad_x.view(), ma::gathered(grad_rows.view()));
    auto const got = grad_rows.read();
    index_t wrong = 0;
    for (index_t i = 0; i < n; ++i)
      for (index_t e = 0; e < row; ++e) {
        double bound = 0;
        float const expected = reference::partner_gradient<float>(plan, g, row, i, e, 0.0f, bound);
        wrong += !reference::is_gradient(got[static_cast<std::size_t>(i * row + e)], expected, bound, exact<Backend>());
      }
    CHECK(wrong == 0);
    CHECK(adjoint_check<Backend, float, 4>{{}, out_layout, layout, g}.wrong(plan, grad_x.read(), true, false, 0) == -1);
  }
};

}  // namespace test

TEST_CASE_TEMPLATE_DEFINE("a second source, and its rows already gathered, give the same pixels", Backend,
                          source_second) {
  auto const planes = ma::nchw<float>(nullptr, {7, 3, 6, 10});
  auto const interleaved = ma::nhwc<float>(nullptr, {7, 6, 10, 3});
  for (ma::index_t rows : {7, 1, 40}) {
    auto const in = ma::inputs(planes).source_rows(rows);
    auto const many = ma::nchw<float>(nullptr, {rows, 3, 6, 10});
    CAPTURE(rows);
    for (auto const& layout : {planes, interleaved}) {
      test::source_check<Backend, 4> const check{{}, layout, many};
      check("mixup", ma::make_plan(ma::mixup{.prob = 0.8f}, in, {.seed = 1}));
      test::chosen_plans(in, {.seed = 2}, 3, check);
      check("cutmix", ma::make_plan(ma::cutmix{.boxes = 2}, in, {.seed = 3}));
      check("cutmix now and then", ma::make_plan(ma::cutmix{.prob = 0.5f}, in, {.seed = 4}));
      test::hole_plans(in, {.seed = 5}, 3, check);
    }
  }
  auto const grey = ma::nchw<float>(nullptr, {7, 1, 6, 10}),
             padded = ma::nchw<float>(nullptr, {7, 1, 6, 10}, {84, 84, 14, 1});
  auto const few = ma::inputs(grey).source_rows(7);
  test::source_check<Backend, 4>{{}, grey, padded}("grey", ma::make_plan(ma::mixup{.prob = 0.8f}, few, {.seed = 1}));
  test::source_check<Backend, 4>{{}, padded, grey}("grey", ma::make_plan(ma::mixup{.prob = 0.8f}, few, {.seed = 1}));
  for (auto const& layout : test::padded_volumes<float>(7))
    for (auto const& many : test::padded_volumes<float>(9)) {
      if (layout.extent[1] != many.extent[1]) continue;
      CAPTURE(layout.stride[2]);
      CAPTURE(many.stride[2]);
      test::source_check<Backend, 5> const check{{}, layout, many};
      auto const in = ma::inputs(layout).source_rows(9);
      check("mixup", ma::make_plan(ma::mixup{.prob = 0.8f}, in, {.seed = 1}));
      check("cutmix", ma::make_plan(ma::cutmix{.boxes = 2}, in, {.seed = 3}));
    }
}

TEST_CASE_TEMPLATE_DEFINE("parts of a global batch, read from the whole, give the rows of one call", Backend,
                          source_split) {
  Backend const be;
  auto const whole = ma::nchw<float>(nullptr, {24, 2, 5, 9});
  auto const values = test::any_values<float>(whole.size(), 3);
  auto const row = whole.size() / 24;
  auto x = test::place<Backend>(whole, values);
  auto all = test::room<Backend>(whole);
  auto const one = ma::make_plan(ma::cutmix{.prob = 0.9f}, whole, ma::key{.seed = 6});
  ma::apply(be, test::there(be, one), x.view(), all.view());
  auto const expected = all.read();
  for (ma::index_t part : {12, 8, 6})
    for (ma::index_t first = 0; first < 24; first += part) {
      auto const layout = ma::nchw<float>(nullptr, {part, 2, 5, 9});
      auto const plan =
          ma::make_plan(ma::cutmix{.prob = 0.9f}, layout, ma::key{.seed = 6, .first = first, .global = 24});
      auto const from = values.begin() + first * row;
      auto mine = test::place<Backend>(layout, std::vector<float>(from, from + part * row));
      auto out = test::room<Backend>(layout);
      ma::apply(be, test::there(be, plan), mine.view(), x.view(), out.view());
      auto const at = expected.begin() + first * row;
      CHECK(test::first_difference(out.read(), std::vector<float>(at, at + part * row)) == -1);
    }
}

TEST_CASE_TEMPLATE_DEFINE("a slice of a history serves the rows that it has, and an empty one serves none", Backend,
                          source_slice) {
  Backend const be;
  auto const layout = ma::nchw<float>(nullptr, {8, 2, 5, 9});
  auto const row = layout.size() / 8;
  auto const values = test::any_values<float>(layout.size(), 5), whole = test::any_values<float>(layout.size(), 6);
  auto x = test::place<Backend>(layout, values), g = test::place<Backend>(layout, whole);
  auto const run = [&](char const* name, auto const& given) {
    CAPTURE(name);
    auto const& plan = test::form_of<Backend>(given);
    ma::index_t const first = plan.shape.source_first, rows = plan.shape.source_rows;
    auto const part = ma::nchw<float>(nullptr, {rows, 2, 5, 9});
    auto const from = whole.begin() + first * row;
    auto source = test::place<Backend>(part, std::vector<float>(from, from + rows * row));
    auto out = test::room<Backend>(layout), grad = test::room<Backend>(layout), grad_source = test::room<Backend>(part);
    ma::apply(be, test::there(be, plan), x.view(), source.view(), out.view());
    CHECK(reference::first_wrong(plan, values, whole, out.read(), test::exact<Backend>()) == -1);
    // <apply(x, s), g> = <x, grad_x> + <s, grad_s>
    ma::apply_adjoint(be, test::there(be, plan), g.view(), grad.view(), grad_source.view());
    auto const sum = [](std::vector<float> const& a, auto b) {
      double all = 0;
      for (float v : a) all += static_cast<double>(v) * static_cast<double>(*b++);
      return all;
    };
    double const got = sum(out.read(), whole.begin());
    double const want = sum(grad.read(), values.begin()) + sum(grad_source.read(), from);
    CHECK(std::abs(got - want) <= 1e-4 * (1 + std::abs(got)));
  };
  auto const history = ma::inputs(layout).source_rows(3);
  run("recursivemix",
      ma::make_plan(ma::recursivemix{}, ma::inputs(layout).source_rows(3).source_first(4), {.seed = 1}));
  run("recursivemix, linear",
      ma::make_plan(ma::recursivemix{.interpolation = ma::interpolation::linear}, history, {.seed = 2}));
  run("cutmix", ma::make_plan(ma::cutmix{}, ma::inputs(layout).source_rows(5).source_first(2), {.seed = 3}));
  run("mixup, no rows", ma::make_plan(ma::mixup{}, ma::inputs(layout).source_rows(0), {.seed = 4}));
}

TEST_CASE_TEMPLATE_DEFINE("blocks of a global batch are local: the part is its own source", Backend, source_block) {
  Backend const be;
  auto const layout = ma::nchw<float>(nullptr, {8, 2, 5, 9});
  auto const values = test::any_values<float>(layout.size(), 4);
  auto x = test::place<Backend>(layout, values);
  for (ma::index_t first : {0, 8, 16}) {
    ma::key const k{.seed = 7, .first = first, .global = 24, .block = 4};
    test::whole_plans(layout, k, [&](char const* name, auto const& plan) {
      CAPTURE(name);
      auto out = test::room<Backend>(layout);
      ma::apply(be, test::there(be, plan), x.view(), out.view());
      CHECK(reference::first_wrong(plan, values, values, out.read(), test::exact<Backend>(), first) == -1);
    });
  }
}

TEST_CASE_TEMPLATE_DEFINE("a plan of mixup fits features of any size and rank", Backend, source_features) {
  auto const images = ma::nchw<float>(nullptr, {6, 3, 8, 8});
  auto const features = ma::features<float>(nullptr, {6, 1000});
  auto const strided = ma::features<float>(nullptr, {6, 100}, {300, 3});
  auto const volumes = ma::volumes<float>(nullptr, {6, 4, 2, 3, 5});
  test::whole_plans(images, {.seed = 8}, [&](char const* name, auto const& plan) {
    CAPTURE(name);  // in their own type: the run-time form has an extent
    test::apply_check<Backend, float, 2>{{}, features, features, 1}.run(plan);
    test::apply_check<Backend, float, 2>{{}, strided, strided}.run(plan);
    test::apply_check<Backend, float, 5>{{}, volumes, volumes}.run(plan);
  });
}

TEST_CASE_TEMPLATE_DEFINE("clean rows, then the mixes: an output of twice the rows, and its gradient", Backend,
                          source_clean) {
  auto const x = ma::nchw<float>(nullptr, {7, 3, 6, 10}), out = ma::nchw<float>(nullptr, {14, 3, 6, 10});
  auto const values = test::any_values<float>(x.size(), 5);
  ma::when const w{.prob = 0.8f};
  ma::output_rows const rows{.clean = true};
  auto const check = [&](char const* name, auto const& method) {
    auto const plan = ma::make_plan(method, x, ma::key{.seed = 9});
    REQUIRE(plan.rows() == 14);
    test::apply_check<Backend, float, 4>{{}, x, out, 0, values}(name, plan);
    test::adjoint_check<Backend, float, 4>{{}, out, x}(name, plan);
    test::gathered_check<Backend>{{}, x, out, values}(plan);
  };
  check("regmixup", ma::regmixup{});
  check("regmixup, derangement", with(ma::regmixup{}, ma::pairing::derangement{}));
  check("boxes", with(ma::cutmix{.boxes = 2}, w, rows));
  check("holes", with(ma::cutout{.length = 3}, w, rows));
  check("boxes that move", with(ma::cutmix{}, test::random_pair{}, w, rows));
}

TEST_CASE_TEMPLATE_DEFINE("in an output of twice the rows, a row that is its own partner stays as it is, bit for bit",
                          Backend, source_alone) {
  auto const x = ma::nchw<float>(nullptr, {7, 3, 6, 10}), out = ma::nchw<float>(nullptr, {14, 3, 6, 10});
  std::vector<std::int64_t> const partner{0, 2, 1, 3, 6, 5, -1};
  auto values = test::any_values<float>(x.size(), 5);
  std::uint32_t const signalling = 0x7F800001u;  // which any arithmetic makes a quiet one
  for (std::size_t at = 7; at < values.size(); at += 40) std::memcpy(&values[at], &signalling, sizeof signalling);
  auto const plan =
      ma::make_plan(with(ma::regmixup{}, ma::pairing::given{ma::indices(partner.data(), {7})}), x, ma::key{.seed = 3});
  Backend const be;
  auto const& form = test::form_of<Backend>(plan);
  auto in = test::place<Backend>(x, values);
  auto mixed = test::room<Backend>(out);
  ma::apply(be, test::there(be, form), in.view(), mixed.view());
  auto const got = mixed.read();
  for (std::size_t i = 0; i < 14; ++i) {
    CAPTURE(i);
    bool const stays = i < 7 || partner[i - 7] < 0 || partner[i - 7] == static_cast<std::int64_t>(i - 7);
    bool same = true;
    for (std::size_t e = 0; e < 180; ++e) same = same && test::same_bits(got[i * 180 + e], values[i % 7 * 180 + e]);
    CHECK(same == stays);
  }
  auto const g = test::any_values<float>(out.size(), 9);
  test::adjoint_check<Backend, float, 4>{{}, out, x, g}.run(form);
}

#define TEST_SOURCES(BACKEND)                        \
  TEST_CASE_TEMPLATE_INVOKE(source_second, BACKEND); \
  TEST_CASE_TEMPLATE_INVOKE(source_split, BACKEND);  \
  TEST_CASE_TEMPLATE_INVOKE(source_block, BACKEND);  \
  TEST_CASE_TEMPLATE_INVOKE(source_slice, BACKEND);  \
  TEST_CASE_TEMPLATE_INVOKE(source_clean, BACKEND);  \
  TEST_CASE_TEMPLATE_INVOKE(source_alone, BACKEND);  \
  TEST_CASE_TEMPLATE_INVOKE(source_features, BACKEND)
