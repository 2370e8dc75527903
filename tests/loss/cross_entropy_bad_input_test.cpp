#include "bad_input/refusals.hpp"

#include <mixaug/loss/pair_cross_entropy.hpp>
#include <mixaug/loss/soft_target_cross_entropy.hpp>

namespace cross_entropy_bad_input_test {

using namespace bad_input;

// In the world: logits = soft (4, 5), outputs in targets, losses in loss, class ids 0..4.
TEST_CASE("pair cross entropies that do not fit are refused, and nothing is written") {
  world w;
  float* const t = w.targets.data();
  auto const logits = [&] { return ma::features(w.soft.data(), {4, 5}); };
  auto const losses = [&](int n = 4) { return ma::weights(w.out.data(), {n}); };
  auto const grad = [&](int n = 4, int d = 5) { return ma::features(t, {n, d}); };
  auto const ids = [&](int n) { return ma::class_ids(w.source_classes.data(), {n}); };
  auto const with_options = [&](ma::cross_entropy_options const& o) {
    ma::pair_cross_entropy(w.mixed, logits(), w.class_ids(), losses(), grad(), o);
  };
  auto const from = [&](auto const& source) {
    ma::pair_cross_entropy(w.from_second, logits(), w.class_ids(), source, losses(), grad());
  };
  refuse(
      w,
      {
          {"logits of the wrong number",
           [&] {
             ma::pair_cross_entropy(w.mixed, ma::features(w.soft.data(), {3, 5}), w.class_ids(), losses(3));
           },
           "logits", "3 rows", "4 rows"},
          {"logits without classes",
           [&] {
             ma::pair_cross_entropy(w.mixed, ma::features(w.soft.data(), {4, 0}), w.class_ids(), losses());
           },
           "logits", "(4, 0)", "at least one element"},
          {"null logits",
           [&] {
             ma::pair_cross_entropy(w.mixed, ma::features<float>(nullptr, {4, 5}), w.class_ids(), losses());
           },
           "logits", "a null pointer", "memory for (4, 5)"},
          {"logits beyond memory",
           [&] {
             ma::pair_cross_entropy(w.mixed, ma::features(w.soft.data(), {4, 5}, {huge, 1}), w.class_ids(), losses());
           },
           "logits", "strides (9223372036854775807, 1)", "memory can hold"},
          {"losses of the wrong number", [&] { ma::pair_cross_entropy(w.mixed, logits(), w.class_ids(), losses(5)); },
           "losses", "5 rows", "4 rows"},
          {"null losses",
           [&] { ma::pair_cross_entropy(w.mixed, logits(), w.class_ids(), ma::weights<float>(nullptr, {4})); },
           "losses", "a null pointer", "memory for (4)"},
          {"losses of one element",
           [&] { ma::pair_cross_entropy(w.mixed, logits(), w.class_ids(), ma::labels(w.out.data(), {4}, {0})); },
           "losses", "overlapping itself", "an element of its own"},
          {"losses in the logits",
           [&] { ma::pair_cross_entropy(w.mixed, logits(), w.class_ids(), ma::weights(w.soft.data(), {4})); }, "losses",
           "sharing memory with the logits", "a buffer of its own"},
          {"a gradient of the wrong number",
           [&] { ma::pair_cross_entropy(w.mixed, logits(), w.class_ids(), losses(), grad(5)); }, "grad_logits",
           "5 rows", "4 rows"},
          {"a gradient of another width",
           [&] { ma::pair_cross_entropy(w.mixed, logits(), w.class_ids(), losses(), grad(4, 6)); }, "grad_logits",
           "of width 6", "width 5 as the logits"},
          {"a null gradient",
           [&] {
             ma::pair_cross_entropy(w.mixed, logits(), w.class_ids(), losses(), ma::features<float>(nullptr, {4, 5}));
           },
           "grad_logits", "a null pointer", "memory for (4, 5)"},
          {"rows of the gradient overlap",
           [&] {
             ma::pair_cross_entropy(w.mixed, logits(), w.class_ids(), losses(), ma::features(t, {4, 5}, {4, 1}));
           },
           "grad_logits", "overlapping itself", "an element of its own"},
          {"the gradient in place",
           [&] { ma::pair_cross_entropy(w.mixed, logits(), w.class_ids(), losses(), logits()); }, "grad_logits",
           "sharing memory with the logits", "a buffer of its own"},
          {"the gradient in the losses",
           [&] {
             ma::pair_cross_entropy(w.mixed, logits(), w.class_ids(), losses(), ma::features(w.out.data() + 3, {4, 5}));
           },
           "grad_logits", "sharing memory with the losses", "a buffer of its own"},
          {"ids of the wrong number", [&] { ma::pair_cross_entropy(w.mixed, logits(), ids(6), losses()); }, "class_ids",
           "6 rows", "4 rows"},
          {"null ids", [&] { ma::pair_cross_entropy(w.mixed, logits(), ma::class_ids<int>(nullptr, {4}), losses()); },
           "class_ids", "a null pointer", "memory for (4)"},
          {"a class beyond the last",
           [&] {
             ma::pair_cross_entropy(w.mixed, logits(), ma::class_ids(w.bad_classes.data(), {4}), losses(), grad());
           },
           "class_ids(2)", "is 5", "a class in [0, 5), the width of the logits"},
          {"a negative class",
           [&] {
             ma::pair_cross_entropy(w.mixed, ma::features(w.x.data(), {4, 6}), ma::class_ids(w.bad_classes.data(), {4}),
                                    losses());
           },
           "class_ids(3)", "is -2", "a class in [0, 6)"},
          {"smoothing 1", [&] { with_options({.smoothing = 1}); }, "smoothing", "is 1", "a number in [0, 1)"},
          {"smoothing NaN", [&] { with_options({.smoothing = no_number}); }, "smoothing", "nan", "a number in [0, 1)"},
          {"a negative count",
           [&] {
             with_options({.reduce = ma::reduction::mean, .counts = {4, -1}});
           },
           "counts", "{4, -1}", "two numbers of rows >= 0"},
          {"an id beside the ignored one",
           [&] {
             ma::pair_cross_entropy(w.mixed, logits(), ma::class_ids(w.bad_classes.data(), {4}), losses(), grad(),
                                    {.ignore_index = -100});
           },
           "class_ids(2)", "is 5", "or the ignore_index of the options"},
          {"scale NaN", [&] { with_options({.scale = no_number}); }, "scale", "nan", "a finite number"},
          {"scale beyond float", [&] { with_options({.scale = 1e300}); }, "scale", "1e+300", "of the logits' type"},
          {"no ids of the source", [&] { ma::pair_cross_entropy(w.from_second, logits(), w.class_ids(), losses()); },
           "partners lie outside the batch", "give their class ids", "second source"},
          {"ids of the source of the wrong number", [&] { from(ids(5)); }, "source_class_ids", "5 rows", "6 rows"},
          {"gathered ids of the wrong number", [&] { from(ma::gathered(ids(6))); }, "source_class_ids", "6 rows",
           "4 rows"},
          {"a class of the source beyond the last",
           [&] {
             ma::pair_cross_entropy(w.mixed, logits(), w.class_ids(), ma::class_ids(w.bad_classes.data(), {4}),
                                    losses());
           },
           "source_class_ids(2)", "is 5", "a class in [0, 5)"},
          {"null ids of the source", [&] { from(ma::class_ids<int>(nullptr, {6})); }, "source_class_ids",
           "a null pointer", "memory for (6)"},
          {"an empty plan",
           [&] { ma::pair_cross_entropy(ma::plan_of<ma::mixup>(), logits(), w.class_ids(), losses()); }, "the plan",
           "empty", "make_plan"},
      });
}

TEST_CASE("an output that holds the class ids is refused") {
  world w;
  std::vector<std::int32_t> zeros(20, 0);
  auto* const memory = reinterpret_cast<float*>(zeros.data());
  auto const logits = ma::features(w.soft.data(), {4, 5});
  auto const ids = ma::class_ids(zeros.data(), {4});
  refuse(
      w,
      {
          {"losses", [&] { ma::pair_cross_entropy(w.mixed, logits, ids, ma::weights(memory, {4})); }, "losses",
           "sharing memory with the class ids", "a buffer of its own"},
          {"gradient",
           [&] {
             ma::pair_cross_entropy(w.mixed, logits, ids, ma::weights(w.out.data(), {4}), ma::features(memory, {4, 5}));
           },
           "grad_logits", "sharing memory with the class ids", "a buffer of its own"},
          {"source", [&] { ma::pair_cross_entropy(w.mixed, logits, w.class_ids(), ids, ma::weights(memory, {4})); },
           "losses", "sharing memory with the source's class ids", "a buffer of its own"},
      });
  CHECK(zeros == std::vector<std::int32_t>(20, 0));
}

TEST_CASE("soft-target cross entropies that do not fit are refused, and nothing is written") {
  world w;
  auto const logits = [&](int n = 4) { return ma::features(w.soft.data(), {n, 5}); };
  auto const targets = [&](int n = 4, int d = 5) { return ma::features(w.grad.data(), {n, d}); };
  auto const losses = [&](int n = 4) { return ma::weights(w.out.data(), {n}); };
  auto const grad = [&] { return ma::features(w.targets.data(), {4, 5}); };
  auto const weights = [&](int n) { return ma::weights(w.weights.data(), {n}); };
  refuse(
      w,
      {
          {"no rows, but targets", [&] { ma::soft_target_cross_entropy(logits(0), targets(), losses(0)); }, "targets",
           "4 rows", "0 rows"},
          {"targets of the wrong number", [&] { ma::soft_target_cross_entropy(logits(), targets(3), losses()); },
           "targets", "3 rows", "4 rows"},
          {"targets of another width", [&] { ma::soft_target_cross_entropy(logits(), targets(4, 6), losses()); },
           "targets", "of width 6", "width 5 as the logits"},
          {"null targets",
           [&] {
             ma::soft_target_cross_entropy(logits(), ma::features<float>(nullptr, {4, 5}), losses());
           },
           "targets", "a null pointer", "memory for (4, 5)"},
          {"weights of the wrong number",
           [&] { ma::soft_target_cross_entropy(logits(), targets(), weights(3), losses(), grad()); }, "weights",
           "3 rows", "4 rows"},
          {"null weights",
           [&] {
             ma::soft_target_cross_entropy(logits(), targets(), ma::weights<float>(nullptr, {4}), losses(), grad());
           },
           "weights", "a null pointer", "memory for (4)"},
          {"losses of the wrong number", [&] { ma::soft_target_cross_entropy(logits(), targets(), losses(3), grad()); },
           "losses", "3 rows", "4 rows"},
          {"the gradient in the targets",
           [&] { ma::soft_target_cross_entropy(logits(), targets(), losses(), targets()); }, "grad_logits",
           "sharing memory with the targets", "a buffer of its own"},
          {"the losses in the weights",
           [&] { ma::soft_target_cross_entropy(logits(), targets(), weights(4), weights(4)); }, "losses",
           "sharing memory with the weights", "a buffer of its own"},
          {"a negative weight",
           [&] {
             ma::soft_target_cross_entropy(logits(), targets(), ma::weights(w.bad_weights.data(), {4}), losses(),
                                           grad());
           },
           "weights(2)", "is -2", "a finite number >= 0"},
          {"a weight NaN",
           [&] { ma::soft_target_cross_entropy(logits(), targets(), ma::weights(w.bad_y.data(), {4}), losses()); },
           "weights(1)", "nan", "a finite number >= 0"},
          {"scale beyond float",
           [&] { ma::soft_target_cross_entropy(logits(), targets(), losses(), grad(), {.scale = -1e39}); }, "scale",
           "-1e+39", "of the logits' type"},
          {"scale infinite",
           [&] { ma::soft_target_cross_entropy(logits(), targets(), losses(), grad(), {.scale = HUGE_VAL}); }, "scale",
           "inf", "a finite number"},
      });
}

TEST_CASE("reduced pair losses and gradients that do not fit are refused") {
  world w;
  auto const loss = [&](int n = 4) { return ma::weights(w.loss.data(), {n}); };
  auto const other = [&] { return ma::weights(w.losses.data(), {4}); };
  auto const out = [&](int n) { return ma::weights(w.out.data(), {n}); };
  refuse(w, {
                {"a mean of four", [&] { ma::pair_loss(w.mixed, loss(), other(), out(4), ma::reduction::mean); },
                 "the output", "4 rows", "1 rows"},
                {"one loss", [&] { ma::pair_loss(w.mixed, loss(), other(), out(1), ma::reduction::none); },
                 "the output", "1 rows", "4 rows"},
                {"the mean in a loss", [&] { ma::pair_loss(w.mixed, loss(), other(), loss(1), ma::reduction::sum); },
                 "the output", "sharing memory with loss_self", "a buffer of its own"},
                {"a gradient too long", [&] { ma::pair_loss_gradients(w.mixed, out(5), other()); }, "grad_self",
                 "5 rows", "4 rows"},
                {"one gradient for both", [&] { ma::pair_loss_gradients(w.mixed, loss(), loss()); }, "grad_partner",
                 "sharing memory with grad_self", "a buffer of its own"},
                {"the gradients of an empty plan",
                 [&] { ma::pair_loss_gradients(ma::plan_of<ma::mixup>(), loss(), other()); }, "the plan", "empty",
                 "make_plan"},
            });
}

}  // namespace cross_entropy_bad_input_test
