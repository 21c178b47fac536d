// The unread law by brute force: keeps every message and counts by looking at each. Also where its log comes from: the
// model says which random step makes sense, so that the log is one that the rules would allow.
//
// Thread: one.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "projections/queries.h"
#include "tests/projections/draw.h"
#include "tests/projections/log_builder.h"

namespace hansard::projections {

class UnreadModel {
 public:
  struct Message {
    domain::MessageFacts facts;
    bool gone = false;
    std::set<std::string> mentioned;
  };
  struct Reader {
    bool member = false;
    std::uint64_t read_up_to = 0;
    std::uint64_t marked_from = 0;  // 0: none
    std::uint64_t joined_after = 0;
    bool archived = false;
  };
  struct Conversation {
    base::ConversationId id;
    std::vector<Message> messages;
    std::map<std::string, Reader> readers;
    bool hides_history = false;
  };

  // One random step.
  void step(const Draw& draw);

  const LogBuilder& log() const { return log_; }
  const std::vector<Conversation>& conversations() const { return conversations_; }
  static const std::vector<std::string>& users();

  static std::vector<std::uint64_t> unread(const Conversation& in, const std::string& user);
  static std::uint64_t mentions(const Conversation& in, const std::string& user);

 private:
  void create(const Draw& draw);
  void send(Conversation& in, const Draw& draw, std::uint64_t count);
  void change(Conversation& in, const Draw& draw);
  void move_member(Conversation& in, const Draw& draw);
  void change_history(Conversation& in);
  void send_notice(Conversation& in, const std::string& actor);
  void move_pointer(Conversation& in, const Draw& draw);
  std::vector<domain::Mention> draw_mentions(const Conversation& in, const Draw& draw) const;

  LogBuilder log_;
  std::vector<Conversation> conversations_;
};

}  // namespace hansard::projections
