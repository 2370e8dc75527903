// SPDX-License-Identifier: MIT
// The exact pairs of C-Mixup: table and draws against the published N x N rows; a million labels; two threads.
#include <mixaug/backend/openmp.hpp>
#include <support/kernel_pairs.hpp>
#include <support/kernel_rows.hpp>
#include <support/options.hpp>
#include <support/print.hpp>

namespace {
using namespace bench;
constexpr int queries = kernel_pairs::queries;

auto pairs(label_list const& y, double h) {
  return std::make_shared<kernel_pairs>(y, kernel_table(y, h, ma::serial{}));
}
template <class Backend = ma::serial>
void build_table(label_list const& y, double h, Backend const& be = {}) {
  keep(kernel_table(y, h, be).entries());
}

/// Whether a row of that name is asked for: tables of a million labels are not made in vain.
bool asked(std::string const& name) { return name.find(chosen().only) != std::string::npos; }

void against_rows(table& t, double h) {
  auto const y = labels_of(label_law::uniform, 10000);
  auto const ours = pairs(y, h);
  auto const peer = std::make_shared<kernel_rows>();
  auto const drawn = std::make_shared<std::vector<ma::index_t>>(queries);
  contest build{"kernel table, 1e4 labels, N x N rows", [=] { build_table(y, h); }, [=] { peer->build(*y, h); }, 200};
  contest draw{"kernel draw, 1e4 labels, N x N rows", [=] { ours->draw(ma::serial{}); }, {}, 10, queries, queries};
  draw.peer = [=] {
    if (peer->sums.empty()) peer->build(*y, h);
    peer->draw(*y, ours->rows, *drawn);
  };
  t.contests.insert(t.contests.end(), {build, draw});
  double const ratio = 4e8 / ours->bytes();
  t.rows.push_back({"kernel table's memory, 1e4 labels, N x N rows", text("%.3f MB", ours->bytes() * 1e-6), "400 MB",
                    text("%.0f", ratio), "500", ratio >= 500});
}
void one_million(table& t, label_law law, char const* name, double h, double ns, double bytes) {
  std::string const what = std::string("kernel, 1e6 labels, ") + name + ", h = " + text("%g", h) + ": ";
  if (!asked(what + "table") && !asked(what + "draw") && !asked(what + "bytes a label")) return;
  auto const y = labels_of(law, 1000000);
  auto const ours = pairs(y, h);
  t.contests.push_back({what + "table", [=] { build_table(y, h); }, {}, 0, 1, 1, 0.5});
  t.contests.push_back({what + "draw", [=] { ours->draw(ma::serial{}); }, {}, 0, queries, 1, ns * 1e-9});
  double const own = ours->bytes_a_label();
  t.rows.push_back({what + "bytes a label", text("%.1f", own), text("%.0f", bytes), text("%.2f", bytes / own), "1.00",
                    own <= bytes});
}
void two_threads(table& t, std::size_t n, std::string const& name) {
  auto const y = labels_of(label_law::uniform, n);
  auto const ours = pairs(y, 0.01);
  contest build{"kernel table, " + name, [=] { build_table(y, 0.01, ma::openmp{2}); }, {}, 1.5};
  contest draw{"kernel draw, " + name, [=] { ours->draw(ma::openmp{2}); }, {}, 1.5, queries, queries};
  build.peer = [=] { build_table(y, 0.01, ma::openmp{1}); };
  draw.peer = [=] { ours->draw(ma::openmp{1}); };
  t.contests.insert(t.contests.end(), {build, draw});
}
suite const rows(60, [](table& t) {
  against_rows(t, 0.01);
  for (double h : {1e-6, 1e-5, 3e-5}) one_million(t, label_law::uniform, "uniform", h, 250, 112);
  for (double h : {1e-3, 0.1}) one_million(t, label_law::uniform, "uniform", h, 90, 32);
  for (double h : {1e-3, 0.1}) one_million(t, label_law::grid, "grid", h, 90, 32);
  for (double h : {1e-2, 1.0}) one_million(t, label_law::lognormal, "lognormal(3)", h, 250, 112);
  two_threads(t, 100000, "1e5 labels, 2 threads against 1");
});

}  // namespace
