// SPDX-License-Identifier: MIT
#pragma once
#if defined(__GNUC__) && !defined(__clang__)  // with the optimiser, inside Boost
#  pragma GCC diagnostic push
#  pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/boykov_kolmogorov_max_flow.hpp>
#if defined(__GNUC__) && !defined(__clang__)
#  pragma GCC diagnostic pop
#endif
#include <mixaug/region/detail/puzzle/label_energy.hpp>
#include <vector>

namespace reference {

/// The layered graph of an energy of labels (Ishikawa, IEEE TPAMI 2003) for Boost.Graph: node (a, i) lies on the
/// source's side where the label of cell i is greater than a.
class boost_labels {
  using traits = boost::adjacency_list_traits<boost::vecS, boost::vecS, boost::directedS>;
  using graph = boost::adjacency_list<
      boost::vecS, boost::vecS, boost::directedS, boost::no_property,
      boost::property<boost::edge_capacity_t, long,
                      boost::property<boost::edge_residual_capacity_t, long,
                                      boost::property<boost::edge_reverse_t, traits::edge_descriptor>>>>;

 public:
  explicit boost_labels(mixaug::detail::label_energy const& e)
      : energy_(e),
        cells_(static_cast<std::size_t>(e.height * e.width)),
        source_(cells_ * static_cast<std::size_t>(e.labels - 1)),
        sink_(source_ + 1),
        graph_(source_ + 2) {
    int const layers = e.labels - 1;
    for (int y = 0; y < e.height; ++y)
      for (int x = 0; x < e.width; ++x) {
        auto const i = static_cast<std::size_t>(y * e.width + x);
        int const at = y * mixaug::detail::label_energy::pitch + x;
        for (int a = 0; a < layers; ++a) {
          long const cost = long{layers} * layers * (long{e.unary[a + 1][at]} - e.unary[a][at]);
          if (cost > 0) arc(node(a, i), sink_, cost, 0);
          if (cost < 0) arc(source_, node(a, i), -cost, 0);
          if (a > 0) arc(node(a, i), node(a - 1, i), long{1} << 40, 0);
          if (x + 1 < e.width) edge(a, i, i + 1, e.right[at]);
          if (y + 1 < e.height) edge(a, i, i + static_cast<std::size_t>(e.width), e.down[at]);
        }
      }
    colour_.resize(sink_ + 1);
    distance_.resize(sink_ + 1);
    before_.resize(sink_ + 1);
  }
  boost_labels(boost_labels const&) = delete;  // a copied graph has wrong reverse edges

  long flow() {
    auto const index = get(boost::vertex_index, graph_);
    return boost::boykov_kolmogorov_max_flow(
        graph_, get(boost::edge_capacity, graph_), get(boost::edge_residual_capacity, graph_),
        get(boost::edge_reverse, graph_), boost::make_iterator_property_map(before_.begin(), index),
        boost::make_iterator_property_map(colour_.begin(), index),
        boost::make_iterator_property_map(distance_.begin(), index), index, source_, sink_);
  }
  /// After flow(): the pointwise smallest labels, at index 16 y + x, by the nodes that the source still reaches.
  void labels(std::uint8_t* label) {
    std::vector<char> seen(sink_ + 1);
    std::vector<std::size_t> queue{source_};
    seen[source_] = 1;
    auto const rest = get(boost::edge_residual_capacity, graph_);
    for (std::size_t k = 0; k < queue.size(); ++k)
      for (auto [e, end] = out_edges(queue[k], graph_); e != end; ++e)
        if (std::size_t const to = target(*e, graph_); rest[*e] > 0 && seen[to] == 0) {
          seen[to] = 1;
          queue.push_back(to);
        }
    for (std::size_t i = 0; i < cells_; ++i) {
      auto const width = static_cast<std::size_t>(energy_.width);
      std::uint8_t& l = label[i / width * mixaug::detail::label_energy::pitch + i % width];
      l = 0;
      for (int a = 0; a < energy_.labels - 1; ++a) l = static_cast<std::uint8_t>(l + seen[node(a, i)]);
    }
  }

 private:
  std::size_t node(int a, std::size_t i) const { return static_cast<std::size_t>(a) * cells_ + i; }
  void edge(int a, std::size_t i, std::size_t j, long weight) {
    if (weight == 0) return;
    arc(node(a, i), node(a, j), weight, weight);
    for (int b = 0; b < a; ++b) {
      arc(node(a, i), node(b, j), 2 * weight, 0);
      arc(node(a, j), node(b, i), 2 * weight, 0);
    }
  }
  void arc(std::size_t v, std::size_t u, long forth, long back) {
    auto const e = add_edge(v, u, graph_).first, r = add_edge(u, v, graph_).first;
    put(boost::edge_capacity, graph_, e, forth);
    put(boost::edge_capacity, graph_, r, back);
    put(boost::edge_reverse, graph_, e, r);
    put(boost::edge_reverse, graph_, r, e);
  }

  mixaug::detail::label_energy const& energy_;
  std::size_t cells_, source_, sink_;
  graph graph_;
  std::vector<boost::default_color_type> colour_;
  std::vector<long> distance_;
  std::vector<traits::edge_descriptor> before_;
};

}  // namespace reference
