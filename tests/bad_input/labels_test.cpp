#include "bad_input/refusals.hpp"

#include <mixaug/loss/pair_loss.hpp>
#include <mixaug/metric/pair_accuracy.hpp>

namespace labels_test {

using namespace bad_input;

TEST_CASE("labels that cannot be mixed are refused, and the target matrix stays") {
  world w;
  float* const t = w.targets.data();
  auto const hard = [&](auto const& ids, auto const& out, ma::soft_label_options const& o = {}) {
    ma::soft_labels(w.mixed, ids, out, o);
  };
  auto const ids = [&](int n) { return ma::class_ids(w.source_classes.data(), {n}); };
  auto const soft = [&] { return ma::labels(w.soft.data(), {4, 5}); };
  auto const from = [&](auto const& source) { ma::soft_labels(w.from_second, w.class_ids(), source, w.matrix()); };
  std::vector<double> const endless{1, 2, std::numeric_limits<double>::infinity(), 4};
  std::vector<std::uint64_t> const far{0, 1, ~std::uint64_t{0}, 3};
  refuse(
      w,
      {
          {"a class beyond the last", [&] { hard(ma::class_ids(w.bad_classes.data(), {4}), w.matrix()); }, "labels(2)",
           "is 5", "a class in [0, 5), the width of the targets"},
          {"a negative class",
           [&] {
             hard(ma::class_ids(w.bad_classes.data(), {4}), ma::labels(t, {4, 6}));
           },
           "labels(3)", "is -2", "a class in [0, 6)"},
          {"a class beyond every index", [&] { hard(ma::class_ids(far.data(), {4}), w.matrix()); }, "labels(2)",
           "is -1", "a class in [0, 5)"},
          {"too few columns",
           [&] {
             hard(w.class_ids(), ma::labels(t, {4, 4}));
           },
           "labels(3)", "is 4", "a class in [0, 4)"},
          {"num_classes is not the width", [&] { hard(w.class_ids(), w.matrix(), {.num_classes = 10}); },
           "the target matrix", "of width 5", "num_classes = 10"},
          {"a negative num_classes", [&] { hard(w.class_ids(), w.matrix(), {.num_classes = -5}); }, "the target matrix",
           "of width 5", "num_classes = -5"},
          {"smoothing 1", [&] { hard(w.class_ids(), w.matrix(), {.smoothing = 1}); }, "smoothing", "is 1",
           "a number in [0, 1)"},
          {"smoothing NaN", [&] { hard(w.class_ids(), w.matrix(), {.smoothing = no_number}); }, "smoothing", "nan",
           "a number in [0, 1)"},
          {"ids of the wrong number", [&] { hard(ids(6), w.matrix()); }, "labels", "6 rows", "4 rows"},
          {"a matrix of the wrong number of rows",
           [&] {
             hard(w.class_ids(), ma::labels(t, {5, 5}));
           },
           "the target matrix", "5 rows", "4 rows"},
          {"a matrix without columns",
           [&] {
             hard(w.class_ids(), ma::labels(t, {4, 0}));
           },
           "the target matrix", "(4, 0)", "at least one element"},
          {"null ids", [&] { hard(ma::class_ids<int>(nullptr, {4}), w.matrix()); }, "labels", "a null pointer",
           "memory for (4)"},
          {"a null matrix",
           [&] {
             hard(w.class_ids(), ma::labels<float>(nullptr, {4, 5}));
           },
           "the target matrix", "a null pointer", "memory for (4, 5)"},
          {"rows of the matrix overlap",
           [&] {
             hard(w.class_ids(), ma::labels(t, {4, 5}, {4, 1}));
           },
           "the target matrix", "overlapping itself", "an element of its own"},
          {"columns of the matrix overlap",
           [&] {
             hard(w.class_ids(), ma::labels(t, {4, 5}, {5, 0}));
           },
           "the target matrix", "overlapping itself", "an element of its own"},
          {"a matrix beyond memory",
           [&] {
             hard(w.class_ids(), ma::labels(t, {4, 5}, {huge, 1}));
           },
           "the target matrix", "strides (9223372036854775807, 1)", "memory can hold"},
          {"the matrix holds the ids", [&] { hard(ma::class_ids(reinterpret_cast<int*>(t), {4}), w.matrix()); },
           "the target matrix", "sharing memory with the labels", "a buffer of its own"},
          {"targets in place", [&] { ma::mix_targets(w.mixed, soft(), soft()); }, "the target matrix",
           "sharing memory with the labels", "a buffer of its own"},
          {"NaN targets", [&] { ma::mix_targets(w.mixed, ma::labels(w.bad_y.data(), {4}), ma::labels(t, {4})); },
           "labels(1, 0)", "nan", "a finite label"},
          {"infinite targets", [&] { ma::mix_targets(w.mixed, ma::labels(endless.data(), {4}), ma::labels(t, {4})); },
           "labels(2, 0)", "inf", "a finite label"},
          {"a target beyond float",
           [&] { ma::mix_targets(w.mixed, ma::labels(w.huge_weights.data(), {4}), ma::labels(t, {4})); },
           "labels(3, 0)", "1e+300", "a finite label that the targets can hold"},
          {"targets of another width",
           [&] {
             ma::mix_targets(w.mixed, soft(), ma::labels(t, {4, 4}));
           },
           "labels", "width 5", "width 4 as the output"},
          {"(n) into (n, d)", [&] { ma::mix_targets(w.mixed, ma::labels(w.y.data(), {4}), w.matrix()); }, "labels",
           "(n)", "(n, 5) as the output"},
          {"(n, d) into (n)", [&] { ma::mix_targets(w.mixed, soft(), ma::labels(t, {4})); }, "labels", "width 5",
           "width 1 as the output"},
          {"no labels of the source", [&] { ma::soft_labels(w.from_second, w.class_ids(), w.matrix()); },
           "partners lie outside the batch", "give their labels", "the labels of the second source"},
          {"the source's labels of the wrong number", [&] { from(ids(5)); }, "the source's labels", "5 rows", "6 rows"},
          {"a class of the source beyond the last",
           [&] { ma::soft_labels(w.mixed, w.class_ids(), ma::class_ids(w.bad_classes.data(), {4}), w.matrix()); },
           "the source's labels(2)", "is 5", "a class in [0, 5)"},
          {"gathered labels of the wrong number", [&] { from(ma::gathered(ids(6))); }, "the source's labels", "6 rows",
           "4 rows"},
          {"null labels of the source", [&] { from(ma::class_ids<int>(nullptr, {6})); }, "the source's labels",
           "a null pointer", "memory for (6)"},
          {"the matrix holds the source's labels", [&] { from(ma::class_ids(reinterpret_cast<int*>(t), {6})); },
           "the target matrix", "sharing memory with the source's labels", "a buffer of its own"},
          {"smoothing of regression labels",
           [&] { ma::mix_targets(w.mixed, ma::labels(w.y.data(), {4}), ma::labels(t, {4}), {.smoothing = 0.5f}); },
           "smoothing", "is 0.5 for labels (n)", "rows (n, num_classes)"},
          {"an ignored id of rows", [&] { ma::mix_targets(w.mixed, soft(), w.matrix(), {.ignore_index = -100}); },
           "ignore_index", "is -100 for rows of numbers", "class ids on one side"},
          {"a missing number of ids", [&] { hard(w.class_ids(), w.matrix(), {.missing = ma::missing::nan}); },
           "missing::nan", "class ids, which have no NaN", "ignore_index"},
          {"an id beside the ignored one",
           [&] {
             hard(ma::class_ids(w.bad_classes.data(), {4}), ma::labels(t, {4, 6}), {.ignore_index = -1});
           },
           "labels(3)", "is -2", "or the ignore_index"},
          {"infinity beside missing targets",
           [&] {
             ma::mix_targets(w.mixed, ma::labels(endless.data(), {4}), ma::labels(t, {4}),
                             {.missing = ma::missing::nan});
           },
           "labels(2, 0)", "inf", "a finite label"},
          {"an empty plan", [&] { ma::soft_labels(ma::plan_of<ma::mixup>(), w.class_ids(), w.matrix()); }, "the plan",
           "empty", "make_plan"},
      });
}

TEST_CASE("losses and predictions that do not fit are refused") {
  world w;
  auto const losses = [&](int n) { return ma::weights(w.losses.data(), {n}); };
  auto const loss = [&](float* p = nullptr) { return ma::weights(p == nullptr ? w.loss.data() : p, {4}); };
  auto const out = [&] { return ma::weights(w.out.data(), {4}); };
  auto const ids = [&](int n) { return ma::class_ids(w.source_classes.data(), {n}); };
  auto const none = [](int n) { return ma::class_ids<int>(nullptr, {n}); };
  refuse(
      w,
      {
          {"losses of the wrong number", [&] { ma::pair_loss(w.mixed, loss(), losses(3), out()); }, "loss_partner",
           "3 rows", "4 rows"},
          {"an output of the wrong number",
           [&] { ma::pair_loss(w.mixed, loss(), losses(4), ma::weights(w.out.data(), {5})); }, "the output", "5 rows",
           "4 rows"},
          {"null losses", [&] { ma::pair_loss(w.mixed, ma::weights<float>(nullptr, {4}), losses(4), out()); },
           "loss_self", "a null pointer", "memory for (4)"},
          {"a null output", [&] { ma::pair_loss(w.mixed, loss(), losses(4), ma::weights<float>(nullptr, {4})); },
           "the output", "a null pointer", "memory for (4)"},
          {"the output is a loss", [&] { ma::pair_loss(w.mixed, loss(), losses(4), losses(4)); }, "the output",
           "sharing memory with loss_partner", "a buffer of its own"},
          {"an output of one element",
           [&] { ma::pair_loss(w.mixed, loss(), losses(4), ma::labels(w.out.data(), {4}, {0})); }, "the output",
           "overlapping itself", "an element of its own"},
          {"the loss of an empty plan", [&] { ma::pair_loss(ma::plan_of<ma::mixup>(), loss(), losses(4), out()); },
           "the plan", "empty", "make_plan"},
          {"a negative count",
           [&] {
             ma::pair_loss(w.mixed, loss(), losses(4), ma::weights(w.out.data(), {1}), ma::reduction::mean, {-1, 3});
           },
           "counts", "{-1, 3}", "two numbers of rows >= 0"},
          {"predictions of the wrong number", [&] { ma::pair_accuracy(w.mixed, ids(5), ids(4)); }, "predicted",
           "5 rows", "4 rows"},
          {"classes of the wrong number", [&] { ma::pair_accuracy(w.mixed, ids(4), ids(6)); }, "class_ids", "6 rows",
           "4 rows"},
          {"no classes of the source", [&] { ma::pair_accuracy(w.from_second, ids(4), ids(4)); },
           "partners lie outside the batch", "give their class ids", "source_class_ids"},
          {"classes of the source of the wrong number",
           [&] { ma::pair_accuracy(w.from_second, ids(4), ids(4), ids(5)); }, "source_class_ids", "5 rows", "6 rows"},
          {"null predictions", [&] { ma::pair_accuracy(w.mixed, none(4), ids(4)); }, "predicted", "a null pointer",
           "4 integers"},
          {"null classes", [&] { ma::pair_accuracy(w.mixed, ids(4), none(4)); }, "class_ids", "a null pointer",
           "4 integers"},
          {"null classes of the source", [&] { ma::pair_accuracy(w.from_second, ids(4), ids(4), none(6)); },
           "source_class_ids", "a null pointer", "6 integers"},
          {"the accuracy of an empty plan", [&] { ma::pair_accuracy(ma::plan_of<ma::mixup>(), ids(0), ids(0)); },
           "the plan", "empty", "make_plan"},
      });
}

}  // namespace labels_test
