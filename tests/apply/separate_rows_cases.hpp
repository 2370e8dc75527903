#pragma once
#include <doctest/doctest.h>

#include <memory>
#include <mixaug/plan/any_plan.hpp>

#include "support/memory.hpp"
#include "support/plans.hpp"
#include "support/refusal.hpp"
#include "support/values.hpp"

namespace test {

/// A batch whose samples are allocations of their own, each with memory around it that must stay unchanged, in a
/// backend's memory; `shift` elements break the alignment of every third sample.
template <class Backend, class T, int R>
class scattered {
 public:
  static constexpr ma::space memory = Backend::memory;

  scattered(ma::tensor_view<T, R> layout, std::vector<T> const& values, index_t shift = 0) : one_(layout) {
    index_t const n = layout.extent[0], size = layout.size() / n;
    one_.extent[0] = 1;
    for (index_t i = 0; i < n; ++i) {
      auto const from = values.begin() + static_cast<std::ptrdiff_t>(i * size);
      samples_.push_back(
          std::make_unique<placed<T, R, memory>>(one_, std::vector<T>(from, from + size), i % 3 == 1 ? shift : 0));
      pointers_.push_back(samples_.back()->view().data);
    }
    one_.data = pointers_[0];
    table_ = std::make_unique<buffer<T*, memory>>(pointers_);
  }

  auto view() {
    auto const rows = ma::rows_of(pointers_, one_);
    if constexpr (memory == ma::space::host)
      return rows;
    else
      return ma::on_device(rows, table_->data());
  }
  std::vector<T> read() const {
    std::vector<T> all;
    for (auto const& sample : samples_) {
      auto const part = sample->read();
      all.insert(all.end(), part.begin(), part.end());
    }
    return all;
  }
  bool intact() const {
    for (auto const& sample : samples_)
      if (!sample->intact()) return false;
    return true;
  }

 private:
  ma::tensor_view<T, R> one_;
  std::vector<std::unique_ptr<placed<T, R, memory>>> samples_;
  std::vector<T*> pointers_;
  std::unique_ptr<buffer<T*, memory>> table_;
};

/// The run-time form of a plan where the backend takes it: how rows are addressed does not depend on the plan's type,
/// and so it is compiled once.
template <class Backend, class Plan>
decltype(auto) one_form(Plan const& plan) {
  if constexpr (Backend::memory == ma::space::host)
    return ma::to_any(plan);
  else
    return static_cast<Plan const&>(plan);
}

/// A visitor of plans: batches by rows, as any operand, give the bits of one block of memory.
template <class Backend, class T, int R>
struct separate_rows_check {
  Backend be;
  ma::tensor_view<T, R> layout;
  index_t shift = 0;
  std::vector<T> values = any_values<T>(layout.size(), 21);

  template <class Plan>
  void operator()(char const* name, Plan const& given) const {
    CAPTURE(name);
    auto const& plan = one_form<Backend>(given);
    auto const& p = there(be, plan);
    auto x = place<Backend>(layout, values);
    auto out = room<Backend>(layout);
    ma::apply(be, p, x.view(), out.view());
    std::vector<T> const none(values.size(), T{}), expected = out.read();

    scattered<Backend, T, R> rows(layout, values, shift), mixed(layout, none, shift);
    ma::apply(be, p, rows.view(), mixed.view());
    CHECK(first_difference(mixed.read(), expected) == -1);
    CHECK((mixed.intact() && rows.intact()));
    CHECK(first_difference(rows.read(), values) == -1);
    auto one_block = room<Backend>(layout);
    ma::apply(be, p, rows.view(), one_block.view());
    CHECK(first_difference(one_block.read(), expected) == -1);
    if (plan.flags().moved) return;
    ma::apply_inplace(be, p, rows.view());
    CHECK(first_difference(rows.read(), expected) == -1);
    CHECK(rows.intact());
  }
};

/// Sources and gradients by rows.
template <class Backend>
struct separate_sources_check {
  Backend be;
  ma::tensor_view<float, 4> layout, many;

  template <class Plan>
  void operator()(char const* name, Plan const& given) const {
    CAPTURE(name);
    auto const& plan = one_form<Backend>(given);
    auto const& p = there(be, plan);
    auto const values = any_values<float>(layout.size(), 1), others = any_values<float>(many.size(), 2);
    std::vector<float> const none(values.size()), nothing(others.size());
    auto x = place<Backend>(layout, values), source = place<Backend>(many, others);
    auto out = room<Backend>(layout), grad_x = room<Backend>(layout), grad_source = room<Backend>(many);
    ma::apply(be, p, x.view(), source.view(), out.view());
    ma::apply_adjoint(be, p, x.view(), grad_x.view(), grad_source.view());

    scattered<Backend, float, 4> rows(layout, values), source_rows(many, others), mixed(layout, none);
    ma::apply(be, p, rows.view(), source_rows.view(), mixed.view());
    CHECK(first_difference(mixed.read(), out.read()) == -1);
    ma::apply(be, p, x.view(), source_rows.view(), mixed.view());
    CHECK(first_difference(mixed.read(), out.read()) == -1);
    scattered<Backend, float, 4> grad_rows(layout, none), grad_source_rows(many, nothing);
    ma::apply_adjoint(be, p, rows.view(), grad_rows.view(), grad_source_rows.view());
    CHECK(first_difference(grad_rows.read(), grad_x.read()) == -1);
    CHECK(first_difference(grad_source_rows.read(), grad_source.read()) == -1);
    CHECK((mixed.intact() && grad_rows.intact() && grad_source_rows.intact()));

    // Rows that are gathered, some of them at one address.
    std::vector<float*> partners;
    auto const table = source_rows.view();
    for (index_t i = 0; i < plan.rows(); ++i) partners.push_back(table.row(plan.partner[i] < 0 ? 0 : plan.partner[i]));
    auto one = many;
    one.extent[0] = 1;
    buffer<float*, Backend::memory> partner_table(partners);
    auto const gathered = [&] {
      if constexpr (Backend::memory == ma::space::host)
        return ma::rows_of(partners, one);
      else
        return ma::on_device(ma::rows_of(partners, one), partner_table.data());
    }();
    ma::apply(be, p, rows.view(), ma::gathered(gathered), mixed.view());
    CHECK(first_difference(mixed.read(), out.read()) == -1);
  }
};

}  // namespace test

TEST_CASE_TEMPLATE_DEFINE("batches whose samples are allocations of their own give the bits of one block", Backend,
                          separate_rows) {
  auto const planes = ma::nchw<float>(nullptr, {7, 3, 6, 10});
  auto const padded = ma::nchw<float>(nullptr, {7, 3, 6, 8}, {999, 80, 12, 1});
  auto const interleaved = ma::nhwc<float>(nullptr, {7, 6, 10, 3});
  for (auto const& layout : {planes, padded, interleaved}) {
    CAPTURE(layout.stride[1]);
    test::separate_rows_check<Backend, float, 4> const aligned{{}, layout, 0}, shifted{{}, layout, 1};
    if constexpr (Backend::memory == ma::space::host) test::every_plan(layout, {.seed = 11}, 3, aligned);
    test::whole_plans(layout, {.seed = 12}, shifted);
    test::box_plans(layout, {.seed = 13}, shifted);
    test::box_plans(layout, {.seed = 14}, aligned);
  }
  auto const turned = ma::nchw<float>(nullptr, {5, 3, 6, 8}, {144, 48, 1, 6});  // columns are contiguous
  test::box_plans(turned, {.seed = 15}, test::separate_rows_check<Backend, float, 4>{{}, turned, 0});
}

TEST_CASE_TEMPLATE_DEFINE("sources, gathered rows and gradients by rows give the bits of one block", Backend,
                          separate_sources) {
  auto const planes = ma::nchw<float>(nullptr, {7, 3, 6, 10});
  auto const interleaved = ma::nhwc<float>(nullptr, {7, 6, 10, 3});
  for (ma::index_t rows : {7, 20}) {
    auto const many = ma::nchw<float>(nullptr, {rows, 3, 6, 10});
    for (auto const& layout : {planes, interleaved}) {
      test::separate_sources_check<Backend> const check{{}, layout, many};
      auto const in = ma::inputs(layout).source_rows(rows);
      check("mixup", ma::make_plan(ma::mixup{.prob = 0.8f}, in, {.seed = 1}));
      check("cutmix", ma::make_plan(ma::cutmix{.boxes = 2}, in, {.seed = 3}));
    }
  }
}

#define TEST_SEPARATE_ROWS(...)                          \
  TEST_CASE_TEMPLATE_INVOKE(separate_rows, __VA_ARGS__); \
  TEST_CASE_TEMPLATE_INVOKE(separate_sources, __VA_ARGS__)
