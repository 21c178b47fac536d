// Who is in a channel, as the lines of a chat log say: whoever speaks or joins is a member, leaves remove, a rename
// removes `from` and adds `to`, always. The importer sends only what changes membership, so that playing a log twice
// asks for nothing twice. The checker has a fold of its own (expected.h).
//
// Thread: one at a time.
#pragma once

#include <string>
#include <unordered_set>
#include <vector>

#include "replay/chat_log.h"

namespace hansard::replay {

struct MemberChange {
  bool added = false;
  std::string user;
};

class People {
 public:
  // What the line changes, in order, before its own message is sent (added) or after (removed on leave).
  std::vector<MemberChange> apply(const ChatLine& line);
  void add(const std::string& user) { members_.insert(user); }
  const std::unordered_set<std::string>& members() const { return members_; }

 private:
  std::unordered_set<std::string> members_;
};

// The text of the system message a join, leave, rename or notice becomes; a message's own text.
std::string message_text(const ChatLine& line);

}  // namespace hansard::replay
