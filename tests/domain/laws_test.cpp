// Laws that hold whatever is asked in whatever order. RapidCheck prints the seed of a failure; RC_PARAMS="seed=..."
// plays it again.
#include <algorithm>
#include <map>

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

#include "tests/domain/random_commands.h"

namespace hansard::domain::testing {
namespace {

std::size_t members_of(const World& world, const ConversationId& id) {
  return static_cast<std::size_t>(std::count_if(world.state.members.begin(), world.state.members.end(),
                                                [&](const auto& row) { return row.first.first == id; }));
}

void check_conversations(const World& world) {
  for (const auto& [id, conversation] : world.state.conversations) {
    const auto members = members_of(world, id);
    RC_ASSERT(conversation.member_count == members);
    RC_ASSERT(conversation.version == world.state.stream_version(base::stream_of(id)));
    RC_ASSERT(conversation.settings_version <= conversation.version);
    RC_ASSERT((conversation.type != ConversationType::direct || members == 2));
  }
}

// How often each emoji stands under each message, and how many messages each user has waiting, are sums.
void check_sums(const World& world) {
  std::map<std::pair<MessageId, std::string>, std::uint32_t> given, counted;
  for (const auto& [key, emojis] : world.state.emojis) {
    for (const auto& emoji : emojis) ++given[{key.first, emoji}];
  }
  for (const auto& [message, counts] : world.state.emoji_counts) {
    for (const auto& each : counts) counted[{message, each.emoji}] = each.count;
  }
  RC_ASSERT(given == counted);
  std::map<UserId, std::uint32_t> waiting;
  for (const auto& [id, scheduled] : world.state.schedules) {
    if (scheduled.status != ScheduleStatus::waiting) continue;
    RC_ASSERT(!world.state.messages.contains(id));
    ++waiting[scheduled.draft.author];
  }
  for (const auto& [user_id, state] : world.state.users) RC_ASSERT(state.scheduled == waiting[user_id]);
}

void check_pointers(const World& world, const World& before) {
  for (const auto& [key, reader] : world.state.readers) {
    const auto last = world.state.conversation(key.first).value().last_ordinal;
    const auto earlier = before.state.reader(key.first, key.second);
    RC_ASSERT(reader.read_up_to >= earlier.read_up_to);
    RC_ASSERT(reader.delivered_up_to >= earlier.delivered_up_to);
    RC_ASSERT(reader.read_up_to <= last);
    RC_ASSERT(reader.delivered_up_to <= last);
    RC_ASSERT((!reader.marked_from || (*reader.marked_from >= Ordinal{1} && *reader.marked_from <= reader.read_up_to)));
  }
}

// What a conversation's own stream says about its messages: ordinals 1, 2, 3 ... in order, each message once.
void check_ordinals(const World& world) {
  std::map<ConversationId, Ordinal> last;
  for (const auto& event : world.log) {
    const auto* sent = std::get_if<MessageSent>(&*event.body);
    if (!sent) continue;
    auto& previous = last[sent->facts.conversation];
    RC_ASSERT(sent->facts.ordinal == previous.next());
    previous = sent->facts.ordinal;
  }
  for (const auto& [id, conversation] : world.state.conversations) {
    RC_ASSERT(conversation.last_ordinal == last[id]);
  }
}

void check_speaker(const World& before, const EventBody& body) {
  const auto* sent = std::get_if<MessageSent>(&body);
  if (!sent || sent->facts.type == MessageType::system) return;
  RC_ASSERT(before.state.member(sent->facts.conversation, sent->facts.author).has_value());
}

// Every file of a message was there and not collected when it was sent.
void check_files(const World& before, const EventBody& body) {
  const auto* sent = std::get_if<MessageSent>(&body);
  if (!sent) return;
  for (const auto& id : sent->files) RC_ASSERT((before.state.file(id) && !before.state.file(id)->collected));
}

// What concerns one person and no conversation, or a message of his that nobody else knows of.
bool is_his_own(const World& before, const Command& command) {
  const auto* cancelled = std::get_if<DeleteMessage>(&command);
  return std::holds_alternative<BlockUser>(command) || std::holds_alternative<RecordFile>(command) ||
         (cancelled && before.state.waiting(cancelled->message));
}

// A notification is due once because its command has an id; the rules would say so again.
bool has_an_id(const Step& step) { return std::holds_alternative<NotifyMember>(step.command); }

template <class Check>
void for_every_step(const std::vector<Step>& steps, const Check& check) {
  World world = lively_world();
  for (const auto& step : steps) {
    world.pass_ms(step.passed_ms);
    const World before = world;
    const Decision decision = world.perform(step.caller, step.command);
    check(before, world, step, decision);
  }
}

std::vector<Step> any_steps() { return *rc::gen::scale(6.0, rc::gen::container<std::vector<Step>>(any_step())); }

// What makes two requests the same; ids in random commands are all client-made.
auto fields(const CreateConversation& c) {
  return std::tie(c.id, c.type, c.title, c.metadata, c.external_id, c.members, c.settings);
}
auto fields(const UpdateConversation& c) {
  return std::tie(c.conversation, c.title, c.metadata, c.settings, c.if_match);
}
auto fields(const CloseConversation& c) { return std::tie(c.conversation, c.if_match); }
auto fields(const AddMembers& c) { return std::tuple(c.conversation, c.members, c.notice.has_value()); }
auto fields(const RemoveMember& c) { return std::tuple(c.conversation, c.user, c.notice.has_value()); }
auto fields(const ChangeRole& c) { return std::tie(c.conversation, c.user, c.role); }
auto fields(const SendMessage& c) {
  return std::tie(c.conversation, c.id, c.type, c.sender_type, c.content, c.reply_to, c.origin_time, c.quiet,
                  c.send_at);
}
auto fields(const EditMessage& c) { return std::tie(c.message, c.text, c.metadata, c.mentions, c.if_match); }
auto fields(const DeleteMessage& c) { return std::tie(c.message, c.if_match); }
auto fields(const Read& c) { return std::tie(c.conversation, c.up_to, c.message); }
auto fields(const Delivered& c) { return std::tie(c.conversation, c.up_to); }
auto fields(const MarkUnread& c) { return std::tie(c.conversation, c.from); }
auto fields(const FlagConversation& c) { return std::tie(c.conversation, c.archived, c.muted, c.pinned); }

auto fields(const ForwardMessage& c) { return std::tie(c.message, c.conversation, c.id); }
auto fields(const React& c) { return std::tie(c.message, c.emoji, c.add); }
auto fields(const PutProfile& c) {
  return std::tie(c.user, c.profile.display_name, c.profile.avatar, c.profile.metadata);
}
auto fields(const BlockUser& c) { return std::tie(c.user, c.blocked); }
auto fields(const RecordFile& c) { return std::tie(c.sha256, c.size, c.content.name, c.content.media_type); }
auto fields(const NoteSeen& c) { return std::tie(c.at); }
auto fields(const ExpireMessage& c) { return std::tie(c.message); }
auto fields(const SendDue& c) { return std::tie(c.message); }
auto fields(const NotifyMember& c) { return std::tie(c.message); }
auto fields(const CollectFile& c) { return std::tie(c.file, c.seen); }
auto fields(const RequestErasure& c) { return std::tie(c.scope, c.reason); }
auto fields(const PlaceHold& c) { return std::tie(c.scope, c.reason); }
auto fields(const ReleaseHold& c) { return std::tie(c.id, c.reason); }
auto fields(const EraseMessage& c) { return std::tie(c.erasure, c.message); }
auto fields(const WithdrawReactions& c) { return std::tie(c.erasure, c.message); }
auto fields(const EraseFile& c) { return std::tie(c.erasure, c.file, c.carriers); }
auto fields(const EraseSubject& c) { return std::tie(c.erasure, c.is_begun); }
auto fields(const CompleteErasure& c) { return std::tie(c.erasure, c.messages, c.records, c.through); }
auto fields(const RecordAuditRead& c) { return std::tie(c.action, c.conversation, c.message, c.about, c.query); }

bool is_same_request(const Command& a, const Command& b) {
  if (a.index() != b.index()) return false;
  return std::visit([&b](const auto& one) { return fields(one) == fields(std::get<std::decay_t<decltype(one)>>(b)); },
                    a);
}

}  // namespace

TEST_CASE("random commands keep what every state promises") {
  rc::prop("member counts, versions, ordinals, pointers, speakers, files, sums", [] {
    World last = lively_world();
    for_every_step(any_steps(), [&](const World& before, const World& after, const Step&, const Decision& decision) {
      check_conversations(after);
      check_pointers(after, before);
      check_sums(after);
      if (const auto* yes = std::get_if<Accepted>(&decision)) {
        for (const auto& body : yes->events) {
          check_speaker(before, body);
          check_files(before, body);
        }
      }
      last = after;
    });
    check_ordinals(last);
  });
}

TEST_CASE("decide is a function of its arguments, and evolve of the log") {
  rc::prop("the same question twice, the same log folded again", [] {
    World last = lively_world();
    for_every_step(any_steps(), [&](const World& before, const World& after, const Step& step, const Decision& once) {
      RC_ASSERT(is_same_decision(before.ask(step.caller, step.command), once));
      last = after;
    });
    support::MapState rebuilt;
    for (const auto& event : last.log) rebuilt.apply(event);
    RC_ASSERT(rebuilt == last.state);
  });
}

TEST_CASE("a command given again has no second effect") {
  rc::prop("nothing changes, or a rule says no", [] {
    for_every_step(any_steps(), [](const World&, const World& after, const Step& step, const Decision& decision) {
      if (std::holds_alternative<Rejection>(decision) || has_an_id(step)) return;
      const auto again = after.ask(step.caller, step.command);
      RC_ASSERT((std::holds_alternative<Rejection>(again) || changes_nothing(again)));
    });
  });
}

TEST_CASE("who is not a member changes nothing but what a service or a creator may") {
  rc::prop("an ordinary caller's events are in his own conversations", [] {
    for_every_step(any_steps(), [](const World& before, const World&, const Step& step, const Decision& decision) {
      const auto* yes = std::get_if<Accepted>(&decision);
      if (!yes || yes->created || step.caller.service || step.caller.server) return;
      if (is_his_own(before, step.command)) return;
      RC_ASSERT(before.state.member(yes->conversation, step.caller.actor).has_value());
    });
  });
}

TEST_CASE("different requests have different canonical bytes, the same request the same") {
  rc::prop("canonical_bytes is injective", [] {
    const auto commands = *rc::gen::container<std::vector<Command>>(60, any_command());
    for (const auto& a : commands) {
      for (const auto& b : commands) {
        RC_ASSERT((canonical_bytes(a) == canonical_bytes(b)) == is_same_request(a, b));
      }
    }
  });
}

}  // namespace hansard::domain::testing
