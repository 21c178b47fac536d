#include "engine/base/folder_nesting.h"

#include <filesystem>

#include <catch2/catch.hpp>

#include "tests/support/temp_folder.h"

using namespace hansard;

TEST_CASE("what lies below a folder is within it, whatever it is called") {
  support::TempFolder folder;
  const std::string root = folder.path();
  std::filesystem::create_directories(root + "/data/log");
  std::filesystem::create_symlink(root + "/data", root + "/link");
  const std::string data = root + "/data";
  for (const std::string& inside : {data, data + "/", data + "/log", data + "/new/deep", root + "/link/out",
                                    root + "/x/../data/out", data + "/log/../out", data + "/."}) {
    CAPTURE(inside);
    CHECK(base::is_within(inside, data));
    CHECK(base::is_within(inside, data + "/"));
    CHECK_FALSE(base::check_outside(inside, data).has_value());
  }
  for (const std::string& outside : {root, root + "/data2", root + "/data.partial", data + "/../out", root + "/out"}) {
    CAPTURE(outside);
    CHECK_FALSE(base::is_within(outside, data));
    CHECK(base::check_outside(outside, data).has_value());
  }
  CHECK_FALSE(base::is_within("", data));
}
