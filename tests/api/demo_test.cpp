#include "api/demo.h"

#include <sys/stat.h>

#include <set>
#include <string>

#include <catch2/catch.hpp>

#include "api/auth_keys.h"
#include "tests/api/token_fixture.h"

namespace hansard::api {
namespace {

using domain::EventType;
using test::TempFolder;

std::unique_ptr<engine::Engine> open_engine(const TempFolder& folder) {
  engine::Options options;
  options.data_folder = folder.path("data");
  auto engine = engine::Engine::open(options, base::system_clock());
  REQUIRE(engine);
  return std::move(engine.value());
}

std::multiset<EventType> event_types(const engine::Engine& engine) {
  std::multiset<EventType> types;
  const auto events = engine.read({}, 1'000);
  REQUIRE(events);
  for (const auto& event : events.value()) types.insert(domain::type_of(*event->body));
  return types;
}

TEST_CASE("the demo has three kinds of conversation, edits, a delete, receipts, reactions, a forward and profiles") {
  const TempFolder folder;
  const auto engine = open_engine(folder);
  const auto filled = fill_demo(*engine, base::system_clock());
  INFO((filled ? "" : filled.error().detail));
  REQUIRE(filled);
  const auto types = event_types(*engine);
  CHECK(types.count(EventType::conversation_created) == 3);
  CHECK(types.count(EventType::message_sent) == 14);
  CHECK(types.count(EventType::message_edited) == 2);
  CHECK(types.count(EventType::message_deleted) == 1);
  CHECK(types.count(EventType::reaction_added) == 2);
  CHECK(types.count(EventType::profile_updated) == 4);
  CHECK(types.count(EventType::read_advanced) >= 5);
  CHECK(types.count(EventType::delivered_advanced) >= 5);
  engine->stop();
}

TEST_CASE("a second start of the demo adds nothing") {
  const TempFolder folder;
  base::Position durable;
  {
    const auto engine = open_engine(folder);
    REQUIRE(fill_demo(*engine, base::system_clock()));
    durable = engine->durable();
    engine->stop();
  }
  const auto engine = open_engine(folder);
  REQUIRE(fill_demo(*engine, base::system_clock()));
  CHECK(engine->durable() == durable);
  engine->stop();
}

TEST_CASE("the demo's secret is made once, for its owner only") {
  const TempFolder folder;
  const auto path = demo_secret_file(folder.path());
  REQUIRE(path);
  struct stat file{};
  REQUIRE(::stat(path.value().c_str(), &file) == 0);
  CHECK((file.st_mode & 0777) == 0600);
  const auto secret = read_key_file(path.value());
  REQUIRE(secret);
  CHECK(secret.value().size() >= kHmacKeyBytesMin);
  CHECK(read_key_file(demo_secret_file(folder.path()).value()).value() == secret.value());
  CHECK_FALSE(demo_secret_file(folder.path("none")));
}

TEST_CASE("the guide names the token and three commands for the server's address") {
  const std::string guide = demo_guide("http://[::1]:8080", "T.O.K");
  CHECK(guide.find("\nT.O.K\n") != std::string::npos);
  CHECK(guide.find("curl -s -H 'Authorization: Bearer T.O.K' http://[::1]:8080/api/v1/conversations\n") !=
        std::string::npos);
  CHECK(guide.find("-d '{\"content\":\"Hello from curl\"}' http://[::1]:8080/api/v1/conversations/") !=
        std::string::npos);
  CHECK(guide.find("python3 -m websockets 'ws://[::1]:8080/ws?access_token=T.O.K'\n") != std::string::npos);
  CHECK(demo_guide("https://[::1]:8080", "T").find("'wss://[::1]:8080/ws?") != std::string::npos);
}

}  // namespace
}  // namespace hansard::api
