#include <ctime>
#include <filesystem>
#include <fstream>
#include <mixaug/weight/record_file.hpp>
#include <sstream>

#if defined(__unix__) || defined(__APPLE__)
#  include <sys/stat.h>
#endif

#include "weight/weight_cases.hpp"

namespace record_file_test {

namespace {
namespace ma = mixaug;
namespace w = ma::weight;
namespace fs = std::filesystem;
using ma::index_t;

/// A folder of its own, which goes with the test.
struct folder {
  fs::path path =
      fs::temp_directory_path() / ("mixaug_records_" + std::to_string(reinterpret_cast<std::uintptr_t>(this)) + "_" +
                                   std::to_string(std::time(nullptr)));
  folder() { fs::create_directories(path); }
  ~folder() { fs::remove_all(path); }
};
std::string bytes_of(fs::path const& p) {
  std::ifstream in(p, std::ios::binary);
  std::ostringstream all;
  all << in.rdbuf();
  return all.str();
}
void write_bytes(fs::path const& p, std::string const& bytes) { std::ofstream(p, std::ios::binary) << bytes; }
std::string refusal(fs::path const& p) {
  try {
    w::load(p);
  } catch (ma::invalid_argument const& e) {
    return e.what();
  }
  return "loaded";
}
/// The same bytes with the checksum that belongs to them: a forged file.
std::string with_checksum(std::string bytes) {
  std::uint64_t h = 14695981039346656037u;
  for (std::size_t k = 0; k + 8 < bytes.size(); k += 8) {
    std::uint64_t word = 0;
    for (std::size_t b = 0; b < 8; ++b) word |= std::uint64_t{static_cast<unsigned char>(bytes[k + b])} << (8 * b);
    h = (h ^ word) * 1099511628211u, h ^= h >> 32;
  }
  for (std::size_t b = 0; b < 8; ++b) bytes[bytes.size() - 8 + b] = static_cast<char>(h >> (8 * b) & 255u);
  return bytes;
}
bool says(std::string const& message, char const* part) {
  return message.find(part) != std::string::npos && message.rfind("mixaug: ", 0) == 0;
}
}  // namespace

TEST_CASE("a record read back weighs and goes on as the one that was saved") {
  folder const f;
  for (auto const policy : {w::unvisited::as_wrong, w::unvisited::ignore})
    for (index_t const epochs : {5, 15, 16, 100, 256, 300}) {
      w::uncertainty_options const o{.first_epoch = 1, .epochs = epochs, .eta = 5.25, .c = 0.5, .unvisited = policy};
      auto r = test::recorded(ma::serial{}, 77, o, test::any_visits(77, 4, 8));
      w::save(r, f.path / "record");
      CHECK_FALSE(fs::exists(f.path / "record.part"));
      auto back = w::load(f.path / "record");
      CHECK(back.options() == o);
      CHECK(back.recorded() == r.recorded());
      for (index_t e = 0; e < 6; ++e) CHECK(back.has_epoch(e) == r.has_epoch(e));
      for (auto const& more : test::any_visits(77, 6, 9)) {
        auto const n = static_cast<index_t>(more.ids.size());
        for (w::uncertainty* x : {&r, &back})
          x->record(ma::serial{}, more.epoch, ma::indices(more.ids.data(), {n}),
                    ma::class_ids(more.predictions.data(), {n}), ma::class_ids(more.labels.data(), {n}));
      }
      CHECK(test::first_difference(test::all_weights(ma::serial{}, r), test::all_weights(ma::serial{}, back)) == -1);
    }
}

TEST_CASE("a window that begins late is read back where it was") {
  folder const f;
  for (index_t const first : {index_t{0}, (index_t{1} << 32) - 1, (index_t{1} << 40) + 7, index_t{1} << 48}) {
    CAPTURE(first);
    w::uncertainty r(2, {.first_epoch = first, .epochs = 2});
    std::vector<int> const predicted{0, 1}, zeros{0, 0};
    r.record(ma::serial{}, first + 1, ma::class_ids(predicted.data(), {2}), ma::class_ids(zeros.data(), {2}));
    w::save(r, f.path / "late");
    auto const back = w::load(f.path / "late");
    CHECK((back.options() == r.options() && back.has_epoch(first + 1) && !back.has_epoch(first)));
    CHECK((back.u(0) == 0 && back.u(1) == 1));
  }
}

TEST_CASE("the bytes of a file are those of its description") {
  folder const f;
  w::uncertainty r(3, {.first_epoch = 2, .epochs = 3, .eta = 2});
  std::vector<int> const p{0, 1, 0}, y{0, 0, 0};
  r.record(ma::serial{}, 3, ma::class_ids(p.data(), {3}), ma::class_ids(y.data(), {3}));
  w::save(r, f.path / "record");
  std::string const got = bytes_of(f.path / "record");
  std::string const head(
      "mixaugUR\1\0\0\0\4\3\2\1\3\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0\3\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x40\0\0\0\0\0\0\xF0\x3F\0"
      "\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0\1\0\1\0\0\0\0\0",
      80);
  CHECK(got.substr(0, 80) == head);
  REQUIRE(got.size() == 88);
  std::uint64_t h = 14695981039346656037u, written = 0;
  for (std::size_t k = 0; k < 80; k += 8) {
    std::uint64_t word = 0;
    for (std::size_t b = 0; b < 8; ++b) word |= std::uint64_t{static_cast<unsigned char>(got[k + b])} << (8 * b);
    h = (h ^ word) * 1099511628211u, h ^= h >> 32;
  }
  for (std::size_t b = 0; b < 8; ++b) written |= std::uint64_t{static_cast<unsigned char>(got[80 + b])} << (8 * b);
  CHECK(h == written);
}

TEST_CASE("files that are foreign, truncated, of another version or order, or corrupted are refused") {
  folder const f;
  fs::path const at = f.path / "record";
  auto const r =
      test::recorded(ma::serial{}, 50, {.first_epoch = 1, .epochs = 70, .eta = 5}, test::any_visits(50, 4, 8));
  w::save(r, at);
  std::string const whole = bytes_of(at);
  auto const with = [&](std::size_t k, char v) {
    std::string b = whole;
    b[k] = v;
    write_bytes(at, b);
    return refusal(at);
  };
  CHECK(says(refusal(f.path / "none"), "No such file"));
  CHECK(says(with(0, 'M'), "a file that weight::save wrote"));
  CHECK(says(with(8, 2), "version 1"));
  std::string heavy = whole;  // eta and c 3e38 each
  for (std::size_t k = 0; k < 16; ++k)
    heavy[40 + k] = static_cast<char>(std::bit_cast<std::uint64_t>(3e38) >> (8 * (k % 8)) & 255);
  write_bytes(at, heavy);
  CHECK(says(refusal(at), "impossible header"));
  std::string swapped = whole;
  swapped.replace(12, 4, "\1\2\3\4");
  write_bytes(at, swapped);
  CHECK(says(refusal(at), "another order"));
  CHECK(says(with(whole.size() - 1, static_cast<char>(whole.back() + 1)), "corrupted"));
  CHECK(says(with(100, static_cast<char>(whole[100] ^ 1)), "corrupted"));
  for (std::size_t k = 0; k < whole.size(); ++k) {
    CAPTURE(k);
    CHECK(says(with(k, static_cast<char>(whole[k] ^ 16)), "the record file"));
  }
  for (std::size_t size = 0; size < whole.size(); ++size) {
    write_bytes(at, whole.substr(0, size));
    CHECK(says(refusal(at), size < 72 ? "whole record" : "truncated"));
  }
  write_bytes(at, whole + "12345678");
  CHECK(says(refusal(at), "or longer"));
}

TEST_CASE("a failed save leaves the file that was there, and nothing beside it") {
  folder const f;
  auto const r = test::recorded(ma::serial{}, 50, {.eta = 5}, test::any_visits(50, 1, 8));
  w::save(r, f.path / "record");
  std::string const before = bytes_of(f.path / "record");
  fs::create_directory(f.path / "record.part");  // it cannot be opened for writing
  CHECK_THROWS_AS(w::save(r, f.path / "record"), ma::invalid_argument);
  CHECK(fs::is_directory(f.path / "record.part"));  // not ours
  fs::remove(f.path / "record.part");
  fs::create_directory(f.path / "folder"), fs::create_directory(f.path / "folder" / "full");
  CHECK_THROWS_AS(w::save(r, f.path / "folder"), ma::invalid_argument);  // cannot be renamed over
  CHECK_FALSE(fs::exists(f.path / "folder.part"));
  CHECK_THROWS_AS(w::save(r, f.path / "no" / "such" / "folder"), ma::invalid_argument);
  CHECK(bytes_of(f.path / "record") == before);
}

TEST_CASE("a record with more wrong visits than visits is refused, as a file and where it is merged") {
  folder const f;
  fs::path const at = f.path / "record";
  for (index_t const epochs : {5, 200, 300}) {
    CAPTURE(epochs);
    w::uncertainty_options const o{.epochs = epochs, .eta = 1e38, .unvisited = w::unvisited::ignore};
    w::uncertainty r(11, o), sum(11, o);
    std::vector<int> const zeros(11, 0), ones(11, 1);
    for (w::uncertainty* x : {&r, &sum})
      x->record(ma::serial{}, 0, ma::class_ids(zeros.data(), {11}), ma::class_ids(ones.data(), {11}));
    w::save(r, at);
    CHECK(refusal(at) == "loaded");  // every visit wrong
    std::size_t const width = epochs == 5 ? 1 : epochs == 200 ? 2 : 4;
    auto const more = [&](std::byte b) {
      return epochs == 5 ? std::byte{0x21} : std::byte{static_cast<unsigned char>(static_cast<unsigned>(b) + 1)};
    };
    std::byte& wrong = r.counters().data()[7 * width + width / 2];  // the upper half of row 7's counter
    wrong = more(wrong);
    w::save(r, at);
    CHECK(says(refusal(at), "more wrong visits than visits in row 7"));
    std::byte const before = sum.counters().data()[7 * width];
    CHECK_THROWS_AS(sum.merge(r), ma::invalid_argument);
    CHECK(sum.counters().data()[7 * width] == before);
  }
}

TEST_CASE("forged files are refused: epochs beyond the window, bytes behind the counters") {
  folder const f;
  fs::path const at = f.path / "record";
  auto const r =
      test::recorded(ma::serial{}, 50, {.first_epoch = 1, .epochs = 70, .eta = 5}, test::any_visits(50, 4, 8));
  w::save(r, at);
  std::string const whole = bytes_of(at);  // a header of 64, epochs of 16, counters of 50, zeros of 6, a checksum
  REQUIRE(whole.size() == 64 + 16 + 56 + 8);
  auto const forged = [&](std::size_t k, char v) {
    std::string b = whole;
    b[k] = v;
    write_bytes(at, with_checksum(b));
    return refusal(at);
  };
  CHECK(forged(64, 1) == "loaded");
  CHECK(forged(64 + 8, 32) == "loaded");  // epoch 69 of 70
  CHECK(says(forged(64 + 8, 64), "epochs beyond its window of 70"));
  CHECK(says(forged(64 + 15, -128), "epochs beyond its window of 70"));
  CHECK(forged(80 + 49, 1) == "loaded");
  CHECK(says(forged(80 + 50, 1), "zeros behind its counters"));
}

TEST_CASE("what is no file is refused by what it is") {
  folder const f;
  auto const r = test::recorded(ma::serial{}, 50, {.eta = 5}, test::any_visits(50, 1, 8));
  CHECK(says(refusal(f.path), "is a folder"));
  auto const unsaved = [&](fs::path const& p) {
    try {
      w::save(r, p);
    } catch (ma::invalid_argument const& e) {
      return std::string(e.what());
    }
    return std::string("saved");
  };
  CHECK(says(unsaved(f.path), "is a folder"));
  CHECK(says(unsaved(f.path / ""), "without a name"));
  CHECK(says(unsaved(""), "without a name"));
  CHECK(says(refusal(""), "No such file"));
#if defined(__unix__) || defined(__APPLE__)
  CHECK(says(refusal("/dev/null"), "a device"));
  fs::path const pipe = f.path / "pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  CHECK(says(unsaved(pipe), "a pipe"));  // it would be replaced
  CHECK(fs::is_fifo(pipe));
#endif
}

}  // namespace record_file_test
