// Facts about names, streams, derived ids and canonical bytes.
#include <set>

#include <catch2/catch.hpp>

#include "tests/domain/world.h"

namespace hansard::domain::testing {
namespace {

std::set<std::string> names_up_to(std::uint16_t last) {
  std::set<std::string> names;
  for (std::uint16_t number = 0; number <= last; ++number) {
    names.insert(std::string(type_name(static_cast<EventType>(number))));
  }
  return names;
}

}  // namespace

TEST_CASE("every event type has its name, every other number is unknown") {
  CHECK(names_up_to(100) == std::set<std::string>{"conversation.created", "conversation.updated", "conversation.closed",
                                                  "member.added",         "member.removed",       "member.role_changed",
                                                  "message.sent",         "message.edited",       "message.deleted",
                                                  "read.advanced",        "delivered.advanced",   "unread.marked",
                                                  "conversation.flagged", "loss.accepted",        "message.expired",
                                                  "reaction.added",       "reaction.removed",     "profile.updated",
                                                  "user.blocked",         "user.unblocked",       "user.seen",
                                                  "notification.due",     "send.scheduled",       "schedule.cancelled",
                                                  "file.uploaded",        "file.collected",       "message.erased",
                                                  "conversation.erased",  "user.erased",          "erasure.requested",
                                                  "erasure.completed",    "hold.placed",          "hold.released",
                                                  "hold.conflict",        "audit.read",           "unknown"});
  CHECK(type_name(static_cast<EventType>(9'999)) == "unknown");
}

TEST_CASE("what every member may see is in the conversation's stream") {
  const auto id = conversation_id(1);
  MessageFacts facts;
  facts.conversation = id;
  for (const EventBody& body : std::vector<EventBody>{
           ConversationCreated{id, {}, {}, {}, {}, {}, {}}, ConversationUpdated{id, {}, {}}, ConversationClosed{id},
           MemberAdded{id, {}, {}}, MemberRemoved{id, {}}, MemberRoleChanged{id, {}, {}}, MessageSent{facts, {}},
           MessageEdited{facts, {}}, MessageDeleted{facts}, MessageExpired{facts}, ReactionAdded{id, {}, {}, {}, {}},
           ReactionRemoved{id, {}, {}, {}, {}}, MessageErased{facts, {}}, ConversationErased{id, {}}}) {
    CHECK(stream_of(body) == base::stream_of(id));
  }
}

TEST_CASE("what concerns one user is in his stream, what concerns nobody in the system's") {
  const auto id = conversation_id(1);
  const auto ben = user("ben");
  MessageFacts draft;
  draft.conversation = id;
  draft.author = ben;
  for (const EventBody& body : std::vector<EventBody>{
           ReadAdvanced{id, ben, {}}, DeliveredAdvanced{id, ben, {}}, UnreadMarked{id, ben, {}},
           ConversationFlagged{id, ben}, ProfileUpdated{ben, {}}, UserBlocked{ben, {}}, UserUnblocked{ben, {}},
           UserSeen{ben, {}}, NotificationDue{id, {}, {}, ben}, SendScheduled{draft, {}, {}},
           ScheduleCancelled{id, {}, ben, {}}, FileUploaded{ben, {}, {}, 0, {}}, FileCollected{ben, {}}}) {
    CHECK(stream_of(body) == base::stream_of_user(ben));
  }
  CHECK(stream_of(UserErased{ben, {}}) == base::stream_of_user(ben));
  CHECK(stream_of(AuditRead{ben, "audit.query", id, {}, {}, {}}) == base::stream_of_user(ben));
  for (const EventBody& body :
       std::vector<EventBody>{LossAccepted{}, ErasureRequested{{}, id, {}}, ErasureCompleted{}, HoldPlaced{{}, id, {}},
                              HoldReleased{{}, ben, {}}, HoldConflict{{}, {}, {}, id, {}}}) {
    CHECK(stream_of(body).is_nil());
  }
}

TEST_CASE("a patch changes what it names and leaves the rest") {
  SettingsPatch patch;
  patch.history = History::from_join;
  patch.edit_history = true;
  patch.delete_window_s = 0;
  patch.edit_window_s = 2;
  patch.who_may_post = WhoMayPost::admins;
  patch.slow_mode_s = 3;
  patch.retention_s = 4;
  const Settings all{History::from_join, true, 0, 2, WhoMayPost::admins, 3, 4};
  CHECK(apply_patch({}, patch) == all);
  CHECK(apply_patch(all, {}) == all);
  SettingsPatch back;
  back.server_delete_window = true;
  CHECK_FALSE(apply_patch(all, back).delete_window_s);
}

TEST_CASE("the id of a pair does not depend on its order") {
  CHECK(direct_conversation_id(user("anna"), user("ben")) == direct_conversation_id(user("ben"), user("anna")));
}

TEST_CASE("pairs that read alike when joined have different ids") {
  CHECK(direct_conversation_id(user("ab"), user("c")) != direct_conversation_id(user("a"), user("bc")));
}

TEST_CASE("derived ids are UUIDs of version 8 and never change between releases") {
  CHECK(base::to_text(direct_conversation_id(user("anna"), user("ben"))) == "a835b160-ac64-8638-ab6c-fba190d57649");
  CHECK(base::to_text(external_conversation_id(service_as("anna"), "ride 7")) ==
        "7bcb9488-36a3-8fdf-9d7f-d054fed718df");
  CHECK(base::to_text(external_conversation_id(as("anna"), "ride 7")) == "67e4657f-fd5a-8dd0-b013-3b38fbda9a8c");
}

TEST_CASE("a service's external id is the same whoever it acts for, a user's is his own") {
  CHECK(external_conversation_id(service_as("anna"), "x") == external_conversation_id(service_as("ben"), "x"));
  CHECK(external_conversation_id(as("anna"), "x") != external_conversation_id(as("ben"), "x"));
  CHECK(external_conversation_id(as("anna"), "x") != external_conversation_id(service_as("anna"), "x"));
}

TEST_CASE("an id the edge made up is no part of a request, a client's is") {
  auto send = text(1, "hello");
  auto other = text(2, "hello");
  CHECK(canonical_bytes(send) != canonical_bytes(other));
  send.client_made = other.client_made = false;
  CHECK(canonical_bytes(send) == canonical_bytes(other));
  auto create = group(1, {"ben"});
  auto another = group(2, {"ben"});
  CHECK(canonical_bytes(create) != canonical_bytes(another));
  create.client_made = another.client_made = false;
  CHECK(canonical_bytes(create) == canonical_bytes(another));
}

TEST_CASE("what is absent differs from what is empty") {
  auto absent = edit(1, "hello");
  auto empty = absent;
  empty.metadata = "";
  CHECK(canonical_bytes(absent) != canonical_bytes(empty));
}

TEST_CASE("who counts in a mention is the server's decision, no part of a request") {
  auto one = text(1, "@ben");
  one.content.mentions = {{user("ben"), 0, 4, false}};
  auto other = one;
  other.content.mentions[0].counts = true;
  CHECK(canonical_bytes(one) == canonical_bytes(other));
}

}  // namespace hansard::domain::testing
