#include "replay/post_player.h"

#include <algorithm>

#include "engine/base/clock.h"
#include "engine/base/utf8.h"
#include "replay/channel_player.h"
#include "replay/migrate/edit_time.h"

namespace hansard::replay {

using base::append_json_number;
using base::JsonValue;
using base::Result;
using migrate::append_text_member;
using migrate::Post;

namespace {
constexpr std::size_t kContentCodePointsMax = 10'000, kMentionsMax = 500;  // the server's defaults (API section 1)

constexpr char kSplit[] = "messages longer than 10,000 characters: in several";
constexpr char kDangling[] = "replies to a message that is not there: messages of their own";
constexpr char kCutMentions[] = "mentions across the cut of a long message: text only";
constexpr char kEditedLong[] = "edited long messages: the former text stays";
constexpr char kEditedHere[] = "messages edited there and later here: the text from here stays";
constexpr char kOtherName[] = "messages whose author has another name now: they stay as they were sent";

std::string path_of(const std::string& key) { return "/api/v1/messages/" + message_id_of_line(key); }

// When the export says that the post was edited last.
base::Timestamp edited_there(const Post& post) {
  base::JsonParser parser;
  auto metadata = parser.parse(post.metadata.empty() ? "{}" : post.metadata);
  return metadata ? migrate::edit_time(metadata.value()) : base::Timestamp{};
}
}  // namespace

// A text that is too long becomes several messages; the first has the post's key.
Result<PostPlayer::Sent> PostPlayer::play(const Post& post) {
  std::string rest = post.text;
  std::size_t from = 0;
  for (std::size_t number = 0; number == 0 || !rest.empty(); ++number) {
    std::string text = migrate::first_code_points(rest, kContentCodePointsMax);
    rest.erase(0, text.size());
    if (number == 0 && !rest.empty()) desk_.losses().note(kSplit);
    const std::string key = number == 0 ? post.key : post.key + "/" + std::to_string(number);
    const bool is_part = number > 0 || !rest.empty();
    TRY(const Sent sent, send(piece_of(post, key, from, std::move(text), is_part)));
    if (sent == Sent::now || sent == Sent::before) seen_.insert(post.key);
    if (sent != Sent::now) return sent;
    from += kContentCodePointsMax;
  }
  return Sent::now;
}

PostPlayer::Piece PostPlayer::piece_of(const Post& post, std::string key, std::size_t from, std::string text,
                                       bool is_part) {
  Piece piece{post, std::move(key), std::move(text), is_part, "{"};
  append_text_member(piece.content, "content", piece.text);
  append_metadata(piece.content, post.metadata, desk_.losses());
  if (!post.mentions.empty()) append_mentions(piece.content, post, from, base::count_code_points(piece.text));
  return piece;
}

void PostPlayer::append_mentions(std::string& body, const Post& post, std::size_t from, std::size_t length) {
  body += ",\"mentions\":[";
  std::size_t count = 0;
  for (const migrate::Mention& mention : post.mentions) {
    if (mention.offset < from || mention.offset >= from + length) continue;
    if (mention.offset + mention.length > from + length || count == kMentionsMax) {
      desk_.losses().note(kCutMentions);
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
  desk_.report().mentions += count;
}

// The key covers the body: what a newer export says in another way is asked, not answered from memory.
ApiRequest PostPlayer::send_request(const Piece& piece) {
  const Post& post = piece.post;
  std::string body = piece.content;
  append_text_member(body, "id", message_id_of_line(piece.key));
  append_text_member(body, "type", post.is_notice ? "system" : "text");
  append_text_member(body, "origin_time", base::time_text(post.time));
  if (post.is_bot) append_text_member(body, "sender_type", "bot");
  append_reply_to(body, post);
  body += ",\"quiet\":true}";
  const std::string key = import_key(piece.key, "/message" + body);
  return {"POST", "/api/v1/conversations/" + conversation_ + "/messages", post.author, key, std::move(body)};
}

void PostPlayer::append_reply_to(std::string& body, const Post& post) {
  if (post.reply_to.empty()) return;
  if (!seen_.contains(post.reply_to)) return desk_.losses().note(kDangling);
  ++desk_.report().replies;
  append_text_member(body, "reply_to", message_id_of_line(post.reply_to));
}

PostPlayer::Sent PostPlayer::refused(const Piece& piece, const ApiResponse& answer) {
  if (code_of(answer) == "not_found") return Sent::out;
  desk_.refuse(piece.key, answer);
  return Sent::refused;
}

Result<PostPlayer::Sent> PostPlayer::send(const Piece& piece) {
  TRY(auto answer, desk_.ask(send_request(piece)));
  if (code_of(answer) == "id_taken") return meet(piece, answer);
  if (!is_success(answer)) return refused(piece, answer);
  TRY(auto message, parser_.parse(answer.body));
  note_ordinal(message);
  ++(piece.post.is_notice ? desk_.report().notices : desk_.report().messages);
  return Sent::now;
}

// The message is there and says something else: it was edited, or other names stand in it.
Result<PostPlayer::Sent> PostPlayer::meet(const Piece& piece, const ApiResponse& refusal) {
  TRY(auto answer, desk_.ask({"GET", path_of(piece.key), piece.post.author, "", ""}));
  if (!is_success(answer)) return refused(piece, answer);
  TRY(auto there, parser_.parse(answer.body));
  if (there.member("conversation_id").string() != conversation_) return refused(piece, refusal);
  note_ordinal(there);
  ++(piece.post.is_notice ? desk_.report().notices : desk_.report().messages);
  if (there.member("sender_id").string() != piece.post.author) {
    desk_.losses().note(kOtherName);
  } else if (is_to_edit(piece, there)) {
    TRY(edit(piece));
  }
  return Sent::before;
}

Result<void> PostPlayer::edit(const Piece& piece) {
  const std::string body = piece.content + "}";
  const std::string key = import_key(piece.key, "/edit" + body);
  ++desk_.report().edits;
  return desk_.demand({"PATCH", path_of(piece.key), piece.post.author, key, body}, piece.key);
}

// What is there says of itself when it was edited: in the metadata of a former export, or by who edited it here.
bool PostPlayer::is_to_edit(const Piece& piece, const JsonValue& there) {
  const auto text = there.member("content").string();
  if (!text || *text == piece.text || piece.post.is_notice) return false;
  const base::Timestamp edited = edited_there(piece.post);
  if (edited <= migrate::edit_time(there.member("metadata"))) return false;
  const auto edited_here = base::parse_time(there.member("edited_at").string().value_or(""));
  const bool is_long = piece.is_part || base::count_code_points(*text) == kContentCodePointsMax;
  if (is_long || (edited_here && *edited_here >= edited)) {
    desk_.losses().note(is_long ? kEditedLong : kEditedHere);
    return false;
  }
  return true;
}

void PostPlayer::note_ordinal(const JsonValue& message) {
  const auto ordinal = message.member("ordinal").integer();
  if (ordinal) last_ordinal_ = std::max(last_ordinal_, static_cast<std::uint64_t>(*ordinal));
}

}  // namespace hansard::replay
