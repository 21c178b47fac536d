#include "tests/domain/random_commands.h"

#include <string>

namespace hansard::domain::testing {
namespace {

using rc::gen::apply;
using rc::gen::arbitrary;
using rc::gen::container;
using rc::gen::element;
using rc::gen::inRange;
using rc::gen::just;
using rc::gen::map;
using rc::gen::maybe;

template <class Value>
rc::Gen<std::optional<Value>> optional(rc::Gen<Value> value) {
  return map(maybe(std::move(value)),
             [](const rc::Maybe<Value>& drawn) { return drawn ? std::optional<Value>(*drawn) : std::nullopt; });
}

rc::Gen<std::uint8_t> small_number(std::uint8_t count) { return inRange<std::uint8_t>(1, count); }

rc::Gen<UserId> any_user() {
  return map(element<std::string>("anna", "anna", "ben", "ben", "carl", "dora", "emil"), user);
}

rc::Gen<std::string> any_text() {
  return element<std::string>("a", "ab", "@ben hello", "@ben hello", "\u20AC uro", "");
}

rc::Gen<std::string> any_metadata() { return element<std::string>("", "", R"({"a":1})"); }

// Of a notice: fresh, as from the edge.
rc::Gen<std::optional<MessageId>> any_notice() {
  const auto fresh = map(rc::gen::resize(100, arbitrary<std::uint64_t>()), [](std::uint64_t number) {
    MessageId id = message_id(0);
    for (std::size_t i = 0; i < 6; ++i) id.bytes[i] = static_cast<std::uint8_t>(0x80 | (number >> (8 * i)));
    return id;
  });
  return optional(fresh);
}

// Mostly the conversations of lively_world, sometimes one that is not there.
rc::Gen<ConversationId> any_conversation() {
  return element(conversation_id(1), conversation_id(1), conversation_id(1), conversation_id(1), conversation_id(2),
                 conversation_id(3), direct_conversation_id(user("anna"), user("ben")),
                 external_conversation_id(service_as("anna"), "x"));
}

rc::Gen<MessageId> any_message() { return map(small_number(16), message_id); }

rc::Gen<Role> any_role() { return element(Role::owner, Role::admin, Role::member, Role::read_only); }

rc::Gen<Ordinal> any_ordinal() {
  return map(inRange<std::uint64_t>(0, 8), [](auto n) { return Ordinal{n}; });
}

// Mostly none, and then one of a young conversation.
rc::Gen<std::optional<Version>> any_if_match() {
  return map(inRange<std::uint64_t>(0, 20),
             [](std::uint64_t n) { return n < 5 ? std::optional<Version>(Version{n + 1}) : std::nullopt; });
}

rc::Gen<SettingsPatch> any_patch() {
  return rc::gen::build<SettingsPatch>(
      rc::gen::set(&SettingsPatch::history, optional(element(History::all, History::from_join))),
      rc::gen::set(&SettingsPatch::delete_window_s, optional(inRange<std::uint32_t>(0, 3))),
      rc::gen::set(&SettingsPatch::edit_window_s, optional(inRange<std::uint32_t>(0, 3))),
      rc::gen::set(&SettingsPatch::who_may_post,
                   optional(element(WhoMayPost::members, WhoMayPost::members, WhoMayPost::admins))),
      rc::gen::set(&SettingsPatch::slow_mode_s, optional(element<std::uint32_t>(0, 0, 1))),
      rc::gen::set(&SettingsPatch::retention_s, optional(element<std::uint32_t>(0, 1))));
}

rc::Gen<std::vector<Mention>> any_mentions() {
  const auto mention = rc::gen::build<Mention>(rc::gen::set(&Mention::user, any_user()),
                                               rc::gen::set(&Mention::offset, element<std::uint32_t>(0, 0, 0, 1)),
                                               rc::gen::set(&Mention::length, element<std::uint32_t>(1, 1, 1, 2, 0)));
  return rc::gen::oneOf(just(std::vector<Mention>()), just(std::vector<Mention>()),
                        container<std::vector<Mention>>(1, mention), container<std::vector<Mention>>(2, mention));
}

rc::Gen<Command> any_creation() {
  return rc::gen::cast<Command>(rc::gen::build<CreateConversation>(
      rc::gen::set(&CreateConversation::id, map(small_number(4), conversation_id)),
      rc::gen::set(&CreateConversation::client_made, just(true)),
      rc::gen::set(&CreateConversation::type,
                   element(ConversationType::direct, ConversationType::group, ConversationType::ride)),
      rc::gen::set(&CreateConversation::title, any_text()),
      rc::gen::set(&CreateConversation::external_id, element<std::string>("", "", "x")),
      rc::gen::set(&CreateConversation::members, container<std::vector<UserId>>(1, any_user())),
      rc::gen::set(&CreateConversation::settings, any_patch())));
}

rc::Gen<Command> any_update() {
  return rc::gen::cast<Command>(
      rc::gen::build<UpdateConversation>(rc::gen::set(&UpdateConversation::conversation, any_conversation()),
                                         rc::gen::set(&UpdateConversation::title, optional(any_text())),
                                         rc::gen::set(&UpdateConversation::metadata, optional(any_text())),
                                         rc::gen::set(&UpdateConversation::settings, any_patch()),
                                         rc::gen::set(&UpdateConversation::if_match, any_if_match())));
}

rc::Gen<Command> any_member_command() {
  const auto entry = rc::gen::build<MemberEntry>(rc::gen::set(&MemberEntry::user, any_user()),
                                                 rc::gen::set(&MemberEntry::role, any_role()));
  return rc::gen::oneOf(
      rc::gen::cast<Command>(
          rc::gen::build<AddMembers>(rc::gen::set(&AddMembers::conversation, any_conversation()),
                                     rc::gen::set(&AddMembers::members, container<std::vector<MemberEntry>>(2, entry)),
                                     rc::gen::set(&AddMembers::notice, any_notice()))),
      rc::gen::cast<Command>(rc::gen::build<RemoveMember>(rc::gen::set(&RemoveMember::conversation, any_conversation()),
                                                          rc::gen::set(&RemoveMember::user, any_user()),
                                                          rc::gen::set(&RemoveMember::notice, any_notice()))),
      rc::gen::cast<Command>(rc::gen::build<ChangeRole>(rc::gen::set(&ChangeRole::conversation, any_conversation()),
                                                        rc::gen::set(&ChangeRole::user, any_user()),
                                                        rc::gen::set(&ChangeRole::role, any_role()))));
}

rc::Gen<std::optional<MessageId>> any_reply() {
  return rc::gen::oneOf(just(std::optional<MessageId>()), just(std::optional<MessageId>()), optional(any_message()));
}

// Near the beginning of random histories, so that some of it is past soon.
rc::Gen<std::optional<Timestamp>> any_send_at() {
  return map(inRange<std::int64_t>(-20'000, 10'000),
             [](std::int64_t ms) { return ms <= 0 ? std::nullopt : std::optional(Timestamp{World().now.ms + ms}); });
}

rc::Gen<FileId> any_file() { return map(small_number(4), file_id); }

rc::Gen<std::vector<Attachment>> any_attachments() {
  const auto attached = map(any_file(), [](const FileId& id) { return std::vector<Attachment>{{id, "", "", 0}}; });
  const auto none = just(std::vector<Attachment>());
  return rc::gen::oneOf(none, none, none, attached);
}

rc::Gen<Command> any_send() {
  const auto content = rc::gen::build<MessageContent>(rc::gen::set(&MessageContent::text, any_text()),
                                                      rc::gen::set(&MessageContent::metadata, any_metadata()),
                                                      rc::gen::set(&MessageContent::mentions, any_mentions()),
                                                      rc::gen::set(&MessageContent::attachments, any_attachments()));
  return rc::gen::cast<Command>(rc::gen::build<SendMessage>(
      rc::gen::set(&SendMessage::conversation, any_conversation()), rc::gen::set(&SendMessage::id, any_message()),
      rc::gen::set(&SendMessage::client_made, just(true)),
      rc::gen::set(&SendMessage::type, element(MessageType::text, MessageType::text, MessageType::system)),
      rc::gen::set(&SendMessage::content, content), rc::gen::set(&SendMessage::reply_to, any_reply()),
      rc::gen::set(&SendMessage::send_at, any_send_at())));
}

rc::Gen<Command> any_forward() {
  return rc::gen::cast<Command>(rc::gen::build<ForwardMessage>(
      rc::gen::set(&ForwardMessage::message, any_message()),
      rc::gen::set(&ForwardMessage::conversation, any_conversation()), rc::gen::set(&ForwardMessage::id, any_message()),
      rc::gen::set(&ForwardMessage::client_made, just(true))));
}

rc::Gen<Command> any_reaction() {
  return rc::gen::cast<Command>(rc::gen::build<React>(rc::gen::set(&React::message, any_message()),
                                                      rc::gen::set(&React::emoji, element<std::string>("+", "-", "?")),
                                                      rc::gen::set(&React::add, element(true, true, false))));
}

rc::Gen<Command> any_person_command() {
  const auto profile = rc::gen::build<ProfileContent>(rc::gen::set(&ProfileContent::display_name, any_text()),
                                                      rc::gen::set(&ProfileContent::metadata, any_metadata()));
  return rc::gen::oneOf(
      rc::gen::cast<Command>(rc::gen::build<PutProfile>(rc::gen::set(&PutProfile::user, any_user()),
                                                        rc::gen::set(&PutProfile::profile, profile))),
      rc::gen::cast<Command>(rc::gen::build<BlockUser>(rc::gen::set(&BlockUser::user, any_user()),
                                                       rc::gen::set(&BlockUser::blocked, arbitrary<bool>()))),
      rc::gen::cast<Command>(rc::gen::build<RecordFile>(rc::gen::set(&RecordFile::file, any_file()))));
}

// Proposals of timers. NoteSeen is not among them: it says the same thing as often as it is asked to.
rc::Gen<Command> any_proposal() {
  return rc::gen::oneOf(
      map(any_message(), [](const MessageId& id) { return Command(ExpireMessage{id}); }),
      map(any_message(), [](const MessageId& id) { return Command(SendDue{id}); }),
      map(any_message(), [](const MessageId& id) { return Command(NotifyMember{id}); }),
      rc::gen::cast<Command>(rc::gen::build<CollectFile>(
          rc::gen::set(&CollectFile::file, any_file()),
          rc::gen::set(&CollectFile::seen, map(inRange<std::uint64_t>(0, 50), [](auto n) { return Position{n}; })))));
}

rc::Gen<Command> any_message_command() {
  return rc::gen::oneOf(
      rc::gen::cast<Command>(rc::gen::build<EditMessage>(
          rc::gen::set(&EditMessage::message, any_message()), rc::gen::set(&EditMessage::text, any_text()),
          rc::gen::set(&EditMessage::metadata, optional(any_metadata())),
          rc::gen::set(&EditMessage::mentions, any_mentions()), rc::gen::set(&EditMessage::if_match, any_if_match()))),
      rc::gen::cast<Command>(rc::gen::build<DeleteMessage>(rc::gen::set(&DeleteMessage::message, any_message()),
                                                           rc::gen::set(&DeleteMessage::if_match, any_if_match()))));
}

rc::Gen<Command> any_reader_command() {
  return rc::gen::oneOf(
      rc::gen::cast<Command>(rc::gen::build<Read>(rc::gen::set(&Read::conversation, any_conversation()),
                                                  rc::gen::set(&Read::up_to, any_ordinal()))),
      rc::gen::cast<Command>(rc::gen::build<Read>(rc::gen::set(&Read::message, optional(any_message())))),
      rc::gen::cast<Command>(rc::gen::build<Delivered>(rc::gen::set(&Delivered::conversation, any_conversation()),
                                                       rc::gen::set(&Delivered::up_to, any_ordinal()))),
      rc::gen::cast<Command>(rc::gen::build<MarkUnread>(rc::gen::set(&MarkUnread::conversation, any_conversation()),
                                                        rc::gen::set(&MarkUnread::from, any_ordinal()))),
      rc::gen::cast<Command>(
          rc::gen::build<FlagConversation>(rc::gen::set(&FlagConversation::conversation, any_conversation()),
                                           rc::gen::set(&FlagConversation::archived, optional(arbitrary<bool>())),
                                           rc::gen::set(&FlagConversation::muted, optional(arbitrary<bool>())))));
}

rc::Gen<Caller> any_caller() {
  return map(rc::gen::pair(any_user(), inRange(0, 6)), [](const std::pair<UserId, int>& drawn) {
    return drawn.second == 0 ? service_as(drawn.first.value) : as(drawn.first.value);
  });
}

}  // namespace

rc::Gen<Command> any_command() {
  const auto closing = map(any_conversation(), [](const ConversationId& id) { return Command(CloseConversation{id}); });
  return rc::gen::weightedOneOf<Command>({{4, any_creation()},
                                          {4, any_update()},
                                          {12, any_member_command()},
                                          {36, any_send()},
                                          {20, any_message_command()},
                                          {6, any_forward()},
                                          {12, any_reaction()},
                                          {8, any_person_command()},
                                          {10, any_proposal()},
                                          {20, any_reader_command()},
                                          {1, closing}});
}

rc::Gen<Step> any_step() {
  const auto passed = inRange<std::int64_t>(-500, 1'500);
  const auto asked =
      rc::gen::build<Step>(rc::gen::set(&Step::caller, any_caller()), rc::gen::set(&Step::command, any_command()),
                           rc::gen::set(&Step::passed_ms, passed));
  const auto about = map(any_user(), [](const UserId& id) { return server_about(id.value); });
  const auto proposed =
      rc::gen::build<Step>(rc::gen::set(&Step::caller, about), rc::gen::set(&Step::command, any_proposal()),
                           rc::gen::set(&Step::passed_ms, passed));
  return rc::gen::weightedOneOf<Step>({{9, asked}, {1, proposed}});
}

World lively_world() {
  World world;
  world.given(as("anna"), group(1, {"ben", "carl", "dora"}));
  world.given(as("anna"), make("ben", Role::admin));
  world.given(as("ben"), group(2, {"anna", "emil"}));
  world.given(as("anna"), direct({"ben"}));
  auto ride = group(3, {"carl"});
  ride.external_id = "x";
  world.given(service_as("anna"), ride);
  return world;
}

bool is_same_decision(const Decision& a, const Decision& b) {
  if (a.index() != b.index()) return false;
  if (const auto* no = std::get_if<Rejection>(&a)) {
    const auto& other = std::get<Rejection>(b);
    return no->code == other.code && no->detail == other.detail && no->retry_after_s == other.retry_after_s;
  }
  const auto& x = std::get<Accepted>(a);
  const auto& y = std::get<Accepted>(b);
  return x.events == y.events && x.created == y.created && x.conversation == y.conversation && x.message == y.message &&
         x.repeat == y.repeat;
}

}  // namespace hansard::domain::testing
