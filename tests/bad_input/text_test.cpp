#include "bad_input/refusals.hpp"
#include <fstream>

namespace text_test {

using namespace bad_input;

namespace {

// Two rows of CutMix and Cutout by one_of, by hand.
char const* const good =
    "mixaug-plan 3\n"
    "rows 2 samples 2 source_rows 2 own_source 1 first 0\n"
    "size 8 8\n"
    "key 7 1 0 2 0\n"
    "blends 0 moves 0 local 1\n"
    "choice 0 boxes 2 mix\n"
    "choice 1 boxes 2 erase 0.5\n"
    "columns choice self partner ratio share_self share_partner weight_self weight_partner field\n"
    "0 0 1 0.75 0.75 0.25 1 1 0,1,0,4,0,4 0,0,0,0,0,0\n"
    "1 1 -1 1 1 0 1 1 0,1,2,4,6,8 0,1,0,1,0,1\n"
    "end 2\n";

ma::any_plan read(std::string const& s) {
  std::istringstream in(s);
  return ma::read_plan(in);
}
/// `good` with one place changed.
ma::any_plan read(char const* from, char const* to) {
  std::string s = good;
  std::size_t const at = s.find(from);
  REQUIRE(at != std::string::npos);
  return read(s.replace(at, std::string(from).size(), to));
}

std::string written(ma::any_plan const& p) {
  std::ostringstream out;
  ma::write_plan(out, p);
  return out.str();
}

}  // namespace

TEST_CASE("foreign, truncated and corrupted plan texts are refused with their line") {
  world w;
  REQUIRE(read(good).rows() == 2);
  std::ifstream folder("/");
  std::ifstream missing("no such file, in no such folder");
  std::istringstream used;
  used.setstate(std::ios::badbit);
  auto const change = [](char const* from, char const* to) { return [=] { read(from, to); }; };
  refuse(w, {
    {"a file that was not opened", [&] { ma::read_plan(missing); }, "the plan text", "a stream that cannot be read",
     "an open file"},
#if defined(_LIBCPP_VERSION)  // its streams read a folder as an empty file
        {"a folder", [&] { ma::read_plan(folder); }, "line 1 of the plan text", "the end of the text", "another line"},
#else
    {"a folder", [&] { ma::read_plan(folder); }, "the plan text", "a stream that cannot be read", "no folder"},
#endif
        {"a broken stream", [&] { ma::read_plan(used); }, "the plan text", "a stream that cannot be read",
         "an open file"},
        {"nothing", [] { read(""); }, "line 1 of the plan text", "the end of the text", "another line"},
        {"another format", [] { read("\x89PNG\r\n\x1a\n"); }, "line 1 of the plan text", "PNG", "\"mixaug-plan\""},
        {"a binary zero", [] { read(std::string(64, '\0')); }, "line 1 of the plan text", "\"????????",
         "\"mixaug-plan\""},
        {"another version", change("plan 3", "plan 1"), "line 1 of the plan text", "version \"1\"", "version 3"},
        {"more on the first line", change("plan 3", "plan 3 0"), "line 1", "\"0\" after the last word",
         "the end of the line"},
        {"the last line is missing", change("end 2\n", ""), "line 11", "the end of the text", "the plan is truncated"},
        {"rows are missing", [] { read(std::string(good).substr(0, 271)); }, "line 9", "no word",
         "a number (weight_self)"},
        {"another row count at the end", change("end 2", "end 3"), "line 11", "the row count 3", "[2, 2]"},
        {"more rows than there are", change("rows 2", "rows 3"), "line 11", "\"end\"", "a number (choice)"},
        {"fewer rows than there are", change("rows 2", "rows 1"), "line 10", "\"1\"", "\"end\""},
        {"no rows", change("rows 2", "rows 0"), "line 2", "samples 2", "[0, 0]"},
        {"rows beyond counting", change("rows 2", "rows 99999999999999999999"), "line 2", "\"99999999999999999999\"",
         "a number (rows)"},
        {"a missing word", change("samples 2 ", ""), "line 2", "\"source_rows\"", "\"samples\""},
        {"own_source 2", change("own_source 1", "own_source 2"), "line 2", "own_source 2", "[0, 1]"},
        {"a negative size", change("size 8 8", "size 8 -8"), "line 3", "size -8", "[1, 2147483647]"},
        {"four sizes", change("size 8 8", "size 2 2 8 8"), "line 3", "\"8\" after the last word",
         "the end of the line"},
        {"sizes beyond counting", change("size 8 8", "size 2147483647 2147483647 2147483647"), "line 3",
         "(2147483647, 2147483647, 2147483647)", "fewer than 2^63"},
        {"a step beyond the key", change("key 7 1", "key 7 1099511627776"), "line 4", "step 1099511627776",
         "[0, 1099511627775]"},
        {"65 boxes", change("0 boxes 2", "0 boxes 65"), "line 6", "boxes 65", "[1, 64]"},
        {"a first beyond the batch", change("first 0", "first 1"), "line 2", "first 1 and samples 2",
         "the global batch of 2 rows"},
        {"rows beyond 2^40", change("own_source 1 first 0", "own_source 0 first 1099511627773"), "line 2",
         "first 1099511627773", "[0, 1099511627772]"},
        {"a block beyond the key", change("key 7 1 0 2 0", "key 7 1 0 2 1099511627775"), "line 4",
         "block 1099511627775", "[0, 1099511627774]"},
        {"local of a second source", change("own_source 1", "own_source 0"), "line 5", "local 1", "[0, 0]"},
        {"a flag of 2", change("blends 0", "blends 2"), "line 5", "blends 2", "[0, 1]"},
        {"a ratio that blends",
         [] {
           read(
               "mixaug-plan 3\nrows 1 samples 1 source_rows 1 own_source 1 first 0\nsize\nkey 0 1 0 1 0\nblends 0 "
               "moves 0 local 1\n"
               "choice 0 whole mix\ncolumns choice\n0 0 0 0.5 0.5 0.5 1 1\nend 1\n");
         },
         "line 8", "ratio 0.5", "m of 0 or 1, for the plan says blends 0"},
        {"a partner that is not local",
         [] {
           read(
               "mixaug-plan 3\nrows 1 samples 1 source_rows 2 own_source 1 first 0\nsize\nkey 0 1 0 2 0\nblends 0 "
               "moves 0 local 1\n"
               "choice 0 whole mix\ncolumns choice\n0 0 1 0 0 1 1 1\nend 1\n");
         },
         "line 8", "partner 1", "[0, 1), for the plan says local 1"},
        {"another region", change("0 boxes 2 mix", "0 disks mix"), "line 6", "region \"disks\"",
         "one of whole, boxes, box_pair, cells"},
        {"another blend", change("2 mix", "2 add"), "line 6", "blend \"add\"", "mix or erase"},
        {"choices out of order", change("choice 1", "choice 2"), "line 7", "choice 2", "[1, 1]"},
        {"erase without a fill", change("erase 0.5", "erase"), "line 7", "a fill of 0 values", "1 to 4 for erase"},
        {"mix with a fill", change("2 mix", "2 mix 1"), "line 6", "a fill of 1 values", "none for mix"},
        {"a fill NaN", change("erase 0.5", "erase nan"), "line 7", "fill nan", "a finite number"},
        {"a partner outside", change("0 0 1 0.75", "0 0 2 0.75"), "line 9", "partner 2", "[-1, 1]"},
        {"a sample outside", change("0 0 1 0.75", "0 2 1 0.75"), "line 9", "self 2", "[0, 1]"},
        {"a choice outside", change("0 0 1 0.75", "2 0 1 0.75"), "line 9", "choice 2", "[0, 1]"},
        {"a ratio > 1", change("0 0 1 0.75", "0 0 1 1.75"), "line 9", "ratio 1.75", "[0, 1]"},
        {"a ratio NaN", change("0 0 1 0.75", "0 0 1 nan"), "line 9", "ratio nan", "a finite number"},
        {"a share beyond float", change("0.75 0.25", "1e39 0.25"), "line 9", "\"1e39\"", "a number (share_self)"},
        {"a decimal comma", change("0.75 0.25", "0,75 0.25"), "line 9", "\"0,75\"", "a number (share_self)"},
        {"a weight infinite", change("0.25 1 1", "0.25 inf 1"), "line 9", "weight_self inf", "a finite number"},
        {"a box past the edge", change("0,4,0,4", "0,4,5,9"), "line 9", "0,1,0,4,5,9", "inside the extents (1, 8, 8)"},
        {"a box reversed", change("2,4,6,8", "4,2,6,8"), "line 10", "0,1,4,2,6,8", "corners inside the extents"},
        {"a negative corner", change("2,4,6,8", "2,4,-6,8"), "line 10", "0,1,2,4,-6,8", "corners inside the extents"},
        {"a box of five numbers", change("2,4,6,8", "2,4,6"), "line 10", "\"0,1,2,4,6\"", "a box z0,z1,y0,y1,x0,x1"},
        {"a box is missing", change(" 0,1,0,1,0,1", ""), "line 10", "no word", "a box z0,z1,y0,y1,x0,x1"},
        {"a box too many", change(" 0,1,0,1,0,1", " 0,1,0,1,0,1 0,1,0,1,0,1"), "line 10", "after the last word",
         "the end of the line"},
        {"two spaces", change("choice 1", "choice  1"), "line 7", "no word", "a number (choice)"},
        {"more cells than there are", change("0 boxes 2", "0 cells 4097"), "line 6", "cells 4097", "[1, 4096]"},
        {"a grid of two numbers",
         [] {
           read(
               "mixaug-plan 3\nrows 1 samples 1 source_rows 1 own_source 1 first 0\nsize 8 8\nkey 0 1 0 1 0\nblends 0 "
               "moves 0 local 1\nchoice 0 cells 16 mix\ncolumns choice\n0 0 0 0.5 0.5 0.5 1 1 4,4 ffff\nend 1\n");
         },
         "line 8", "\"4,4\"", "3 numbers (cells)"},
        {"a grid of too many cells",
         [] {
           read(
               "mixaug-plan 3\nrows 1 samples 1 source_rows 1 own_source 1 first 0\nsize 8 8\nkey 0 1 0 1 0\nblends 0 "
               "moves 0 local 1\nchoice 0 cells 16 mix\ncolumns choice\n0 0 0 0.5 0.5 0.5 1 1 1,5,4 fffff\nend 1\n");
         },
         "line 8", "a grid of (1, 5, 4) cells", "at most as many as the choice says"},
        {"a grid without cells",
         [] {
           read(
               "mixaug-plan 3\nrows 1 samples 1 source_rows 1 own_source 1 first 0\nsize 8 8\nkey 0 1 0 1 0\nblends 0 "
               "moves 0 local 1\nchoice 0 cells 16 mix\ncolumns choice\n0 0 0 0.5 0.5 0.5 1 1 1,0,4 ffff\nend 1\n");
         },
         "line 8", "cells 0", "[1, 4096]"},
        {"a digit too few",
         [] {
           read(
               "mixaug-plan 3\nrows 1 samples 1 source_rows 1 own_source 1 first 0\nsize 8 8\nkey 0 1 0 1 0\nblends 0 "
               "moves 0 local 1\nchoice 0 cells 16 mix\ncolumns choice\n0 0 0 0.5 0.5 0.5 1 1 1,4,4 fff\nend 1\n");
         },
         "line 8", "cells \"fff\"", "4 hexadecimal digits"},
        {"no digit",
         [] {
           read(
               "mixaug-plan 3\nrows 1 samples 1 source_rows 1 own_source 1 first 0\nsize 8 8\nkey 0 1 0 1 0\nblends 0 "
               "moves 0 local 1\nchoice 0 cells 16 mix\ncolumns choice\n0 0 0 0.5 0.5 0.5 1 1 1,4,4 ffgf\nend 1\n");
         },
         "line 8", "cells \"ffgf\"", "hexadecimal digits"},
        {"bits after the last cell",
         [] {
           read(
               "mixaug-plan 3\nrows 1 samples 1 source_rows 1 own_source 1 first 0\nsize 8 8\nkey 0 1 0 1 0\nblends 0 "
               "moves 0 local 1\nchoice 0 cells 16 mix\ncolumns choice\n0 0 0 0.5 0.5 0.5 1 1 1,3,3 fff\nend 1\n");
         },
         "line 8", "cells \"fff\"", "zeros after the last bit"},
        {"an empty plan written",
         [&] {
           std::ostringstream out;
           ma::write_plan(out, ma::plan_of<ma::mixup>());
         },
         "the plan", "empty", "make_plan"},
  });
}

TEST_CASE("another resolution that the plan cannot have is refused") {
  world w;
  auto const features = ma::make_plan(ma::mixup{}, ma::features(w.x.data(), {4, 192}), ma::key{});
  refuse(w, {
                {"a signal", [&] { ma::rescale(w.pasted, ma::extents<1>{8}, w.reused); }, "rescaled's extents",
                 "1 numbers", "2, as the plan has spatial dimensions"},
                {"a volume",
                 [&] {
                   ma::rescaled(w.pasted, {8, 8, 8});
                 },
                 "rescaled's extents", "3 numbers", "2, as the plan has spatial dimensions"},
                {"features",
                 [&] {
                   ma::rescaled(features, {8, 8});
                 },
                 "rescaled's extents", "2 numbers", "0, as the plan has spatial dimensions"},
                {"no pixels",
                 [&] {
                   ma::rescale(w.pasted, ma::extents<2>{0, 8}, w.reused);
                 },
                 "rescaled's extents", "(0, 8)", "1 to 2147483647 pixels"},
                {"a negative side",
                 [&] {
                   ma::rescaled(w.pasted, {8, -8});
                 },
                 "rescaled's extents", "(8, -8)", "1 to 2147483647 pixels"},
                {"too long a side",
                 [&] {
                   ma::rescaled(w.pasted, {8, huge});
                 },
                 "rescaled's extents", "(8, 9223372036854775807)", "1 to 2147483647 pixels"},
                {"into itself",
                 [&] {
                   ma::rescale(w.reused, ma::extents<2>{4, 4}, w.reused);
                 },
                 "rescale's result", "the plan itself", "give another plan"},
                {"an empty plan",
                 [&] {
                   ma::rescaled(ma::plan_of<ma::cutmix>(), {4, 4});
                 },
                 "the plan", "empty", "make_plan"},
                {"the result at the old size",
                 [&] {
                   ma::apply(ma::rescaled(w.pasted, {4, 4}), w.batch(), w.room());
                 },
                 "x", "(8, 8)", "(4, 4), for which the plan was made"},
            });
}

TEST_CASE("any truncation or change of one character of a plan text gives a plan or an error, never a crash") {
  std::string const whole = good;
  int plans = 0, refused = 0;
  auto const attempt = [&](std::string const& s) {
    try {
      ma::any_plan const p = read(s);
      world w;  // whatever was read can be asked for everything
      std::ostringstream out;
      out << p;
      for (index_t i = 0; i < p.rows(); ++i) CHECK(ma::pixel_share(p, i) >= 0.0);
      CHECK(text_of(read(written(p))) == text_of(p));
      if (p.shape == read(good).shape && p.flags().local)
        ma::apply(p, ma::scores(w.x.data(), {2, 8, 8}), ma::scores(w.out.data(), {2, 8, 8}));
      ++plans;
    } catch (ma::invalid_argument const&) {
      ++refused;
    }
  };
  for (std::size_t n = 0; n < whole.size(); ++n) attempt(whole.substr(0, n));
  CHECK(refused == static_cast<int>(whole.size()) - 1);  // the text may lack its last newline
  for (std::size_t at = 0; at < whole.size(); ++at)
    for (char c : std::string("059-,. \n\rne\xff\0", 14)) {
      std::string s = whole;
      s[at] = c;
      attempt(s);
      attempt(whole.substr(0, at) + c + whole.substr(at));
    }
  CHECK(plans > 100);
  CHECK(refused > 1000);
}

}  // namespace text_test
