// The forms of the losses for devices whose threads share no memory: one thread a row.
#include <doctest/doctest.h>

#include "loss/loss_sum_cases.hpp"

namespace device_forms_test {

namespace {

/// Takes device views, as thrust_on{thrust::cuda::par} does, and runs them here.
struct lone_threads {
  using mixaug_backend = void;
  static constexpr ma::space memory = ma::space::device;
  template <class Items>
  void items(ma::index_t count, Items const& job) const {
    for (ma::index_t k = count - 1; k >= 0; --k) job(k);
  }
};

struct seventh {
  double operator()(ma::index_t i) const noexcept { return 1.0 / static_cast<double>(1 + i % 7); }
};

}  // namespace

TEST_CASE_TEMPLATE("a row in one thread has the bits of the CPU's loops", T, float, double) {
  for (ma::index_t classes : {1, 10, 16, 17, 64, 65, 1024, 1025, 3000}) {
    CAPTURE(classes);
    ma::index_t const n = 5;
    auto const z = test::logits_of<T>(n, classes, 1), t = test::any_values<T>(n * classes, 2);
    std::vector<T> loss(5), grad(z.size()), serial_loss(5), serial(z.size());
    auto const matrix = [&](auto& v) { return ma::features(v.data(), {n, classes}); };
    ma::soft_target_cross_entropy(lone_threads{}, ma::on_device(matrix(z)), ma::on_device(matrix(t)),
                                  ma::on_device(ma::labels(loss.data(), {n})), ma::on_device(matrix(grad)));
    ma::soft_target_cross_entropy(ma::serial{}, matrix(z), matrix(t), ma::labels(serial_loss.data(), {n}),
                                  matrix(serial));
    CHECK(test::close_to_serial<ma::serial>(loss, serial_loss));
    CHECK(test::close_to_serial<ma::serial>(grad, serial));
    CHECK((classes == 1 || serial_loss[0] != T{0}));
  }
}

TEST_CASE("a sum in one thread has the bits of the CPU's loops") {
  for (ma::index_t n : {1, 64, 1000, 1024, 1025, 70000, 200001}) {
    double alone = 0, serial = 0;
    ma::detail::sum_rows(lone_threads{}, seventh{}, n, 3.0, &alone);
    ma::detail::sum_rows(ma::serial{}, seventh{}, n, 3.0, &serial);
    CHECK(test::same_bits(alone, serial));
    double sum = 0;
    for (ma::index_t i = 0; i < n; ++i) sum += seventh{}(i);
    CHECK(serial == doctest::Approx(sum / 3).epsilon(1e-11));
  }
}

TEST_CASE("class ids are any integers") {
  std::vector<float> const z{1, 2, 3, 4, 5, 6};
  std::vector<float> loss(2), first;
  auto const plan = ma::make_plan(ma::mixup{}, test::batch_of(2), ma::key{.seed = 1});
  auto const run = [&](auto const& ids) {
    ma::pair_cross_entropy(plan, ma::features(z.data(), {2, 3}), ma::class_ids(ids.data(), {2}),
                           ma::weights(loss.data(), {2}));
    if (first.empty()) first = loss;
    CHECK(loss == first);
  };
  run(std::vector<std::int64_t>{2, 1}), run(std::vector<std::uint8_t>{2, 1}), run(std::vector<std::int16_t>{2, 1}),
      run(std::vector<std::uint64_t>{2, 1});
}

}  // namespace device_forms_test
