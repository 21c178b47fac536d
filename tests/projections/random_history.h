// Random histories of a few conversations in which everything happens that a view may be asked about: people join,
// leave and come back, titles, settings and roles change, messages are edited, deleted, expire and are erased, people
// react, reply, mention, read and mark.
//
// Thread: one.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/projections/draw.h"
#include "tests/projections/log_builder.h"

namespace hansard::projections {

class RandomHistory {
 public:
  void step(const Draw& draw);

  const LogBuilder& log() const { return log_; }
  std::vector<base::ConversationId> conversations() const;
  const std::vector<domain::MessageFacts>& messages() const { return messages_; }
  static const std::vector<std::string>& users();

 private:
  struct Conversation {
    base::ConversationId id;
    std::vector<std::string> members;
    std::vector<domain::MessageFacts> messages;
    bool closed = false;
  };

  void create(const Draw& draw);
  void send(Conversation& in, const Draw& draw);
  void change_message(Conversation& in, const Draw& draw);
  void react(Conversation& in, const Draw& draw);
  void move_member(Conversation& in, const Draw& draw);
  void change_conversation(Conversation& in, const Draw& draw);
  void move_pointer(Conversation& in, const Draw& draw);

  LogBuilder log_;
  std::vector<Conversation> conversations_;
  std::vector<domain::MessageFacts> messages_;
};

}  // namespace hansard::projections
