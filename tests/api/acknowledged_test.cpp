#include "api/acknowledged.h"

#include <catch2/catch.hpp>

namespace hansard::api {
namespace {

TEST_CASE("a user's reads wait for what was acknowledged to him last") {
  Acknowledged acknowledged;
  acknowledged.note({"ann"}, {7}, {0});
  acknowledged.note({"ann"}, {5}, {0});
  CHECK(acknowledged.last({"ann"}).value == 7);
  CHECK(acknowledged.last({"bob"}).value == 0);
}

TEST_CASE("everybody's reads wait for what was durable at the start") {
  Acknowledged acknowledged(base::Position{40});
  CHECK(acknowledged.last({"ann"}).value == 40);
  acknowledged.note({"ann"}, {3}, {40});
  CHECK(acknowledged.last({"ann"}).value == 40);
  acknowledged.note({"ann"}, {41}, {40});
  CHECK(acknowledged.last({"ann"}).value == 41);
}

}  // namespace
}  // namespace hansard::api
