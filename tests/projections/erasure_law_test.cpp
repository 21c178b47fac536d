// The law of erasing (docs/INVARIANTS.md, I5): folding a log whose records were erased equals folding the original and
// then the events of the erasure. Over random histories, with every kind of erasure, and with records erased by halves,
// as a rebuild may meet them while the eraser is at work.
#include <catch2/catch.hpp>
#include <rapidcheck.h>
#include <rapidcheck/catch.h>

#include "tests/projections/surface_model.h"
#include "tests/projections/view_fixture.h"

namespace hansard::projections {
namespace {

using Events = std::vector<engine::EventPtr>;
using Erased = std::function<bool(const domain::EventBody&)>;

engine::EventPtr without_content(const domain::RecordedEvent& event) {
  auto copy = std::make_shared<domain::RecordedEvent>(event);
  std::visit(
      [](auto& body) {
        if constexpr (requires { body.content.reset(); }) body.content.reset();
      },
      *copy->body);
  return copy;
}

// What an erasure makes of the records; `spare` leaves out some of them.
Events erased_log(const Events& events, const Erased& takes, const std::function<bool()>& spare) {
  Events erased;
  for (const auto& event : events) {
    const bool taken = event->body && takes(*event->body) && !spare();
    erased.push_back(taken ? without_content(*event) : event);
  }
  return erased;
}

template <class Body>
const Body* as(const domain::EventBody& body) {
  return std::get_if<Body>(&body);
}

// The message that an event's content belongs to.
std::optional<base::MessageId> message_of(const domain::EventBody& body) {
  if (const auto* sent = as<domain::MessageSent>(body)) return sent->facts.message;
  if (const auto* edited = as<domain::MessageEdited>(body)) return edited->facts.message;
  if (const auto* added = as<domain::ReactionAdded>(body)) return added->message;
  if (const auto* removed = as<domain::ReactionRemoved>(body)) return removed->message;
  if (const auto* waiting = as<domain::SendScheduled>(body)) return waiting->draft.message;
  return std::nullopt;
}

void check_law(const LogBuilder& log, const Erased& takes, const Draw& draw) {
  FoldedView original(0, 0), erased(0, 0), halves(1'000, 5);
  original.follow(log.events(), 1 + draw(20));
  erased.follow(erased_log(log.events(), takes, [] { return false; }), 1'000'000);
  halves.follow(erased_log(log.events(), takes, [&] { return draw(2) == 0; }), 1 + draw(20));
  RC_ASSERT(original.recomputed() == original.checkpoint().digest);
  RC_ASSERT(erased.checkpoint().digest == original.checkpoint().digest);
  RC_ASSERT(halves.checkpoint().digest == original.checkpoint().digest);
}

SurfaceModel history(const Draw& draw) {
  SurfaceModel model;
  for (int left = *rc::gen::inRange(1, 120); left > 0; --left) model.step(draw);
  return model;
}

TEST_CASE("an erased message leaves the view that never knew what it said") {
  rc::prop("whatever became of it before", [] {
    auto draw = drawer(*rc::gen::arbitrary<std::uint64_t>());
    const SurfaceModel model = history(draw);
    LogBuilder log = model.log();
    std::set<base::MessageId> gone;
    for (const auto& conversation : model.conversations()) {
      for (const auto& message : conversation.messages) {
        if (message.status == SurfaceModel::Status::erased || draw(3) != 0) continue;
        log.erase(message.facts);
        gone.insert(message.facts.message);
      }
    }
    check_law(
        log,
        [&](const domain::EventBody& body) {
          const auto message = message_of(body);
          return message && gone.contains(*message);
        },
        draw);
  });
}

TEST_CASE("an erased user's reactions leave no trace of their order or number") {
  rc::prop("also of those he had taken back", [] {
    auto draw = drawer(*rc::gen::arbitrary<std::uint64_t>());
    const SurfaceModel model = history(draw);
    LogBuilder log = model.log();
    const std::string user = SurfaceModel::users()[draw(SurfaceModel::users().size())];
    for (const auto& conversation : model.conversations()) {
      for (const auto& message : conversation.messages) log.react(message.facts, user, std::nullopt, false);
    }
    log.append(domain::UserErased{{user}, {}}, "");
    check_law(
        log,
        [&](const domain::EventBody& body) {
          const auto* added = as<domain::ReactionAdded>(body);
          const auto* removed = as<domain::ReactionRemoved>(body);
          return (added && added->user.value == user) || (removed && removed->user.value == user);
        },
        draw);
  });
}

TEST_CASE("an erased conversation keeps its members and settings, and no title it ever had") {
  rc::prop("open or closed", [] {
    auto draw = drawer(*rc::gen::arbitrary<std::uint64_t>());
    const SurfaceModel model = history(draw);
    LogBuilder log = model.log();
    std::set<base::ConversationId> gone;
    for (const auto& conversation : model.conversations()) {
      if (draw(2) == 0) continue;
      log.append(domain::ConversationErased{conversation.id, {}}, "");
      gone.insert(conversation.id);
    }
    check_law(
        log,
        [&](const domain::EventBody& body) {
          const auto* created = as<domain::ConversationCreated>(body);
          const auto* updated = as<domain::ConversationUpdated>(body);
          return (created && gone.contains(created->conversation)) || (updated && gone.contains(updated->conversation));
        },
        draw);
  });
}

TEST_CASE("a collected file keeps no name") {
  rc::prop("nor does one whose record was erased", [] {
    auto draw = drawer(*rc::gen::arbitrary<std::uint64_t>());
    const SurfaceModel model = history(draw);
    LogBuilder log = model.log();
    std::set<base::FileId> gone;
    for (const auto& file : model.files()) {
      gone.insert(file.id);
    }
    for (const auto& file : model.files()) {
      if (!file.collected) log.collect(file.owner, file.id);
    }
    check_law(
        log,
        [&](const domain::EventBody& body) {
          const auto* uploaded = as<domain::FileUploaded>(body);
          return uploaded && gone.contains(uploaded->file);
        },
        draw);
  });
}

}  // namespace
}  // namespace hansard::projections
