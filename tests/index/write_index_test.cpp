#include "engine/index/write_index.h"

#include <chrono>
#include <memory>
#include <thread>

#include <catch2/catch.hpp>
#include <rapidcheck.h>
#include <rapidcheck/catch.h>

#include "tests/index/histories.h"
#include "tests/support/temp_folder.h"

namespace hansard::index {

namespace {
struct NoContents final : ContentSource {
  std::optional<domain::MessageContent> message_content(Position) const override { return std::nullopt; }
  std::optional<domain::ConversationContent> conversation_content(Position) const override { return std::nullopt; }
  std::optional<domain::ProfileContent> profile_content(Position) const override { return std::nullopt; }
  std::optional<domain::FileContent> file_content(Position) const override { return std::nullopt; }
};

// An index in a folder, and the log it is the fold of.
struct Fixture {
  std::unique_ptr<WriteIndex> open(std::uint64_t durable, std::uint32_t epoch = 1) {
    return WriteIndex::open(folder.path() + "/index", limits, {{durable}, epoch}, contents).value();
  }
  void fold(WriteIndex& index, const domain::RecordedEvent& event) {
    if (!index.continues_command(event)) index.seal_if_full();
    index.fold(event);
  }
  void catch_up(WriteIndex& index, const std::vector<domain::RecordedEvent>& log) {
    for (std::size_t i = index.folded_through().value; i < log.size(); ++i) fold(index, log[i]);
  }

  support::TempFolder folder;
  IndexLimits limits{10, 1u << 20};
  NoContents contents;
};

// Of every command, and as many that never were.
std::vector<ShortDigest> ids_of(const History& history) {
  std::vector<ShortDigest> ids;
  for (const auto& event : history.events()) {
    ids.push_back(event.command);
    ids.push_back(base::hmac_sha256_short("never", base::view_of(event.command)));
  }
  return ids;
}

// Every row of the model, every key the model lacks among those it could have, and every command id.
bool equals(const WriteIndex& index, const History& history) {
  const auto& model = history.state();
  bool equal = true;
  for (const auto& [id, row] : model.conversations) equal = equal && index.conversation(id) == row;
  for (const auto& [id, row] : model.messages) equal = equal && index.message(id) == row;
  for (const auto& [key, row] : model.readers) equal = equal && index.reader(key.first, key.second) == row;
  for (const auto& [stream, version] : model.streams) equal = equal && index.stream_version(stream) == version;
  for (const auto& [id, row] : model.conversations) {
    for (char c = 'a'; c <= 'f'; ++c) {
      const UserId user{std::string("user-") + c};
      equal = equal && index.member(id, user) == model.member(id, user);
    }
  }
  for (const auto& event : history.events()) {
    if (event.command == ShortDigest{}) continue;
    const auto row = index.command(event.command);
    equal = equal && row && row->first == event.position && row->events == 1 && row->fingerprint == event.fingerprint;
  }
  return equal && index.conversation(ConversationId{}) == std::nullopt && !index.command(ShortDigest{});
}
}  // namespace

TEST_CASE("the index equals the fold of the log, through seals, crashes, stops and restarts") {
  rc::prop("index == fold", [](std::uint64_t seed, std::uint8_t overlay, std::uint8_t cache) {
    Fixture fixture;
    fixture.limits.overlay_events_max = overlay % 60u + 15;
    fixture.limits.cache_bytes = cache % 4u * 8'192u;
    History history(seed);
    auto index = fixture.open(0);
    for (std::size_t step = 0; step < 300; ++step) {
      for (const auto& event : history.step()) fixture.fold(*index, event);
      if (step % 97 == 50) {
        if (step % 2 == 0) index->stop();
        index.reset();
        index = fixture.open(history.events().size());
        fixture.catch_up(*index, history.events());
      }
      if (step % 10 == 0) index->look_up_commands(ids_of(history));
      if (step % 20 == 0) RC_ASSERT(equals(*index, history));
    }
    RC_ASSERT(equals(*index, history));
  });
}

TEST_CASE("a stopped index has nothing to fold, a crashed one what it had not sealed") {
  Fixture fixture;
  History history(7);
  auto index = fixture.open(0);
  while (history.events().size() < 95) {
    for (const auto& event : history.step()) fixture.fold(*index, event);
  }
  index->stop();
  CHECK(index->overlay_events() == 0);
  index.reset();
  index = fixture.open(95);
  CHECK(index->folded_through() == Position{95});
  CHECK(equals(*index, history));
  while (history.events().size() < 97) {
    for (const auto& event : history.step()) fixture.fold(*index, event);
  }
  index.reset();
  index = fixture.open(97);
  CHECK(index->folded_through() == Position{95});
}

TEST_CASE("an index ahead of the log, of another epoch or unreadable is rebuilt") {
  Fixture fixture;
  History history(3);
  auto index = fixture.open(0);
  while (history.events().size() < 50) {
    for (const auto& event : history.step()) fixture.fold(*index, event);
  }
  index->stop();
  index.reset();
  SECTION("ahead") { index = fixture.open(history.events().size() - 1); }
  SECTION("another epoch") { index = fixture.open(history.events().size(), 2); }
  SECTION("unreadable") {
    std::filesystem::resize_file(fixture.folder.path() + "/index/CURRENT", 3);
    index = fixture.open(history.events().size());
  }
  CHECK(index->folded_through() == Position{0});
  fixture.catch_up(*index, history.events());
  CHECK(equals(*index, history));
}

TEST_CASE("a hold on a user is none on a conversation that has the id of his stream") {
  Fixture fixture;
  const auto index = fixture.open(0);
  const base::UserId user{"ann"};
  const auto id = base::id_from_bytes<ConversationId>(base::stream_of_user(user).view());
  const base::HoldId on_user{{1}}, on_conversation{{2}};
  index->put_holds_on(user, {on_user});
  index->put_holds_on(id, {on_conversation});
  CHECK(index->holds_on(user) == std::vector{on_user});
  CHECK(index->holds_on(id) == std::vector{on_conversation});
}

TEST_CASE("an overlay is also full of members") {
  Fixture fixture;
  fixture.limits.overlay_events_max = 100;
  auto index = fixture.open(0);
  domain::ConversationCreated created;
  for (int i = 0; i < 400; ++i) created.members.push_back({{std::to_string(i)}, domain::Role::member});
  for (std::uint8_t at = 1; at <= 3; ++at) {
    created.conversation.bytes[0] = at;
    domain::RecordedEvent event;
    event.position = {at};
    event.version = {1};
    event.stream = base::stream_of(created.conversation);
    event.body = created;
    index->fold(event);
    index->seal_if_full();
  }
  // The third seal waited until the first was in the database.
  index.reset();
  CHECK(fixture.open(3)->folded_through() >= Position{1});
}

TEST_CASE("the events of one command are one row, also where an overlay would be full between them") {
  Fixture fixture;
  fixture.limits.overlay_events_max = 1;
  auto index = fixture.open(0);
  domain::RecordedEvent event;
  event.command = {1};
  event.fingerprint = {2};
  event.time.ms = 86'400'000;
  for (std::uint64_t at = 1; at <= 3; ++at) {
    event.position = {at};
    event.version = {at};
    fixture.fold(*index, event);
  }
  CHECK(index->command({1}) == CommandRow{1, {2}, {1}, 3});
  event.command = {3};
  event.position = {4};
  fixture.fold(*index, event);
  CHECK(index->command({1}) == CommandRow{1, {2}, {1}, 3});
  CHECK(index->command({3}) == CommandRow{1, {2}, {4}, 1});
}

TEST_CASE("ids are found whether they were in the database before its filter was read or came after it") {
  Fixture fixture;
  fixture.limits.has_thread = false;
  History history(5);
  auto index = fixture.open(0);
  const auto bring_to_database = [&] {
    index->stop();
    while (index->step()) continue;
    index->look_up_commands(ids_of(history));
    return equals(*index, history);
  };
  while (index->step()) continue;  // the filter of an empty database
  for (std::size_t events = 20; events <= 100; events += 20) {
    while (history.events().size() < events) {
      for (const auto& event : history.step()) fixture.fold(*index, event);
    }
    CHECK(bring_to_database());
    if (events != 60) continue;
    index.reset();
    index = fixture.open(history.events().size());
    CHECK(bring_to_database());
  }
}

TEST_CASE("an id used again after its expiry is another command, even right after the first") {
  Fixture fixture;
  auto index = fixture.open(0);
  domain::RecordedEvent event;
  event.command = {1};
  event.position = {1};
  event.time.ms = 86'400'000;
  fixture.fold(*index, event);
  index->keep_commands_from(2);
  CHECK_FALSE(index->command({1}));
  event.position = {2};
  event.time.ms = 86'400'000 * 9;
  fixture.fold(*index, event);
  CHECK(index->command({1}) == CommandRow{9, {}, {2}, 1});
}

TEST_CASE("a purge counts for the position it went through, and no further, and not after a restart") {
  Fixture fixture;
  History history(11);
  auto index = fixture.open(0);
  const auto fold_up_to = [&](std::size_t events) {
    while (history.events().size() < events) {
      for (const auto& event : history.step()) fixture.fold(*index, event);
    }
    return index->folded_through();
  };
  // As the sequencer and the eraser: the one looks between commands, the other asks.
  const auto comes_through = [&](Position through) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!index->purge(through)) {
      if (std::chrono::steady_clock::now() > until) return false;
      index->seal_if_full();
      std::this_thread::yield();
    }
    return true;
  };
  const Position first = fold_up_to(30);
  CHECK_FALSE(index->purge(first));
  CHECK(comes_through(first));
  CHECK(index->purge(Position{3}));
  const Position second = fold_up_to(40);
  CHECK(index->purge(first));
  CHECK_FALSE(index->purge(second));
  CHECK(comes_through(second));
  CHECK(index->purge(first));
  index->stop();
  index.reset();
  index = fixture.open(history.events().size());
  CHECK_FALSE(index->purge(first));
  CHECK(comes_through(first));
  CHECK(equals(*index, history));
}

TEST_CASE("expired command ids leave the disk") {
  Fixture fixture;
  {
    auto index = fixture.open(0);
    domain::RecordedEvent event;
    for (std::uint64_t at = 1; at <= 30; ++at) {
      event.command = {static_cast<std::uint8_t>(at)};
      event.position = {at};
      event.time.ms = static_cast<std::int64_t>(at) * 86'400'000;
      fixture.fold(*index, event);
    }
    index->stop();
  }
  auto store = RowStore::open(fixture.folder.path() + "/index", 1u << 20).value();
  auto stored = [&](std::uint8_t at) { return store->get(row_key(Table::commands, ShortDigest{at})).has_value(); };
  CHECK(stored(10));
  store->keep_commands_from(20);
  store->drop_expired_commands();
  CHECK_FALSE(stored(10));
  CHECK_FALSE(stored(19));
  CHECK(stored(20));
  CHECK(stored(30));
  CHECK(store->checkpoint().position == Position{30});
}

TEST_CASE("the row cache forgets what is not asked for, and is never stale") {
  RowCache<StreamId, Version> cache(4);
  auto id = [](std::uint8_t n) { return StreamId{{n}}; };
  for (std::uint8_t n = 0; n < 4; ++n) cache.put(id(n), Version{n});
  CHECK(cache.find(id(0)) != nullptr);
  for (std::uint8_t n = 4; n < 8; ++n) {
    cache.put(id(n), std::nullopt);
    REQUIRE(cache.find(id(0)) != nullptr);
    CHECK(*cache.find(id(0)) == Version{0});
  }
  for (std::uint8_t n = 8; n < 16; ++n) cache.put(id(n), Version{n});
  CHECK(cache.find(id(1)) == nullptr);
  REQUIRE(cache.find(id(15)) != nullptr);
  cache.erase(id(15));
  CHECK(cache.find(id(15)) == nullptr);
}

}  // namespace hansard::index
