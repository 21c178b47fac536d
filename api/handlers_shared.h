// Bodies that the present and the past share: unread totals, explain, receipts and members.
//
// Thread: any; plain functions.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "api/handlers.h"
#include "projections/past.h"

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

// `members` are one more than `limit` where there are more.
projections::MembersPage page_of(std::vector<projections::MemberView> members, std::size_t limit);
Response members_response(const projections::MembersPage& members);
// Of the members the message was sent to.
using ReaderOf = std::function<projections::ReaderView(const base::UserId&)>;
Response receipts_response(const domain::MessageFacts& facts, const projections::MembersPage& members,
                           const ReaderOf& reader_of);

}  // namespace hansard::api::handlers
