// Many submitters, readers that follow the gate, an index that seals all the time: what a sanitizer should see.
#include <atomic>
#include <thread>

#include <catch2/catch.hpp>

#include "tests/engine/house.h"

namespace hansard::engine {

namespace {
constexpr int kSubmitters = 4;
constexpr int kSendsEach = 300;

// Reads everything up to `end` as it becomes durable; false when a position was missing or repeated.
bool follow(Engine& engine, Position end) {
  Position at;
  while (at < end) {
    if (!engine.durable_gate().wait_for(at.next(), std::chrono::seconds(60))) return false;
    const auto events = engine.read(at, 100);
    if (!events || events.value().empty()) return false;
    for (const auto& event : events.value()) {
      if (event->position != at.next()) return false;
      at = event->position;
    }
  }
  return true;
}
// Every message twice under one id.
void send_all(Engine& engine, const base::ConversationId& group, int submitter, Answers& answers) {
  for (int i = 0; i < kSendsEach; ++i) {
    auto send = text_message(group, "text");
    send.id.bytes = {static_cast<std::uint8_t>(submitter + 1), static_cast<std::uint8_t>(i >> 8),
                     static_cast<std::uint8_t>(i & 0xFF)};
    const auto key = std::to_string(submitter) + "/" + std::to_string(i);
    const auto token = static_cast<std::uint64_t>(2 * i);
    engine.submit({send, as("bob"), key, token, &answers});
    engine.submit({send, as("bob"), key, token + 1, &answers});
  }
}
}  // namespace

TEST_CASE("every submission is answered once and every reader sees every event once") {
  House house;
  house.options.index_overlay_events_max = 100;
  house.options.tail_events_max = 64;
  house.options.batch_commands_max = 50;
  house.open();
  const auto group = house.group();
  const Position end{1 + kSubmitters * kSendsEach};
  Engine& engine = house.engine();
  std::vector<Answers> answers(kSubmitters);
  std::atomic<int> followed = 0;
  std::vector<std::thread> threads;
  for (int r = 0; r < 2; ++r) threads.emplace_back([&] { followed += follow(engine, end) ? 1 : 0; });
  for (int s = 0; s < kSubmitters; ++s) {
    threads.emplace_back([&, s] { send_all(engine, group, s, answers[static_cast<std::size_t>(s)]); });
  }
  for (auto& thread : threads) thread.join();
  house.engine().stop();
  CHECK(followed == 2);
  CHECK(house.engine().durable() == end);
  for (auto& mine : answers) {
    CHECK(mine.size() == 2 * kSendsEach);
    CHECK_FALSE(mine.doubled());
  }
  CHECK(house.engine().metrics().replays == kSubmitters * kSendsEach);
  CHECK(house.engine().metrics().index_overlay_events == 0);
}

}  // namespace hansard::engine
