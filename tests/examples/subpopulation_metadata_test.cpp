// The readers of sets with groups, on small files made by hand, against groups counted by hand.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <unistd.h>
#include <vector>

#include "support/subpopulation_metadata.hpp"

namespace subpopulation_metadata_test {

using namespace example;
using strings = std::vector<std::string>;
using integers = std::vector<std::int32_t>;
using places = std::vector<std::size_t>;

std::string sentence(std::function<void()> const& work) {
  try {
    work();
  } catch (std::runtime_error const& problem) {
    return problem.what();
  }
  return "nothing was thrown";
}

subpopulation_metadata birds(std::string const& text) {
  std::istringstream in(text);
  return read_waterbirds(in, "metadata.csv");
}
subpopulation_metadata comments(std::string const& text) {
  std::istringstream in(text);
  return read_civilcomments(in, "all.csv");
}
subpopulation_metadata slides(std::string const& text) {
  std::istringstream in(text);
  return read_camelyon17(in, "metadata.csv");
}
subpopulation_metadata faces(std::string const& attributes, std::string const& partition) {
  std::istringstream a(attributes), p(partition);
  return read_celeba(a, p, "attr.csv", "part.csv");
}

std::string const bird_columns = "img_id,img_filename,y,split,place,place_filename\n";

TEST_CASE("fields in quotes hold commas, quotes and line ends; byte order marks and both line ends are read") {
  std::istringstream in(
      "\xEF\xBB\xBF"
      "a,\"b, c\",d\r\n1,\"say \"\"so\"\",\r\nthen\",\r\n\n,2,\"\"");
  csv_table t(in, "file");
  CHECK(t.columns() == 3);
  CHECK(t.column("b, c") == 1);
  REQUIRE(t.next());
  CHECK(t[0] == "1");
  CHECK(t[1] == "say \"so\",\r\nthen");
  CHECK(t[2].empty());
  REQUIRE(t.next());
  CHECK(t[0].empty());
  CHECK(t[1] == "2");
  CHECK(t[2].empty());
  CHECK_FALSE(t.next());
}

TEST_CASE("tables that are not whole are refused with their line") {
  auto const read = [](std::string const& text) {
    return sentence([&] {
      std::istringstream in(text);
      csv_table t(in, "file");
      while (t.next()) {
      }
    });
  };
  CHECK(read("") == "file, line 1: is empty; it begins with the names of its columns");
  CHECK(read("a,b\n1,2\n\n3\n") == "file, line 4: has 1 fields, and the heading 2");
  CHECK(read("a,b\n1,\"2\n3\n") == "file, line 2: has a quote that is never closed");
  CHECK(read("a,b\n1,\"2\"3\n") == "file, line 2: has text after the closing quote of a field");
  CHECK(read("a,b\n\"x\ny\",2\"\n") == "file, line 3: has a quote inside a field that does not begin with one");
}

TEST_CASE("Waterbirds: the background runs faster than the label") {
  auto const m = birds(bird_columns +
                       "1,a.jpg,0,0,0,x\n2,b.jpg,0,1,1,x\r\n3,\"c,d.jpg\",1,2,0,x\n4,e.jpg,1,0,1,x\n5,f.jpg,1,0,1,x");
  CHECK(m.files == strings{"a.jpg", "b.jpg", "c,d.jpg", "e.jpg", "f.jpg"});
  CHECK(m.labels == integers{0, 0, 1, 1, 1});
  CHECK(m.splits == integers{0, 1, 2, 0, 0});
  CHECK(m.groups == integers{0, 1, 2, 3, 3});
  CHECK(m.group_names == strings{"land, landbird", "water, landbird", "land, waterbird", "water, waterbird"});
  REQUIRE(m.evaluation.size() == 4);
  CHECK(m.evaluation[3].samples == places{3, 4});

  CHECK(sentence([] { birds("img_id,img_filename,y,split\n1,a,0,0\n"); }) ==
        "metadata.csv: has no column 'place'; it has img_id, img_filename, y, split");
  CHECK(sentence([] { birds(bird_columns + "1,a,2,0,0,x\n"); }) ==
        "metadata.csv, line 2: y is '2'; expected a whole number from 0 to 1");
  CHECK(sentence([] { birds(bird_columns + "1,a,1,0,-1,x\n"); }) ==
        "metadata.csv, line 2: place is '-1'; expected a whole number from 0 to 1");
  CHECK(sentence([] { birds(bird_columns + "1,a,1,3,0,x\n"); }) ==
        "metadata.csv, line 2: split is '3'; expected a whole number from 0 to 2");
  CHECK(sentence([] { birds(bird_columns); }) == "metadata.csv: has no rows below its heading");
}

TEST_CASE("CelebA: attributes of -1 and 1, as a table and as the published text") {
  std::string const names = "image_id,Blond_Hair,Bald,Male\n";
  auto const m = faces(names + "1.jpg,-1,1,-1\n2.jpg,-1,-1,1\n3.jpg,1,-1,-1\n4.jpg,1,-1,1\n",
                       "image_id,partition\n1.jpg,0\n2.jpg,0\n3.jpg,1\n4.jpg,2\n");
  CHECK(m.files[2] == "img_align_celeba/3.jpg");
  CHECK(m.labels == integers{0, 0, 1, 1});
  CHECK(m.splits == integers{0, 0, 1, 2});
  CHECK(m.groups == integers{0, 1, 2, 3});
  CHECK(m.group_names[2] == "female, blond hair");

  std::istringstream text("4\nBlond_Hair Bald Male \n1.jpg -1  1 -1\n2.jpg -1 -1  1\n3.jpg  1 -1 -1\n4.jpg  1 -1  1\n");
  CHECK(celeba_text_as_csv(text, "") == names + "1.jpg,-1,1,-1\n2.jpg,-1,-1,1\n3.jpg,1,-1,-1\n4.jpg,1,-1,1\n");
  std::istringstream parts("1.jpg 0\n2.jpg 0\n");
  CHECK(celeba_text_as_csv(parts, "image_id,partition") == "image_id,partition\n1.jpg,0\n2.jpg,0\n");

  CHECK(sentence([&] { faces(names + "1.jpg,0,1,1\n", "image_id,partition\n1.jpg,0\n"); }) ==
        "attr.csv, line 2: Blond_Hair is '0'; expected -1 or 1");
  CHECK(sentence([&] { faces(names + "1.jpg,1,1,1\n", "image_id,partition\n2.jpg,0\n"); }) ==
        "part.csv, line 2: image_id is '2.jpg'; expected 1.jpg, as in attr.csv");
  CHECK(sentence([&] { faces(names + "1.jpg,1,1,1\n", "image_id,partition\n"); }) ==
        "part.csv: has fewer rows than attr.csv");
  CHECK(sentence([&] { faces(names + "1.jpg,1,1,1\n", "image_id,partition\n1.jpg,0\n2.jpg,0\n"); }) ==
        "part.csv: has more rows than attr.csv");
}

TEST_CASE("CivilComments: a half counts, groups of a training are black by toxic, and evaluations overlap") {
  std::string const names =
      ",comment_text,split,toxicity,male,female,LGBTQ,christian,muslim,other_religions,black,white\n";
  auto const m = comments(names +
                          "0,\"it said \"\"no\"\",\nand left\",train,0.5,0.5,0,0,0,0,0,0.49,0\n"
                          "1,plain,val,0.499,1,0,0,0,0,0,0.5,0\n"
                          "2,plain,test,1,0,0,0,0,0,0,1,0\n"
                          "3,plain,test,0,0,0,0,0,0,0,0,0\n");
  CHECK(m.texts[0] == "it said \"no\",\nand left");
  CHECK(m.labels == integers{1, 0, 1, 0});
  CHECK(m.splits == integers{0, 1, 2, 2});
  CHECK(m.groups == integers{2, 1, 3, 0});
  CHECK(m.group_names == strings{"not black, not toxic", "black, not toxic", "not black, toxic", "black, toxic"});
  REQUIRE(m.evaluation.size() == 16);
  CHECK(m.evaluation[0].name == "male, not toxic");
  CHECK(m.evaluation[0].samples == places{1});
  CHECK(m.evaluation[1].samples == places{0});
  CHECK(m.evaluation[12].name == "black, not toxic");
  CHECK(m.evaluation[12].samples == places{1});  // in two groups
  CHECK(m.evaluation[13].samples == places{2});
  CHECK(m.evaluation[2].samples.empty());

  CHECK(sentence([&] { comments(names + "0,a,dev,0,0,0,0,0,0,0,0,0\n"); }) ==
        "all.csv, line 2: split is 'dev'; expected train, val or test");
  CHECK(sentence([&] { comments(names + "0,a,val,0,nan,0,0,0,0,0,0,0\n"); }) ==
        "all.csv, line 2: male is 'nan'; expected a fraction in [0, 1]");
}

TEST_CASE("Camelyon17: patients are strings, and two hospitals are kept for validation and test") {
  std::string const names = ",patient,node,x_coord,y_coord,tumor,slide,center,split\n";
  auto const m = slides(names +
                        "0,004,4,3328,21792,1,0,0,0\n1,010,4,1,2,0,1,0,1\n2,020,1,5,6,1,10,1,0\n"
                        "3,040,0,7,8,0,23,2,1\n4,099,9,1,1,0,49,4,0\n");
  CHECK(m.files[0] == "patches/patient_004_node_4/patch_patient_004_node_4_x_3328_y_21792.png");
  CHECK(m.labels == integers{1, 0, 1, 0, 0});
  CHECK(m.splits == integers{0, 1, 3, 2, 0});
  CHECK(m.groups == integers{0, 0, 1, 2, 4});
  CHECK(m.group_names.size() == 5);  // hospital 3 has no sample and is a group
  REQUIRE(m.evaluation.size() == 50);
  CHECK(m.evaluation[23].samples == places{3});
  CHECK(m.evaluation[2].samples.empty());

  CHECK(sentence([&] { slides(names + "0,4,4,1,1,1,0,0,0\n"); }) ==
        "metadata.csv, line 2: patient is '4'; expected three digits");
  CHECK(sentence([&] { slides(names + "0,004,4,1,1,1,0,1,0\n"); }) ==
        "metadata.csv, line 2: center is '1'; expected 0 for the patient 004");
  CHECK(sentence([&] { slides(names + "0,004,4,1,1,1,10,0,0\n"); }) ==
        "metadata.csv, line 2: slide is '10'; expected a slide of the hospital 0");
}

TEST_CASE("negative values are no groups") {
  metadata_field const f{"domain", {}, {0, -1}};
  CHECK(sentence([&] { grouper({&f}); }) == "the metadata field domain has the value -1");
}

TEST_CASE("files are found below the root, and what is missing is named") {
  namespace fs = std::filesystem;
  fs::path const root = fs::temp_directory_path() / ("mixaug_metadata_" + std::to_string(::getpid()));
  fs::create_directories(root / "waterbirds_v1.0");
  std::ofstream(root / "waterbirds_v1.0" / "metadata.csv") << bird_columns << "1,a.jpg,0,0,0,x\n";
  CHECK(has_subpopulation_set("waterbirds", root));
  CHECK_FALSE(has_subpopulation_set("celeba", root));
  auto const m = read_subpopulation_metadata("waterbirds", root);
  CHECK(m.files == strings{(root / "waterbirds_v1.0" / "a.jpg").string()});
  CHECK(sentence([&] { read_subpopulation_metadata("camelyon17", root); }) ==
        root.string() + ": has no metadata.csv of camelyon17");
  CHECK(sentence([&] { read_subpopulation_metadata("birds", root); }) ==
        "no set 'birds'; there are waterbirds, celeba, civilcomments and camelyon17");
  std::ofstream(root / "list_attr_celeba.txt") << "1\nBlond_Hair Male\n1.jpg 1 -1\n";
  std::ofstream(root / "list_eval_partition.txt") << "1.jpg 2\n";
  auto const text = read_subpopulation_metadata("celeba", root);
  CHECK(text.groups == integers{2});
  CHECK(text.splits == integers{2});
  fs::remove_all(root);
}

}  // namespace subpopulation_metadata_test
