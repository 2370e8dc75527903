// SPDX-License-Identifier: MIT
// The methods by name. A new one is a line of the table.
#include "methods.hpp"

#include <functional>
#include <mixaug/interop/torch.hpp>
#include <mixaug/mixaug.hpp>
#include <utility>

#include "options.hpp"

namespace mixaug_torch {
namespace {

namespace ma = mixaug;

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
  at::Tensor x;
  named_tensors inputs;
  ma::key key;

  at::Tensor const* find(char const* name) const {
    auto const at = inputs.find(name);
    if (at == inputs.end()) return nullptr;
    held.push_back(at->value());
    return &held.back();
  }
  at::Tensor const& need(char const* name, char const* method) const {
    if (at::Tensor const* const t = find(name)) return *t;
    ma::detail::fail(std::string(method) + " reads the input '" + name + "', which was not given");
  }
  mutable std::vector<at::Tensor> held = reserved();
  static std::vector<at::Tensor> reserved() {
    std::vector<at::Tensor> all;
    all.reserve(32);
    return all;
  }
};

/// f(view of const elements) for float or double numbers (n) or (n, d).
template <class F>
void with_numbers(at::Tensor const& t, char const* name, F const& f) {
  ma::detail::visit_float(t, name, [&](auto type) {
    using T = typename decltype(type)::type;
    t.dim() == 2 ? f(ma::labels<T const, 2>(t)) : f(ma::labels<T const>(t));
  });
}
template <class F>
void with_ids(at::Tensor const& t, char const* name, F const& f) {
  ma::detail::visit_ids(t, name, [&](auto type) { f(ma::class_ids<typename decltype(type)::type const>(t)); });
}

/// Adds the inputs that were given, and refuses unknown names.
template <class In>
void add_inputs(In& in, batch const& b) {
  for (auto const& entry : b.inputs) {
    std::string const& name = entry.key();
    at::Tensor const& t = *b.find(name.c_str());
    char const* const what = name.c_str();
    if (name == "class_ids")
      with_ids(t, what, [&](auto const& v) { in.class_ids(v); });
    else if (name == "groups")
      with_ids(t, what, [&](auto const& v) { in.groups(v); });
    else if (name == "index")
      in.index(ma::indices<std::int64_t const>(t));
    else if (name == "targets")
      with_numbers(t, what, [&](auto const& v) { in.targets(v); });
    else if (name == "features")
      with_numbers(t, what, [&](auto const& v) { in.features(v); });
    else if (name == "weights")
      ma::detail::visit_float(t, what,
                              [&](auto type) { in.weights(ma::weights<typename decltype(type)::type const>(t)); });
    else if (name == "scores")
      ma::detail::visit_float(t, what,
                              [&](auto type) { in.scores(ma::scores<typename decltype(type)::type const>(t)); });
    else if (name == "field")
      in.field(ma::scores<float const>(t));
    else if (name == "partner" || name == "class_counts")
      continue;  // the methods' own
    else
      ma::detail::fail("there is no input '" + name +
                       "'; there are class_ids, groups, index, targets, features, weights, scores, field, partner and "
                       "class_counts");
  }
}

template <class Method, class View>
any_method_plan made(Method const& method, batch const& b, View const& view, std::int64_t source_rows) {
  auto in = ma::inputs(view);
  add_inputs(in, b);
  if (source_rows >= 0) in.source_rows(source_rows);
  auto plan = ma::make_plan(ma::torch_parallel{}, method, in, b.key);
  if constexpr (std::is_same_v<decltype(plan), whole_plan>)
    return plan;
  else
    return ma::to_any(plan);
}

using planner = std::function<any_method_plan(options&, batch const&, std::string const&)>;

/// What a method needs of the batch: its rows alone (any rank), the shape of images, or their pixels.
enum class reads { rows, shape, pixels };

inline void need_images(batch const& b, std::string const& name) {
  if (b.x.dim() != 4)
    ma::detail::fail("the batch of " + name, "of rank " + std::to_string(b.x.dim()), "images (n, c, h, w)");
}
template <reads What, class Method>
any_method_plan plan_of_kind(Method const& method, batch const& b, std::string const& name, std::int64_t source_rows) {
  float const* const none = nullptr;
  if constexpr (What == reads::rows) {
    return made(method, b, ma::features(none, {b.x.size(0), 1}), source_rows);
  } else if constexpr (What == reads::shape) {
    need_images(b, name);
    return made(method, b, ma::nchw(none, {b.x.size(0), b.x.size(1), b.x.size(2), b.x.size(3)}), source_rows);
  } else {
    need_images(b, name);
    return ma::visit(b.x, [&](auto type) -> any_method_plan {
      using T = typename decltype(type)::type;
      if constexpr (std::is_same_v<T, float> || std::is_same_v<T, std::uint8_t> || std::is_same_v<T, ma::float16>)
        return made(method, b, ma::nchw<T const>(b.x), source_rows);
      else
        ma::detail::fail("the images of " + name, c10::toString(b.x.scalar_type()), "float32, float16 or uint8");
    });
  }
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
                                .scheme = o.choice("scheme",
                                                   {"salient_to_corresponding", "salient_to_salient",
                                                    "salient_to_non_salient", "non_salient_to_salient",
                                                    "non_salient_to_non_salient", "non_salient_to_corresponding"},
                                                   ma::scheme::salient_to_corresponding),
                                .detector = detector(o, false)};
       })},
      {"puzzlemix", paired<reads::pixels>([](options& o) {
         ma::puzzlemix m;
         m.alpha = o.real("alpha", 1);
         m.n_labels = static_cast<int>(o.integer("n_labels", 3));
         m.beta = o.real("beta", 1.2f), m.gamma = o.real("gamma", 0.5f), m.eta = o.real("eta", 0.2f);
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
                            .with_self = o.flag("with_self", true),
                            .of = o.choice("of", {"targets", "features"}, ma::distance_of::targets)};
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
      {"given_partner", own<reads::rows>([](options& o, batch const& b) {  // mixup with partners of your own
         return ma::with(ma::mixup{.alpha = o.real("alpha", 1), .prob = o.real("prob", 1), .mode = mode(o)},
                         given_pairing(b, "given_partner"));
       })},
      {"given_mask", own<reads::shape>([](options& o, batch const& b) {  // m of every pixel is the input 'field'
         bool const keep = o.flag("keep", false);
         return ma::with(ma::mixup{}, given_pairing(b, "given_mask"), ma::ratio::constant{0.5f},
                         ma::region::given_mask{.keep = keep});
       })},
  };
  return all;
}

}  // namespace

ma::key key_of(std::vector<std::int64_t> const& k) {
  if (k.size() != 5)
    ma::detail::fail("the key", std::to_string(k.size()) + " numbers", "5: seed, step, first, global, block");
  for (std::int64_t number : k)
    if (number < 0) ma::detail::fail("a number of the key", std::to_string(number), "a number >= 0");
  return {.seed = static_cast<std::uint64_t>(k[0]),
          .step = static_cast<std::uint64_t>(k[1]),
          .first = k[2],
          .global = k[3],
          .block = k[4]};
}

any_method_plan plan_by_name(std::string const& method, at::Tensor const& x, text_options const& given,
                             ma::key const& key, named_tensors const& inputs) {
  if (x.dim() == 0) ma::detail::fail("the batch", "of rank 0", "its first dimension is the samples");
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
