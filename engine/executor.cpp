#include "engine/executor.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "engine/base/check.h"
#include "engine/codec/record_layout.h"
#include "engine/domain/streams.h"

namespace hansard::engine {

namespace {
// What the answer names, as far as the event tells.
void name_resource(const domain::EventBody& body, Done& done) {
  std::visit(
      [&](const auto& event) {
        using Event = std::decay_t<decltype(event)>;
        if constexpr (requires { event.facts; }) {
          done.conversation = event.facts.conversation;
          done.message = event.facts.message;
        } else if constexpr (requires { event.conversation; }) {
          if constexpr (requires { done.conversation = event.conversation; }) done.conversation = event.conversation;
          if constexpr (requires { event.message; }) done.message = event.message;
        } else if constexpr (requires { event.draft; }) {
          done.conversation = event.draft.conversation;
          done.message = event.draft.message;
        }
        done.created = std::is_same_v<Event, domain::ConversationCreated> ||
                       std::is_same_v<Event, domain::MessageSent> || std::is_same_v<Event, domain::SendScheduled> ||
                       std::is_same_v<Event, domain::FileUploaded> || std::is_same_v<Event, domain::ErasureRequested> ||
                       std::is_same_v<Event, domain::HoldPlaced>;
      },
      body);
}

bool is_of_user_stream(const domain::Command& command) {
  return std::holds_alternative<domain::Read>(command) || std::holds_alternative<domain::Delivered>(command) ||
         std::holds_alternative<domain::MarkUnread>(command) ||
         std::holds_alternative<domain::FlagConversation>(command) ||
         std::holds_alternative<domain::NotifyMember>(command);
}
// Recorded, and yet the command was not accepted: under its id it may be tried again.
bool is_refusal(const domain::EventBody& body) { return std::holds_alternative<domain::HoldConflict>(body); }
}  // namespace

Done outcome_of(std::vector<EventPtr> events) {
  CHECK(!events.empty());
  const domain::RecordedEvent& last = *events.back();
  Done done;
  done.position = last.position;
  if (events.front()->body) name_resource(*events.front()->body, done);
  if (last.stream == base::stream_of(done.conversation)) done.version = last.version;
  done.events = std::move(events);
  return done;
}

Executor::Executor(const Parts& parts)
    : options_(parts.options),
      index_(parts.index),
      batch_(parts.batch),
      events_(parts.events),
      counters_(parts.counters),
      receipts_(std::chrono::milliseconds(parts.options.receipt_interval_ms), parts.options.receipts_waiting_max) {}

void Executor::prepare(std::span<const Pending> coming) {
  std::vector<base::ShortDigest> ids;
  ids.reserve(coming.size());
  for (const auto& pending : coming) {
    if (pending.has_key()) ids.push_back(pending.hashes.command);
  }
  if (!ids.empty()) index_.look_up_commands(std::move(ids));
}

void Executor::execute(Pending pending, base::MonotonicTime now) {
  counters_.commands.fetch_add(1, std::memory_order_relaxed);
  if (answer_known(pending) || answer_parked_elsewhere(pending)) return;
  flush_reads_before(pending.submission.command, pending.submission.caller, now);
  auto decision = decide(pending);
  if (auto* rejection = std::get_if<domain::Rejection>(&decision)) return reject(pending, std::move(*rejection));
  auto& accepted = std::get<domain::Accepted>(decision);
  const auto receipt = Receipts::of(accepted);
  if (receipt && park(pending, accepted, now)) return;
  batch_.answer(pending.submission, apply(pending, std::move(accepted)));
  if (receipt) receipts_.recorded(receipt->key, now);
}

bool Executor::answer_known(const Pending& pending) {
  if (!pending.has_key()) return false;
  const auto row = index_.command(pending.hashes.command);
  if (!row) return false;
  counters_.replays.fetch_add(1, std::memory_order_relaxed);
  if (row->fingerprint == pending.hashes.fingerprint) {
    batch_.answer(pending.submission, replayed(pending, *row));
  } else {
    batch_.answer(pending.submission, KeyReused{});
  }
  return true;
}

// A parked command has no outcome yet, but its id is taken. The same request again is parked beside it.
bool Executor::answer_parked_elsewhere(const Pending& pending) {
  if (!pending.has_key()) return false;
  const auto fingerprint = receipts_.parked_command(pending.hashes.command);
  if (!fingerprint || *fingerprint == pending.hashes.fingerprint) return false;
  batch_.answer(pending.submission, KeyReused{});
  return true;
}

bool Executor::park(Pending& pending, const domain::Accepted& accepted, base::MonotonicTime now) {
  const auto receipt = Receipts::of(accepted);
  if (!receipts_.has_room(receipt->key)) {
    batch_.answer(pending.submission, Overloaded{});
    return true;
  }
  if (!receipts_.must_wait(receipt->key, now)) return false;
  receipts_.park(*receipt, {std::move(pending), receipt->up_to, accepted.message});
  return true;
}

// A marker set after a read must not be cleared by it.
void Executor::flush_reads_before(const domain::Command& command, const domain::Caller& caller,
                                  base::MonotonicTime now) {
  const auto* mark = std::get_if<domain::MarkUnread>(&command);
  if (!mark) return;
  if (auto group = receipts_.take({Receipts::Kind::read, mark->conversation, caller.actor})) {
    execute_group(std::move(*group), now);
  }
}

void Executor::record_own(domain::EventBody body) {
  std::vector<domain::EventBody> bodies;
  bodies.push_back(std::move(body));
  record(Pending{}, std::move(bodies));
}

bool Executor::execute_due(base::MonotonicTime until, base::MonotonicTime now) {
  auto group = receipts_.take_due(until);
  if (!group) return false;
  execute_group(std::move(*group), now);
  return true;
}

// The first one carries the highest ordinal: it is executed, the others share its outcome.
void Executor::execute_group(Receipts::Group group, base::MonotonicTime now) {
  Receipts::Parked& first = group.parked.front();
  if (group.key.kind == Receipts::Kind::read) {
    first.pending.submission.command = domain::Read{group.key.conversation, first.up_to, std::nullopt};
  }
  auto decision = decide(first.pending);
  if (auto* rejection = std::get_if<domain::Rejection>(&decision)) {
    for (const auto& parked : group.parked) reject(parked.pending, *rejection);
    return;
  }
  const Done done = apply(first.pending, std::move(std::get<domain::Accepted>(decision)));
  for (const auto& parked : group.parked) {
    Done own = done;
    own.message = parked.message;
    batch_.answer(parked.pending.submission, std::move(own));
  }
  if (done.changed) receipts_.recorded(group.key, now);
}

domain::Decision Executor::decide(const Pending& pending) const {
  return domain::decide(index_, pending.submission.command, pending.submission.caller, batch_.time(), options_.rules);
}

Done Executor::apply(const Pending& pending, domain::Accepted accepted) {
  if (accepted.repeat) return repeated(accepted);
  if (accepted.events.empty()) return unchanged(pending, accepted);
  Done done = outcome_of(record(pending, std::move(accepted.events)));
  done.created = accepted.created;
  done.conversation = accepted.conversation;
  done.message = accepted.message;
  return done;
}

// A conversation that took the id of a user's stream before he had one keeps it.
base::StreamId Executor::stream_of(const domain::EventBody& body) const {
  const base::StreamId stream = domain::stream_of(body);
  const bool is_taken = domain::is_of_user(body) && index_.conversation(base::ConversationId{stream.bytes});
  return is_taken ? domain::stream_aside(stream) : stream;
}

std::vector<EventPtr> Executor::record(const Pending& pending, std::vector<domain::EventBody> bodies) {
  std::vector<EventPtr> recorded;
  recorded.reserve(bodies.size());
  for (auto& body : bodies) {
    auto event = std::make_shared<domain::RecordedEvent>();
    event->position = batch_.head().next();
    event->stream = stream_of(body);
    event->version = index_.stream_version(event->stream).next();
    event->time = batch_.time();
    event->actor = pending.submission.caller.actor;
    if (!is_refusal(body)) {
      event->command = pending.hashes.command;
      event->fingerprint = pending.hashes.fingerprint;
    }
    event->raw_type = static_cast<std::uint16_t>(domain::type_of(body));
    event->schema = codec::kSchemaVersion;
    event->body = std::move(body);
    index_.fold(*event);
    batch_.add(event, pending.hashes.actor);
    recorded.push_back(std::move(event));
  }
  return recorded;
}

Done Executor::unchanged(const Pending& pending, const domain::Accepted& accepted) const {
  Done done;
  done.changed = false;
  done.position = batch_.head();  // durable when the answer leaves
  done.conversation = accepted.conversation;
  done.message = accepted.message;
  if (!accepted.conversation.is_nil() && !is_of_user_stream(pending.submission.command)) {
    done.version = index_.stream_version(base::stream_of(accepted.conversation));
  }
  return done;
}

// A client-made id seen again: its first outcome, as far as an event still tells it. That of a conversation is known
// while its title, metadata and settings are those it was created with.
Done Executor::repeated(const domain::Accepted& accepted) const {
  Position made;
  if (accepted.message) {
    const auto message = index_.message(*accepted.message);
    made = message ? message->sent_position : index_.scheduled(*accepted.message)->scheduled;
  } else {
    made = index_.conversation(accepted.conversation)->content_position;
  }
  Done done = outcome_of({events_.at(made)});
  if (!done.created) {
    done.events.clear();
    done.position = batch_.head();
    done.version = index_.stream_version(base::stream_of(accepted.conversation));
  }
  done.created = true;
  done.replayed = true;
  return done;
}

Done Executor::replayed(const Pending& pending, const index::CommandRow& row) const {
  std::vector<EventPtr> events;
  for (std::uint32_t i = 0; i < row.events; ++i) events.push_back(events_.at({row.first.value + i}));
  Done done = outcome_of(std::move(events));
  if (const auto* read = std::get_if<domain::Read>(&pending.submission.command)) done.message = read->message;
  done.replayed = true;
  return done;
}

void Executor::reject(const Pending& pending, domain::Rejection rejection) {
  counters_.rejections.fetch_add(1, std::memory_order_relaxed);
  batch_.answer(pending.submission, std::move(rejection));
}

}  // namespace hansard::engine
