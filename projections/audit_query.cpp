#include "projections/audit_query.h"

#include <algorithm>

#include "projections/audit_fold.h"
#include "projections/posting_list.h"

namespace hansard::projections {

namespace {
// The positions of one message: a row each.
class MessagePostings {
 public:
  MessagePostings(const StoreSnapshot& rows, const MessageId& message) : prefix_(message_postings(message)) {
    cursor_ = rows.cursor();
  }
  Position at_or_below(Position at) {
    ++seeks_;
    cursor_->seek(Key(prefix_).down(at.value));
    if (!cursor_->at(prefix_)) return {};
    std::uint64_t inverted = 0;
    std::memcpy(&inverted, cursor_->key().data() + cursor_->key().size() - sizeof inverted, sizeof inverted);
    return {~__builtin_bswap64(inverted)};
  }
  std::uint64_t seeks() const { return seeks_; }

 private:
  const Key prefix_;
  std::unique_ptr<RowCursor> cursor_;
  std::uint64_t seeks_ = 0;
};

// All lists of a filter, walked down together.
class Intersection {
 public:
  Intersection(const StoreSnapshot& rows, const AuditFilter& filter) {
    if (filter.message) message_.emplace(rows, *filter.message);
    if (filter.conversation) lists_.emplace_back(rows, conversation_list(*filter.conversation));
    if (filter.actor) lists_.emplace_back(rows, actor_list(*filter.actor));
    if (filter.type) lists_.emplace_back(rows, type_list(*filter.type));
    std::sort(lists_.begin(), lists_.end(), [](const auto& a, const auto& b) { return a.size() < b.size(); });
  }

  // The greatest position at or below `at` that may pass: it passes when it is the same as `at`.
  Position leap(Position at) {
    Position down = at;
    if (message_) down = message_->at_or_below(down);
    for (PostingList& list : lists_) {
      ++calls_;
      if (down) down = list.at_or_below(down);
    }
    return down;
  }
  std::uint64_t steps() const {
    std::uint64_t seeks = message_ ? message_->seeks() : 0;
    for (const PostingList& list : lists_) seeks += list.seeks();
    return calls_ + seeks * AuditSnapshot::kSeekSteps;
  }

 private:
  std::optional<MessagePostings> message_;
  std::vector<PostingList> lists_;
  std::uint64_t calls_ = 0;
};
}  // namespace

Position AuditSnapshot::position() const { return rows_->checkpoint().position; }

AuditPage AuditSnapshot::find(const AuditQuery& query, std::uint64_t steps_max) const {
  AuditPage page;
  Intersection lists(*rows_, query.filter);
  Position at = std::min(query.to, position());
  while (at >= query.from && at && page.positions.size() < query.limit && lists.steps() < steps_max) {
    Position down = lists.leap(at);
    if (down == at) {
      page.positions.push_back(at);
      at.value -= 1;
    } else {
      at = down;
    }
  }
  page.finished = at < query.from || !at;
  page.scanned_to = page.finished ? query.from : at.next();
  return page;
}

}  // namespace hansard::projections
