#include "replay/channel_player.h"

#include <array>

#include "engine/base/clock.h"
#include "engine/base/hash.h"
#include "engine/base/json.h"
#include "engine/base/utf8.h"
#include "replay/command_output.h"
#include "replay/refusal.h"

namespace hansard::replay {

using base::append_json_number;
using base::append_json_string;
using base::Result;

namespace {

// 32 hex digits over the parts, as an idempotency key.
std::string key_of(std::string_view line_id, std::string_view step) {
  auto digest = base::sha256_pair(line_id, step);
  std::array<std::uint8_t, 16> half;
  std::copy_n(digest.begin(), half.size(), half.begin());
  return "import-" + base::uuid_text(half);
}

void append_member(std::string& out, std::string_view name, std::string_view value) {
  append_json_string(out, name);
  out += ':';
  append_json_string(out, value);
}

// Those within the text; the rest is counted.
void append_mentions(std::string& out, const ChatLine& line, ImportReport& report) {
  std::size_t length = base::count_code_points(line.text);
  bool first = true;
  for (const auto& mention : line.mentions) {
    if (mention.length == 0 || mention.offset > length || mention.length > length - mention.offset) {
      ++report.mentions_out_of_range;
      continue;
    }
    out += first ? "" : ",";
    first = false;
    out += '{';
    append_member(out, "user_id", mention.user);
    out += ",\"offset\":";
    append_json_number(out, mention.offset);
    out += ",\"length\":";
    append_json_number(out, mention.length);
    out += '}';
  }
}

// False where it is refused; an error only where the server is away or takes nothing from us.
Result<bool> ask(const ApiRequest& request, Client& client, std::string& why) {
  TRY(auto response, client.send(request));
  if (response.status == 401) return refusal_of(response);
  const bool is_taken = response.status / 100 == 2;
  if (!is_taken) why = reason_of(response);
  return is_taken;
}

void refuse(const ChatLine& line, const std::string& why, ImportReport& report) {
  ++report.refused_total;
  if (report.refused.size() < kSentencesKept) report.refused.push_back(line.id + ": " + why);
}

}  // namespace

std::string percent_encoded(std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (char c : text) {
    bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (plain) {
      out += c;
    } else {
      auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return out;
}

std::string message_id_of_line(std::string_view line_id) {
  auto digest = base::sha256_pair("hansard import line:", line_id);
  std::array<std::uint8_t, 16> id;
  std::copy_n(digest.begin(), id.size(), id.begin());
  id[6] = static_cast<std::uint8_t>((id[6] & 0x0F) | 0x80);
  id[8] = static_cast<std::uint8_t>((id[8] & 0x3F) | 0x80);
  return base::uuid_text(id);
}

Result<void> ChannelPlayer::create(Client& client, ImportReport& report) {
  std::string body = R"({"type":"group",)";
  append_member(body, "external_id", name_);
  body += ',';
  append_member(body, "title", name_);
  body += '}';
  ApiRequest create{"POST", "/api/v1/conversations", creator_, key_of(name_, "/create"), std::move(body)};
  TRY(auto answer, client.send(create));
  if (answer.status / 100 != 2) return refusal_of(answer);
  base::JsonParser parser;
  TRY(auto object, parser.parse(answer.body));
  conversation_ = object.member("id").string().value_or("");
  if (conversation_.empty()) return base::error(base::ErrorCode::malformed, "The server gave no conversation id.");
  // A shorter file may have made it, for somebody else.
  creator_ = object.member("created_by").string().value_or(creator_);
  people_.add(creator_);
  ++report.channels;
  return base::success();
}

Result<void> ChannelPlayer::change(const ChatLine& line, const MemberChange& change, std::size_t step, Client& client,
                                   ImportReport& report) {
  std::string path = "/api/v1/conversations/" + conversation_ + "/members";
  ApiRequest request{"POST", path, "", key_of(line.id, "/member/" + std::to_string(step)), ""};
  if (change.added) {
    request.body = R"({"members":[)";
    append_json_string(request.body, change.user);
    request.body += R"(],"quiet":true})";
  } else {
    request.method = "DELETE";
    request.target += "/" + percent_encoded(change.user) + "?quiet=true";
  }
  std::string why;
  TRY(const bool is_taken, ask(request, client, why));
  if (!is_taken) {
    refuse(line, why, report);
  } else {
    ++(change.added ? report.joins : report.removals);
  }
  return base::success();
}

std::string ChannelPlayer::body_of(const ChatLine& line, const std::string& reply_to, ImportReport& report) {
  std::string body = "{";
  append_member(body, "id", message_id_of_line(line.id));
  body += ',';
  append_member(body, "content", message_text(line));
  body += R"(,"quiet":true,)";
  append_member(body, "type", line.type == LineType::message ? "text" : "system");
  body += ',';
  append_member(body, "origin_time", base::time_text(line.time));
  if (!reply_to.empty()) {
    body += ',';
    append_member(body, "reply_to", message_id_of_line(reply_to));
  }
  if (!line.mentions.empty()) {
    body += R"(,"mentions":[)";
    append_mentions(body, line, report);
    body += ']';
  }
  return body + "}";
}

// A reply that is refused goes in by itself: an earlier import may have sent it so, when what it replies to was
// refused.
Result<void> ChannelPlayer::send_message(const ChatLine& line, Client& client, ImportReport& report) {
  const bool is_reply = seen_.contains(line.reply_to);
  ApiRequest send{"POST", "/api/v1/conversations/" + conversation_ + "/messages", line.from,
                  key_of(line.id, "/message"), body_of(line, is_reply ? line.reply_to : "", report)};
  std::string why, why_alone;
  TRY(const bool is_taken, ask(send, client, why));
  bool is_taken_alone = false;
  if (!is_taken && is_reply) {
    ImportReport counted_already;
    send.body = body_of(line, "", counted_already);
    TRY(is_taken_alone, ask(send, client, why_alone));
  }
  if (!is_taken && !is_taken_alone) {
    refuse(line, why, report);
    return base::success();
  }
  seen_.insert(line.id);
  report.dangling_replies += !line.reply_to.empty() && (is_taken_alone || !is_reply);
  ++(line.type == LineType::message ? report.messages : report.system_messages);
  return base::success();
}

Result<void> ChannelPlayer::play(const ChatLine& line, Client& client, ImportReport& report) {
  if (conversation_.empty()) {
    TRY(create(client, report));
  }
  auto changes = people_.apply(line);
  std::size_t step = 0;
  for (const auto& each : changes) {
    if (line.type == LineType::leave) break;
    TRY(change(line, each, step++, client, report));
  }
  TRY(send_message(line, client, report));
  for (const auto& each : changes) {
    if (line.type != LineType::leave) break;
    TRY(change(line, each, step++, client, report));
  }
  ++report.lines;
  return base::success();
}

}  // namespace hansard::replay
