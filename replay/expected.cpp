#include "replay/expected.h"

namespace hansard::replay {

using base::Result;

namespace {

std::uint64_t code_points(const std::string& text) {
  std::uint64_t count = 0;
  for (unsigned char byte : text) {
    if (byte < 0x80 || byte >= 0xC0) ++count;
  }
  return count;
}

// A later membership starts where the channel is then; an earlier pointer is lower, for nobody reads in an import.
void enter(ExpectedChannel& channel, const std::string& user) {
  channel.members.emplace(user, channel.messages.size());
}

std::string system_text(const ChatLine& line) {
  if (line.type == LineType::join) return line.from + " joined";
  if (line.type == LineType::leave) return line.from + " left";
  if (line.type == LineType::rename) return line.from + " is now known as " + line.to;
  return line.text;
}

void record(ExpectedChannel& channel, const ChatLine& line) {
  bool system = line.type != LineType::message;
  ExpectedMessage message{line.id, line.from, system ? system_text(line) : line.text, line.time, system, "", {}, {}};
  if (channel.places.contains(line.reply_to)) message.reply_to = line.reply_to;
  for (const auto& mention : line.mentions) {
    std::uint64_t end = code_points(line.text);
    if (mention.length == 0 || mention.offset > end || mention.length > end - mention.offset) continue;
    message.mentions.push_back(mention);
    if (channel.members.contains(mention.user)) message.mentioned_members.insert(mention.user);
  }
  channel.places.emplace(line.id, channel.messages.size());
  channel.messages.push_back(std::move(message));
}

void fold(ExpectedChannel& channel, const ChatLine& line) {
  if (channel.messages.empty() && !channel.creator.empty()) enter(channel, channel.creator);
  if (line.type == LineType::message || line.type == LineType::join) enter(channel, line.from);
  if (line.type == LineType::rename) {
    channel.members.erase(line.from);
    enter(channel, line.to);
  }
  record(channel, line);
  if (line.type == LineType::leave) channel.members.erase(line.from);
}

// The creator: who speaks first, else who joins first, else whoever is named first.
Result<ExpectedChannels> channels_with_creators(const std::string& file) {
  TRY(auto log, ChatLog::open(file));
  ExpectedChannels channels;
  std::map<std::string, std::string> joined, named;
  for (;;) {
    TRY(auto line, log->next());
    if (!line) break;
    auto& channel = channels[line->channel];
    named.emplace(line->channel, line->from);
    if (line->type == LineType::join && channel.creator.empty()) joined.emplace(line->channel, line->from);
    if (line->type == LineType::message && channel.creator.empty()) channel.creator = line->from;
  }
  for (auto& [name, channel] : channels) {
    channel.first_named = named[name];
    if (joined.contains(name)) channel.earlier_creator = joined[name];
    if (channel.creator.empty()) channel.creator = joined.contains(name) ? joined[name] : named[name];
  }
  return channels;
}

}  // namespace

std::map<std::string, ExpectedUnread> ExpectedChannel::unread() const {
  std::map<std::string, ExpectedUnread> counts;
  for (const auto& [user, seen] : members) {
    ExpectedUnread count;
    for (std::size_t i = seen; i < messages.size(); ++i) {
      if (messages[i].system || messages[i].author == user) continue;
      ++count.unread;
      count.mentions += messages[i].mentioned_members.contains(user);
    }
    counts.emplace(user, count);
  }
  return counts;
}

Result<ExpectedChannels> fold_chat_log(const std::string& file) {
  TRY(auto channels, channels_with_creators(file));
  TRY(auto log, ChatLog::open(file));
  for (;;) {
    TRY(auto line, log->next());
    if (!line) return channels;
    fold(channels[line->channel], *line);
  }
}

Result<ExpectedChannel> fold_channel(const std::string& file, const std::string& channel, const std::string& creator) {
  TRY(auto log, ChatLog::open(file));
  ExpectedChannel expected;
  expected.creator = creator;
  for (;;) {
    TRY(auto line, log->next());
    if (!line) return expected;
    if (line->channel == channel) fold(expected, *line);
  }
}

}  // namespace hansard::replay
