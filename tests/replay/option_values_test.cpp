#include "replay/option_values.h"

#include <algorithm>

#include <CLI/CLI.hpp>
#include <catch2/catch.hpp>

using namespace hansard;

namespace {
struct Words {
  CLI::App app{"words"};
  std::vector<std::string> actors;
  std::optional<base::GivenPosition> from;
  unsigned count = 0;

  Words() {
    auto* command = app.add_subcommand("look");
    replay::add_values_option(*command, "--actor", actors, "who");
    replay::add_position_option(*command, "--from", from, "where");
    command->add_option("--count", count, "how many")->check(CLI::Range(1, 512));
    replay::tighten_values(app);
  }
  void parse(std::vector<std::string> words) {
    std::reverse(words.begin(), words.end());  // as CLI11 wants them
    app.parse(words);
  }
};

std::vector<std::string> actors_of(std::vector<std::string> words) {
  Words given;
  words.insert(words.begin(), "look");
  given.parse(words);
  return given.actors;
}

bool is_refused(const std::string& option, const std::string& value) {
  Words given;
  try {
    given.parse({"look", option, value});
  } catch (const CLI::ParseError&) {
    return true;
  }
  return false;
}
}  // namespace

TEST_CASE("a value is taken whole, whatever is in it, and several are several") {
  using List = std::vector<std::string>;
  CHECK(actors_of({"--actor", "a,b"}) == List{"a,b"});
  CHECK(actors_of({"--actor", "[a,b]"}) == List{"[a,b]"});
  CHECK(actors_of({"--actor", "{}"}) == List{"{}"});
  CHECK(actors_of({"--actor", "a", "--actor", "b c"}) == List{"a", "b c"});
}

TEST_CASE("numbers are decimal, whatever they begin with") {
  Words given;
  given.parse({"look", "--count", "0010"});
  CHECK(given.count == 10);
  CHECK(is_refused("--count", "0x10"));
  CHECK(is_refused("--count", "000"));
  CHECK(is_refused("--count", ""));
}

TEST_CASE("an empty value is no value") {
  CHECK(is_refused("--actor", ""));
  CHECK_FALSE(is_refused("--actor", " "));
}

TEST_CASE("a position is plain or as on the wire") {
  const auto of = [](const std::string& text) {
    Words given;
    given.parse({"look", "--from", text});
    return *given.from;
  };
  CHECK(of("225").position.value == 225);
  CHECK(of("0225").position.value == 225);
  CHECK(of("0225").epoch == 0);
  CHECK(of("0010000000000225").position.value == 225);
  CHECK(of("0010000000000225").epoch == 1);
  for (const char* none : {"0", "-1", "+1", "0x1", "1e3", "", "00100000000002250", "0010000000000000"}) {
    CAPTURE(none);
    CHECK(is_refused("--from", none));
  }
}

TEST_CASE("a position of another epoch is refused in a sentence, a plain one is of any") {
  using base::Position;
  CHECK(base::position_in(Position{7}, 3).value() == Position{7});
  CHECK(base::position_in({Position{7}, 3}, 3).value() == Position{7});
  const auto other = base::position_in({Position{7}, 2}, 3);
  REQUIRE(!other);
  CHECK(other.error().code == base::ErrorCode::malformed);
  CHECK(other.error().detail.find("of epoch 2") != std::string::npos);
  CHECK(other.error().detail.find("the plain number, 7.") != std::string::npos);
}
