// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/distributed/detail/communicator.hpp>
#include <mixaug/kernel/gaussian_kernel.hpp>

MIXAUG_EXACT_BEGIN

namespace mixaug::detail {

/// Memory that the ranks of a node share (MPI-3), filled by the first of them. It is freed by all of them together.
class shared_memory {
 public:
  shared_memory(std::shared_ptr<communicator const> node, std::size_t bytes) : node_(std::move(node)) {
    auto const size = static_cast<MPI_Aint>(node_->rank() == 0 ? bytes : 0);
    node_->check(MPI_Win_allocate_shared(size, 1, MPI_INFO_NULL, node_->get(), &data_, &window_),
                 "MPI_Win_allocate_shared");
    MPI_Aint all = 0;
    int unit = 0;
    node_->check(MPI_Win_shared_query(window_, 0, &all, &unit, &data_), "MPI_Win_shared_query");
    node_->check(MPI_Win_lock_all(MPI_MODE_NOCHECK, window_), "MPI_Win_lock_all");
  }
  shared_memory(shared_memory const&) = delete;
  shared_memory& operator=(shared_memory const&) = delete;
  ~shared_memory() {
    int ended = 0;
    MPI_Finalized(&ended);
    if (ended != 0) return;
    MPI_Win_unlock_all(window_);
    MPI_Win_free(&window_);
  }
  std::byte* data() const noexcept { return static_cast<std::byte*>(data_); }
  /// What the first rank has written is seen by all, when all have called this.
  void publish() const {
    node_->check(MPI_Win_sync(window_), "MPI_Win_sync");
    node_->check(MPI_Barrier(node_->get()), "MPI_Barrier");
    node_->check(MPI_Win_sync(window_), "MPI_Win_sync");
  }

 private:
  std::shared_ptr<communicator const> node_;
  void* data_ = nullptr;
  MPI_Win window_ = MPI_WIN_NULL;
};

/// A table as values and arrays, so that another process can have the same one over the same memory. Each table calls
/// value(v) and array(a) for its members, in a fixed order.
struct table_parts {
  using table = pairing::gaussian_kernel;

  /// Describes a table: its kind, its values, the lengths of its arrays and their places in one block.
  class description {
   public:
    template <class V>
    void value(V& v) {
      append(&v, sizeof v);
    }
    template <class E, space S>
    void array(table_array<E, S>& a) {
      index_t const length = a.size();
      append(&length, sizeof length);
      bytes += aligned(a.bytes());
    }
    std::vector<std::byte> text;
    std::size_t bytes = 0;  ///< of all arrays

   private:
    void append(void const* data, std::size_t size) {
      auto const* const p = static_cast<std::byte const*>(data);
      text.insert(text.end(), p, p + size);
    }
  };
  /// Moves the arrays of a table into a block, one after the other, so that there is hardly more than one copy.
  class filling {
   public:
    explicit filling(std::byte* block) : at_(block) {}
    template <class V>
    void value(V&) noexcept {}
    template <class E, space S>
    void array(table_array<E, S>& a) {
      if (a.bytes() > 0) std::memcpy(at_, a.data(), a.bytes());
      at_ += aligned(a.bytes());
      a = {};
    }

   private:
    std::byte* at_;
  };
  /// Makes the members of a table that a description tells of, over the arrays of a block.
  class reading {
   public:
    reading(std::byte const* text, std::byte* block) : text_(text), at_(block) {}
    template <class V>
    void value(V& v) noexcept {
      std::memcpy(static_cast<void*>(&v), text_, sizeof v);
      text_ += sizeof v;
    }
    template <class E, space S>
    void array(table_array<E, S>& a) noexcept {
      index_t length = 0;
      value(length);
      a = table_array<E, S>(reinterpret_cast<E*>(at_), length, [](void*) noexcept {});
      at_ += aligned(a.bytes());
    }

   private:
    std::byte const* text_;
    std::byte* at_;
  };

  struct head {
    index_t rows, columns, kind;
    bool is_double;
    std::size_t bytes, text;
  };
  /// Builds the table on the first rank of a node, and the others' over the same memory.
  template <class Build>
  static table shared(std::shared_ptr<communicator const> node, Build const& build) {
    description d;
    head h{};
    std::shared_ptr<table::any_table> built;
    if (node->rank() == 0) {
      table t = build();
      h = {t.rows_, t.columns_, static_cast<index_t>(t.table_->index()), t.double_, 0, 0};
      // The table is this call's alone: its arrays are moved away.
      built = std::const_pointer_cast<table::any_table>(t.table_);
      std::visit([&](auto& one) { one.each_part(d); }, *built);
      h.bytes = d.bytes, h.text = d.text.size();
    }
    node->check(MPI_Bcast(&h, static_cast<int>(sizeof h), MPI_BYTE, 0, node->get()), "MPI_Bcast");
    d.text.resize(h.text);
    node->check(MPI_Bcast(d.text.data(), static_cast<int>(h.text), MPI_BYTE, 0, node->get()), "MPI_Bcast");
    auto const memory = std::make_shared<shared_memory>(node, h.bytes);
    if (built != nullptr) {
      filling fill(memory->data());
      std::visit([&](auto& one) { one.each_part(fill); }, *built);
      built = nullptr;
    }
    memory->publish();
    table t;
    t.rows_ = h.rows, t.columns_ = h.columns, t.double_ = h.is_double;
    reading parts(d.text.data(), memory->data());
    make<0>(t, h.kind, parts, memory);
    return t;
  }

 private:
  /// A table and the memory that it lies in.
  struct placed {
    table::any_table one;
    std::shared_ptr<shared_memory> memory;
  };
  template <std::size_t K>
  static void make(table& t, index_t kind, reading& parts, std::shared_ptr<shared_memory> const& memory) {
    if constexpr (K < std::variant_size_v<table::any_table>) {
      if (static_cast<index_t>(K) != kind) return make<K + 1>(t, kind, parts, memory);
      std::variant_alternative_t<K, table::any_table> one;
      one.each_part(parts);
      auto const whole =
          std::make_shared<placed>(placed{table::any_table(std::in_place_index<K>, std::move(one)), memory});
      t.table_ = std::shared_ptr<table::any_table const>(whole, &whole->one);
    }
  }
};

}  // namespace mixaug::detail

MIXAUG_EXACT_END
