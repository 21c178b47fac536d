// One channel of an import: turns its lines, in order, into requests and knows what was asked before (members, lines
// that can be replied to). See import.h.
//
// Thread: one worker at a time.
#pragma once

#include <string>
#include <string_view>
#include <unordered_set>

#include "replay/client.h"
#include "replay/import.h"
#include "replay/people.h"

namespace hansard::replay {

// As a segment of a path (RFC 3986): letters and digits stay.
std::string percent_encoded(std::string_view text);

class ChannelPlayer {
 public:
  ChannelPlayer(std::string name, std::string creator) : name_(std::move(name)), creator_(std::move(creator)) {}

  // Plays one line. An error means the server is away for good; what the server refuses is counted in `report`.
  base::Result<void> play(const ChatLine& line, Client& client, ImportReport& report);

 private:
  base::Result<void> create(Client& client, ImportReport& report);
  base::Result<void> change(const ChatLine& line, const MemberChange& change, std::size_t step, Client& client,
                            ImportReport& report);
  base::Result<void> send_message(const ChatLine& line, Client& client, ImportReport& report);
  // `reply_to`: a line's id, "" for none.
  static std::string body_of(const ChatLine& line, const std::string& reply_to, ImportReport& report);

  std::string name_;
  std::string creator_;
  std::string conversation_;  // its id, once created
  People people_;
  std::unordered_set<std::string> seen_;  // ids of the lines that are there, for replies
};

}  // namespace hansard::replay
