// What one rank does wrong is thrown on all ranks, by the same sentence, before any row travels.
#include <algorithm>
#include <cstring>
#include <numeric>
#include <optional>

#include "distributed/ranks.hpp"

namespace refusals_test {

namespace ma = mixaug;
using ma::index_t;
using test::ranks;

/// Checks that every rank throws `sentence`, and that the ranks are in step afterwards.
void all_refuse(std::string const& sentence, auto const& act) {
  std::string const got = test::refused(act);
  INFO("rank " << ranks().rank() << ": " << got);
  CHECK(got.find(sentence) != std::string::npos);
  CHECK(got.rfind("mixaug: ", 0) == 0);
  int one = 1, sum = 0;
  MPI_Allreduce(&one, &sum, 1, MPI_INT, MPI_SUM, ranks().comm());
  CHECK(sum == ranks().size());
}

/// A batch of two rows on every rank.
struct batch {
  int last = ranks().size() - 1;
  bool odd = ranks().rank() == last && ranks().size() > 1;  ///< the rank that does wrong
  std::string who = "mixaug: on rank " + std::to_string(last) + ": ";
  std::vector<float> x = std::vector<float>(2 * 48, 0.5f), out = std::vector<float>(2 * 64);
  std::vector<std::int64_t> ids = {0, 1};
  std::vector<float> targets = std::vector<float>(2 * 3);
  index_t global = 2 * ranks().size();
  auto view() { return ma::nchw(x.data(), {2, 3, 4, 4}); }
  auto room() { return ma::nchw(out.data(), {2, 3, 4, 4}); }
  ma::key key(std::uint64_t step = 1) { return ranks().key_of({.seed = 3, .step = step}, 2); }
};

TEST_CASE("a rank with bad labels, another shape, another option or another key") {
  if (ranks().size() == 1) return;
  batch b;
  auto const plan = ranks().make_plan(ma::cutmix{}, b.view(), b.key());
  auto const labels = ma::labels(b.targets.data(), {2, 3});
  b.ids[1] = b.odd ? 7 : 1;
  all_refuse(b.who + "labels(1) is 7; expected a class in [0, 3)",
             [&] { ma::mpi::soft_labels(ranks(), plan, ma::class_ids(b.ids.data(), {2}), labels); });
  b.ids[1] = 1;
  ma::mpi::soft_labels(ranks(), plan, ma::class_ids(b.ids.data(), {2}), labels);

  auto const other = ma::nchw(b.x.data(), {2, 3, b.odd ? 3 : 4, 4});
  all_refuse("height of the batch is 4 on rank 0 and 3 on rank " + std::to_string(b.last),
             [&] { ranks().make_plan(ma::cutmix{}, other, b.key()); });
  all_refuse(b.who + "x is of spatial extents (3, 4)", [&] {
    ma::mpi::mix(ranks(), plan, other, ma::nchw(b.out.data(), {2, 3, b.odd ? 3 : 4, 4}));
  });
  auto const channels = b.odd ? 2 : 3;
  all_refuse("a row of rank " + std::to_string(b.last) + " is of shape (2, 4, 4); expected (3, 4, 4)", [&] {
    ma::mpi::mix(ranks(), plan, ma::nchw(b.x.data(), {2, channels, 4, 4}), ma::nchw(b.out.data(), {2, channels, 4, 4}));
  });
  all_refuse("the method or one of its options of rank " + std::to_string(b.last),
             [&] { ranks().make_plan(ma::cutmix{.alpha = b.odd ? 0.5f : 1.0f}, b.view(), b.key()); });
  all_refuse("the method or one of its options of rank " + std::to_string(b.last),
             [&] { ranks().make_plan(with(ma::mixup{}, ma::ratio::beta{b.odd ? 0.5f : 1.0f}), b.view(), b.key()); });
  all_refuse("the method or one of its options of rank " + std::to_string(b.last),
             [&] { ranks().make_plan(ma::gridmix{.n = b.odd ? 2 : 4}, b.view(), b.key()); });
  all_refuse(b.who + "ratio::beta's alpha is -1",
             [&] { ranks().make_plan(ma::mixup{.alpha = b.odd ? -1.0f : 1.0f}, b.view(), b.key()); });
  all_refuse("key.step is 5 on rank 0 and 6 on rank " + std::to_string(b.last), [&] { b.key(b.odd ? 6 : 5); });
  all_refuse("key.seed is 3 on rank 0 and 4 on rank", [&] {
    auto k = b.key();
    k.seed = b.odd ? 4 : 3;
    ranks().make_plan(ma::mixup{}, b.view(), k);
  });
  auto plain_key = b.key(b.odd ? 1 : 1);
  plain_key.step = b.odd ? 9 : 1;
  auto const apart = ma::make_plan(ma::cutmix{}, b.view(), plain_key);
  all_refuse("the key's step of the plan is 1 on rank 0 and 9 on rank",
             [&] { ma::mpi::mix(ranks(), apart, b.view(), b.room()); });
}

/// True if each option of a method changes its digest, and a copy on other bits of padding does not.
template <class M>
void every_option_counts(char const* name, std::vector<M> const& others) {
  INFO(std::string(name));
  std::vector<std::uint64_t> digests{ma::detail::digest_of(M{})};
  for (M const& m : others) digests.push_back(ma::detail::digest_of(m));
  std::sort(digests.begin(), digests.end());
  CHECK(std::adjacent_find(digests.begin(), digests.end()) == digests.end());
  alignas(M) unsigned char memory[2][sizeof(M)];
  std::uint64_t same[2] = {};
  for (int k = 0; k < 2; ++k) {
    std::memset(memory[k], k == 0 ? 0x55 : 0xAA, sizeof(M));
    same[k] = ma::detail::digest_of(*new (memory[k]) M{});
  }
  CHECK(same[0] == same[1]);
}

// Structs of a user's own.
struct of_base : ma::ratio::uniform {
  float more = 0.0f;
};
struct of_two_bases : ma::ratio::rule, ma::label::rule {
  float value = 0.0f;
};
struct with_optional {
  float value = 0.0f;
  std::optional<float> maybe;
  int last = 0;
};
struct large {
  float table[64] = {};
  int last = 0;
};
struct nested : ma::ratio::rule {
  struct inner {
    double a = 0.0;
    bool b = false;
  } in[2];
  std::uint8_t small = 0;
  char const* text = "";
};

TEST_CASE("members are counted, or left alone") {
  using ma::detail::member_count;
  CHECK(member_count<of_base>() == 0);
  CHECK(member_count<of_two_bases>() == 0);
  CHECK(member_count<with_optional>() == 3);
  CHECK(member_count<large>() == 0);
  CHECK(member_count<nested>() == 3);
  CHECK(member_count<ma::puzzlemix>() == 18);
  CHECK(member_count<ma::pairing::shuffle>() == 0);
  auto const digest = [](auto const& v) {
    ma::detail::option_digest d;
    d.option(v);
    return d.value;
  };
  CHECK(digest(of_base{}) != digest(with_optional{}));  // their types
  CHECK(digest(large{}) != digest(of_two_bases{}));
  CHECK(digest(with_optional{.maybe = 1.0f}) != digest(with_optional{}));
  CHECK(digest(with_optional{.maybe = 1.0f}) != digest(with_optional{.maybe = 2.0f}));
  nested a, b;
  CHECK(digest(a) == digest(b));
  b.in[1].b = true;
  CHECK(digest(a) != digest(b));
}

TEST_CASE("every option of a method is in its digest, on every compiler") {
  using d = ma::saliency::any_detector;
  every_option_counts<ma::cutmix>("cutmix", {{.alpha = 0.5f},
                                             {.prob = 0.5f},
                                             {.mode = ma::mode::batch},
                                             {.placement = ma::placement::inside},
                                             {.minmax = {0.1f, 0.5f}},
                                             {.minmax = {0.1f, 0.6f}},
                                             {.correct_lam = false},
                                             {.boxes = 2},
                                             {.align = 2}});
  every_option_counts<ma::cutout>(
      "cutout", {{.n_holes = 2}, {.length = 17}, {.fill = 1.0f}, {.fill = {0.0f, 0.0f, 1.0f}}, {.prob = 0.5f}});
  every_option_counts<ma::puzzlemix>("puzzlemix", {{.alpha = 2.0f},
                                                   {.n_labels = 2},
                                                   {.beta = 1.0f},
                                                   {.gamma = 1.0f},
                                                   {.eta = 1.0f},
                                                   {.neigh_size = 2},
                                                   {.t_eps = 1.0f},
                                                   {.blocks = {2, 4, 8}},
                                                   {.transport = false},
                                                   {.t_size = 4},
                                                   {.assignment = ma::puzzle_assignment::published},
                                                   {.range = {0.0f, 2.0f}},
                                                   {.normalised = {{0.5f}, {1.0f}}},
                                                   {.normalised = {{0.5f, 0.5f}, {1.0f}}},
                                                   {.prob = 0.5f},
                                                   {.detector = d(ma::saliency::fine_grained{})}});
  every_option_counts<ma::saliencymix>("saliencymix",
                                       {{.detector = d(ma::saliency::spectral_residual{})},
                                        {.detector = d(ma::saliency::fine_grained{.order = ma::channel_order::bgr})},
                                        {.detector = d(ma::saliency::fine_grained{.range = {0.0f, 255.0f}})}});
  every_option_counts<ma::c_mixup>("c_mixup", {{.alpha = 1.0f},
                                               {.prob = 0.5f},
                                               {.bandwidth = 2.0},
                                               {.kernel = ma::kernel::tophat},
                                               {.with_self = false},
                                               {.of = ma::distance_of::features}});
  auto const one = [](float first, float second) {
    auto m = ma::one_of(ma::mixup{}, ma::gridmix{.n = 2});
    m.weight[0] = first;
    m.weight[1] = second;
    return ma::detail::digest_of(m);
  };
  CHECK(one(1.0f, 2.0f) != one(2.0f, 1.0f));
  CHECK(one(1.0f, 2.0f) == one(1.0f, 2.0f));
  // Views of data are each rank's own.
  std::vector<std::int64_t> const partners(4);
  auto const given = [&](index_t n) {
    return ma::detail::digest_of(with(ma::mixup{}, ma::pairing::given{ma::indices(partners.data(), {n})}));
  };
  CHECK(given(2) == given(4));
}

TEST_CASE("a plan that was given is empty where a rank has refused, and ranks of other rows are told apart") {
  batch b;
  if (ranks().size() > 1) {
    ma::plan_of<ma::cutmix> plan;
    ranks().make_plan(ma::cutmix{}, b.view(), b.key(), plan);
    CHECK(plan.rows() == 2);
    all_refuse(b.who + "prob is 2",
               [&] { ranks().make_plan(ma::cutmix{.prob = b.odd ? 2.0f : 1.0f}, b.view(), b.key(), plan); });
    CHECK(plan.rows() == 0);
    auto k = b.key();
    k.first = 0;  // as every rank were the first
    auto const first = ma::make_plan(ma::cutmix{}, b.view(), k);
    all_refuse("the first row of rank 1 is 0; expected 2", [&] { ma::mpi::mix(ranks(), first, b.view(), b.room()); });
    k.global = 2 * b.global;
    k.first = 2 * ranks().rank();
    auto const more = ma::make_plan(ma::cutmix{}, b.view(), k);
    all_refuse(
        "the rows of all ranks is " + std::to_string(b.global) + " rows; expected " + std::to_string(2 * b.global),
        [&] { ma::mpi::mix(ranks(), more, b.view(), b.room()); });
  }
  auto const plan = ranks().make_plan(ma::cutmix{}, b.view(), b.key());
  all_refuse("on rank 0: the output is sharing memory with x",
             [&] { ma::mpi::mix(ranks(), plan, b.view(), b.view()); });
  all_refuse("on rank 0: the plan pairs rows of the batch",
             [&] { ma::mpi::mix(ranks(), plan, b.view(), b.view(), b.room()); });
  all_refuse("on rank 0: the place for fetched rows is 1 rows; expected 2", [&] {
    ma::mpi::fetch(ranks(), plan, b.view(), ma::nchw(b.out.data(), {1, 3, 4, 4}));
  });
  all_refuse("on rank 0: the plan is empty",
             [&] { ma::mpi::mix(ranks(), ma::plan_of<ma::cutmix>(), b.view(), b.room()); });
  all_refuse("on rank 0: local_rows is -1", [&] { ranks().key_of({}, -1); });
  all_refuse("the global batch is of 0 rows on all ranks", [&] { ranks().key_of({}, 0); });
  std::int64_t const far = b.global;
  all_refuse("on rank 0: row 0 of the list is " + std::to_string(far), [&] {
    ma::mpi::fetch(ranks(), ma::indices(&far, {1}), b.view(), ma::nchw(b.out.data(), {1, 3, 4, 4}));
  });
}

TEST_CASE("rules of the global batch name gather; lists that only some ranks give are refused") {
  if (ranks().size() == 1) return;
  batch b;
  auto const method = with(ma::mixup{}, ma::pairing::same_class{});
  all_refuse("gather(inputs)", [&] {
    ranks().make_plan(method, ma::inputs(b.view()).class_ids(ma::class_ids(b.ids.data(), {2})), b.key());
  });
  all_refuse("the list of inputs that are given of rank", [&] {
    auto in = ma::inputs(b.view());
    if (!b.odd) in.class_ids(ma::class_ids(b.ids.data(), {2}));
    ranks().gather(in);
  });
  all_refuse(b.who + "class_ids is 1 rows; expected 2",
             [&] { ranks().gather(ma::inputs(b.view()).class_ids(ma::class_ids(b.ids.data(), {b.odd ? 1 : 2}))); });
  all_refuse("targets is 1 numbers a row on rank " + std::to_string(b.last), [&] {
    ranks().gather(ma::inputs(b.view()).targets(ma::labels(b.x.data(), {2, b.odd ? 1 : 3})));
  });
  all_refuse("mode = batch", [&] {
    auto k = b.key();
    k.block = 2;  // partners lie here, but the box is that of the global batch's first pair
    ranks().make_plan(ma::serial{}, ma::saliencymix{.mode = ma::mode::batch}, b.view(), k);
  });
}

TEST_CASE("the caller's own exceptions, by their kinds") {
  batch b;
  int const last = b.last;
  auto const thrown_there = [&](auto const& e) {
    return ranks().rank() == last ? std::make_exception_ptr(e) : std::exception_ptr();
  };
  CHECK_THROWS_WITH_AS(ranks().agree(thrown_there(ma::invalid_argument("mixaug: no"))), (b.who + "no").c_str(),
                       ma::invalid_argument);
  CHECK_THROWS_WITH_AS(ranks().agree(thrown_there(std::runtime_error("disk full"))), (b.who + "disk full").c_str(),
                       ma::mpi::error);
  CHECK_THROWS_AS(ranks().agree(thrown_there(std::bad_alloc())), std::bad_alloc);
  ranks().agree(nullptr);
}

TEST_CASE("the caller's communicator may be freed, and a world may be of some ranks") {
  MPI_Comm mine = MPI_COMM_NULL;
  MPI_Comm_split(MPI_COMM_WORLD, ranks().rank() % 2, -ranks().rank(), &mine);
  ma::mpi::world const half(mine);
  MPI_Comm_free(&mine);
  std::vector<float> x(8), out(8);
  std::iota(x.begin(), x.end(), static_cast<float>(8 * half.rank()));
  auto const view = ma::features(x.data(), {2, 4});
  auto const plan = half.make_plan(with(ma::mixup{}, ma::ratio::constant{0.0f}), view, half.key_of({.seed = 6}, 2));
  ma::mpi::mix(half, plan, view, ma::features(out.data(), {2, 4}));
  for (index_t i = 0; i < 2; ++i)
    CHECK(out[static_cast<std::size_t>(4 * i)] == static_cast<float>(4 * plan.partner[i]));
  CHECK(test::refused([] { ma::mpi::world w(MPI_COMM_NULL); }) ==
        "mixaug: the communicator is MPI_COMM_NULL; expected one that this rank is in");
}

TEST_CASE("an error of MPI has its text, the rank and the call") {
  std::string const said =
      test::refused([] { ranks().shared()->check(MPI_Bcast(nullptr, -1, MPI_INT, 0, ranks().comm()), "MPI_Bcast"); });
  CHECK(said.find("mixaug: MPI_Bcast failed on rank " + std::to_string(ranks().rank()) + ": ") == 0);
  CHECK(said.find("MPI_ERR_COUNT") != std::string::npos);
}

}  // namespace refusals_test
