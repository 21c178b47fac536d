// The engine on its real log.
#include <filesystem>

#include <catch2/catch.hpp>

#include "engine/engine.h"
#include "tests/engine/house.h"

namespace hansard::engine {

namespace {
struct Disk {
  std::unique_ptr<Engine> open() {
    Options options;
    options.data_folder = folder.path() + "/data";
    return Engine::open(options, base::system_clock()).value();
  }
  Answer run(Engine& engine, domain::Command command, const std::string& user, const std::string& key = "") {
    engine.submit({std::move(command), as(user), key, ++token, &answers});
    return answers.wait(token);
  }

  support::TempFolder folder;
  Answers answers;
  std::uint64_t token = 0;
};

domain::CreateConversation create_group() {
  domain::CreateConversation create;
  create.id = conversation_id(1);
  create.members = {{"bob"}};
  return create;
}
}  // namespace

TEST_CASE("what was acknowledged is there after a restart") {
  const bool stops = GENERATE(true, false);
  Disk disk;
  auto engine = disk.open();
  disk.run(*engine, create_group(), "ann");
  auto send = text_message(conversation_id(1), "hello");
  send.id = message_id(1);
  const Done sent = std::get<Done>(disk.run(*engine, send, "bob", "key"));
  CHECK(engine->durable() == sent.position);
  if (stops) engine->stop();
  engine.reset();

  engine = disk.open();
  CHECK(engine->durable() == sent.position);
  const Done again = std::get<Done>(disk.run(*engine, send, "bob", "key"));
  CHECK(again.replayed);
  CHECK(again.position == sent.position);
  const auto event = engine->get(sent.position).value();
  CHECK(std::get<domain::MessageSent>(*event->body) == std::get<domain::MessageSent>(*sent.events.at(0)->body));
  engine->stop();
}

TEST_CASE("a data folder is held by one engine") {
  Disk disk;
  auto engine = disk.open();
  Options options;
  options.data_folder = disk.folder.path() + "/data";
  CHECK(Engine::open(options, base::system_clock()).error().code == base::ErrorCode::in_use);
  engine->stop();
}

TEST_CASE("an accepted loss is on record once, whenever the process that accepted it ended") {
  Disk disk;
  {
    auto engine = disk.open();
    disk.run(*engine, create_group(), "ann");
    engine->stop();
  }
  const std::string data = disk.folder.path() + "/data";
  std::filesystem::remove(data + "/log.witness");
  Options options;
  options.data_folder = data;
  options.log.accept_loss_after = Position{1};
  options.inspect_log = [](log::EventLog&) -> Result<void> {
    return base::error(base::ErrorCode::refused, "proofs that do not open");
  };
  REQUIRE(Engine::open(options, base::system_clock()).error().code == base::ErrorCode::refused);
  for (int start = 0; start < 2; ++start) {
    auto engine = disk.open();
    CHECK(engine->durable() == Position{2});
    const auto event = engine->get({2}).value();
    REQUIRE(std::holds_alternative<domain::LossAccepted>(*event->body));
    CHECK(std::get<domain::LossAccepted>(*event->body).after == Position{1});
    CHECK(std::get<domain::LossAccepted>(*event->body).epoch == 2);
    engine->stop();
  }
}

TEST_CASE("a stopped folder can be read and not written") {
  Disk disk;
  {
    auto engine = disk.open();
    disk.run(*engine, create_group(), "ann");
    engine->stop();
  }
  auto engine = Engine::open_read_only(disk.folder.path() + "/data").value();
  CHECK(engine->durable() == Position{1});
  const auto events = engine->read({}, 10).value();
  REQUIRE(events.size() == 1);
  CHECK(std::holds_alternative<domain::ConversationCreated>(*events[0]->body));
  CHECK(engine->get({1}).has_value());
  CHECK(engine->get({2}).error().code == base::ErrorCode::not_found);
  CHECK(std::holds_alternative<Overloaded>(disk.run(*engine, create_group(), "ann")));
  CHECK(Engine::open_read_only(disk.folder.path() + "/nothing").has_error());
}

TEST_CASE("typing goes through its lane and takes no position") {
  Disk disk;
  auto engine = disk.open();
  engine->append_typing({conversation_id(1), {"ann"}, true, base::system_clock().now()});
  CHECK(engine->durable() == Position{0});
  CHECK(engine->metrics().typing_dropped == 0);
  engine->stop();
}

}  // namespace hansard::engine
