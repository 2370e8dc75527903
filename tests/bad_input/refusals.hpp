#pragma once
#include <doctest/doctest.h>

#include <functional>
#include <limits>
#include <mixaug/mixaug.hpp>
#include <mixaug/plan/plan_text.hpp>
#include <sstream>
#include <string>
#include <vector>

namespace ma = mixaug;

namespace bad_input {

using ma::index_t;

inline constexpr float no_number = std::numeric_limits<float>::quiet_NaN();
inline constexpr float infinite = std::numeric_limits<float>::infinity();
inline constexpr index_t huge = std::numeric_limits<index_t>::max();

template <class R, class B>
std::string text_of(ma::plan<R, B> const& p) {
  if (p.rows() == 0) return "an empty plan";
  std::ostringstream out;
  ma::write_plan(out, p);
  return out.str() + (p.flags().blends ? "blends " : "") + (p.flags().local ? "local" : "");
}

/// A batch of four images with everything beside it, and plans for it. Whatever a refused call is given lies
/// in here, so that bytes() shows every write.
struct world {
  std::vector<float> x = counting<float>(4 * 3 * 8 * 8), source = counting<float>(6 * 3 * 8 * 8);
  std::vector<float> out = std::vector<float>(2 * 4 * 3 * 8 * 8, -1.0f), grad = counting<float>(6 * 3 * 8 * 8);
  std::vector<std::uint8_t> pixels = counting<std::uint8_t>(4 * 3 * 8 * 8), mixed_pixels = pixels;
  std::vector<std::int32_t> ids = counting<std::int32_t>(4 * 8 * 8), mixed_ids = ids;
  std::vector<int> classes{0, 1, 2, 4}, source_classes{0, 1, 2, 3, 4, 0}, bad_classes{0, 1, 5, -2};
  std::vector<float> y{1, 2, 3, 4}, soft = counting<float>(4 * 5), targets = std::vector<float>(8 * 5, -1.0f);
  std::vector<float> bad_y{1, no_number, 3, 4}, weights{1, 1, 1, 1}, bad_weights{1, 1, -2, 1}, loss{1, 2, 3, 4},
      losses{1, 2, 3, 4};
  std::vector<double> huge_weights{1, 1, 1, 1e300};
  std::vector<std::int64_t> partners{3, 2, 1, 0}, bad_partners{3, 2, 1, 4};

  template <class T>
  static std::vector<T> counting(int n) {
    std::vector<T> v(static_cast<std::size_t>(n));
    for (int k = 0; k < n; ++k) v[static_cast<std::size_t>(k)] = static_cast<T>(k % 251);
    return v;
  }

  ma::tensor_view<float, 4> batch() { return ma::nchw(x.data(), {4, 3, 8, 8}); }
  ma::tensor_view<float, 4> room() { return ma::nchw(out.data(), {4, 3, 8, 8}); }
  ma::tensor_view<float, 4> second() { return ma::nchw(source.data(), {6, 3, 8, 8}); }
  ma::tensor_view<float, 4> gradients() { return ma::nchw(grad.data(), {4, 3, 8, 8}); }
  ma::tensor_view<std::int32_t, 3> masks() { return ma::masks(ids.data(), {4, 8, 8}); }
  ma::tensor_view<std::int32_t, 3> mask_room() { return ma::masks(mixed_ids.data(), {4, 8, 8}); }
  ma::tensor_view<int, 1> class_ids() { return ma::class_ids(classes.data(), {4}); }
  ma::tensor_view<float, 2> matrix() { return ma::labels(targets.data(), {4, 5}); }

  // Some partner is another row in each plan, and some box is not empty.
  ma::plan_of<ma::mixup> mixed = ma::make_plan(ma::mixup{}, batch(), ma::key{.seed = 1});
  ma::plan_of<ma::cutmix> pasted = ma::make_plan(ma::cutmix{}, batch(), ma::key{.seed = 2});
  ma::plan_of<ma::cutout> erased = ma::make_plan(ma::cutout{.length = 4}, batch(), ma::key{.seed = 3});
  ma::plan_of<ma::cutmix> from_second =
      ma::make_plan(ma::cutmix{}, ma::inputs(batch()).source_rows(6), ma::key{.seed = 4});
  ma::plan_of<ma::cutmix> part = ma::make_plan(ma::cutmix{}, batch(), ma::key{.seed = 5, .first = 4, .global = 64});
  ma::plan_of<ma::cutmix> reused = pasted;

  std::string bytes() const {
    std::string all =
        text_of(mixed) + text_of(pasted) + text_of(erased) + text_of(from_second) + text_of(part) + text_of(reused);
    auto add = [&all](auto const&... v) {
      (all.append(reinterpret_cast<char const*>(v.data()), v.size() * sizeof(v[0])), ...);
    };
    add(x, source, out, grad, pixels, mixed_pixels, ids, mixed_ids, classes, source_classes, bad_classes, y, soft,
        targets);
    add(bad_y, weights, bad_weights, loss, losses, huge_weights, partners, bad_partners);
    return all;
  }
};

/// One bad call: what the message must name, what it got, what was expected.
struct refusal {
  std::string name;
  std::function<void()> call;
  std::string operand, got, expected;
};

/// Every call throws invalid_argument with its three parts, and writes nothing.
inline void refuse(world const& w, std::vector<refusal> const& table) {
  for (refusal const& r : table) {
    std::string const before = w.bytes();
    std::string message = "nothing was thrown";
    try {
      r.call();
    } catch (ma::invalid_argument const& e) {
      message = e.what();
    } catch (std::exception const& e) {
      message = std::string("another exception: ") + e.what();
    }
    INFO(r.name << " -> " << message);
    CHECK(message.rfind("mixaug: ", 0) == 0);
    for (std::string const& part : {r.operand, r.got, r.expected}) {
      CAPTURE(part);
      CHECK(message.find(part) != std::string::npos);
    }
    CHECK(w.bytes() == before);
  }
}

}  // namespace bad_input
