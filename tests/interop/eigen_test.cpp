#include <cstring>
#include <mixaug/interop/eigen.hpp>

#include "interop/mixed_alike.hpp"

namespace eigen_test {

using alike::has_shape;
using alike::views;
namespace ma = mixaug;

using RowMatrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using AnyStride = Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>;

TEST_CASE("Eigen: matrices and arrays of both storage orders alias, rows are samples") {
  Eigen::MatrixXf columns(6, 4);
  RowMatrix rows(6, 4);
  Eigen::Matrix<double, 6, 4, Eigen::RowMajor> fixed;
  Eigen::ArrayXXf array(6, 4);
  CHECK(has_shape(ma::features(columns), {6, 4}, {1, 6}));
  CHECK(has_shape(ma::features(rows), {6, 4}, {4, 1}));
  CHECK(has_shape(ma::features(fixed), {6, 4}, {4, 1}));
  CHECK(has_shape(ma::features(array), {6, 4}, {1, 6}));

  ma::features(columns)(5, 2) = 3.0f;
  ma::features(rows)(5, 2) = 4.0f;
  ma::labels(fixed)(1, 3) = 5.0;
  ma::view_of<2>(array)(0, 3) = 6.0f;
  CHECK(columns(5, 2) == 3.0f);
  CHECK(rows(5, 2) == 4.0f);
  CHECK(fixed(1, 3) == 5.0);
  CHECK(array(0, 3) == 6.0f);
}

TEST_CASE("Eigen: const objects give const views, by Eigen's own rule") {
  Eigen::MatrixXf m(3, 2);
  Eigen::MatrixXf const& fixed = m;
  Eigen::Map<Eigen::MatrixXf const> const_map(m.data(), 3, 2);
  Eigen::Ref<Eigen::MatrixXf> ref(m);
  Eigen::Ref<Eigen::MatrixXf> const& const_ref = ref;
  static_assert(views<decltype(ma::features(m)), float, 2>);
  static_assert(views<decltype(ma::features(fixed)), float const, 2>);
  static_assert(views<decltype(ma::features(const_map)), float const, 2>);
  static_assert(views<decltype(ma::features(ref)), float, 2>);
  static_assert(views<decltype(ma::features(const_ref)), float const, 2>);
  static_assert(views<decltype(ma::features(fixed.transpose())), float const, 2>);
  static_assert(views<decltype(ma::features(fixed.middleRows(0, 2))), float const, 2>);
  CHECK(ma::features(fixed).data == m.data());
}

TEST_CASE("Eigen: blocks, maps, transposes and their strides") {
  Eigen::MatrixXf m(8, 6);
  RowMatrix r(8, 6);
  CHECK(has_shape(ma::features(m.block(2, 1, 4, 3)), {4, 3}, {1, 8}));
  CHECK(ma::features(m.block(2, 1, 4, 3)).data == &m(2, 1));
  CHECK(has_shape(ma::features(r.block(2, 1, 4, 3)), {4, 3}, {6, 1}));
  CHECK(has_shape(ma::features(m.transpose()), {6, 8}, {8, 1}));
  CHECK(has_shape(ma::features(m.topRows<3>()), {3, 6}, {1, 8}));
  CHECK(has_shape(ma::features(m.array()), {8, 6}, {1, 8}));

  std::vector<float> memory(200);
  Eigen::Map<RowMatrix, 0, AnyStride> map(memory.data(), 4, 3, AnyStride(20, 2));
  CHECK(has_shape(ma::features(map), {4, 3}, {20, 2}));
  Eigen::Map<Eigen::MatrixXf, 0, AnyStride> columns(memory.data(), 4, 3, AnyStride(20, 2));
  CHECK(has_shape(ma::features(columns), {4, 3}, {2, 20}));
  Eigen::Ref<Eigen::MatrixXf, 0, AnyStride> ref(m.block(1, 1, 5, 2));
  CHECK(has_shape(ma::features(ref), {5, 2}, {1, 8}));
}

TEST_CASE("Eigen: vectors are rank 1 where one number a sample is meant") {
  Eigen::MatrixXf m(4, 3);
  RowMatrix r(4, 3);
  Eigen::VectorXi ids(5);
  Eigen::RowVectorXd weights(5);
  Eigen::Matrix<std::int64_t, 3, 1> rows;
  CHECK(has_shape(ma::class_ids(ids), {5}, {1}));
  CHECK(has_shape(ma::weights(weights), {5}, {1}));
  CHECK(has_shape(ma::indices(rows), {3}, {1}));
  CHECK(has_shape(ma::labels(m.col(1)), {4}, {1}));
  CHECK(has_shape(ma::labels(m.row(1)), {3}, {4}));
  CHECK(has_shape(ma::labels(r.col(1)), {4}, {3}));
  CHECK(has_shape(ma::labels(r.row(1)), {3}, {1}));
  CHECK(has_shape(ma::labels(m.diagonal()), {3}, {5}));
  CHECK(has_shape(ma::labels(ids.segment(1, 3)), {3}, {1}));
  CHECK(has_shape(ma::labels(m), {4, 3}, {1, 4}));
  CHECK(has_shape(ma::labels<2>(ids), {5, 1}, {1, 5}));
  CHECK(has_shape(ma::features(ids), {5, 1}, {1, 5}));
  ma::labels(m.row(1))(2) = 9.0f;
  CHECK(m(1, 2) == 9.0f);
}

TEST_CASE("Eigen: mixing through views equals mixing raw copies") {
  Eigen::MatrixXf x(7, 5), out(7, 5);
  alike::check(ma::mixup{}, ma::features(x), ma::features(out));
  RowMatrix wide(9, 8), wide_out(9, 8);
  alike::check(ma::mixup{}, ma::features(wide.block(1, 2, 7, 5)), ma::features(wide_out.block(2, 1, 7, 5)));
  alike::check(ma::mixup{}, ma::features(x.transpose()), ma::features(wide_out.topLeftCorner(5, 7)));
  Eigen::Matrix<double, 6, 3> fixed, fixed_out;
  alike::check(ma::mixup{}, ma::features(fixed), ma::features(fixed_out));
}

TEST_CASE("Eigen: views of targets and ids feed a plan") {
  Eigen::MatrixXf x = Eigen::MatrixXf::Random(6, 2);
  Eigen::VectorXi ids(6);
  ids << 0, 1, 0, 1, 0, 1;
  auto const method = ma::with(ma::mixup{}, ma::pairing::same_class{});
  auto const inputs = ma::inputs(ma::features(x)).class_ids(ma::class_ids(ids));
  auto const plan = ma::make_plan(method, inputs, ma::key{.seed = 1});
  for (int i = 0; i < 6; ++i) CHECK(ids[plan.partner[i]] == ids[i]);
}

TEST_CASE("Eigen: an empty matrix gives an empty view, which apply refuses") {
  Eigen::MatrixXf none(0, 2);
  Eigen::VectorXf no_labels;
  CHECK(ma::labels(no_labels).size() == 0);
  alike::check_empty_refused(ma::features(none));
}

TEST_CASE("Eigen: its 16-bit floats are pixels, with the bits of the library's own") {
  using Halves = Eigen::Matrix<Eigen::half, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  static_assert(ma::element_traits<Eigen::half>::format == ma::float_format::binary16);
  static_assert(ma::element_traits<Eigen::bfloat16>::format == ma::float_format::bfloat16);
  Halves const x = RowMatrix::Random(6, 70).cast<Eigen::half>();
  Halves out(6, 70);
  std::vector<ma::float16> own(6 * 70), mixed(own);
  std::memcpy(own.data(), x.data(), own.size() * sizeof(ma::float16));
  auto const p = ma::make_plan(ma::mixup{}, ma::features(x), ma::key{.seed = 3});
  ma::apply(p, ma::features(x), ma::features(out));
  ma::apply(p, ma::features(own.data(), {6, 70}), ma::features(mixed.data(), {6, 70}));
  CHECK(std::memcmp(out.data(), mixed.data(), mixed.size() * sizeof(ma::float16)) == 0);
  CHECK(out != x);
}

}  // namespace eigen_test
