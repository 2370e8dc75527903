#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <mixaug/kernel/detail/table_builder.hpp>
#include <vector>

namespace line_sort_test {

namespace ma = mixaug;
using ma::index_t;

namespace {

/// Deals its items backwards, as many at once as it says.
struct backwards {
  index_t threads;
  index_t lanes() const noexcept { return threads; }
  template <class Items>
  void items(index_t count, Items const& job) const noexcept {
    for (index_t k = count; k-- > 0;) job(k);
  }
};

std::uint64_t hash(std::uint64_t i) {
  std::uint64_t x = (i + 1) * 0x9E3779B97F4A7C15u;  // splitmix64
  x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
  x = (x ^ x >> 27) * 0x94D049BB133111EBu;
  return x ^ x >> 31;
}

/// Key i by one of some laws: all bits, few values, a narrow run, the same, many small and one huge, both signs.
template <class Key>
Key key_of(int law, index_t n, std::uint64_t i) {
  std::uint64_t const h = hash(i);
  if constexpr (std::is_floating_point_v<Key>) {
    Key const u = static_cast<Key>(h >> 40) * Key(0x1p-24), inf = std::numeric_limits<Key>::infinity();
    Key const of[] = {u,
                      std::floor(u * 7) - 3,
                      Key(1000) + u * Key(0.01),
                      Key(2),
                      i == 5 ? Key(-1e30) : u,
                      (u - Key(0.5)) * static_cast<Key>(h % 99),
                      h % 64 == 0   ? inf
                      : h % 64 == 1 ? -inf
                                    : u};
    return of[law] + Key(0);
  } else {
    constexpr int sign = 8 * sizeof(Key) - 1;
    Key const all = static_cast<Key>(h),
              of[] = {all,
                      static_cast<Key>(h % 7),
                      static_cast<Key>(Key(1) + static_cast<Key>(h % 99999)),
                      Key(0),
                      static_cast<Key>(i == 5 ? Key(~Key(0)) : Key(h % 3)),
                      static_cast<Key>((Key(1) << (sign - 1)) + static_cast<Key>(static_cast<index_t>(i) % n)),
                      static_cast<Key>(all >> sign / 2)};
    return of[law];
  }
}

struct add_one {
  int* seen;
  void operator()(index_t i) const noexcept { ++seen[i]; }
};

}  // namespace

TEST_CASE_TEMPLATE("pairs are sorted as by a stable sort, whatever the keys and the threads", Key, std::uint32_t,
                   std::uint64_t, std::int64_t, float, double) {
  for (index_t n : {0, 1, 2, 100, 16384, 16385, 33000, 70000})
    for (int law = 0; law < 7; ++law) {
      ma::detail::sort_pair<Key> const blank{Key(7), 7u};
      std::vector<ma::detail::sort_pair<Key>> pairs(static_cast<std::size_t>(n), blank);
      for (std::size_t i = 0; i < pairs.size(); ++i) pairs[i] = {key_of<Key>(law, n, i), static_cast<std::uint32_t>(i)};
      auto want = pairs;
      std::stable_sort(want.begin(), want.end(), [](auto const& x, auto const& y) { return x.key < y.key; });
      for (index_t lanes : {1, 2, 3, 5}) {
        INFO("n ", n, " law ", law, " lanes ", lanes);
        std::vector<ma::detail::sort_pair<Key>> a(pairs), b(static_cast<std::size_t>(n), blank);
        auto const& got = n > 0 && ma::detail::sort_pairs(backwards{lanes}, lanes, a.data(), b.data(), n) ? b : a;
        bool same = true;
        for (std::size_t i = 0; i < a.size(); ++i)
          same = same && got[i].key == want[i].key && got[i].row == want[i].row;
        CHECK(same);
      }
    }
}

TEST_CASE("what is not a number lies at the ends; keys come back from their unsigned form") {
  std::vector<ma::detail::sort_pair<double>> a, b(40000);
  for (std::uint32_t i = 0; i < 40000; ++i)
    a.push_back({i == 77 ? std::nan("") : i == 99 ? -std::nan("") : key_of<double>(6, 0, i), i});
  auto const& got = ma::detail::sort_pairs(backwards{2}, 2, a.data(), b.data(), 40000) ? b : a;
  CHECK((got.front().row == 99 && got.back().row == 77));
  for (double v : {0.0, 1.5, -1.5, 1e300, -1e-310, static_cast<double>(INFINITY)}) {
    CHECK(ma::detail::of_ordered<double>(ma::detail::ordered(v)) == v);
    CHECK(ma::detail::of_ordered<float>(ma::detail::ordered(static_cast<float>(v))) == static_cast<float>(v));
  }
  for (std::int64_t v : {std::int64_t{0}, std::int64_t{-1}, INT64_MAX, INT64_MIN})
    CHECK(ma::detail::of_ordered<std::int64_t>(ma::detail::ordered(v)) == v);
}

TEST_CASE("the kit of the host: every item once, sums, and the pairs as one array") {
  for (index_t lanes : {1, 2, 3})
    for (index_t n : {1, 50, 40000}) {
      backwards const be{lanes};
      ma::detail::table_builder<backwards> const kit(be, n);
      std::vector<int> seen(static_cast<std::size_t>(n));
      kit.items(n, add_one{seen.data()});
      CHECK(std::count(seen.begin(), seen.end(), 1) == n);
      std::vector<index_t> counts(static_cast<std::size_t>(n) + 1, 3);
      CHECK(kit.sum(counts.data(), n) == 3 * n);
      CHECK((counts[0] == 0 && counts[static_cast<std::size_t>(n / 2)] == n / 2 * 3 && counts.back() == 3 * n));
      auto pairs = kit.make_pairs<std::int64_t>(n, 16);
      for (index_t i = 0; i < n; ++i) pairs.view().set(i, n / 2 - i, static_cast<std::uint32_t>(i));
      kit.sort(pairs);
      CHECK((pairs.view().key(0) == n / 2 - (n - 1) && pairs.view().row(0) == n - 1));
      ma::detail::table_array<ma::detail::sort_pair<std::int64_t>, ma::space::host> all;
      ma::detail::table_array<double, ma::space::host> room;
      kit.join(pairs, all, room);
      CHECK((all.size() == n + 16 && room.size() == n && all.data()[n - 1].row == 0));
    }
}

}  // namespace line_sort_test
