// SPDX-License-Identifier: MIT
#pragma once
#include <memory>
#include <mixaug/distributed/detail/agreement.hpp>
#include <mixaug/distributed/detail/option_digest.hpp>
#include <mixaug/distributed/gathered_inputs.hpp>
#include <mixaug/plan/make_plan.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::mpi {

/// The ranks of a communicator, of which each holds some rows of a global batch: those of rank 0 first, then those of
/// rank 1, ... Ranks may hold different numbers of rows, also none. It duplicates the communicator (collectively), so
/// that the caller's own messages do not meet its messages and the caller may free his; copies share the duplicate,
/// which the last of them, or of the tables made with them, frees. It keeps the memory of its calls, so that the second
/// step of a shape allocates nothing but what MPI does. Needs MPI_Init, no thread level: only the thread
/// that calls a function of it calls MPI. Members marked "collective" are called by all ranks, in the same order.
/// Before their first message with data, ranks agree that no argument was refused: an exception on one rank is thrown
/// on all, and names it. Errors: MPI not initialised, MPI_COMM_NULL, a communicator between groups.
class world {
 public:
  explicit world(MPI_Comm from = MPI_COMM_WORLD) : comm_(std::make_shared<detail::communicator>(from)) {}

  int rank() const noexcept { return comm_->rank(); }
  int size() const noexcept { return comm_->size(); }
  /// The duplicate.
  MPI_Comm comm() const noexcept { return comm_->get(); }
  /// Bytes that this rank has sent to other ranks through this world and its copies.
  index_t bytes_sent() const noexcept { return comm_->sent(); }

  /// The key of this rank's part of the global batch: `first` and `global` from the ranks' numbers of rows. Collective.
  /// Errors: local_rows < 0, another seed, step or block than on rank 0, a global batch of 0 rows.
  key key_of(key k, index_t local_rows) const {
    auto const refused = detail::caught([&] {
      if (local_rows < 0) detail::fail("local_rows", detail::text(local_rows), "the number of this rank's rows, >= 0");
    });
    auto const rows = detail::agree(
        *comm_, refused,
        {{"key.seed", k.seed}, {"key.step", k.step}, {"key.block", static_cast<std::uint64_t>(k.block)}}, local_rows);
    auto const at = detail::starts_of(rows);
    if (at.back() == 0) detail::fail("the global batch", "of 0 rows on all ranks", "at least one row on some rank");
    k.first = at[static_cast<std::size_t>(rank())];
    k.global = at.back();
    return k;
  }

  /// Throws on every rank if some rank gives an exception: that of the lowest such rank, with its number. An
  /// invalid_argument stays one, std::bad_alloc becomes mpi::out_of_memory, all others mpi::error. Collective; for code
  /// of the caller that may throw on one rank: w.agree(std::current_exception()) in its handler, w.agree(nullptr) else.
  void agree(std::exception_ptr const& e) const {
    detail::agree(*comm_, e, {{"the call", 0, false}}, detail::no_numbers{});
  }

  /// The class ids, groups, index, targets, features and weights of all ranks, for pairing rules and weights of the
  /// global batch (4 to 8 bytes a number). Lists of a second source are taken as they are. Collective. Errors: lists of
  /// another number of rows than this rank's batch, lists that some ranks lack.
  gathered_inputs gather(input_set<space::host> const& in) const { return {comm_, in}; }

  /// make_plan, after which all ranks agree that none has thrown, and that method, key and extents are alike: what one
  /// rank throws is thrown on all, and a plan that was given is then empty. Methods are compared by their types and
  /// by the values of their options, member by member; views of data, which are each rank's own, by their types.
  /// Collective; mixaug::make_plan draws the same plan, and agrees on nothing.
  template <class M, class X>
  auto make_plan(M const& m, X const& in, key const& k) const requires(!backend<M>) {
    plan_of<M> p;
    make_plan(m, in, k, p);
    return p;
  }
  template <class M, class X, class Plan>
  void make_plan(M const& m, X const& in, key const& k, Plan& into) const requires(!backend<M> && is_plan<Plan>) {
    draw(m, in, k, into, [&](auto const& inputs) { mixaug::make_plan(m, inputs, k, into); });
  }
  /// The same for methods that read pixels or score maps.
  template <backend Backend, class M, class X>
  auto make_plan(Backend const& be, M const& m, X const& in, key const& k) const {
    plan_of<M> p;
    make_plan(be, m, in, k, p);
    return p;
  }
  template <backend Backend, class M, class X, class Plan>
  void make_plan(Backend const& be, M const& m, X const& in, key const& k, Plan& into) const requires is_plan<Plan> {
    draw(m, in, k, into, [&](auto const& inputs) { mixaug::make_plan(be, m, inputs, k, into); });
  }

  /// For the functions of this room.
  std::shared_ptr<detail::communicator> const& shared() const noexcept { return comm_; }

 private:
  template <class M, class X, class Plan, class Draw>
  void draw(M const& m, X const& given, key const& k, Plan& into, Draw const& draw) const {
    plan_shape shape;
    auto const refused = detail::caught([&] {
      if constexpr (is_batch<X>) {
        auto const in = inputs(given);
        shape = in.shape;
        draw(in);
      } else {
        auto const& in = static_cast<input_set<space::host> const&>(given);
        shape = in.shape;
        hinted(in, [&] { draw(in); });
      }
    });
    auto const failed = detail::caught([&] {
      detail::agree(*comm_, refused,
                    {{"the method or one of its options", detail::digest_of(m), false},
                     {"key.seed", k.seed},
                     {"key.step", k.step},
                     {"key.global", static_cast<std::uint64_t>(k.global)},
                     {"key.block", static_cast<std::uint64_t>(k.block)},
                     {"the depth of the batch", static_cast<std::uint64_t>(shape.size[0])},
                     {"the height of the batch", static_cast<std::uint64_t>(shape.size[1])},
                     {"the width of the batch", static_cast<std::uint64_t>(shape.size[2])},
                     {"source_rows", static_cast<std::uint64_t>(shape.own_source ? -1 : shape.source_rows)}},
                    detail::no_numbers{});
    });
    if (failed == nullptr) return;
    into.fit({}, {});
    std::rethrow_exception(failed);
  }
  /// Names gather where a rule of the global batch was given the lists of this rank alone.
  template <class F>
  static void hinted(input_set<space::host> const& in, F const& f) {
    try {
      f();
    } catch (invalid_argument const& e) {
      bool const apart = in.shape.own_source && std::string(e.what()).find("global batch") != std::string::npos;
      bool const lists = in.ids.given() || in.group_ids.given() || in.labels.given() || in.feature_rows.given() ||
                         in.loss_weights.given() || in.places.given();
      if (!apart || !lists) throw;
      throw invalid_argument(std::string(e.what()) + "; mpi::world's gather(inputs) brings those of the other ranks");
    }
  }

  std::shared_ptr<detail::communicator> comm_;
};

}  // namespace mixaug::mpi

MIXAUG_EXACT_END
