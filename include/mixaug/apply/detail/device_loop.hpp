// SPDX-License-Identifier: MIT
#pragma once
#include <mixaug/apply/detail/adjoint_body.hpp>
#include <mixaug/apply/detail/thread_partition.hpp>

MIXAUG_EXACT_BEGIN

/// The work of one GPU thread, as plain functors: begin(i) returns what is constant in item row i, and
/// operator()(begun, c) is then called for each c below `count`. CUDA kernels and Thrust's device policies call them;
/// they also run on the host. A thread owns the same few elements of every row, 16 aligned bytes or one element. It
/// loads them into registers, blends them there and stores them once; in place, no other thread accesses them.
namespace mixaug::detail {

/// Elements before any is loaded: zeros, also for types whose constructor leaves the bits uninitialised.
template <class Pack>
MIXAUG_HD Pack blank() noexcept {
  Pack p;
  std::memset(static_cast<void*>(&p), 0, sizeof p);
  return p;
}

/// The V elements of one thread, and the calls of mix_body's region and blend on them.
template <int V, class Body>
struct blender {
  using T = typename Body::element;
  using sample = typename Body::sample;
  using elements = pack<T, V>;
  Body const& body;
  thread_partition const& deal;

  /// Returns the piece of equal m at the beginning of a slot: its number of elements, and m.
  MIXAUG_HD run_of_m first_run(sample const& s, slot const& at) const noexcept {
    if (body.alone(s)) return {at.n, 1.0f};
    index_t const px = body.out.px;
    run_of_m const q = s.region.run_at(at.z, at.y, quotient(at.e, px));
    if constexpr (Body::constant_field) return {at.n, q.m};
    index_t const end = q.end >= body.out.width ? deal.run : q.end * px;
    return {lesser(at.n, end - at.e), q.m, q.source, q.self};
  }
  /// Range of m over a slot.
  struct range {
    float least, most;
    bool moved;       ///< true if part of the source is read at another place
    bool self_moved;  ///< true if part of the sample is
  };
  MIXAUG_HD range field(sample const& s, slot at) const noexcept {
    run_of_m q = first_run(s, at);
    range r{q.m, q.m, q.source.elsewhere(), !(q.self == offset{})};
    while (q.end < at.n) {
      deal.advance(at, q.end);
      q = first_run(s, at);
      if (q.m < r.least) r.least = q.m;
      if (q.m > r.most) r.most = q.m;
      r.moved = r.moved || q.source.elsewhere();
      r.self_moved = r.self_moved || !(q.self == offset{});
    }
    return r;
  }
  /// Returns the source's elements: as a pack if they are read at the same place, else one by one.
  MIXAUG_HD elements source(sample const& s, slot at, bool moved) const noexcept {
    if (Body::moves && moved) {
      elements b = blank<elements>();
      for (int u = 0; at.n > 0; ++u) {
        slot one = at;
        one.n = 1;
        run_of_m const q = first_run(s, one);
        if (q.m < 1.0f) b.v[u] = body.source_element(s, q.source, at.p, at.z, at.y, at.e);
        deal.advance(at, 1);
      }
      return b;
    }
    return pack_at<V>(body.source, s.source, at);
  }
  /// Returns the sample's elements in the same way.
  MIXAUG_HD elements self(sample const& s, slot at, bool moved) const noexcept {
    if (Body::self_moves && moved) {
      elements a = blank<elements>();
      for (int u = 0; at.n > 0; ++u) {
        slot one = at;
        one.n = 1;
        a.v[u] = *body.self_at(s, first_run(s, one).self, at.p, at.z, at.y, at.e);
        deal.advance(at, 1);
      }
      return a;
    }
    return pack_at<V>(body.x, s.self, at);
  }
  /// Returns the blended elements. `a` need not be loaded if all m = 0, nor `b` if all m = 1.
  MIXAUG_HD elements blend(sample const& s, slot const& at, range const& m, elements const& a,
                           elements const& b) const noexcept {
    bool const one_m = Body::constant_field || m.least >= m.most;
    if (!one_m || (at.e + at.n > deal.run && body.blend.per_channel(s.choice))) return one_by_one(s, at, a, b);
    elements o = a;
    run<V == 1 ? run_kind::strided : run_kind::vector16>(s, at, m.least, o.v, a.v, b.v);
    return o;
  }

 private:
  /// Blends elements of several pieces or rows, one after the other; few threads need this.
  MIXAUG_HD elements one_by_one(sample const& s, slot at, elements const a, elements const b) const noexcept {
    elements o = blank<elements>();
    for (int u = 0; at.n > 0; ++u) {
      slot one = at;
      one.n = 1;
      run<run_kind::strided>(s, one, first_run(s, one).m, o.v + u, a.v + u, b.v + u);
      deal.advance(at, 1);
    }
    return o;
  }
  template <run_kind K>
  MIXAUG_HD void run(sample const& s, slot const& at, float m, T* o, T const* a, T const* b) const noexcept {
    index_t const px = body.out.px, channel = px == 1 ? at.p : at.e - quotient(at.e, px) * px;
    body.blend.template run<K>(s.choice, run_of<T>{o}, run_of<T const>{a}, run_of<T const>{b},
                               K == run_kind::vector16 ? V : 1, m, channel, px);
  }
};

/// Threads of apply: item row i is a row of the output.
template <int V, class Body>
struct mix_threads {
  using T = typename Body::element;
  Body body;
  thread_partition deal;

  struct one {
    Body const& body;
    thread_partition const& deal;
    typename Body::sample const& s;
    template <int W>
    MIXAUG_HD void run(slot const& at) const noexcept {
      blender<W, Body> const with{body, deal};
      auto const m = with.field(s, at);
      auto a = blank<pack<T, W>>(), b = a;
      if (m.most > 0.0f) a = with.self(s, at, m.self_moved);
      if (m.least < 1.0f && s.source >= 0) b = with.source(s, at, m.moved);
      pack_at<W>(body.out, s.row, at) = with.blend(s, at, m, a, b);
    }
  };
  MIXAUG_HD typename Body::sample begin(index_t i) const noexcept { return body.begin(i); }
  MIXAUG_HD void operator()(typename Body::sample const& s, index_t c) const noexcept {
    deal.each<V>(c, one{body, deal, s});
  }
};

/// Threads of apply_inplace: item row i is a step of the plan's order. The thread of the first step of a connected
/// component processes the whole component, and keeps the elements that the last row of a cycle reads in registers.
template <int V, class Body>
struct inplace_threads {
  using T = typename Body::element;
  Body body;  // x = source = out
  thread_partition deal;

  struct walk {
    Body const& body;
    thread_partition const& deal;
    index_t first;
    template <int W>
    MIXAUG_HD void run(slot const& at) const noexcept {
      blender<W, Body> const with{body, deal};
      auto kept = blank<pack<T, W>>();
      for (index_t k = first;; ++k) {
        inplace_step const step = body.plan.order.data[k];
        auto& own = pack_at<W>(body.out, step.row, at);
        if (step.kept_for >= 0 && with.field(body.begin(step.kept_for), at).least < 1.0f) kept = own;
        auto const s = body.begin(step.row);
        auto const m = with.field(s, at);
        bool const reads = body.blend.reads_source(s.choice);
        if (m.least < 1.0f && !(reads && step.source == inplace_step::none)) {
          auto a = blank<pack<T, W>>(), b = kept;
          if (m.most > 0.0f) a = own;
          if (reads && step.source >= 0) b = pack_at<W>(body.out, step.source, at);
          own = with.blend(s, at, m, a, b);
        }
        if (step.last) return;
      }
    }
  };
  MIXAUG_HD index_t begin(index_t i) const noexcept {
    return i == 0 || body.plan.order.data[i - 1].last ? i : index_t{-1};
  }
  MIXAUG_HD void operator()(index_t first, index_t c) const noexcept {
    if (first >= 0) deal.each<V>(c, walk{body, deal, first});
  }
};

/// Threads of apply_adjoint: item row j is a row of the gradient; one element for each thread, so that
/// reads are coalesced.
template <class Body>
struct adjoint_threads {
  Body body;
  thread_partition deal;

  MIXAUG_HD typename Body::sample begin(index_t j) const noexcept { return body.begin(j); }
  MIXAUG_HD void operator()(typename Body::sample const& s, index_t c) const noexcept {
    slot const at = deal.at<1>(c);
    body.template run<1>(s, at.p, at.z, at.y, at.e, 1);
  }
};

// Jobs that a device backend runs as launch(threads, rows, count).
template <class Backend, class Body>
void device_mix(Backend const& be, Body const& body, index_t rows) {
  constexpr int V = chunk_size<typename Body::element>;
  if (packs_fit<V>(body.x, body.flat) && packs_fit<V>(body.source, body.flat) && packs_fit<V>(body.out, body.flat)) {
    mix_threads<V, Body> const job{body, {body.out, body.flat, V}};
    be.launch(job, rows, job.deal.count);
  } else {
    mix_threads<1, Body> const job{body, {body.out, body.flat, 1}};
    be.launch(job, rows, job.deal.count);
  }
}
template <class Backend, class Body>
void device_inplace(Backend const& be, Body const& body) {
  constexpr int V = chunk_size<typename Body::element>;
  bool const flat = body.out.flat();
  index_t const steps = body.plan.shape.rows;
  if (packs_fit<V>(body.out, flat)) {
    inplace_threads<V, Body> const job{body, {body.out, flat, V}};
    be.launch(job, steps, job.deal.count);
  } else {
    inplace_threads<1, Body> const job{body, {body.out, flat, 1}};
    be.launch(job, steps, job.deal.count);
  }
}
template <class Backend, class Body>
void device_adjoint(Backend const& be, Body const& body, index_t rows) {
  adjoint_threads<Body> const job{body, {body.out, false, 1}};
  be.launch(job, rows, job.deal.count);
}

}  // namespace mixaug::detail

MIXAUG_EXACT_END
