// What the sources of IndexReader share: a question on its way to an answer.
//
// Thread: the reader's.
#pragma once

#include <algorithm>
#include <unordered_map>
#include <vector>

#include "projections/search/index_reader.h"

namespace hansard::search {

// The messages a caller may see, as a bitmap of conversations and, where history begins with joining, the last number
// before it.
class Access {
 public:
  Access(const std::vector<Seat>& seats, const Catalog& catalog);
  bool allows(MessageNumber number, ConversationNumber conversation) const {
    if (conversation / 64 >= bits_.size() || !(bits_[conversation / 64] >> (conversation % 64) & 1)) return false;
    if (floors_.empty()) return true;
    auto floor = floors_.find(conversation);
    return floor == floors_.end() || number > floor->second;
  }
  const std::vector<ConversationNumber>& conversations() const { return conversations_; }

 private:
  std::vector<std::uint64_t> bits_;
  std::unordered_map<ConversationNumber, MessageNumber> floors_;
  std::vector<ConversationNumber> conversations_;
};

struct IndexReader::Asking {
  Asking(const Question& asked, const Catalog& catalog, MessageNumber last, base::MonotonicTime at)
      : question(asked), access(asked.seats, catalog), newest(last), start(at) {}

  // Where its page begins.
  MessageNumber top() const {
    return question.cursor ? std::min(newest, std::max<MessageNumber>(question.cursor->below, 1) - 1) : newest;
  }

  const Question& question;
  const Access access;
  const MessageNumber newest;
  const base::MonotonicTime start;
  QueryPlan plan;
  std::vector<MessageNumber> hits;
  std::uint64_t matched = 0;   // hits and what was only counted
  std::uint64_t examined = 0;  // numbers the matches were counted in
  bool has_more = false;       // a match that is not among the hits
  MessageNumber low = 1;       // everything from here to the top of the page was looked at
  std::optional<PageCursor> next;
};

}  // namespace hansard::search
