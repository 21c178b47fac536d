// What a server must answer after an import of a chat log, folded from the file alone: conversations, messages in
// order, members, unread counts. Nothing here is shared with the importer's or the server's code; the unread rule is
// API.md section 3 spelled out over plain vectors.
//
// Memory: the whole log's messages.
// Thread: one at a time.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "replay/chat_log.h"

namespace hansard::replay {

struct ExpectedMessage {
  std::string id;  // the line's
  std::string author;
  std::string text;
  base::Timestamp time;
  bool system = false;
  std::string reply_to;                     // line id of an earlier line of the channel, "" for none
  std::vector<LineMention> mentions;        // within the text
  std::set<std::string> mentioned_members;  // who counts
};

struct ExpectedUnread {
  std::uint64_t unread = 0;
  std::uint64_t mentions = 0;
  bool operator==(const ExpectedUnread&) const = default;
};

struct ExpectedChannel {
  std::string creator;
  std::string earlier_creator;                           // of a file that ended before he spoke; "" for nobody
  std::string first_named;                               // the creator of one that ended before anybody joined or spoke
  std::vector<ExpectedMessage> messages;                 // ordinal 1 first
  std::map<std::string, std::uint64_t> members;          // who is in at the end → messages there were when he came in
  std::map<std::string, std::size_t> places;             // line id → index
  std::map<std::string, ExpectedUnread> unread() const;  // of every member
};

using ExpectedChannels = std::map<std::string, ExpectedChannel>;

base::Result<ExpectedChannels> fold_chat_log(const std::string& file);
// One channel, as it is where `creator` made it: he is in it from the start.
base::Result<ExpectedChannel> fold_channel(const std::string& file, const std::string& channel,
                                           const std::string& creator);

}  // namespace hansard::replay
