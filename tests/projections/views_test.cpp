// The façade: opening, catching up, stopping, setting aside, rebuilding.
#include "projections/views.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <future>

#include <catch2/catch.hpp>

#include "projections/projector.h"
#include "tests/projections/log_builder.h"
#include "tests/support/fake_engine.h"
#include "tests/support/temp_folder.h"

namespace hansard::projections {
namespace {

using support::FakeEngine;
using support::TempFolder;
constexpr std::chrono::seconds kPatience{20};

ViewOptions options_in(const TempFolder& folder, std::size_t batch_events_max = 2'000) {
  ViewOptions options;
  options.data_folder = folder.path();
  options.batch_events_max = batch_events_max;
  options.write_buffer_bytes = 4u << 20;
  options.block_cache_bytes = 4u << 20;
  return options;
}

std::unique_ptr<Views> open_views(FakeEngine& engine, const ViewOptions& options) {
  auto views = Views::open(engine, options);
  REQUIRE(views);
  return std::move(views.value());
}

LogBuilder small_log() {
  LogBuilder log;
  auto id = log.create({"ann", "bob"});
  for (int i = 0; i < 50; ++i) log.send(id, i % 2 ? "ann" : "bob");
  log.read(id, "ann", 20);
  return log;
}

TEST_CASE("the views catch up with what is durable and follow what becomes it") {
  TempFolder folder;
  LogBuilder log = small_log();
  FakeEngine engine(log.events());
  auto views = open_views(engine, options_in(folder));
  REQUIRE(views->applied_gate().wait_for(log.end(), kPatience));
  CHECK(views->snapshot()->position() == log.end());

  auto facts = log.send(conversation_id(1), "bob", "new");
  engine.append(*log.events().back());
  REQUIRE(views->applied_gate().wait_for(log.end(), kPatience));
  auto message = views->snapshot()->message(facts.message);
  REQUIRE(message);
  CHECK(message->content->text == "new");
}

TEST_CASE("stop applies what is durable and a start goes on from there") {
  TempFolder folder;
  LogBuilder log = small_log();
  FakeEngine engine(log.events());
  std::string digest;
  {
    auto views = open_views(engine, options_in(folder, 7));
    views->stop();
    views->stop();
    CHECK(views->applied() == log.end());
    digest = views->status().front().digest;
    CHECK(views->snapshot()->unread(conversation_id(1), {"ann"}).unread == 15);
  }
  auto views = open_views(engine, options_in(folder));
  CHECK(views->applied() == log.end());
  CHECK(views->status().front().digest == digest);
}

void follow(base::PositionGate& gate, base::Position end) {
  auto reached = std::make_shared<std::promise<void>>();
  gate.notify_at(end, [reached] { reached->set_value(); }, base::PositionGate::Wait::follows);
  REQUIRE(reached->get_future().wait_for(kPatience) == std::future_status::ready);
}

// How long an event waits for the views that comes right behind a batch of many: a few tries, ascending.
template <class Wait>
std::vector<std::chrono::nanoseconds> behind_a_batch(Wait wait) {
  std::vector<std::chrono::nanoseconds> took;
  for (int i = 0; i < 5; ++i) {
    TempFolder folder;
    LogBuilder log = small_log();
    while (log.end().value < 1'500) log.send(conversation_id(1), "bob");
    FakeEngine engine(log.events());
    auto views = open_views(engine, options_in(folder));
    follow(views->applied_gate(), log.end());  // a hurry might outlive the batch
    log.send(conversation_id(1), "bob");
    const auto began = std::chrono::steady_clock::now();
    engine.append(*log.events().back());
    wait(views->applied_gate(), log.end());
    took.push_back(std::chrono::steady_clock::now() - began);
  }
  std::sort(took.begin(), took.end());
  return took;
}

TEST_CASE("behind a batch of many the projector rests") {
  CHECK(behind_a_batch(follow).at(2) > Projector::kRestMax / 4);
}

TEST_CASE("who waits for the views does not wait for the projector's rest") {
  const auto hurry = [](base::PositionGate& gate, base::Position end) { REQUIRE(gate.wait_for(end, kPatience)); };
  CHECK(behind_a_batch(hurry).front() < Projector::kRestMax * 3 / 4);
}

TEST_CASE("a snapshot stays as it was while the views move on") {
  TempFolder folder;
  LogBuilder log = small_log();
  FakeEngine engine(log.events());
  auto views = open_views(engine, options_in(folder));
  REQUIRE(views->applied_gate().wait_for(log.end(), kPatience));
  auto before = views->snapshot();
  log.send(conversation_id(1), "bob");
  engine.append(*log.events().back());
  REQUIRE(views->applied_gate().wait_for(log.end(), kPatience));
  CHECK(before->conversation(conversation_id(1))->last_ordinal.value == 50);
  CHECK(views->snapshot()->conversation(conversation_id(1))->last_ordinal.value == 51);
}

TEST_CASE("a checkpoint above the durable position is set aside and rebuilt") {
  TempFolder folder;
  LogBuilder log = small_log();
  {
    FakeEngine engine(log.events());
    open_views(engine, options_in(folder))->stop();
  }
  auto shorter = log.events();
  shorter.resize(30);
  FakeEngine engine(shorter);
  auto views = open_views(engine, options_in(folder));
  REQUIRE(views->applied_gate().wait_for({30}, kPatience));
  CHECK(views->snapshot()->conversation(conversation_id(1))->last_ordinal.value == 29);
  CHECK(std::filesystem::exists(folder.path() + "/views/chat/v4.quarantined"));
}

TEST_CASE("a checkpoint of another epoch is set aside and rebuilt") {
  TempFolder folder;
  LogBuilder log = small_log();
  {
    FakeEngine engine(log.events(), 1);
    open_views(engine, options_in(folder))->stop();
  }
  FakeEngine engine(log.events(), 2);
  engine.break_read_at({1});  // so that it cannot catch up: the reason stays to be seen
  auto views = open_views(engine, options_in(folder));
  CHECK(views->applied().value == 0);
  auto status = views->status().front();
  REQUIRE(status.rebuilding);
  CHECK(status.rebuilding->find("epoch 1") != std::string::npos);
}

TEST_CASE("an unreadable database is set aside, one at most is kept, and the view is rebuilt equal") {
  TempFolder folder;
  LogBuilder log = small_log();
  FakeEngine engine(log.events());
  std::string digest;
  for (int round = 0; round < 3; ++round) {
    auto views = open_views(engine, options_in(folder));
    views->stop();
    CHECK((digest.empty() || views->status().front().digest == digest));
    CHECK_FALSE(views->status().front().rebuilding);
    digest = views->status().front().digest;
    views.reset();
    std::ofstream(folder.path() + "/views/chat/v4/CURRENT") << "garbage";
  }
  std::size_t kept = 0;
  for (auto& entry : std::filesystem::directory_iterator(folder.path() + "/views/chat")) {
    kept += entry.is_directory();
  }
  CHECK(kept == 2);
}

TEST_CASE("a database marked damaged is set aside") {
  TempFolder folder;
  LogBuilder log = small_log();
  FakeEngine engine(log.events());
  open_views(engine, options_in(folder))->stop();
  std::ofstream(folder.path() + "/views/chat/v4/DAMAGED") << "x";
  auto views = open_views(engine, options_in(folder));
  views->stop();
  CHECK(views->applied() == log.end());
  CHECK(std::filesystem::exists(folder.path() + "/views/chat/v4.quarantined/DAMAGED"));
}

TEST_CASE("what older versions of the rows left is removed, and the view is folded anew") {
  TempFolder folder;
  LogBuilder log = small_log();
  FakeEngine engine(log.events());
  std::string views_folder = folder.path() + "/views/chat";
  for (const char* name : {"/v1", "/v1.quarantined", "/v9", "/notes"}) {
    std::filesystem::create_directories(views_folder + name);
  }
  std::ofstream(views_folder + "/v1/CURRENT") << "of old";
  {
    engine.break_read_at({1});  // so that it cannot catch up: the reason stays to be seen
    auto views = open_views(engine, options_in(folder));
    REQUIRE(views->status().front().rebuilding);
    CHECK(views->status().front().rebuilding->find("version 1") != std::string::npos);
  }
  CHECK_FALSE(std::filesystem::exists(views_folder + "/v1"));
  CHECK_FALSE(std::filesystem::exists(views_folder + "/v1.quarantined"));
  CHECK(std::filesystem::exists(views_folder + "/v4"));
  CHECK(std::filesystem::exists(views_folder + "/v9"));
  CHECK(std::filesystem::exists(views_folder + "/notes"));
}

TEST_CASE("a folder held by another is an error, not a rebuild") {
  TempFolder folder;
  LogBuilder log = small_log();
  FakeEngine engine(log.events());
  auto views = open_views(engine, options_in(folder));
  auto second = Views::open(engine, options_in(folder));
  REQUIRE_FALSE(second);
  CHECK(second.error().code == base::ErrorCode::in_use);
  views->stop();
}

TEST_CASE("an event that cannot be applied stops the view and the status names its position") {
  TempFolder folder;
  LogBuilder log = small_log();
  domain::MessageFacts stray;
  stray.conversation = conversation_id(77);
  stray.message = message_id(7'777);
  stray.ordinal = {1};
  stray.author = {"ann"};
  log.append(domain::MessageSent{stray, domain::MessageContent{}}, "ann");
  base::Position poison = log.end();
  log.send(conversation_id(1), "ann");
  FakeEngine engine(log.events());
  auto views = open_views(engine, options_in(folder));
  views->stop();
  CHECK(views->applied().next() == poison);
  auto status = views->status().front();
  REQUIRE(status.stopped);
  CHECK(status.stopped->find("position " + std::to_string(poison.value)) != std::string::npos);
  CHECK(views->snapshot()->conversation(conversation_id(1))->last_ordinal.value == 50);
}

TEST_CASE("a log that cannot be read stops the view and the status names the position") {
  TempFolder folder;
  LogBuilder log = small_log();
  FakeEngine engine(log.events());
  engine.break_read_at({31});
  auto views = open_views(engine, options_in(folder, 10));
  views->stop();
  CHECK(views->applied().value == 30);
  REQUIRE(views->status().front().stopped);
  CHECK(views->status().front().stopped->find("position 30") != std::string::npos);
}

TEST_CASE("a view that has stopped does not stop the others") {
  TempFolder folder;
  LogBuilder log = small_log();
  log.append(domain::ConversationClosed{conversation_id(77)}, "ann");
  base::Position poison = log.end();
  log.send(conversation_id(1), "ann");
  FakeEngine engine(log.events());
  auto views = open_views(engine, options_in(folder, 10));
  REQUIRE(views->audit_gate().wait_for(log.end(), kPatience));
  log.send(conversation_id(1), "bob");
  engine.append(*log.events().back());
  REQUIRE(views->audit_gate().wait_for(log.end(), kPatience));
  views->stop();
  CHECK(views->applied().next() == poison);
  auto status = views->status();
  REQUIRE(status.size() == 2);
  CHECK(status[0].stopped);
  CHECK(status[1].name == "audit");
  CHECK_FALSE(status[1].stopped);
  CHECK(status[1].applied == log.end());
}

TEST_CASE("a view that is behind the others catches up and then shares their reads") {
  TempFolder folder;
  LogBuilder log = small_log();
  while (log.end().value < 3 * Projector::kCatchUpEvents) log.send(conversation_id(1), "ann");
  FakeEngine engine(log.events());
  open_views(engine, options_in(folder))->stop();
  std::filesystem::remove_all(folder.path() + "/views/audit");
  auto views = open_views(engine, options_in(folder));
  CHECK(views->applied() == log.end());
  REQUIRE(views->audit_gate().wait_for(log.end(), kPatience));
  log.send(conversation_id(1), "bob");
  engine.append(*log.events().back());
  REQUIRE(views->audit_gate().wait_for(log.end(), kPatience));
  REQUIRE(views->applied_gate().wait_for(log.end(), kPatience));
  AuditQuery query;
  query.filter.actor = base::UserId{"bob"};
  query.to = log.end();
  query.limit = 1;
  CHECK(views->audit()->find(query).positions == std::vector<base::Position>{log.end()});
}

TEST_CASE("an unknown event is counted, takes its version, and changes nothing else") {
  TempFolder folder;
  LogBuilder log = small_log();
  log.unknown(conversation_id(1));
  log.send(conversation_id(1), "ann");
  FakeEngine engine(log.events());
  auto views = open_views(engine, options_in(folder));
  views->stop();
  CHECK_FALSE(views->status().front().stopped);
  CHECK(views->status().front().unknown_events == 1);
  auto conversation = views->snapshot()->conversation(conversation_id(1));
  CHECK(conversation->version.value == 53);
  CHECK(conversation->last_ordinal.value == 51);
}

}  // namespace
}  // namespace hansard::projections
