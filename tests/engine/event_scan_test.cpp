// The feed's filter and cursor against the naive forms of both.
#include "engine/event_scan.h"

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

#include "engine/event_filter.h"
#include "tests/support/fake_engine.h"

namespace hansard::engine {
namespace {

using domain::EventType;

base::ConversationId conversation(std::uint8_t number) {
  base::ConversationId id;
  id.bytes[0] = number;
  return id;
}

// Three conversations, three actors, four types; conversation 0 is a user's own stream.
domain::RecordedEvent event(unsigned kind, unsigned where, unsigned who) {
  domain::RecordedEvent made;
  made.actor = {"user-" + std::to_string(who % 3)};
  const auto place = conversation(static_cast<std::uint8_t>(1 + where % 3));
  domain::MessageFacts facts;
  facts.conversation = place;
  switch (kind % 4) {
    case 0:
      made.body = domain::MessageSent{facts, domain::MessageContent{}};
      break;
    case 1:
      made.body = domain::ReadAdvanced{place, made.actor, {1}};
      break;
    case 2:
      made.body = domain::SendScheduled{facts, {}, domain::MessageContent{}};
      break;
    default:
      made.body = domain::UserSeen{made.actor, {}};
  }
  made.stream = domain::stream_of(*made.body);
  made.raw_type = static_cast<std::uint16_t>(domain::type_of(*made.body));
  return made;
}

bool naive(const EventFilter& filter, const domain::RecordedEvent& one) {
  const auto type = domain::type_of(*one.body);
  bool fits = filter.types.empty();
  for (const auto wanted : filter.types) fits = fits || wanted == type;
  if (filter.actor) fits = fits && one.actor == *filter.actor;
  if (!filter.conversation) return fits;
  if (const auto* sent = std::get_if<domain::MessageSent>(&*one.body)) {
    return fits && sent->facts.conversation == *filter.conversation;
  }
  if (const auto* read = std::get_if<domain::ReadAdvanced>(&*one.body)) {
    return fits && read->conversation == *filter.conversation;
  }
  if (const auto* later = std::get_if<domain::SendScheduled>(&*one.body)) {
    return fits && later->draft.conversation == *filter.conversation;
  }
  return false;
}

EventFilter filter_of(unsigned types, unsigned where, unsigned who) {
  EventFilter filter;
  if (types & 1) filter.types.push_back(EventType::message_sent);
  if (types & 2) filter.types.push_back(EventType::read_advanced);
  if (types & 4) filter.types.push_back(EventType::send_scheduled);
  if (where % 4 != 0) filter.conversation = conversation(static_cast<std::uint8_t>(where % 4));
  if (who % 4 != 0) filter.actor = base::UserId{"user-" + std::to_string(who % 4 - 1)};
  return filter;
}

TEST_CASE("names and groups of event types are understood, others refused") {
  CHECK(parse_event_types("").value().empty());
  CHECK(parse_event_types("message.sent,message.sent").value() == std::vector{EventType::message_sent});
  const auto group = parse_event_types("message.*,loss.accepted").value();
  CHECK(group.front() == EventType::message_sent);
  CHECK(std::find(group.begin(), group.end(), EventType::loss_accepted) != group.end());
  CHECK(std::is_sorted(group.begin(), group.end()));
  for (const auto* wrong : {"message", "message.snet", "unknown", ".*x", ",", "message.sent,,", "*", "no.*"}) {
    INFO(wrong);
    CHECK_FALSE(parse_event_types(wrong).has_value());
  }
  CHECK_FALSE(parse_event_types(std::string(kTypesTextMax + 1, 'x')).has_value());
}

TEST_CASE("an event of a type nobody knows passes an open filter, by actor and by stream") {
  auto one = event(0, 0, 0);
  one.body.reset();
  EventFilter filter;
  CHECK(filter.matches(one));
  filter.conversation = conversation(1);
  CHECK(filter.matches(one));
  filter.conversation = conversation(2);
  CHECK_FALSE(filter.matches(one));
  filter = {};
  filter.types = {EventType::message_sent};
  CHECK_FALSE(filter.matches(one));
}

TEST_CASE("a scan gives what a naive filter gives, however often it is stopped, and no more than asked") {
  rc::prop("scan == filter", [] {
    support::FakeEngine engine;
    const auto count = *rc::gen::inRange(0, 700);
    for (int i = 0; i < count; ++i) {
      engine.append(
          event(*rc::gen::arbitrary<unsigned>(), *rc::gen::arbitrary<unsigned>(), *rc::gen::arbitrary<unsigned>()));
    }
    const auto filter =
        filter_of(*rc::gen::arbitrary<unsigned>(), *rc::gen::arbitrary<unsigned>(), *rc::gen::arbitrary<unsigned>());
    const auto from = static_cast<std::uint64_t>(*rc::gen::inRange(0, count + 1));
    const auto through = from + static_cast<std::uint64_t>(*rc::gen::inRange(0, 700));
    const auto stop_every = *rc::gen::inRange(1, 20);
    std::vector<std::uint64_t> expected, got;
    for (std::uint64_t at = from + 1; at <= through && at <= static_cast<std::uint64_t>(count); ++at) {
      if (naive(filter, *engine.get({at}).value())) expected.push_back(at);
    }
    EventScan scan(engine, filter, {from}, base::Position{through});
    const auto sink = [&](const EventPtr& one) {
      got.push_back(one->position.value);
      return got.size() % static_cast<std::size_t>(stop_every) != 0;
    };
    auto step = EventScan::Step::more;
    for (int steps = 0; step == EventScan::Step::more; ++steps) {
      RC_ASSERT(steps < 2'000);
      const auto before = scan.scanned();
      step = scan.step(sink).value();
      RC_ASSERT(scan.scanned() >= before);
    }
    RC_ASSERT(got == expected);
    RC_ASSERT(step ==
              (through <= static_cast<std::uint64_t>(count) ? EventScan::Step::ended : EventScan::Step::at_end));
  });
}

TEST_CASE("what becomes durable behind the end is given by the next step") {
  support::FakeEngine engine;
  EventScan scan(engine, {}, {});
  std::size_t given = 0;
  const auto count = [&](const EventPtr&) { return ++given > 0; };
  CHECK(scan.step(count).value() == EventScan::Step::at_end);
  engine.append(event(0, 0, 0));
  CHECK(scan.step(count).value() == EventScan::Step::at_end);
  CHECK(given == 1);
}

TEST_CASE("a damaged record is an error and loses nothing before it") {
  support::FakeEngine engine;
  for (unsigned i = 0; i < 3; ++i) engine.append(event(0, 0, 0));
  engine.break_read_at({2});
  EventScan scan(engine, {}, {});
  CHECK_FALSE(scan.step([](const EventPtr&) { return true; }).has_value());
  CHECK(scan.scanned().value == 0);
}

}  // namespace
}  // namespace hansard::engine
