#include "replay/conversation_player.h"

#include <algorithm>

#include "engine/base/clock.h"
#include "engine/base/hash.h"
#include "engine/base/json.h"
#include "engine/base/utf8.h"
#include "replay/channel_player.h"

namespace hansard::replay {

using base::append_json_number;
using base::append_json_string;
using base::Result;
using migrate::append_text_member;
using migrate::Post;

namespace {
// The server's defaults (API section 1).
constexpr std::size_t kContentCodePointsMax = 10'000, kTitleCodePointsMax = 500, kNameCodePointsMax = 200;
constexpr std::size_t kMetadataBytesMax = 16u << 10, kMentionsMax = 500, kMembersPerRequest = 1'000;
constexpr std::size_t kAvatarBytesMax = 2'048, kRefusedShown = 100;

constexpr char kSplit[] = "messages longer than 10,000 characters: in several";
constexpr char kMetadata[] = "metadata larger than 16 KiB: left out";
constexpr char kDangling[] = "replies to a message that is not in the export: messages of their own";
constexpr char kCutMentions[] = "mentions across the cut of a long message: text only";
constexpr char kNobody[] = "conversations without anybody: left out";

// As an idempotency key: 32 hex digits over both.
std::string key_of(std::string_view about, std::string_view step) {
  const auto digest = base::sha256_pair(about, step);
  std::array<std::uint8_t, 16> half;
  std::copy_n(digest.begin(), half.size(), half.begin());
  return "migrate-" + base::uuid_text(half);
}

void append_metadata(std::string& body, const std::string& metadata, migrate::Losses& losses) {
  if (metadata.empty()) return;
  if (metadata.size() > kMetadataBytesMax) return losses.note(kMetadata);
  body += (body.back() == '{' ? "" : ",") + ("\"metadata\":" + metadata);
}
}  // namespace

ApiRequest profile_request(const migrate::Person& person) {
  std::string body = "{";
  append_text_member(body, "display_name", migrate::first_code_points(person.display_name, kNameCodePointsMax));
  if (!person.avatar.empty() && person.avatar.size() <= kAvatarBytesMax)
    append_text_member(body, "avatar", person.avatar);
  if (!person.metadata.empty() && person.metadata.size() <= kMetadataBytesMax)
    body += ",\"metadata\":" + person.metadata;
  body += '}';
  return {"PUT", "/api/v1/users/" + percent_encoded(person.id), "", key_of("profile:" + person.id, body), body};
}

Result<std::string> ConversationPlayer::request(const ApiRequest& asked, const std::string& about) {
  ++report_.requests;
  TRY(auto response, ask_(asked));
  if (response.status / 100 == 2) return std::move(response.body);
  if (response.status == 401 || response.status == 403) {
    return base::error(base::ErrorCode::refused,
                       "The server refuses (" + std::to_string(response.status) + "): " + response.body.substr(0, 300));
  }
  ++report_.refused_total;
  if (report_.refused.size() < kRefusedShown) report_.refused.push_back(about + ": " + response.body.substr(0, 300));
  return std::string();
}

Result<void> ConversationPlayer::create(const std::string& first_author) {
  creator_ = conversation_.creator;
  const auto& members = conversation_.members;
  const bool creator_may_stay = !conversation_.is_direct || std::ranges::count(members, creator_) > 0;
  if (creator_.empty() || !creator_may_stay) creator_ = members.empty() ? first_author : members.front();
  std::string body = "{";
  append_text_member(body, "type", conversation_.is_direct ? "direct" : "group");
  if (conversation_.is_direct) {
    const std::string& other = members.front() == creator_ ? members.back() : members.front();
    body += ",\"members\":[";
    append_json_string(body, other);
    body += ']';
    members_.insert(other);
  } else {
    append_text_member(body, "external_id",
                       conversation_.key.size() <= 256 ? conversation_.key : key_of(conversation_.key, ""));
    append_text_member(body, "title", migrate::first_code_points(conversation_.title, kTitleCodePointsMax));
    append_metadata(body, conversation_.metadata, losses_);
  }
  body += '}';
  TRY(auto answer, request({"POST", "/api/v1/conversations", creator_, key_of(conversation_.key, "/create"), body},
                           conversation_.key));
  base::JsonParser parser;
  TRY(auto object, parser.parse(answer.empty() ? "{}" : answer));
  id_ = object.member("id").string().value_or("");
  members_.insert(creator_);
  ++report_.conversations;
  if (!id_.empty()) return base::success();
  return base::error(base::ErrorCode::refused, "The server does not make the conversation " + conversation_.key + ": " +
                                                   (report_.refused.empty() ? "no id" : report_.refused.back()));
}

Result<void> ConversationPlayer::add_member(const std::string& user, const std::string& why) {
  if (conversation_.is_direct || !members_.insert(user).second) return base::success();
  std::string body = R"({"members":[)";
  append_json_string(body, user);
  body += R"(],"quiet":true})";
  ++report_.joins;
  TRY(request({"POST", "/api/v1/conversations/" + id_ + "/members", "", key_of(why, "/add/" + user), body}, why));
  return base::success();
}

Result<void> ConversationPlayer::remove_member(const std::string& user, const std::string& why) {
  if (conversation_.is_direct || members_.erase(user) == 0) return base::success();
  ++report_.removals;
  TRY(request({"DELETE", "/api/v1/conversations/" + id_ + "/members/" + percent_encoded(user) + "?quiet=true", "",
               key_of(why, "/remove/" + user), ""},
              why));
  return base::success();
}

Result<void> ConversationPlayer::play(const Post& post) {
  if (id_.empty()) {
    TRY(create(post.author));
  }
  for (const std::string& user : post.joined) {
    TRY(add_member(user, post.key));
  }
  if (!post.is_notice) {
    TRY(add_member(post.author, post.key));
  }
  TRY(send(post));
  TRY(react(post));
  for (const std::string& user : post.left) {
    TRY(remove_member(user, post.key));
  }
  return base::success();
}

// A text that is too long becomes several messages; the first has the post's key.
Result<void> ConversationPlayer::send(const Post& post) {
  std::string rest = post.text;
  std::size_t from = 0;
  for (std::size_t number = 0; number == 0 || !rest.empty(); ++number) {
    std::string piece = migrate::first_code_points(rest, kContentCodePointsMax);
    rest.erase(0, piece.size());
    if (number == 0 && !rest.empty()) losses_.note(kSplit);
    const std::size_t length = base::count_code_points(piece);
    TRY(send_piece(post, number, from, std::move(piece)));
    from += length;
  }
  seen_.insert(post.key);
  return base::success();
}

Result<void> ConversationPlayer::send_piece(const Post& post, std::size_t number, std::size_t from, std::string text) {
  const std::string key = number == 0 ? post.key : post.key + "/" + std::to_string(number);
  TRY(auto answer, request({"POST", "/api/v1/conversations/" + id_ + "/messages", post.author, key_of(key, "/message"),
                            body_of(post, number, from, text)},
                           key));
  if (!answer.empty()) last_answer_ = std::move(answer);
  ++(post.is_notice ? report_.notices : report_.messages);
  return base::success();
}

std::string ConversationPlayer::body_of(const Post& post, std::size_t number, std::size_t from,
                                        const std::string& text) {
  std::string body = "{";
  append_text_member(body, "id", message_id_of_line(number == 0 ? post.key : post.key + "/" + std::to_string(number)));
  append_text_member(body, "content", text);
  append_text_member(body, "type", post.is_notice ? "system" : "text");
  append_text_member(body, "origin_time", base::time_text(post.time));
  if (post.is_bot) append_text_member(body, "sender_type", "bot");
  body += ",\"quiet\":true";
  append_metadata(body, post.metadata, losses_);
  if (!post.reply_to.empty() && seen_.contains(post.reply_to)) {
    ++report_.replies;
    append_text_member(body, "reply_to", message_id_of_line(post.reply_to));
  } else if (!post.reply_to.empty()) {
    losses_.note(kDangling);
  }
  if (!post.mentions.empty()) append_mentions(body, post, from, base::count_code_points(text));
  return body + "}";
}

void ConversationPlayer::append_mentions(std::string& body, const Post& post, std::size_t from, std::size_t length) {
  body += ",\"mentions\":[";
  std::size_t count = 0;
  for (const migrate::Mention& mention : post.mentions) {
    if (mention.offset < from || mention.offset >= from + length) continue;
    if (mention.offset + mention.length > from + length || count == kMentionsMax) {
      losses_.note(kCutMentions);
      continue;
    }
    body += count++ > 0 ? ",{" : "{";
    append_text_member(body, "user_id", mention.user);
    body += ",\"offset\":";
    append_json_number(body, mention.offset - from);
    body += ",\"length\":";
    append_json_number(body, mention.length);
    body += '}';
  }
  body += ']';
  report_.mentions += count;
}

Result<void> ConversationPlayer::react(const Post& post) {
  for (const migrate::Reaction& reaction : post.reactions) {
    TRY(add_member(reaction.user, post.key));
    std::string body = "{";
    append_text_member(body, "emoji", reaction.emoji);
    TRY(request({"POST", "/api/v1/messages/" + message_id_of_line(post.key) + "/reactions", reaction.user,
                 key_of(post.key, "/react/" + reaction.user + "/" + reaction.emoji), body + "}"},
                post.key));
    ++report_.reactions;
  }
  return base::success();
}

Result<void> ConversationPlayer::finish() {
  if (id_.empty() && conversation_.members.empty() && conversation_.creator.empty()) {
    losses_.note(kNobody);
    return base::success();
  }
  if (id_.empty()) {
    TRY(create(""));
  }
  TRY(settle_members());
  return mark_read();
}

// Whoever spoke and is not among the members of the export has left since; the creator stays, he owns it.
Result<void> ConversationPlayer::settle_members() {
  for (const std::string& member : conversation_.members) {
    TRY(add_member(member, conversation_.key));
  }
  if (!conversation_.members_are_known) return base::success();
  const std::unordered_set<std::string> staying(conversation_.members.begin(), conversation_.members.end());
  std::vector<std::string> gone;
  for (const std::string& member : members_) {
    if (member != creator_ && !staying.contains(member)) gone.push_back(member);
  }
  std::ranges::sort(gone);
  for (const std::string& member : gone) {
    if (member.starts_with("bot:")) continue;
    TRY(remove_member(member, conversation_.key + "/end"));
  }
  return base::success();
}

Result<void> ConversationPlayer::mark_read() {
  base::JsonParser parser;
  TRY(auto message, parser.parse(last_answer_.empty() ? "{}" : last_answer_));
  const auto ordinal = message.member("ordinal").integer();
  if (!ordinal) return base::success();
  std::vector<std::string> members(members_.begin(), members_.end());
  std::ranges::sort(members);
  for (const std::string& member : members) {
    TRY(request(
        {"POST", "/api/v1/conversations/" + id_ + "/read", member, "", "{\"up_to\":" + std::to_string(*ordinal) + "}"},
        conversation_.key));
  }
  return base::success();
}

}  // namespace hansard::replay
