// A chat whose log the index follows, and what a reader of that chat would answer by looking at every message: the
// model that searches are compared with. Messages are made of words whose folded form is known, so the model needs no
// tokenizer.
//
// Thread: one.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "projections/search/question.h"
#include "tests/support/fake_engine.h"

namespace hansard::search {

// As written, and what it is found by: folded words in order (a run of characters without spaces is one "word", found
// by any part of it).
struct Spelling {
  std::string written;
  std::string folded;
  bool is_run = false;
};

struct Said {
  base::ConversationId conversation;
  base::Ordinal ordinal;
  domain::MessageFacts facts;
  std::vector<Spelling> words;
  std::set<std::string> mentioned;
  bool has_file = false;
  bool is_live = true;
};

class Chat {
 public:
  struct Options {
    domain::MessageType type = domain::MessageType::text;
    std::set<std::string> mentioned;
    bool has_file = false;
    std::int64_t created_at = 0;  // 0: the log's time
  };

  explicit Chat(std::uint32_t epoch = 1) : engine({}, epoch) {}
  support::FakeEngine engine;
  std::vector<Said> said;  // in the order of the log

  base::ConversationId create(const std::vector<std::string>& members, bool from_join = false);
  void join(const base::ConversationId& id, const std::string& user);
  void leave(const base::ConversationId& id, const std::string& user);
  // Texts of one spelling per word.
  Said& send(const base::ConversationId& id, const std::string& author, std::vector<Spelling> words, Options options);
  Said& send(const base::ConversationId& id, const std::string& author, const std::string& text);
  void edit(Said& message, std::vector<Spelling> words);
  void edit(Said& message, const std::string& text);
  void erase_by_edit(Said& message);
  void remove(Said& message);
  void expire(Said& message);
  void noise();  // an event that is no message

  std::vector<Seat> seats(const std::string& user) const;
  bool may_see(const std::string& user, const Said& message) const;
  // Newest first.
  std::vector<const Said*> expected(const std::string& user, const std::function<bool(const Said&)>& wanted) const;

 private:
  struct Membership {
    bool member = false;
    base::Ordinal joined_after;
  };
  struct Room {
    bool from_join = false;
    std::uint64_t last = 0;
    std::map<std::string, Membership> members;
  };
  void append(domain::EventBody body, const std::string& actor);
  domain::MessageContent content_of(const Said& message) const;

  std::map<base::ConversationId, Room> rooms_;
  std::uint64_t messages_ = 0;
};

std::vector<Spelling> plain(const std::string& text);

}  // namespace hansard::search
