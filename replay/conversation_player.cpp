#include "replay/conversation_player.h"

#include <algorithm>

#include "engine/base/json.h"
#include "replay/channel_player.h"

namespace hansard::replay {

using base::append_json_string;
using base::Result;
using migrate::append_text_member;
using migrate::Post;

namespace {
// The server's defaults (API section 1).
constexpr std::size_t kTitleCodePointsMax = 500, kNameCodePointsMax = 200, kExternalIdBytesMax = 256;
constexpr std::size_t kAvatarBytesMax = 2'048;

constexpr char kNobody[] = "conversations without anybody: left out";
constexpr char kRefused[] = "posts of conversations that the server refused: left out";
constexpr char kMemberOut[] = "members who are out since the first import: they stay out";
constexpr char kThirdParty[] = "posts of others in direct conversations, such as apps: left out";
constexpr char kAuthorOut[] = "posts of members who are out since the first import: left out";
constexpr char kReactionsOfPost[] = "reactions under posts that were left out";
constexpr char kReactionOut[] = "reactions of members who are out since the first import: left out";
}  // namespace

ApiRequest profile_request(const migrate::Person& person, migrate::Losses& losses) {
  std::string body = "{";
  append_text_member(body, "display_name", migrate::first_code_points(person.display_name, kNameCodePointsMax));
  if (!person.avatar.empty() && person.avatar.size() <= kAvatarBytesMax)
    append_text_member(body, "avatar", person.avatar);
  append_metadata(body, person.metadata, losses);
  body += '}';
  return {"PUT", "/api/v1/users/" + percent_encoded(person.id), "", "", body};
}

// Who made it, where he is in it still: he owns it. Else one of its admins, or of its members.
void ConversationPlayer::choose_creator(const std::string& first_author) {
  const auto& members = conversation_.members;
  creator_ = conversation_.creator;
  if (!creator_.empty() && (!conversation_.members_are_known || staying_.contains(creator_))) return;
  const auto& admins = conversation_.admins;
  const auto person = std::ranges::find_if(members, [](const auto& member) { return !member.starts_with("bot:"); });
  creator_ = !admins.empty() ? admins.front() : person != members.end() ? *person : first_author;
}

std::string ConversationPlayer::creation() {
  if (conversation_.is_direct) {
    const auto& members = conversation_.members;
    std::string body = R"({"type":"direct","members":[)";
    append_json_string(body, members.front() == creator_ ? members.back() : members.front());
    return body + "]}";
  }
  std::string body = description();
  body.pop_back();
  append_text_member(body, "type", "group");
  const bool fits = conversation_.key.size() <= kExternalIdBytesMax;
  append_text_member(body, "external_id", fits ? conversation_.key : import_key(conversation_.key, ""));
  return body + "}";
}

std::string ConversationPlayer::description() {
  std::string body = "{";
  append_text_member(body, "title", migrate::first_code_points(conversation_.title, kTitleCodePointsMax));
  append_metadata(body, conversation_.metadata, desk_.losses());
  return body + "}";
}

// Without an idempotency key: its external id or its pair finds it again, and the answer is how it is now.
Result<void> ConversationPlayer::create(const std::string& first_author) {
  choose_creator(first_author);
  TRY(auto answer, desk_.ask({"POST", "/api/v1/conversations", creator_, "", creation()}));
  if (!is_success(answer)) {
    is_refused_ = true;
    desk_.refuse(conversation_.key, answer);
    return base::success();
  }
  base::JsonParser parser;
  TRY(auto there, parser.parse(answer.body));
  const std::string id(there.member("id").string().value_or(""));
  creator_ = there.member("created_by").string().value_or(creator_);
  path_ = "/api/v1/conversations/" + id;
  posts_.emplace(desk_, id);
  members_.insert(creator_);
  if (conversation_.is_direct) members_.insert(conversation_.members.begin(), conversation_.members.end());
  ++desk_.report().conversations;
  return answer.status == 200 && !conversation_.is_direct ? update(there) : base::success();
}

// It was there before: title and metadata become those of this export. The key covers the version, so that they may
// change back and forth.
Result<void> ConversationPlayer::update(const base::JsonValue& there) {
  const std::string body = description();
  base::JsonParser parser;
  TRY(auto wanted, parser.parse(body));
  const bool same_title = there.member("title").string().value_or("") == wanted.member("title").string();
  const auto metadata = wanted.member("metadata");
  if (same_title && (metadata.kind() == base::JsonValue::Kind::missing ||
                     metadata.minified() == there.member("metadata").minified())) {
    return base::success();
  }
  ++desk_.report().edits;
  const std::string key = import_key(path_ + "/" + there.member("version").minified(), "/update" + body);
  return desk_.demand({"PATCH", path_, "", key, body}, conversation_.key);
}

bool ConversationPlayer::is_staying(const std::string& user) const {
  return !conversation_.members_are_known || staying_.contains(user);
}

// Who stays has the same key in every import, whatever brings him in: who has left here since is not brought back.
Result<void> ConversationPlayer::add_member(const std::string& user, const std::string& why) {
  if (conversation_.is_direct || !members_.insert(user).second) return base::success();
  std::string body = R"({"members":[{)";
  append_text_member(body, "user_id", user);
  append_text_member(body, "role", admins_.contains(user) ? "admin" : "member");
  body += R"(}],"quiet":true})";
  ++desk_.report().joins;
  const std::string once = conversation_.key + "/" + std::to_string(removals_[user]);
  const std::string key = why.empty() ? "" : import_key(is_staying(user) ? once : why, "/add/" + user);
  return desk_.demand({"POST", path_ + "/members", "", key, body}, why);
}

// Who does not stay goes without a key: whatever brought him back in another import, he is out after this one.
Result<void> ConversationPlayer::remove_member(const std::string& user, const std::string& why) {
  const bool was_in = members_.erase(user) > 0, is_for_good = why.empty() || !is_staying(user);
  if (conversation_.is_direct || (!was_in && !is_for_good)) return base::success();
  ++desk_.report().removals;
  ++removals_[user];
  const std::string key = is_for_good ? "" : import_key(why, "/remove/" + user);
  return desk_.demand({"DELETE", path_ + "/members/" + percent_encoded(user) + "?quiet=true", "", key, ""},
                      conversation_.key);
}

Result<void> ConversationPlayer::play(const Post& post) {
  WorkspaceReport& report = desk_.report();
  ++report.posts_read;
  report.reactions_read += post.reactions.size();
  TRY(const bool is_there, bring(post));
  if (is_there) {
    ++report.posts_imported;
  } else {
    desk_.losses().note(kReactionsOfPost, post.reactions.size());
  }
  return base::success();
}

// Is it there now? What it is left out for is counted where that is found.
Result<bool> ConversationPlayer::bring(const Post& post) {
  if (path_.empty() && !is_refused_) {
    TRY(create(post.author));
  }
  if (is_refused_) {
    desk_.losses().note(kRefused);
    return false;
  }
  if (conversation_.is_direct && !members_.contains(post.author)) {
    desk_.losses().note(kThirdParty);
    return false;
  }
  for (const std::string& user : post.joined) {
    TRY(add_member(user, post.key));
  }
  if (!post.is_notice) {
    TRY(add_member(post.author, post.key));
  }
  TRY(const bool is_there, send(post));
  if (is_there) {
    TRY(react(post));
  }
  for (const std::string& user : post.left) {
    TRY(remove_member(user, post.key));
  }
  return is_there;
}

// Who does not stay may have been taken out by a former import that knew less of his posts: he comes back for them.
Result<bool> ConversationPlayer::send(const Post& post) {
  TRY(auto sent, posts_->play(post));
  if (sent == PostPlayer::Sent::out && !is_staying(post.author)) {
    members_.erase(post.author);
    TRY(add_member(post.author, ""));
    TRY(auto again, posts_->play(post));
    sent = again;
  }
  if (sent == PostPlayer::Sent::out) desk_.losses().note(kAuthorOut);
  return sent == PostPlayer::Sent::now || sent == PostPlayer::Sent::before;
}

Result<void> ConversationPlayer::react(const Post& post) {
  for (const migrate::Reaction& reaction : post.reactions) {
    TRY(add_member(reaction.user, post.key));
    std::string body = "{";
    append_text_member(body, "emoji", reaction.emoji);
    const std::string key = import_key(post.key, "/react/" + reaction.user + "/" + reaction.emoji);
    const std::string path = "/api/v1/messages/" + message_id_of_line(post.key) + "/reactions";
    TRY(auto answer, desk_.ask({"POST", path, reaction.user, key, body + "}"}));
    if (is_success(answer)) {
      ++desk_.report().reactions;
    } else {
      desk_.refuse(post.key, answer, kReactionOut);
    }
  }
  return base::success();
}

Result<void> ConversationPlayer::finish() {
  if (path_.empty() && conversation_.members.empty() && conversation_.creator.empty()) {
    desk_.losses().note(kNobody);
    return base::success();
  }
  if (path_.empty() && !is_refused_) {
    TRY(create(""));
  }
  if (is_refused_) return base::success();
  TRY(settle_members());
  return mark_read();
}

// Whoever spoke and is not among the members of the export has left since; the creator stays, he owns it. Taken out
// without a key: also who came back for a post in one import and goes with the same list in another.
Result<void> ConversationPlayer::settle_members() {
  for (const std::string& member : conversation_.members) {
    TRY(add_member(member, conversation_.key));
  }
  std::vector<std::string> gone;
  for (const std::string& member : members_) {
    if (member != creator_ && !is_staying(member) && !member.starts_with("bot:")) gone.push_back(member);
  }
  std::ranges::sort(gone);
  for (const std::string& member : gone) {
    TRY(remove_member(member, ""));
  }
  return base::success();
}

Result<void> ConversationPlayer::mark_read() {
  if (posts_->last_ordinal() == 0) return base::success();
  const std::string body = "{\"up_to\":" + std::to_string(posts_->last_ordinal()) + "}";
  std::vector<std::string> members(members_.begin(), members_.end());
  std::ranges::sort(members);
  for (const std::string& member : members) {
    TRY(desk_.demand({"POST", path_ + "/read", member, "", body}, conversation_.key, kMemberOut));
  }
  return base::success();
}

}  // namespace hansard::replay
