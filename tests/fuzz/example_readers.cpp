// The readers of the examples' files: CIFAR-10 binaries, tables of numbers under the published names, digits, folders
// of images. They throw a sentence, or give data that is whole: labels in range, finite numbers, splits with rows.

#include <stb/stb_image_write.h>
#include <unistd.h>

#include <cmath>
#include <cstring>
#include <exception>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "fuzz.hpp"
#include "support/load_images.hpp"
#include "support/subpopulation_metadata.hpp"
#include "train_classifier/results.hpp"
#include "train_regression/data.hpp"
#include "train_subpopulation/data.hpp"

namespace fuzz {
namespace fs = std::filesystem;

char const* const name = "example_readers";
std::int64_t const short_runs = 1500;

namespace {

struct folder {
  fs::path path = fs::path(fs::is_directory("/dev/shm") ? "/dev/shm" : fs::temp_directory_path()) /
                  ("mixaug_fuzz_readers_" + std::to_string(::getpid()));
  folder() { fs::create_directories(path / "images" / "cat"); }
  ~folder() { fs::remove_all(path); }
};
fs::path const& there() {
  static folder const f;
  return f.path;
}
void write(fs::path const& file, std::string_view bytes) {
  std::ofstream(file, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

void check_images(example::image_set const& set) {
  require(set.n > 0 && set.pixels.size() == static_cast<std::size_t>(set.n) * set.image_size(),
          "images that are not whole");
  require(set.labels.size() == static_cast<std::size_t>(set.n), "labels that are not whole");
  for (std::int64_t const l : set.labels)
    require(l >= 0 && l < static_cast<std::int64_t>(set.class_names.size()), "a label out of range");
}
void check_rows(example::regression_rows const& rows, std::size_t features) {
  require(rows.size() > 0 && rows.x.size() == rows.size() * features, "a split without rows");
  for (float const v : rows.x) require(std::isfinite(v), "a feature that is no number");
  for (float const v : rows.y) require(std::isfinite(v), "a label that is no number");
}
void check_grouped(example::grouped_images const& images) {
  auto const n = static_cast<std::size_t>(images.n);
  require(n > 0 && images.pixels.size() == n * static_cast<std::size_t>(images.channels * images.side * images.side),
          "images that are not whole");
  require(images.labels.size() == n && images.groups.size() == n, "labels that are not whole");
  for (std::int64_t const g : images.groups) require(g >= 0 && g < example::group_count, "a group out of range");
}

/// Trainings of one budget, each mode and seed once, with a number of hits for each epoch.
void check_results(example::classifier_results const& results) {
  auto const& budget = results.budget();
  for (auto const& r : results.all()) {
    require(r.mode < example::classifier_modes.size(), "a mode out of range");
    require(r.hits.size() == static_cast<std::size_t>(budget.epochs), "a training of other epochs");
    for (std::int64_t const hits : r.hits) require(hits >= 0 && hits <= budget.test, "hits out of range");
    require(results.find(static_cast<example::classifier>(r.mode), r.seed) == &r, "a training twice");
  }
}

void check_metadata(example::subpopulation_metadata const& m) {
  std::size_t const n = m.size();
  require(n > 0 && (m.files.size() == n || m.texts.size() == n), "samples that are not whole");
  require(m.groups.size() == n && m.splits.size() == n, "columns that are not whole");
  for (std::size_t i = 0; i < n; ++i) {
    require(m.labels[i] == 0 || m.labels[i] == 1, "a label out of range");
    require(m.groups[i] >= 0 && static_cast<std::size_t>(m.groups[i]) < m.group_names.size(), "a group out of range");
    require(m.splits[i] >= 0 && static_cast<std::size_t>(m.splits[i]) < m.split_names.size(), "a split out of range");
  }
}

char const* const tables[] = {"airfoil_self_noise.dat", "no2.csv", "SkillCraft1_Dataset.csv", "communities.data",
                              "table.csv"};

/// 0 .. 4: a table under that name; 5: CIFAR-10; 6: digits; 7, 8: an image; 9: results of trainings; 10 .. 13: metadata
/// of groups.
void read(int what, std::string_view bytes) {
  if (what < 5) {
    fs::path const file = there() / tables[what];
    write(file, bytes);
    auto const set = example::regression_set::read(file.string());
    auto const split = set.split(3);
    for (auto const* part : {&split.train, &split.valid, &split.test}) check_rows(*part, set.features());
    require(split.train.size() + split.valid.size() + split.test.size() == set.size(), "rows are lost");
    require(set.recipe().bandwidth > 0, "no bandwidth");
  } else if (what == 5) {
    write(there() / "cifar.bin", bytes);
    check_images(example::load_images(there() / "cifar.bin", 3, 8));
  } else if (what == 6) {
    write(there() / "optdigits.tra", bytes);
    write(there() / "optdigits.tes", bytes);
    auto const split = example::subpopulation_set::load("optdigits", there().string(), true).split(1);
    for (auto const* part : {&split.train, &split.valid, &split.test}) check_grouped(*part);
  } else if (what >= 10) {
    std::istringstream in{std::string(bytes)}, partition("image_id,partition\n1,0\n2,1\n");
    check_metadata(what == 10   ? example::read_waterbirds(in, "birds")
                   : what == 11 ? example::read_celeba(in, partition, "faces", "partition")
                   : what == 12 ? example::read_civilcomments(in, "comments")
                                : example::read_camelyon17(in, "slides"));
  } else if (what == 9) {
    std::string const file = (there() / "results.txt").string();
    write(file, bytes);
    auto const results = example::classifier_results::read(file);
    check_results(results);
    auto const again = example::classifier_results::resume(file, results.budget());
    require(again.all().size() == results.all().size(), "trainings are lost");
    require(fs::file_size(file) <= bytes.size(), "results that grow");
  } else {
    fs::path const file = there() / "images" / "cat" / (what == 7 ? "a.png" : "a.jpg");
    write(file, bytes);
    try {
      check_images(example::load_images(there() / "images", 4, 8));
    } catch (std::exception const&) {
      fs::remove(file);
      throw;
    }
    fs::remove(file);
  }
}

std::string table(int columns, bool groups) {
  std::string all = "a heading\n";
  stream s(static_cast<std::uint64_t>(columns));
  for (int row = 0; row < 120; ++row)
    for (int c = 0; c < columns; ++c) {
      all += groups && c < 2 ? std::to_string(row / 6) : std::to_string(s.below(1000)) + ".25";
      all += c + 1 == columns ? '\n' : ',';
    }
  return all;
}
std::string table_of(int what, int columns, bool groups) { return static_cast<char>(what) + table(columns, groups); }
void append(void* to, void* bytes, int n) {
  static_cast<std::string*>(to)->append(static_cast<char const*>(bytes), static_cast<std::size_t>(n));
}

std::string refusal(int what, std::string_view bytes) {
  try {
    read(what, bytes);
  } catch (std::runtime_error const& e) {
    return e.what();
  }
  return "taken";
}
void require_says(std::string const& refusal, char const* part) {
  if (refusal.find(part) == std::string::npos) wrong("'" + refusal + "' does not say '" + part + "'");
}
std::string const results_of_two =
    "train_classifier results 1\n"
    "train=200 test=80 classes=8 digest=0123456789abcdef epochs=2 batch=100 width=16 rate=100/1000 mixed=500/1000\n"
    "erm seed 1, 3.5 s, hits 12 40\n"
    "cutmix seed 1, 4.0 s, hits 9 41\n";

/// Results that were cut short, changed, or of another budget.
void require_results() {
  std::string const file = (there() / "results.txt").string();
  auto const read_as = [&](std::string const& text) {
    write(file, text);
    return example::classifier_results::read(file);
  };
  require(read_as(results_of_two).all().size() == 2, "results are lost");
  require(read_as(results_of_two.substr(0, results_of_two.size() - 1)).all().size() == 1, "a line that was cut short");
  auto budget = read_as(results_of_two).budget();
  budget.epochs = 3;
  try {
    example::classifier_results::resume(file, budget);
    wrong("results of another budget were taken");
  } catch (std::runtime_error const& e) {
    require_says(e.what(), "another budget: epochs=2 (here epochs=3)");
  }
  auto const changed = [&](std::string const& from, std::string const& to) {
    std::string text = results_of_two;
    text.replace(text.find(from), from.size(), to);
    return refusal(9, text);
  };
  require_says(changed("results 1", "results 2"), "line 1: is not 'train_classifier results 1'");
  require_says(changed("test=80", "test=0"), "line 2: is not the budget of a training");
  require_says(changed("hits 12 40", "hits 12 81"), "line 3: 81 hits of 80 images");
  require_says(changed("hits 12 40", "hits 12"), "line 3: has 1 epochs, not 2");
  require_says(changed("cutmix", "cutmixed"), "line 4: holds the mode 'cutmixed'; there are erm, mixup");
  require_says(changed("cutmix", "erm"), "line 4: is the second of erm, seed 1");
}

/// Files under published names with too few columns, one group alone, and folders that cannot be walked.
void require_known(std::string_view png) {
  require_says(refusal(2, table(3, true)), "has 3 columns; the published file has at least 14");
  require_says(refusal(3, table(4, true)), "has 4 columns; the published file has at least 5");
  require_says(refusal(3, table(5, true)), "no column to learn from");
  std::string one_group;
  for (int row = 0; row < 150; ++row)
    one_group += "1,2,3,4,5," + std::to_string(row) + "," + std::to_string(row % 7) + "\n";
  require_says(refusal(3, one_group), "too few groups to train, to validate and to test on");
  std::string equal;
  for (int row = 0; row < 150; ++row) equal += std::to_string(row) + ",4\n";
  require_says(refusal(4, equal), "all labels are the same");
  require_says(refusal(6, std::string(64 * 2, '1') + "17"), "is not 64 grey values 0 to 16 and a digit");

  fs::path const images = there() / "images";
  fs::create_directory_symlink("loop", images / "loop");
  fs::create_symlink("round.png", images / "round.png");
  fs::create_directories(images / "closed");
  fs::permissions(images / "closed", fs::perms::none);
  write(images / "cat" / "b.png", png);
  require(example::load_images(images, 4, 8).n == 1, "a folder with a link to itself and a closed folder");
  for (char const* each : {"loop", "round.png", "closed", "cat/b.png"}) fs::remove(images / each);
  for (fs::path const& folder : {there(), images / "none"}) {
    try {
      example::regression_set::read(folder.string());
      wrong("a folder was read as a table");
    } catch (std::runtime_error const& e) {
      require_says(e.what(), fs::exists(folder) ? "is a folder, not a file" : "cannot be read");
    }
  }
}

}  // namespace

std::vector<std::string> corpus() {
  std::vector<std::string> all{table_of(4, 4, false), table_of(2, 20, true), table_of(3, 9, true)};
  std::string records(1, '\5'), digits(1, '\6'), pixels, png(1, '\7'), jpeg(1, '\10');
  stream s(7);
  for (int k = 0; k < 2 * 3073; ++k)
    records += static_cast<char>(k % 3073 == 0 ? k / 3073 : static_cast<int>(s.bits() & 255));
  for (int row = 0; row < 120; ++row) {
    for (int k = 0; k < 64; ++k) digits += std::to_string(s.below(17)) + ",";
    digits += std::to_string(row % 10) + "\n";
  }
  for (int k = 0; k < 20 * 12 * 3; ++k) pixels += static_cast<char>(s.bits());
  stbi_write_png_to_func(append, &png, 20, 12, 3, pixels.data(), 60);
  stbi_write_jpg_to_func(append, &jpeg, 20, 12, 3, pixels.data(), 80);
  require_known(std::string_view(png).substr(1));
  require_results();
  all.insert(all.end(), {records, digits, png, jpeg, '\11' + results_of_two});
  all.push_back("\12img_filename,y,split,place\na.jpg,0,0,1\n\"b,\"\"c.jpg\",1,2,0\n");
  all.push_back("\13image_id,Blond_Hair,Male\n1,-1,1\n2,1,-1\n");
  all.push_back(
      "\14comment_text,split,toxicity,male,female,LGBTQ,christian,muslim,other_religions,black,white\n"
      "\"a,\nb\",train,0.5,0,0,0,0,0,0,1,0\n");
  all.push_back("\15patient,node,x_coord,y_coord,tumor,slide,center,split\n004,4,1,2,1,0,0,1\n");
  return all;
}

bool one(std::string_view input) {
  try {
    read(input.empty() ? 0 : static_cast<unsigned char>(input[0]) % 14, input.empty() ? input : input.substr(1));
    return true;
  } catch (std::runtime_error const& e) {
    require(std::strlen(e.what()) > 10, "a refusal without a sentence");
    return false;
  }
}

}  // namespace fuzz
