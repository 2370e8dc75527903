// Record files: refused by a sentence, or records whose uncertainties lie in [0, 1], whose weights are finite, which
// merge with themselves and are saved as the same bytes. A changed file gets the checksum that belongs to it, or keeps
// a wrong one.

#include <unistd.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <mixaug/backend/serial.hpp>
#include <mixaug/weight/record_file.hpp>

#include "fuzz.hpp"

namespace fuzz {
namespace ma = mixaug;
namespace w = ma::weight;
using ma::index_t;

char const* const name = "records";
std::int64_t const short_runs = 12000;

namespace {

/// A folder of this process, in memory where there is one; it goes with the program.
struct folder {
  std::filesystem::path path =
      std::filesystem::path(std::filesystem::is_directory("/dev/shm") ? "/dev/shm"
                                                                      : std::filesystem::temp_directory_path()) /
      ("mixaug_fuzz_records_" + std::to_string(::getpid()));
  folder() { std::filesystem::create_directories(path); }
  ~folder() { std::filesystem::remove_all(path); }
};
std::filesystem::path file() {
  static folder const f;
  return f.path / "record";
}
void write(std::string_view bytes) {
  std::ofstream(file(), std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}
std::string read() {
  std::ifstream in(file(), std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}
std::string file_of(index_t rows, w::uncertainty_options const& o, int batches) {
  w::uncertainty r(rows, o);
  stream s(static_cast<std::uint64_t>(rows));
  for (int b = 0; b < batches; ++b) {
    std::int64_t ids[8], predictions[8], labels[8];
    for (int k = 0; k < 8; ++k)
      ids[k] = static_cast<std::int64_t>(s.below(static_cast<std::size_t>(rows))), predictions[k] = s.below(3) == 0,
      labels[k] = 0;
    r.record(ma::serial{}, o.first_epoch + b / 4, ma::indices(ids, {8}), ma::class_ids(predictions, {8}),
             ma::class_ids(labels, {8}));
  }
  w::save(r, file());
  return read();
}
/// The checksum at the end, by the description of the format.
void sign(std::string& bytes) {
  if (bytes.size() < 16 || bytes.size() % 8 != 0) return;
  std::uint64_t h = 14695981039346656037u;
  for (std::size_t k = 0; k + 8 < bytes.size(); k += 8) {
    std::uint64_t word = 0;
    for (std::size_t b = 0; b < 8; ++b) word |= std::uint64_t{static_cast<unsigned char>(bytes[k + b])} << (8 * b);
    h = (h ^ word) * 1099511628211u;
    h ^= h >> 32;
  }
  for (std::size_t b = 0; b < 8; ++b) bytes[bytes.size() - 8 + b] = static_cast<char>(h >> (8 * b) & 255u);
}

}  // namespace

std::vector<std::string> corpus() {
  std::vector<std::string> all;
  for (auto const policy : {w::unvisited::as_wrong, w::unvisited::ignore})
    for (index_t const epochs : {3, 15, 200, 300})
      all.push_back(
          file_of(5 + epochs % 7, {.first_epoch = 2, .epochs = epochs, .eta = 3.5, .c = 0.5, .unvisited = policy}, 9));
  all.push_back(file_of(1, {.normalise = w::normalise::mean_one}, 1));
  return all;
}

bool one(std::string_view input) {
  std::string bytes(input);
  if (input.size() % 16 != 1) sign(bytes);
  write(bytes);
  w::uncertainty r;
  try {
    r = w::load(file());
  } catch (ma::invalid_argument const& e) {
    require_sentence(e.what());
    return false;
  }
  w::save(r, file());
  require(read() == bytes, "saved again, the file is another");
  index_t marked = 0;
  for (index_t e = 0; e < r.options().epochs; ++e) marked += r.has_epoch(r.options().first_epoch + e) ? 1 : 0;
  require(marked == r.recorded(), "another number of recorded epochs");
  w::uncertainty both = r;
  both.merge(r);
  require(both.recorded() == r.recorded(), "merged with itself it has other epochs");
  for (w::uncertainty* x : {&r, &both}) try {
      if (x->options().normalise == w::normalise::mean_one) x->fit(ma::serial{});
      for (index_t i = 0; i < x->rows(); ++i) {
        require(x->u(i) >= 0.0 && x->u(i) <= 1.0, "u outside [0, 1]");
        require(std::isfinite(x->weight(i)) && x->weight(i) >= 0.0f, "a weight that is none");
      }
    } catch (ma::invalid_argument const& e) {  // no epoch yet, or all weights 0
      require(std::strstr(e.what(), "without an epoch") != nullptr ||
                  std::strstr(e.what(), "the mean of the weights") != nullptr,
              e.what());
    }
  return true;
}

}  // namespace fuzz
