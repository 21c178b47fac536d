// Bodies that the present and the past share: unread totals, explain, receipts and members.
//
// Thread: any; plain functions.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "api/handlers.h"

namespace hansard::api::handlers {

inline constexpr std::size_t kOrdinalsExplainedMax = 10'000;

// {total, mentions, conversations}: those with something unread.
class UnreadTotals {
 public:
  void add(const base::ConversationId& id, const projections::UnreadCount& count);
  std::string body() const;

 private:
  projections::UnreadCount total_;
  std::string items_;
};

Response explain_response(const projections::Explain& explain);

// A page of `limit`; `members` are one more where there are more.
Response members_response(std::vector<projections::MemberView> members, std::size_t limit);
// Of the members the message was sent to.
using ReaderOf = std::function<projections::ReaderView(const base::UserId&)>;
Response receipts_response(const domain::MessageFacts& facts, std::vector<projections::MemberView> members,
                           std::size_t limit, const ReaderOf& reader_of);

}  // namespace hansard::api::handlers
