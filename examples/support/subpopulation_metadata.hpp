// SPDX-License-Identifier: MIT
#pragma once
// The metadata of four sets with groups: Waterbirds (Sagawa et al., 2020), CelebA (Liu et al., 2015), CivilComments
// (Borkan et al., 2019) and Camelyon17 (Bandi et al., 2018), in the files and with the splits and groups of WILDS (Koh
// et al., 2021).

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <istream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "support/csv.hpp"
#include "support/open_file.hpp"

namespace example {

// A metadata field of every sample, and the names of its values.
struct metadata_field {
  std::string name;
  std::vector<std::string> names;    // of the values 0, 1, ...
  std::vector<std::int32_t> values;  // of every sample, >= 0
};

// Groups of samples by some fields: group = sum over fields of value * the product of the cardinalities of the fields
// before it, so that the first field runs fastest. A field's cardinality is 1 + its largest value in the whole set, or
// the number of its names where that is larger.
class grouper {
 public:
  // Throws std::runtime_error for a negative value.
  explicit grouper(std::vector<metadata_field const*> fields) : fields_(std::move(fields)) {
    for (metadata_field const* f : fields_) {
      std::int32_t most = -1;
      for (std::int32_t const v : f->values) {
        if (v < 0) throw std::runtime_error("the metadata field " + f->name + " has the value " + std::to_string(v));
        most = std::max(most, v);
      }
      cardinality_.push_back(std::max<std::int64_t>(most + 1, static_cast<std::int64_t>(f->names.size())));
    }
  }

  std::int64_t groups() const {
    std::int64_t all = 1;
    for (std::int64_t const c : cardinality_) all *= c;
    return all;
  }

  std::int64_t group_of(std::size_t sample) const {
    std::int64_t group = 0, stride = 1;
    for (std::size_t k = 0; k < fields_.size(); ++k) {
      group += stride * fields_[k]->values[sample];
      stride *= cardinality_[k];
    }
    return group;
  }

  // The group's values in words, in the order of the fields.
  std::string name_of(std::int64_t group) const {
    std::string out;
    for (std::size_t k = 0; k < fields_.size(); ++k) {
      auto const value = static_cast<std::size_t>(group % cardinality_[k]);
      group /= cardinality_[k];
      metadata_field const& f = *fields_[k];
      out += (k ? ", " : "") + (value < f.names.size() ? f.names[value] : f.name + " " + std::to_string(value));
    }
    return out;
  }

 private:
  std::vector<metadata_field const*> fields_;
  std::vector<std::int64_t> cardinality_;
};

// Samples that an evaluation counts as a group; a sample may be in several.
struct evaluation_group {
  std::string name;
  std::vector<std::size_t> samples;
};

struct subpopulation_metadata {
  std::string set;
  std::vector<std::string> files;    // images, below the root; none for text
  std::vector<std::string> texts;    // comments; none for images
  std::vector<std::int32_t> labels;  // 0 or 1
  std::vector<std::int32_t> splits;  // places in split_names
  std::vector<std::string> split_names;
  std::vector<std::int32_t> groups;  // of a training
  std::vector<std::string> group_names;
  std::vector<evaluation_group> evaluation;  // over all splits

  std::size_t size() const { return labels.size(); }
};

inline constexpr std::array<std::string_view, 4> subpopulation_sets{"waterbirds", "celeba", "civilcomments",
                                                                    "camelyon17"};

namespace metadata_detail {

// A whole number in [0, count).
inline std::int32_t value_below(csv_table const& t, std::size_t column, std::int32_t count) {
  std::string const& text = t[column];
  std::int32_t value = -1;
  auto const [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc{} || end != text.data() + text.size() || value < 0 || value >= count)
    t.refuse(column, "a whole number from 0 to " + std::to_string(count - 1));
  return value;
}

// Whether a fraction is at least a half.
inline std::int32_t at_least_half(csv_table const& t, std::size_t column) {
  char* end = nullptr;
  double const value = std::strtod(t[column].c_str(), &end);
  if (t[column].empty() || *end != '\0' || !(value >= 0 && value <= 1)) t.refuse(column, "a fraction in [0, 1]");
  return value >= 0.5;
}

inline void check_rows(subpopulation_metadata const& m, std::string const& name) {
  if (m.size() == 0) throw std::runtime_error(name + ": has no rows below its heading");
}

inline void group_by(subpopulation_metadata& m, grouper const& by) {
  for (std::size_t i = 0; i < m.size(); ++i) m.groups.push_back(static_cast<std::int32_t>(by.group_of(i)));
  for (std::int64_t g = 0; g < by.groups(); ++g) m.group_names.push_back(by.name_of(g));
}

inline void evaluate_by(subpopulation_metadata& m, grouper const& by) {
  std::size_t const before = m.evaluation.size();
  for (std::int64_t g = 0; g < by.groups(); ++g) m.evaluation.push_back({by.name_of(g), {}});
  for (std::size_t i = 0; i < m.size(); ++i)
    m.evaluation[before + static_cast<std::size_t>(by.group_of(i))].samples.push_back(i);
}

}  // namespace metadata_detail

// metadata.csv: img_filename, y (0 landbird, 1 waterbird), split (0 train, 1 val, 2 test), place (0 land, 1 water).
// Groups: place + 2 y.
inline subpopulation_metadata read_waterbirds(std::istream& in, std::string const& name) {
  using namespace metadata_detail;
  csv_table t(in, name);
  std::size_t const file = t.column("img_filename"), y = t.column("y"), split = t.column("split"),
                    place = t.column("place");
  subpopulation_metadata m;
  m.set = "waterbirds";
  m.split_names = {"train", "val", "test"};
  metadata_field background{"background", {"land", "water"}, {}}, label{"y", {"landbird", "waterbird"}, {}};
  while (t.next()) {
    m.files.push_back(t[file]);
    m.splits.push_back(value_below(t, split, 3));
    background.values.push_back(value_below(t, place, 2));
    label.values.push_back(value_below(t, y, 2));
  }
  m.labels = label.values;
  check_rows(m, name);
  grouper const by({&background, &label});
  group_by(m, by);
  evaluate_by(m, by);
  return m;
}

// list_attr_celeba.csv: image_id and attributes of -1 or 1; list_eval_partition.csv: image_id, partition (0 train, 1
// val, 2 test), in the same order. The label is Blond_Hair; groups: Male + 2 y.
inline subpopulation_metadata read_celeba(std::istream& attributes, std::istream& partition, std::string const& name,
                                          std::string const& partition_name) {
  using namespace metadata_detail;
  csv_table t(attributes, name), p(partition, partition_name);
  std::size_t const file = t.column("image_id"), hair = t.column("Blond_Hair"), sex = t.column("Male"),
                    also = p.column("image_id"), split = p.column("partition");
  auto const sign = [&](std::size_t column) -> std::int32_t {
    if (t[column] != "1" && t[column] != "-1") t.refuse(column, "-1 or 1");
    return t[column] == "1";
  };
  subpopulation_metadata m;
  m.set = "celeba";
  m.split_names = {"train", "val", "test"};
  metadata_field male{"male", {"female", "male"}, {}}, label{"y", {"dark hair", "blond hair"}, {}};
  while (t.next()) {
    if (!p.next()) throw std::runtime_error(partition_name + ": has fewer rows than " + name);
    if (p[also] != t[file]) p.refuse(also, t[file] + ", as in " + name);
    m.files.push_back("img_align_celeba/" + t[file]);
    m.splits.push_back(value_below(p, split, 3));
    male.values.push_back(sign(sex));
    label.values.push_back(sign(hair));
  }
  if (p.next()) throw std::runtime_error(partition_name + ": has more rows than " + name);
  m.labels = label.values;
  check_rows(m, name);
  grouper const by({&male, &label});
  group_by(m, by);
  evaluate_by(m, by);
  return m;
}

// The same as text, as published: the number of images, the names of the attributes, then a name and its values a line.
// What is between words becomes a comma.
inline std::string celeba_text_as_csv(std::istream& in, std::string_view heading) {
  std::string out(heading);
  std::string line;
  if (!heading.empty()) out += '\n';
  for (std::int64_t row = heading.empty() ? 0 : 2; std::getline(in, line); ++row) {
    if (row == 0) continue;  // the number of images
    std::istringstream words(line);
    std::string word, csv = row == 1 ? "image_id" : "";
    while (words >> word) csv += (csv.empty() ? "" : ",") + word;
    if (!csv.empty()) out += csv + '\n';
  }
  return out;
}

// all_data_with_identities.csv: comment_text, split (train, val, test), toxicity and identities as fractions, of which
// at least 0.5 count. Groups of a training: black + 2 y; of an evaluation: 16, for each of eight identities its
// comments that are toxic and that are not, so that a comment may be in several or in none.
inline subpopulation_metadata read_civilcomments(std::istream& in, std::string const& name) {
  using namespace metadata_detail;
  csv_table t(in, name);
  std::size_t const text = t.column("comment_text"), split = t.column("split"), toxicity = t.column("toxicity");
  std::array<std::string, 8> const identities{"male",   "female",          "LGBTQ", "christian",
                                              "muslim", "other_religions", "black", "white"};
  std::array<std::size_t, 8> columns{};
  std::vector<metadata_field> fields;
  for (std::size_t k = 0; k < identities.size(); ++k) {
    columns[k] = t.column(identities[k]);
    fields.push_back({identities[k], {"not " + identities[k], identities[k]}, {}});
  }
  subpopulation_metadata m;
  m.set = "civilcomments";
  m.split_names = {"train", "val", "test"};
  metadata_field label{"y", {"not toxic", "toxic"}, {}};
  while (t.next()) {
    auto const at = std::find(m.split_names.begin(), m.split_names.end(), t[split]);
    if (at == m.split_names.end()) t.refuse(split, "train, val or test");
    m.texts.push_back(t[text]);
    m.splits.push_back(static_cast<std::int32_t>(at - m.split_names.begin()));
    label.values.push_back(at_least_half(t, toxicity));
    for (std::size_t k = 0; k < columns.size(); ++k) fields[k].values.push_back(at_least_half(t, columns[k]));
  }
  m.labels = label.values;
  check_rows(m, name);
  group_by(m, grouper({&fields[6], &label}));
  for (metadata_field const& f : fields)
    for (std::int32_t const y : {0, 1}) {
      m.evaluation.push_back({f.name + ", " + label.names[static_cast<std::size_t>(y)], {}});
      for (std::size_t i = 0; i < m.size(); ++i)
        if (f.values[i] == 1 && label.values[i] == y) m.evaluation.back().samples.push_back(i);
    }
  return m;
}

// metadata.csv: patient (with its leading zeros), node, x_coord, y_coord, tumor, slide, center, split (0 train, 1
// id_val). Hospitals 1 and 2 are seen by no training: 1 is val, 2 is test. Groups of a training: the hospital; of an
// evaluation: the slide.
inline subpopulation_metadata read_camelyon17(std::istream& in, std::string const& name) {
  using namespace metadata_detail;
  csv_table t(in, name);
  std::size_t const patient = t.column("patient"), node = t.column("node"), x = t.column("x_coord"),
                    y = t.column("y_coord"), tumor = t.column("tumor"), slide = t.column("slide"),
                    center = t.column("center"), split = t.column("split");
  subpopulation_metadata m;
  m.set = "camelyon17";
  m.split_names = {"train", "id_val", "test", "val"};
  metadata_field hospital{"hospital", {}, {}}, slides{"slide", {}, {}};
  for (int k = 0; k < 5; ++k) hospital.names.push_back("hospital " + std::to_string(k));
  while (t.next()) {
    std::string const& p = t[patient];
    int number = -1;
    auto const [end, problem] = std::from_chars(p.data(), p.data() + p.size(), number);
    if (p.size() != 3 || problem != std::errc{} || end != p.data() + p.size() || number < 0)
      t.refuse(patient, "three digits");
    std::int32_t const where = value_below(t, center, 5), s = value_below(t, slide, 50);
    if (number / 20 != where) t.refuse(center, std::to_string(number / 20) + " for the patient " + p);
    if (s / 10 != where) t.refuse(slide, "a slide of the hospital " + std::to_string(where));
    std::string const folder = "patient_" + p + "_node_" + t[node];
    m.files.push_back("patches/" + folder + "/patch_" + folder + "_x_" + t[x] + "_y_" + t[y] + ".png");
    m.labels.push_back(value_below(t, tumor, 2));
    std::int32_t const own = value_below(t, split, 2);
    m.splits.push_back(where == 1 ? 3 : where == 2 ? 2 : own);
    hospital.values.push_back(where);
    slides.values.push_back(s);
  }
  check_rows(m, name);
  group_by(m, grouper({&hospital}));
  evaluate_by(m, grouper({&slides}));
  return m;
}

namespace metadata_detail {

// Where a set's first file may lie below the root.
struct set_place {
  char const* set;
  std::vector<char const*> folders;
  char const* file;
};
inline std::vector<set_place> set_places() {
  return {{"waterbirds", {"", "waterbirds_v1.0", "waterbird_complete95_forest2water2"}, "metadata.csv"},
          {"celeba", {"", "celeba_v1.0"}, "list_attr_celeba.csv"},
          {"celeba", {"", "celeba"}, "list_attr_celeba.txt"},
          {"civilcomments", {"", "civilcomments_v1.0"}, "all_data_with_identities.csv"},
          {"camelyon17", {"", "camelyon17_v1.0"}, "metadata.csv"}};
}

// The path of a set's first file; empty where there is none.
inline std::filesystem::path first_file(std::string const& set, std::filesystem::path const& root) {
  for (set_place const& place : set_places())
    for (char const* folder : place.folders)
      if (set == place.set && std::filesystem::exists(root / folder / place.file)) return root / folder / place.file;
  return {};
}

}  // namespace metadata_detail

// Whether a set's own folder, or a file that no other set has, lies in `root`.
inline bool has_subpopulation_set(std::string const& set, std::filesystem::path const& root) {
  std::filesystem::path const file = metadata_detail::first_file(set, root);
  return !file.empty() && (file.filename() != "metadata.csv" || file.parent_path() != root);
}

// Reads a set's files below `root`, or in the folder there that it is published in. Throws std::runtime_error with a
// sentence for a set that is none of the four, a file that is missing or one that is not whole.
inline subpopulation_metadata read_subpopulation_metadata(std::string const& set, std::filesystem::path const& root) {
  if (std::find(subpopulation_sets.begin(), subpopulation_sets.end(), set) == subpopulation_sets.end())
    throw std::runtime_error("no set '" + set + "'; there are waterbirds, celeba, civilcomments and camelyon17");
  std::filesystem::path const file = metadata_detail::first_file(set, root);
  if (file.empty()) {
    std::string wanted;
    for (auto const& place : metadata_detail::set_places())
      if (set == place.set) wanted += (wanted.empty() ? "" : " or ") + std::string(place.file);
    throw std::runtime_error(root.string() + ": has no " + wanted + " of " + set);
  }
  std::filesystem::path const where = file.parent_path();
  std::string const name = file.string();
  std::ifstream in = open_file(file);
  subpopulation_metadata m;
  if (set == "waterbirds") m = read_waterbirds(in, name);
  if (set == "civilcomments") m = read_civilcomments(in, name);
  if (set == "camelyon17") m = read_camelyon17(in, name);
  if (set == "celeba") {
    bool const text = file.extension() == ".txt";
    std::filesystem::path const partition = where / (text ? "list_eval_partition.txt" : "list_eval_partition.csv");
    std::ifstream parts = open_file(partition);
    if (text) {
      std::istringstream csv(celeba_text_as_csv(in, "")), parts_csv(celeba_text_as_csv(parts, "image_id,partition"));
      m = read_celeba(csv, parts_csv, name, partition.string());
    } else {
      m = read_celeba(in, parts, name, partition.string());
    }
  }
  for (std::string& image : m.files) image = (where / image).string();
  return m;
}

}  // namespace example
