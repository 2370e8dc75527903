// SPDX-License-Identifier: MIT
// The methods by name. A new one is a line of the table.
#include "methods.hpp"

#include <functional>
#include <mixaug/mixaug.hpp>
#include <utility>

#include "options.hpp"
#include "threads.hpp"

namespace mixaug_torch {
namespace {

/// The batch's own pairing rules, chosen by name: option `pairing`.
struct chosen_pairing {
  static constexpr bool draws = true;
  enum class rule { shuffle, reverse, roll, derangement } by = rule::shuffle;

  template <class Task>
  void operator()(Task const& task) const {
    switch (by) {
      case rule::shuffle:
        return ma::pairing::shuffle{}(task);
      case rule::reverse:
        return ma::pairing::reverse{}(task);
      case rule::roll:
        return ma::pairing::roll{}(task);
      case rule::derangement:
        return ma::pairing::derangement{}(task);
    }
  }
};

struct batch {
  tensor x;
  named_tensors inputs;
  ma::key key;

  tensor const* find(char const* name) const {
    auto const at = inputs.find(name);
    return at == inputs.end() ? nullptr : &at->second;
  }
  tensor const& need(char const* name, char const* method) const {
    if (tensor const* const t = find(name)) return *t;
    ma::detail::fail(std::string(method) + " reads the input '" + name + "', which was not given");
  }
};

/// f(view of const elements) for weights (n) and score maps (n, h, w) of float32 or float64, and for images that
/// methods read.
template <class F>
void with_weights(tensor const& t, char const* name, F const& f) {
  visit_float(t, name, [&](auto type) { f(ma::weights<typename decltype(type)::type const>(t)); });
}
template <class F>
void with_scores(tensor const& t, char const* name, F const& f) {
  visit_float(t, name, [&](auto type) { f(ma::scores<typename decltype(type)::type const>(t)); });
}
template <class F>
auto with_pixels(tensor const& t, F const& f) {
  return ma::visit(t, [&](auto type) -> decltype(f(ma::nchw<float const>(t))) {
    using T = typename decltype(type)::type;
    if constexpr (std::is_same_v<T, float> || std::is_same_v<T, std::uint8_t> || std::is_same_v<T, ma::float16>)
      return f(ma::nchw<T const>(t));
    else
      ma::detail::fail("the images' type", type_of(t), "float32, float16 or uint8, which the method reads");
  });
}

/// The inputs by their names, each with what it adds; null where only the method's own stages read it.
template <class In>
struct named_inputs {
  In& in;
  struct line {
    char const* name;
    void (*add)(In&, tensor const&, char const*);
  };
  static constexpr line all[] = {
      {"class_ids", [](In& in, tensor const& t, char const* n) { with_ids(t, n, [&](auto v) { in.class_ids(v); }); }},
      {"groups", [](In& in, tensor const& t, char const* n) { with_ids(t, n, [&](auto v) { in.groups(v); }); }},
      {"index", [](In& in, tensor const& t, char const*) { in.index(ma::indices<std::int64_t const>(t)); }},
      {"targets", [](In& in, tensor const& t, char const* n) { with_numbers(t, n, [&](auto v) { in.targets(v); }); }},
      {"features", [](In& in, tensor const& t, char const* n) { with_numbers(t, n, [&](auto v) { in.features(v); }); }},
      {"weights", [](In& in, tensor const& t, char const* n) { with_weights(t, n, [&](auto v) { in.weights(v); }); }},
      {"scores", [](In& in, tensor const& t, char const* n) { with_scores(t, n, [&](auto v) { in.scores(v); }); }},
      {"field", [](In& in, tensor const& t, char const*) { in.field(ma::scores<float const>(t)); }},
      {"source_class_ids",
       [](In& in, tensor const& t, char const* n) { with_ids(t, n, [&](auto v) { in.source_class_ids(v); }); }},
      {"source_groups",
       [](In& in, tensor const& t, char const* n) { with_ids(t, n, [&](auto v) { in.source_groups(v); }); }},
      {"source_targets",
       [](In& in, tensor const& t, char const* n) { with_numbers(t, n, [&](auto v) { in.source_targets(v); }); }},
      {"source_features",
       [](In& in, tensor const& t, char const* n) { with_numbers(t, n, [&](auto v) { in.source_features(v); }); }},
      {"source_weights",
       [](In& in, tensor const& t, char const* n) { with_weights(t, n, [&](auto v) { in.source_weights(v); }); }},
      {"source_scores",
       [](In& in, tensor const& t, char const* n) { with_scores(t, n, [&](auto v) { in.source_scores(v); }); }},
      {"source_images",
       [](In& in, tensor const& t, char const*) { with_pixels(t, [&](auto v) { in.source_images(v); }); }},
      {"partner", nullptr},       // the methods' own
      {"class_counts", nullptr},  //
      {"successor", nullptr},     //
  };
};
/// Adds the inputs that were given, and refuses unknown names.
template <class In>
void add_inputs(In& in, batch const& b) {
  for (auto const& [name, t] : b.inputs) {
    bool known = false;
    std::string names;
    for (auto const& line : named_inputs<In>::all) {
      names += (names.empty() ? "" : ", ") + std::string(line.name);
      if (name != line.name) continue;
      known = true;
      if (line.add != nullptr) line.add(in, t, line.name);
    }
    if (!known) ma::detail::fail("there is no input '" + name + "'; there are " + names);
  }
}

template <class Method, class View>
ma::any_plan made(Method const& method, batch const& b, View const& view, std::int64_t source_rows) {
  auto in = ma::inputs(view);
  if (source_rows >= 0) in.source_rows(source_rows);
  add_inputs(in, b);
  return ma::to_any(ma::make_plan(threads, method, in, b.key));
}

using planner = std::function<ma::any_plan(options&, batch const&, std::string const&)>;

/// What a method needs of the batch: its rows alone (any rank), the shape of images, or their pixels.
enum class reads { rows, shape, pixels };

template <reads What, class Method>
ma::any_plan plan_of_kind(Method const& method, batch const& b, std::string const& name, std::int64_t source_rows) {
  float const* const none = nullptr;
  std::int64_t const* const n = b.x.extent;
  if constexpr (What == reads::rows) return made(method, b, ma::features(none, {n[0], 1}), source_rows);
  if (b.x.rank != 4)
    ma::detail::fail("the batch of " + name, "of rank " + std::to_string(b.x.rank), "images (n, c, h, w)");
  if constexpr (What == reads::shape)
    return made(method, b, ma::nchw(none, {n[0], n[1], n[2], n[3]}), source_rows);
  else
    return with_pixels(b.x, [&](auto const& view) { return made(method, b, view, source_rows); });
}

/// A line of the table: `make(options)` gives the method, whose pairing may be chosen.
template <reads What, class Make>
planner paired(Make make) {
  return [make](options& o, batch const& b, std::string const& name) {
    chosen_pairing const pairing{
        o.choice("pairing", {"shuffle", "reverse", "roll", "derangement"}, chosen_pairing::rule::shuffle)};
    auto const method = make(o);
    std::int64_t const source_rows = o.integer("source_rows", -1);
    o.refuse_others(name);
    return plan_of_kind<What>(ma::with(method, pairing), b, name, source_rows);
  };
}
/// The same where the method brings its own pairing; make(options, batch).
template <reads What, class Make>
planner own(Make make) {
  return [make](options& o, batch const& b, std::string const& name) {
    auto const method = make(o, b);
    std::int64_t const source_rows = o.integer("source_rows", -1);
    o.refuse_others(name);
    return plan_of_kind<What>(method, b, name, source_rows);
  };
}

ma::mode mode(options& o) { return o.choice("mode", {"sample", "batch"}, ma::mode::sample); }
ma::saliency::any_detector detector(options& o, bool given) {
  switch (o.choice("detector", {"fine_grained", "spectral_residual", "frequency_tuned", "given"}, given ? 3 : 0)) {
    case 1:
      return ma::saliency::spectral_residual{};
    case 2:
      return ma::saliency::frequency_tuned{};
    case 3:
      return ma::saliency::given{};
    default:
      return ma::saliency::fine_grained{};
  }
}
ma::placement placement(options& o, ma::placement otherwise = ma::placement::clipped) {
  return o.choice("placement", {"clipped", "inside", "shifted", "uniform_pixels", "clipped_odd"}, otherwise);
}
ma::search search(options& o, ma::search otherwise) { return o.choice("search", {"pixel", "box_sum"}, otherwise); }
ma::kernel kernel(options& o) { return o.choice("kernel", {"gaussian", "tophat"}, ma::kernel::gaussian); }
ma::distance_of distance(options& o) { return o.choice("of", {"targets", "features"}, ma::distance_of::targets); }
ma::interpolation interpolation(options& o, ma::interpolation otherwise) {
  return o.choice("interpolation", {"nearest", "linear"}, otherwise);
}
ma::cutmix cutmix(options& o) {
  return {.alpha = o.real("alpha", 1),
          .prob = o.real("prob", 1),
          .mode = mode(o),
          .placement = placement(o),
          .minmax = {o.real("minmax_low", 0), o.real("minmax_high", 0)},
          .correct_lam = o.flag("correct_lam", true),
          .boxes = o.integer("boxes", 1),
          .align = o.integer("align", 1)};
}
/// timm's pair of methods.
auto mixup_or_cutmix(options& o) {
  float const prob = o.real("prob", 1), switch_prob = o.real("switch_prob", 0.5f);
  if (!(switch_prob >= 0 && switch_prob <= 1))
    ma::detail::fail("switch_prob", ma::detail::text(static_cast<double>(switch_prob)), "a probability in [0, 1]");
  ma::mode const m = mode(o);
  auto either = ma::one_of(ma::mixup{.alpha = o.real("mixup_alpha", 1), .prob = prob, .mode = m},
                           ma::cutmix{.alpha = o.real("cutmix_alpha", 1),
                                      .prob = prob,
                                      .mode = m,
                                      .placement = placement(o),
                                      .minmax = {o.real("minmax_low", 0), o.real("minmax_high", 0)},
                                      .correct_lam = o.flag("correct_lam", true)});
  either.weight[0] = 1 - switch_prob;
  either.weight[1] = switch_prob;
  either.mode = m;
  return either;
}
ma::pairing::given given_pairing(batch const& b, char const* method) {
  return {ma::indices<std::int64_t const>(b.need("partner", method))};
}
/// The samples of each class of the data set, if they were given.
ma::tensor_view<std::int64_t const, 1> class_counts(batch const& b) {
  tensor const* const t = b.find("class_counts");
  return t == nullptr ? ma::tensor_view<std::int64_t const, 1>{} : ma::indices<std::int64_t const>(*t);
}
constexpr std::initializer_list<char const*> schemes = {"salient_to_corresponding",   "salient_to_salient",
                                                        "salient_to_non_salient",     "non_salient_to_salient",
                                                        "non_salient_to_non_salient", "non_salient_to_corresponding"};

std::vector<std::pair<std::string, planner>> const& table() {
  static std::vector<std::pair<std::string, planner>> const all{
      {"mixup", paired<reads::rows>([](options& o) {
         return ma::mixup{.alpha = o.real("alpha", 1), .prob = o.real("prob", 1), .mode = mode(o)};
       })},
      {"cutmix", paired<reads::shape>([](options& o) { return cutmix(o); })},
      {"mixup_or_cutmix", paired<reads::shape>([](options& o) { return mixup_or_cutmix(o); })},
      {"cutout", own<reads::shape>([](options& o, batch const&) {
         return ma::cutout{.n_holes = o.integer("n_holes", 1),
                           .length = o.integer("length", 16),
                           .prob = o.real("prob", 1),
                           .mode = mode(o),
                           .placement = placement(o)};
       })},
      {"gridmix", paired<reads::shape>([](options& o) {
         return ma::gridmix{
             .alpha = o.real("alpha", 1), .n = o.integer("n", 4), .prob = o.real("prob", 1), .mode = mode(o)};
       })},
      {"fmix", paired<reads::shape>([](options& o) {
         return ma::fmix{.alpha = o.real("alpha", 1),
                         .decay = o.real("decay", 3),
                         .max_soft = o.real("max_soft", 0),
                         .mode = mode(o),
                         .prob = o.real("prob", 1)};
       })},
      {"smoothmix", paired<reads::shape>([](options& o) {
         return ma::smoothmix{.sigma = {o.real("sigma_low", 0.25f), o.real("sigma_high", 0.5f)},
                              .mode = mode(o),
                              .prob = o.real("prob", 1)};
       })},
      {"resizemix", paired<reads::shape>([](options& o) {
         return ma::resizemix{.scope_min = o.real("scope_min", 0.1f),
                              .scope_max = o.real("scope_max", 0.8f),
                              .interpolation = interpolation(o, ma::interpolation::nearest),
                              .prob = o.real("prob", 1),
                              .mode = mode(o)};
       })},
      {"saliencymix", paired<reads::pixels>([](options& o) {
         return ma::saliencymix{.alpha = o.real("alpha", 1),
                                .prob = o.real("prob", 1),
                                .mode = mode(o),
                                .scheme = o.choice("scheme", schemes, ma::scheme::salient_to_corresponding),
                                .detector = detector(o, false),
                                .search = search(o, ma::search::pixel),
                                .border = o.choice("border", {"shift", "clip"}, ma::border::shift)};
       })},
      {"puzzlemix", paired<reads::pixels>([](options& o) {
         ma::puzzlemix m;
         m.alpha = o.real("alpha", 1);
         m.n_labels = static_cast<int>(o.integer("n_labels", 3));
         m.beta = o.real("beta", 1.2f);
         m.gamma = o.real("gamma", 0.5f);
         m.eta = o.real("eta", 0.2f);
         m.neigh_size = static_cast<int>(o.integer("neigh_size", 4));
         m.t_eps = o.real("t_eps", 0.8f);
         if (auto const side = static_cast<int>(o.integer("block", 0)); side != 0) m.blocks = {side};
         m.transport = o.flag("transport", true);
         m.range = {o.real("range_low", 0), o.real("range_high", 1)};
         m.mode = mode(o);
         m.prob = o.real("prob", 1);
         m.detector = detector(o, true);
         return m;
       })},
      {"attentivemix", paired<reads::pixels>([](options& o) {
         return ma::attentivemix{.alpha = o.real("alpha", 1),
                                 .top_k = o.integer("top_k", 6),
                                 .grid = o.integer("grid", 7),
                                 .k_from_ratio = o.flag("k_from_ratio", false),
                                 .prob = o.real("prob", 1),
                                 .mode = mode(o),
                                 .detector = detector(o, true)};
       })},
      {"snapmix", paired<reads::pixels>([](options& o) {
         return ma::snapmix{.alpha = o.real("alpha", 5),
                            .prob = o.real("prob", 1),
                            .mode = mode(o),
                            .interpolation = interpolation(o, ma::interpolation::linear),
                            .detector = detector(o, true)};
       })},
      {"umix", paired<reads::rows>([](options& o) {
         return ma::umix{.alpha = o.real("alpha", 0.5f), .sigma = o.real("sigma", 0.5f), .mode = mode(o)};
       })},
      {"c_mixup", own<reads::rows>([](options& o, batch const&) {
         return ma::c_mixup{.alpha = o.real("alpha", 2),
                            .prob = o.real("prob", 1),
                            .mode = mode(o),
                            .bandwidth = o.precise("bandwidth", 1),
                            .kernel = kernel(o),
                            .with_self = o.flag("with_self", true),
                            .of = distance(o)};
       })},
      {"lisa", own<reads::rows>([](options& o, batch const&) {
         return ma::lisa{.alpha = o.real("alpha", 2), .p_sel = o.real("p_sel", 0.5f), .mode = mode(o)};
       })},
      {"remix", own<reads::rows>([](options& o, batch const& b) {
         return ma::remix{.alpha = o.real("alpha", 1),
                          .kappa = o.real("kappa", 3),
                          .tau = o.real("tau", 0.5f),
                          .class_counts = ma::indices<std::int64_t const>(b.need("class_counts", "remix")),
                          .prob = o.real("prob", 1),
                          .mode = mode(o)};
       })},
      {"balanced_mixup", own<reads::rows>([](options& o, batch const&) {
         return ma::balanced_mixup{.alpha = o.real("alpha", 0.2f), .prob = o.real("prob", 1), .mode = mode(o)};
       })},
      {"manifold_mixup", paired<reads::rows>([](options& o) {
         return ma::manifold_mixup{.alpha = o.real("alpha", 2), .prob = o.real("prob", 1), .mode = mode(o)};
       })},
      {"regmixup", paired<reads::rows>([](options& o) {
         return ma::regmixup{.alpha = o.real("alpha", 10), .eta = o.real("eta", 1), .mode = mode(o)};
       })},
      {"patchmix", paired<reads::shape>([](options& o) {
         return ma::patchmix{.alpha = o.real("alpha", 1), .prob = o.real("prob", 1), .mode = mode(o)};
       })},
      {"patchmix_tour", own<reads::shape>([](options& o, batch const& b) {  // pairs along a tour of the classes
         return ma::with(
             ma::patchmix{.alpha = o.real("alpha", 1), .prob = o.real("prob", 1), .mode = mode(o)},
             ma::pairing::class_tour{ma::indices<std::int64_t const>(b.need("successor", "patchmix_tour"))});
       })},
      {"recursivemix", own<reads::shape>([](options& o, batch const&) {
         return ma::recursivemix{.alpha = o.real("alpha", 0.5f),
                                 .interpolation = interpolation(o, ma::interpolation::nearest),
                                 .prob = o.real("prob", 1),
                                 .mode = mode(o)};
       })},
      {"background_mix", own<reads::pixels>([](options& o, batch const& b) {
         return ma::background_mix{.alpha = o.real("alpha", 1),
                                   .prob = o.real("prob", 1),
                                   .mode = mode(o),
                                   .scheme = o.choice("scheme", schemes, ma::scheme::non_salient_to_non_salient),
                                   .keep = o.choice("keep", {"target", "source"}, ma::side::target),
                                   .at_most = o.real("at_most", 0.5f),
                                   .class_counts = class_counts(b),
                                   .detector = detector(o, false),
                                   .search = search(o, ma::search::box_sum)};
       })},
      {"metamix", own<reads::rows>([](options& o, batch const&) {
         return ma::metamix{.alpha = o.real("alpha", 2),
                            .prob = o.real("prob", 1),
                            .mode = mode(o),
                            .bandwidth = o.precise("bandwidth", 1),
                            .kernel = kernel(o),
                            .of = distance(o)};
       })},
      {"given_partner", own<reads::rows>([](options& o, batch const& b) {  // mixup with partners of your own
         return ma::with(ma::mixup{.alpha = o.real("alpha", 1), .prob = o.real("prob", 1), .mode = mode(o)},
                         given_pairing(b, "given_partner"));
       })},
      {"given_mask", own<reads::shape>([](options& o, batch const& b) {  // m of every pixel is the input 'field'
         return ma::with(ma::mixup{}, given_pairing(b, "given_mask"), ma::ratio::constant{0.5f},
                         ma::region::given_mask{.keep = true, .binary = o.flag("binary", false)});
       })},
  };
  return all;
}

}  // namespace

ma::any_plan plan_by_name(std::string const& method, tensor const& x, std::string const& given, ma::key const& key,
                          named_tensors const& inputs) {
  if (x.rank == 0) ma::detail::fail("the batch", "of rank 0", "its first dimension is the samples");
  if (x.extent[0] == 0) ma::detail::fail("the batch", "of 0 rows", "one row at least");
  for (auto const& [name, plan] : table())
    if (name == method) {
      options all(given);
      return plan(all, batch{x, inputs, key}, name);
    }
  std::string names;
  for (auto const& name : method_names()) names += (names.empty() ? "" : ", ") + name;
  ma::detail::fail("the method", "'" + method + "'", "one of " + names);
}

std::vector<std::string> method_names() {
  std::vector<std::string> names;
  for (auto const& line : table()) names.push_back(line.first);
  return names;
}

}  // namespace mixaug_torch
