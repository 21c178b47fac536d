// Cursors of lists: opaque text (base64url of a kind, fixed fields and a CRC32C). Not a secret and not signed: a cursor
// only says where a page goes on, access is checked anew on every page. Anything that is not exactly what encode gave
// decodes to nothing, and the caller answers 400.
//
// Thread: any; plain functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/base/ids.h"
#include "projections/queries.h"
#include "projections/search/question.h"

namespace hansard::api {

struct HistoryCursor {
  base::ConversationId conversation;
  projections::Direction direction = projections::Direction::before;
  base::Ordinal from;  // exclusive
  std::optional<base::MessageId> thread;
};
std::string encode_cursor(const HistoryCursor& cursor);
std::optional<HistoryCursor> decode_history_cursor(std::string_view text);

struct VersionCursor {
  base::MessageId message;
  base::Version after;  // exclusive
};
std::string encode_cursor(const VersionCursor& cursor);
std::optional<VersionCursor> decode_version_cursor(std::string_view text);

// `question` is a hash of the list's filters, 0 where it has none; another list's cursor decodes to nothing.
std::string encode_cursor(const projections::ListCursor& cursor, std::uint32_t question);
std::optional<projections::ListCursor> decode_list_cursor(std::string_view text, std::uint32_t question);

// Of one search: `question` is a hash of what was asked, and another question's cursor decodes to nothing.
std::string encode_cursor(const search::PageCursor& cursor, std::uint32_t question);
std::optional<search::PageCursor> decode_search_cursor(std::string_view text, std::uint32_t question);

// Of one audit query: `question` is a hash of its filters. The next page goes on at `at`, inclusive.
std::string encode_audit_cursor(base::Position at, std::uint32_t question);
std::optional<base::Position> decode_audit_cursor(std::string_view text, std::uint32_t question);

std::string encode_cursor(const projections::ScheduledCursor& cursor);
std::optional<projections::ScheduledCursor> decode_scheduled_cursor(std::string_view text);

// Lists of users in the order of their ids: members and receipts.
std::string encode_cursor(const base::UserId& after);
std::optional<base::UserId> decode_user_cursor(std::string_view text);

// Lists in the order of names, ids or numbers, one kind for all: another `list`'s cursor decodes to nothing.
std::string encode_name_cursor(std::string_view list, std::string_view after);
std::optional<std::string> decode_name_cursor(std::string_view text, std::string_view list);

}  // namespace hansard::api
