// The law of erasing (projections/erasing.h) for the search file: a log whose records were erased folds to what the
// original and the erasures fold to, however it was cut into batches.
#include <catch2/catch.hpp>
#include <rapidcheck.h>
#include <rapidcheck/catch.h>

#include "projections/search/index_step.h"
#include "tests/search/chat.h"
#include "tests/support/temp_folder.h"

namespace hansard::search {
namespace {

using Events = std::vector<engine::EventPtr>;
using Choice = std::function<std::size_t(std::size_t)>;

Events random_log(const Choice& choose) {
  Chat chat;
  const auto id = chat.create({"ann"}), other = chat.create({"ann"});
  for (std::size_t left = 1 + choose(60); left > 0; --left) {
    if (chat.said.empty() || choose(2) == 0) {
      chat.send(choose(2) ? id : other, "ann", "word number" + std::to_string(left));
      continue;
    }
    Said& message = chat.said[choose(chat.said.size())];
    if (!message.is_live) continue;
    switch (choose(4)) {
      case 0:
        chat.remove(message);
        break;
      case 1:
        chat.expire(message);
        break;
      default:
        chat.edit(message, "other words" + std::string(choose(5), 'x') + " of it");
    }
  }
  return chat.engine.read({0}, 1'000'000).value();
}

engine::EventPtr with(const domain::RecordedEvent& event, const std::function<void(domain::RecordedEvent&)>& change) {
  auto copy = std::make_shared<domain::RecordedEvent>(event);
  change(*copy);
  return copy;
}

const domain::MessageFacts* facts_of(const domain::EventBody& body) {
  if (const auto* sent = std::get_if<domain::MessageSent>(&body)) return &sent->facts;
  if (const auto* edited = std::get_if<domain::MessageEdited>(&body)) return &edited->facts;
  return nullptr;
}

// The log with message.erased of some at its end, and the same with most of their records erased.
std::pair<Events, Events> erased_logs(Events events, const Choice& choose) {
  std::set<base::MessageId> gone;
  const std::size_t said = events.size();
  for (std::size_t i = 0; i < said; ++i) {
    const auto* sent = std::get_if<domain::MessageSent>(&*events[i]->body);
    if (sent == nullptr || choose(2) == 0) continue;
    gone.insert(sent->facts.message);
    events.push_back(with(*events[i], [&](domain::RecordedEvent& event) {
      event.position = {events.size() + 1};
      event.body = domain::MessageErased{sent->facts, {}};
    }));
  }
  Events erased;
  for (const auto& event : events) {
    const auto* facts = facts_of(*event->body);
    const bool taken = facts != nullptr && gone.contains(facts->message) && choose(8) != 0;
    erased.push_back(!taken ? event : with(*event, [](domain::RecordedEvent& one) {
      std::visit(
          [](auto& body) {
            if constexpr (requires { body.content.reset(); }) body.content.reset();
          },
          *one.body);
    }));
  }
  return {std::move(events), std::move(erased)};
}

std::vector<StoredMessage> folded(const Events& events, const std::string& path, const Choice& choose) {
  const support::FakeEngine engine(events);
  auto file = IndexFile::open(path, 1, 17).value();
  while (file->state().position < engine.durable()) {
    REQUIRE(index_some(engine, *file, 1 + choose(10), engine.durable()));
  }
  return file->messages(0, 1'000'000).value();
}

}  // namespace

TEST_CASE("the search file of an erased log is that of the original and its erasures") {
  rc::prop("in any batches", [] {
    const auto seed = *rc::gen::arbitrary<std::uint32_t>();
    std::uint64_t state = seed;
    const Choice choose = [&state](std::size_t most) {
      state = state * 6'364'136'223'846'793'005u + 1'442'695'040'888'963'407u;
      return static_cast<std::size_t>((state >> 33) % most);
    };
    const auto [original, erased] = erased_logs(random_log(choose), choose);
    support::TempFolder folder;
    const auto whole = folded(original, folder / "whole.db", choose);
    const auto rest = folded(erased, folder / "rest.db", choose);
    RC_ASSERT(whole.size() == rest.size());
    for (std::size_t i = 0; i < whole.size(); ++i) RC_ASSERT(whole[i] == rest[i]);
  });
}

}  // namespace hansard::search
