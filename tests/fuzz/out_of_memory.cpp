// std::bad_alloc at each allocation of an operation in turn, for every type that holds memory: it reaches the caller,
// nothing leaks, and what was worked on is as it was or empty, and can be used again. Copies that fail keep the old
// value. An input is a size; a run injects into every operation once for each of its allocations.

#include <filesystem>
#include <memory>
#include <mixaug/mixaug.hpp>
#include <mixaug/kernel/bandwidth.hpp>
#include <mixaug/kernel/gaussian_kernel.hpp>
#include <mixaug/kernel/kernel_matrix.hpp>
#include <mixaug/plan/plan_text.hpp>
#include <mixaug/weight/record_file.hpp>
#include <sstream>
#include <unistd.h>

#include "fuzz.hpp"
#include "heap.hpp"

namespace fuzz {
namespace ma = mixaug;
namespace w = ma::weight;
using ma::index_t;

char const* const name = "out_of_memory";
std::int64_t const short_runs = 0;

namespace {

/// act(state) once for each of its allocations, which fails; after(state, failed) says whether what is left is right.
template <class Make, class Act, class After>
void inject(char const* what, Make const& make, Act const& act, After const& after) {
  std::int64_t calls = 0;
  {
    auto state = make();
    heap::begin();
    act(state);
    calls = heap::calls;
    if (!after(state, false)) wrong(std::string(what) + ": not right where nothing failed");
  }
  for (std::int64_t k = 0; k < calls; ++k) {
    std::int64_t const before = heap::blocks;
    {
      auto state = make();
      bool failed = false;
      heap::begin(k);
      try {
        act(state);
      } catch (std::bad_alloc const&) {
        failed = true;
      }
      heap::begin();
      if (!failed) wrong(std::string(what) + ": allocation " + std::to_string(k) + " failed, and nobody was told");
      if (!after(state, true))
        wrong(std::string(what) + ": not right after allocation " + std::to_string(k) + " failed");
    }
    if (heap::blocks != before) wrong(std::string(what) + ": a leak after allocation " + std::to_string(k) + " failed");
  }
}
/// A copy over an older value: the old one where memory runs out, else the new one. print(value) tells values apart.
template <class T, class Print>
void inject_copy(char const* what, T const& older, T const& newer, Print const& print) {
  std::string const old_text = print(older), new_text = print(newer);
  auto const is = [&](T const& v, bool failed) {
    return print(v) == (failed ? old_text : new_text) && print(T(v)) == print(v);
  };
  inject(
      what, [&] { return T(older); }, [&](T& v) { v = newer; }, is);
  inject(
      what, [&] { return std::unique_ptr<T>(); }, [&](std::unique_ptr<T>& v) { v = std::make_unique<T>(newer); },
      [&](std::unique_ptr<T> const& v, bool failed) { return failed ? !v : print(*v) == new_text; });
  T moved = newer;  // moving asks for no memory
  heap::begin();
  T to = std::move(moved);
  moved = std::move(to);
  require(heap::calls == 0 && print(moved) == new_text, what);
}

/// Inputs of n samples: pixels, classes, labels.
struct world {
  index_t n;
  std::vector<float> pixels, out, f;
  std::vector<double> y;
  std::vector<std::int64_t> ids;
  explicit world(index_t rows)
      : n(rows),
        pixels(static_cast<std::size_t>(n * 3 * 12 * 12)),
        out(pixels.size()),
        f(static_cast<std::size_t>(n * 8)),
        y(static_cast<std::size_t>(n)) {
    for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<float>(i * 2654435761u % 256);
    for (std::size_t i = 0; i < f.size(); ++i) f[i] = static_cast<float>(i % 13) - 5.0f;
    for (index_t i = 0; i < n; ++i)
      ids.push_back(i % 4), y[static_cast<std::size_t>(i)] = static_cast<double>(i * 2654435761 % 9973);
  }
  auto x() const { return ma::nchw(pixels.data(), {n, 3, 12, 12}); }
  auto to() { return ma::nchw(out.data(), {n, 3, 12, 12}); }
  auto classes() const { return ma::class_ids(ids.data(), {n}); }
  auto inputs() const {
    return ma::inputs(x()).class_ids(classes()).groups(classes()).targets(ma::labels(y.data(), {n}));
  }
};

template <class R, class B>
std::string text_of(ma::plan<R, B> const& p) {
  if (p.rows() == 0) return "empty";
  std::ostringstream out;
  ma::write_plan(out, p);
  return out.str();
}

template <class Method>
void plans(char const* what, Method const& m, world& few, world& many) {
  using plan = ma::plan_of<Method>;
  ma::key const key{.seed = 3};
  auto const planned = [&](world const& v) {
    plan p;
    ma::make_plan(ma::serial{}, m, v.inputs(), key, p);
    return p;
  };
  plan const older = planned(few), newer = planned(many);
  std::string const old_text = text_of(older), new_text = text_of(newer);
  auto const grow = [&](plan& p) { ma::make_plan(ma::serial{}, m, many.inputs(), key, p); };
  auto const after = [&](plan& p, bool failed) {
    std::string const now = text_of(p);
    if (failed ? now != "empty" && now != old_text : now != new_text) return false;
    if (p.rows() == many.n) ma::apply(p, many.x(), many.to());
    grow(p);
    return text_of(p) == new_text;
  };
  inject(
      what, [] { return plan(); }, grow, after);
  inject(
      what, [&] { return plan(older); }, grow, after);
  inject_copy(what, older, newer, [](plan const& p) { return text_of(p); });
  inject_copy(what, ma::to_any(older), ma::to_any(newer), [](ma::any_plan const& p) { return text_of(p); });
  inject(
      what, [] { return ma::any_plan(); }, [&](ma::any_plan& p) { p = ma::to_any(newer); },
      [&](ma::any_plan& p, bool failed) { return text_of(p) == (failed ? "empty" : new_text); });
}

void texts(world& few) {
  auto const p = ma::make_plan(ma::cutmix{.boxes = 2}, few.x(), ma::key{});
  std::string const text = text_of(p);
  auto const is = [&](auto const& q, bool failed) { return text_of(q) == (failed ? "empty" : text); };
  inject(
      "read_plan", [] { return ma::any_plan(); },
      [&](ma::any_plan& q) {
        std::istringstream in(text);
        q = ma::read_plan(in);
      },
      is);
  std::string const small = text_of(ma::rescaled(p, ma::extents<2>{7, 9}));
  inject(
      "rescale", [] { return ma::plan_of<ma::cutmix>(); },
      [&](auto& q) {
        ma::rescale(p, ma::extents<2>{7, 9}, q);
      },
      [&](auto const& q, bool failed) { return text_of(q) == (failed ? "empty" : small); });
  inject(
      "apply", [] { return 0; },
      [&](int&) {
        ma::apply(p, few.x(), few.to());
        ma::apply_inplace(p, few.to());
        ma::apply_adjoint(p, few.x(), few.to());
      },
      [](int, bool) { return true; });
}

void records(world& few, world& many) {
  auto const recorded = [&](world const& v, index_t epochs, w::normalise how) {
    w::uncertainty r(v.n, {.epochs = epochs, .eta = 2, .normalise = how});
    std::vector<std::int64_t> const zeros(v.ids.size());
    r.record(ma::serial{}, 0, ma::class_ids(zeros.data(), {v.n}), v.classes());
    return r;
  };
  auto const print = [](w::uncertainty const& r) {
    if (r.rows() == 0) return std::string("empty");
    std::string all = std::to_string(r.recorded()) + (r.has_epoch(60000) ? " far" : "");
    for (index_t i = 0; i < r.rows(); ++i) all += " " + std::to_string(r.weight(i));
    return all;
  };
  w::uncertainty const narrow = recorded(few, 1, w::normalise::none);
  w::uncertainty wide = recorded(many, 65535, w::normalise::mean_one);
  wide.fit(ma::serial{});
  inject_copy("uncertainty", narrow, wide, print);
  inject_copy("uncertainty", w::uncertainty(), wide, print);
  inject(
      "uncertainty::fit", [&] { return recorded(many, 3, w::normalise::mean_one); },
      [](w::uncertainty& r) { r.fit(ma::serial{}); },
      [](w::uncertainty& r, bool) { return r.fit(ma::serial{}), r.weight(1) > 0.0f; });
  std::filesystem::path const file =
      std::filesystem::temp_directory_path() / ("mixaug_fuzz_memory_" + std::to_string(::getpid()));
  inject(
      "save", [] { return 0; }, [&](int&) { w::save(narrow, file); },
      [&](int, bool) { return w::save(narrow, file), print(w::load(file)) == print(narrow); });
  inject(
      "load", [] { return w::uncertainty(); }, [&](w::uncertainty& r) { r = w::load(file); },
      [&](w::uncertainty const& r, bool failed) { return print(r) == (failed ? "empty" : print(narrow)); });
  std::filesystem::remove(file);
  w::just_train_twice const a(narrow, {.lambda_up = 2}), b(recorded(many, 300, w::normalise::none), {.lambda_up = 3});
  inject_copy("just_train_twice", a, b, [](w::just_train_twice const& t) {
    std::string all = std::to_string(t.errors());
    for (index_t i = 0; i < t.rows(); ++i) all += " " + std::to_string(t.weight(i));
    return all;
  });
}

void groups(world& few, world& many) {
  auto const print = [](w::group_table const& t) {
    std::string all = std::to_string(t.groups()) + " of " + std::to_string(t.rows());
    for (index_t g = 0; g < t.groups(); ++g) all += " " + std::to_string(t.of(g));
    for (index_t i = 0; i < t.rows(); ++i) all += " " + std::to_string(t.weight(i));
    return all;
  };
  std::vector<std::int64_t> const counts(1000, 3);
  auto const said = ma::class_ids(counts.data(), {1000});
  inject_copy("inverse_frequency", w::inverse_frequency(few.classes(), 4), w::inverse_frequency(said), print);
  inject_copy("effective_number", w::effective_number(few.classes(), 4), w::effective_number(said), print);
  inject_copy("inverse_frequency", w::inverse_frequency(), w::inverse_frequency(many.classes(), 4), print);
  inject(
      "inverse_frequency", [] { return w::inverse_frequency(); },
      [&](w::inverse_frequency& t) { t = w::inverse_frequency(said); },
      [](w::inverse_frequency const& t, bool failed) { return t.groups() == (failed ? 0 : 1000); });

  std::vector<float> const losses(static_cast<std::size_t>(many.n), 1.5f);
  std::vector<float> out(losses.size());
  auto const at = ma::weights(losses.data(), {many.n});
  auto const updated = [&](index_t k) {
    w::group_dro d({.groups = k});
    d.update(ma::serial{}, at, many.classes());
    return d;
  };
  auto const state = [&](w::group_dro const& d) {
    std::string all;
    for (index_t g = 0; g < d.groups(); ++g) all += " " + std::to_string(d.q(g));
    d.weights(ma::serial{}, many.classes(), ma::weights(out.data(), {many.n}));
    for (float const v : out) all += " " + std::to_string(v);
    return all;
  };
  inject_copy("group_dro", updated(4), updated(500), state);
  std::string const after_two = [&] {
    auto d = updated(5);
    d.update(ma::serial{}, at, many.classes());
    return state(d);
  }();
  inject(
      "group_dro::update",
      [&] {
        w::group_dro d({.groups = 5});
        d.update(ma::serial{}, ma::weights(losses.data(), {1}), ma::class_ids(many.ids.data(), {1}));
        return d;
      },
      [&](w::group_dro& d) { d.update(ma::serial{}, at, many.classes()); },
      [&](w::group_dro& d, bool) { return d.update(ma::serial{}, at, many.classes()), d.q(0) > 0; });
  require(!after_two.empty(), "group_dro");

  auto const tails = [&](w::cvar const& c) {
    w::cvar copy = c;
    copy.weights(ma::serial{}, at, ma::weights(out.data(), {many.n}));
    return std::to_string(out[0]) + " " + std::to_string(out.back());
  };
  w::cvar used({.fraction = 0.3});
  used.weights(ma::serial{}, at, ma::weights(out.data(), {many.n}));
  inject_copy("cvar", w::cvar({.fraction = 0.2}), used, tails);
  inject_copy("group_accuracy", ma::group_accuracy(3), ma::group_accuracy(700),
              [](ma::group_accuracy const& g) { return std::to_string(g.groups()); });
}

void tables(world& many) {
  std::vector<double> y(4000);
  for (std::size_t i = 0; i < y.size(); ++i) y[i] = static_cast<double>(i * 2654435761u % 9973);
  using table = ma::pairing::gaussian_kernel;
  std::vector<std::int64_t> const rows{0, 9, 500};
  for (index_t d = 1; d <= 4; ++d) {
    std::vector<std::int64_t> partners(3), again(3);
    auto const made = [&] {
      return std::make_unique<table>(ma::features(y.data(), {4000 / d, d}),
                                     ma::pairing::kernel_options{.bandwidth = 50});
    };
    auto const drawn = [&](table const& t, std::vector<std::int64_t>& to) {
      t.draw(ma::serial{}, ma::indices(rows.data(), {3}), {.seed = 1}, ma::indices(to.data(), {3}));
    };
    drawn(*made(), partners);
    inject(
        "gaussian_kernel", [] { return std::unique_ptr<table>(); }, [&](auto& t) { t = made(); },
        [&](auto const& t, bool failed) { return failed ? !t : (drawn(*t, again), again == partners); });
    auto const whole = made();
    inject(
        "gaussian_kernel::draw", [] { return 0; }, [&](int&) { drawn(*whole, again); },
        [&](int, bool) { return drawn(*whole, again), again == partners; });
  }
  inject(
      "silverman_bandwidth", [] { return 0.0; },
      [&](double& h) { h = ma::silverman_bandwidth(ma::labels(y.data(), {2000})); },
      [](double h, bool failed) { return failed == !(h > 0); });
  inject(
      "entropy_bandwidth", [] { return 0.0; },
      [&](double& h) { h = ma::entropy_bandwidth(ma::labels(y.data(), {300}), 20.0); },
      [](double h, bool failed) { return failed == !(h > 0); });
  std::vector<float> matrix(static_cast<std::size_t>(many.n * many.n)), prototypes(4 * 8), alike(16);
  std::vector<std::int64_t> counts(4), tour(4);
  inject(
      "prototypes", [] { return 0; },
      [&](int&) {
        ma::class_prototypes(ma::features(std::as_const(many.f).data(), {many.n, 8}), many.classes(),
                             ma::features(prototypes.data(), {4, 8}), ma::indices(counts.data(), {4}));
        ma::cosine_similarity(ma::features(std::as_const(prototypes).data(), {4, 8}),
                              ma::features(alike.data(), {4, 4}));
        ma::shortest_tour(ma::features(std::as_const(alike).data(), {4, 4}), ma::indices(tour.data(), {4}));
        ma::kernel_matrix(ma::labels(std::as_const(many.y).data(), {many.n}), {.bandwidth = 30.0},
                          ma::features(matrix.data(), {many.n, many.n}));
      },
      [](int, bool) { return true; });
}

void workspaces() {
  using block = ma::workspace<ma::space::host>;
  auto const filled = [](std::size_t n, int v) {
    block b;
    std::memset(b.reserve(n), v, n);
    return b;
  };
  block const small = filled(64, 1), large = filled(6400, 2);
  for (auto const& [older, newer] : {std::pair{&small, &large}, std::pair{&large, &small}})
    inject(
        "workspace", [&] { return block(*older); }, [&](block& b) { b = *newer; },
        [&](block const& b, bool failed) {
          block const& now = failed ? *older : *newer;
          return std::memcmp(b.data(), now.data(), 64) == 0;
        });
}

}  // namespace

std::vector<std::string> corpus() { return {"\1", "\27"}; }

bool one(std::string_view input) {
  numbers in(input);
  world few(8 + in.below(9)), many(few.n + 8 + in.below(20));
  {  // what threads keep for later calls, and Beta's tables, are no leaks
    std::vector<float> maps(static_cast<std::size_t>(many.n * 144));
    (void)ma::make_plan(ma::serial{}, ma::saliencymix{}, many.x(), ma::key{});
    (void)ma::make_plan(ma::mixup{.alpha = 2.0f}, many.x(), ma::key{});
    ma::saliency_map(ma::serial{}, ma::saliency::spectral_residual{}, many.x(),
                     ma::scores(maps.data(), {many.n, 12, 12}));
    auto const y = ma::pairing::gaussian_kernel(ma::features(many.f.data(), {many.n, 8}), {.bandwidth = 1});
    std::vector<std::int64_t> rows(1), to(1);
    y.draw(ma::indices(std::as_const(rows).data(), {1}), {}, ma::indices(to.data(), {1}));
  }
  workspaces();
  plans("mixup", ma::mixup{}, few, many);
  plans("cutmix", ma::cutmix{.boxes = 3}, few, many);
  plans("saliencymix", ma::saliencymix{}, few, many);
  plans("one_of", ma::one_of(ma::mixup{}, ma::cutmix{}, ma::cutout{.length = 4}), few, many);
  plans("lisa", ma::lisa{}, few, many);
  plans("c_mixup", ma::c_mixup{}, few, many);
  texts(few);
  records(few, many);
  groups(few, many);
  tables(many);
  return true;
}

}  // namespace fuzz
