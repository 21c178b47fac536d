#include "replay/channel_check.h"

#include <set>

#include "engine/base/clock.h"
#include "replay/command_output.h"
#include "replay/refusal.h"

namespace hansard::replay {

using base::Result;

namespace {

std::string encoded(std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    out += {'%', kHex[byte >> 4], kHex[byte & 15]};
  }
  return out;
}

std::string_view text_of(const base::JsonValue& object, std::string_view key) {
  return object.member(key).string().value_or("");
}

std::uint64_t number_of(const base::JsonValue& object, std::string_view key) {
  return static_cast<std::uint64_t>(object.member(key).integer().value_or(-1));
}

}  // namespace

void ChannelCheck::differ(const std::string& what) {
  ++report_.differences_total;
  if (report_.differences.size() < kSentencesKept) report_.differences.push_back(name_ + ": " + what);
}

Result<std::string> ChannelCheck::get(std::string target, const std::string& act_as) {
  if (!min_position_.empty())
    target.append(target.find('?') == std::string::npos ? "?" : "&") += "min_position=" + min_position_;
  TRY(auto response, client_.send({"GET", target, act_as, "", ""}));
  if (response.status == 200) return std::move(response.body);
  return base::error(base::ErrorCode::refused, target + " as " + act_as + " answers " +
                                                   std::to_string(response.status) + ": " + reason_of(response));
}

Result<void> ChannelCheck::run() {
  ++report_.conversations;
  if (expected_->members.empty()) {
    differ("nobody is left in it, so nobody can read it");
    return base::success();
  }
  viewer_ = expected_->members.begin()->first;
  TRY(auto body, get("/api/v1/conversations?external_id=" + encoded(name_), viewer_));
  TRY(auto page, parser_.parse(body));
  auto items = page.member("items").items();
  if (items.size() != 1) {
    differ("the list has " + std::to_string(items.size()) + " conversations of that external_id");
    return base::success();
  }
  conversation_ = text_of(items[0], "id");
  if (text_of(items[0], "external_id") != name_) differ("external_id is another one");
  if (text_of(items[0], "type") != "group") differ("it is not a group");
  TRY(check_creator(text_of(items[0], "created_by")));
  if (number_of(items[0], "member_count") != expected_->members.size()) differ("member_count is wrong");
  if (number_of(items[0], "last_ordinal") != expected_->messages.size()) differ("last_ordinal is wrong");
  TRY(check_messages());
  TRY(check_members());
  return check_unread();
}

// A log that grew may have begun without who makes the channel of all of it.
Result<void> ChannelCheck::check_creator(std::string_view creator) {
  const ExpectedChannel& expected = *expected_;
  if (creator == expected.creator || (!creator.empty() && creator == expected.earlier_creator)) return base::success();
  if (creator.empty() || creator != expected.first_named) {
    differ("its creator is not " + expected.creator);
    return base::success();
  }
  TRY(as_made_, fold_channel(file_, name_, std::string(creator)));
  expected_ = &as_made_;
  return base::success();
}

Result<void> ChannelCheck::check_messages() {
  std::string base_target = "/api/v1/conversations/" + conversation_ + "/messages?limit=200&after=";
  for (std::uint64_t after = 0;;) {
    TRY(auto body, get(base_target + std::to_string(after), viewer_));
    TRY(auto page, parser_.parse(body));
    auto items = page.member("items").items();
    if (items.empty()) break;
    for (const auto& message : items) {
      if (ids_.size() >= expected_->messages.size()) {
        differ("there are more messages than lines");
        return base::success();
      }
      check_message(message, ids_.size());
    }
    after = number_of(items.back(), "ordinal");
  }
  if (ids_.size() != expected_->messages.size()) {
    differ("it has " + std::to_string(ids_.size()) + " messages instead of " +
           std::to_string(expected_->messages.size()));
  }
  return base::success();
}

void ChannelCheck::check_message(const base::JsonValue& message, std::size_t index) {
  const auto& expected = expected_->messages[index];
  auto place = "line " + expected.id;
  ids_.emplace_back(text_of(message, "id"));
  ++report_.messages;
  if (number_of(message, "ordinal") != index + 1) differ(place + " is not message " + std::to_string(index + 1));
  if (text_of(message, "sender_id") != expected.author) differ(place + " has another author");
  if (text_of(message, "content") != expected.text) differ(place + " has another text");
  if (text_of(message, "type") != (expected.system ? "system" : "text")) differ(place + " has another type");
  if (base::parse_time(text_of(message, "created_at")) != std::optional(expected.time)) {
    differ(place + " has another time");
  }
  auto reply = text_of(message, "reply_to");
  auto wanted = expected.reply_to.empty() ? std::string() : ids_[expected_->places.at(expected.reply_to)];
  if (reply != wanted) differ(place + " replies to another message");
  report_.replies += !wanted.empty();
  check_mentions(message, expected);
}

void ChannelCheck::check_mentions(const base::JsonValue& message, const ExpectedMessage& expected) {
  auto mentions = message.member("mentions").items();
  bool same = mentions.size() == expected.mentions.size();
  for (std::size_t i = 0; same && i < mentions.size(); ++i) {
    const auto& wanted = expected.mentions[i];
    same = text_of(mentions[i], "user_id") == wanted.user && number_of(mentions[i], "offset") == wanted.offset &&
           number_of(mentions[i], "length") == wanted.length;
  }
  if (!same) differ("line " + expected.id + " has other mentions");
  report_.mentions += mentions.size();
}

Result<void> ChannelCheck::check_members() {
  std::set<std::string> members;
  std::string target = "/api/v1/conversations/" + conversation_ + "/members?limit=200";
  for (std::string cursor;;) {
    TRY(auto body, get(target + (cursor.empty() ? "" : "&cursor=" + encoded(cursor)), viewer_));
    TRY(auto page, parser_.parse(body));
    for (const auto& member : page.member("items").items()) members.emplace(text_of(member, "user_id"));
    cursor = text_of(page, "next");
    if (cursor.empty()) break;
  }
  report_.members += members.size();
  for (const auto& [user, since] : expected_->members) {
    if (members.erase(user) == 0) differ(user + " is not a member");
  }
  for (const auto& user : members) differ(user + " is a member and should not be");
  return base::success();
}

Result<void> ChannelCheck::check_unread() {
  for (const auto& [user, wanted] : expected_->unread()) {
    TRY(auto body, get("/api/v1/conversations/" + conversation_, user));
    TRY(auto object, parser_.parse(body));
    ExpectedUnread got{number_of(object, "unread"), number_of(object, "mentions_unread")};
    ++report_.unread_counts;
    if (got == wanted) continue;
    differ(user + " has " + std::to_string(got.unread) + " unread and " + std::to_string(got.mentions) +
           " mentions instead of " + std::to_string(wanted.unread) + " and " + std::to_string(wanted.mentions));
  }
  return base::success();
}

}  // namespace hansard::replay
