#include "api/cursor.h"

#include "api/base64url.h"
#include "engine/base/hash.h"

namespace hansard::api {

using base::ConversationId;
using base::MessageId;
using projections::Direction;
using projections::ListCursor;
using projections::ScheduledCursor;

namespace {
constexpr char kAudit = 'a';
constexpr char kHistory = 'h';
constexpr char kList = 'l';
constexpr char kName = 'n';
constexpr char kUser = 'u';
constexpr char kScheduled = 'w';
constexpr char kSearch = 's';
constexpr char kVersion = 'v';
constexpr std::size_t kIdBytes = 16;
constexpr std::size_t kNumberBytes = 8;
constexpr std::size_t kChecksumBytes = 4;
constexpr std::size_t kMessageNumberBytes = 4;

void put_number(std::string& out, std::uint64_t value, std::size_t bytes) {
  while (bytes-- > 0) out += static_cast<char>(value >> (8 * bytes));
}

std::string sealed(std::string bytes) {
  put_number(bytes, base::crc32c(bytes), kChecksumBytes);
  return encode_base64url(bytes);
}

// Takes fields from the front; asking for more than there is fails for good.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}
  std::string_view take(std::size_t bytes) {
    if (rest_.size() < bytes) failed_ = true;
    if (failed_) return {};
    auto taken = rest_.substr(0, bytes);
    rest_.remove_prefix(bytes);
    return taken;
  }
  std::uint64_t number(std::size_t bytes) {
    std::uint64_t value = 0;
    for (char c : take(bytes)) value = value << 8 | static_cast<unsigned char>(c);
    return value;
  }
  template <class Id>
  Id id() {
    auto bytes = take(kIdBytes);
    return failed_ ? Id{} : base::id_from_bytes<Id>(bytes);
  }
  std::string_view rest() { return take(rest_.size()); }
  bool is_whole() const { return !failed_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

// The bytes after the kind and before the checksum.
std::optional<std::string> opened(std::string_view text, char kind) {
  auto bytes = decode_base64url(text);
  if (!bytes || bytes->size() <= kChecksumBytes || bytes->front() != kind) return std::nullopt;
  std::size_t content = bytes->size() - kChecksumBytes;
  Reader checksum(std::string_view(*bytes).substr(content));
  if (checksum.number(kChecksumBytes) != base::crc32c(std::string_view(*bytes).substr(0, content))) return std::nullopt;
  return bytes->substr(1, content - 1);
}
}  // namespace

std::string encode_cursor(const HistoryCursor& cursor) {
  std::string bytes(1, kHistory);
  bytes += cursor.conversation.view();
  bytes += cursor.direction == Direction::after ? '\1' : '\0';
  put_number(bytes, cursor.from.value, kNumberBytes);
  if (cursor.thread) bytes += cursor.thread->view();
  return sealed(std::move(bytes));
}

std::optional<HistoryCursor> decode_history_cursor(std::string_view text) {
  auto bytes = opened(text, kHistory);
  if (!bytes) return std::nullopt;
  Reader reader(*bytes);
  HistoryCursor cursor;
  cursor.conversation = reader.id<ConversationId>();
  cursor.direction = reader.number(1) == 0 ? Direction::before : Direction::after;
  cursor.from = {reader.number(kNumberBytes)};
  if (!reader.is_whole()) cursor.thread = reader.id<MessageId>();
  if (!reader.is_whole()) return std::nullopt;
  return cursor;
}

std::string encode_cursor(const VersionCursor& cursor) {
  std::string bytes(1, kVersion);
  bytes += cursor.message.view();
  put_number(bytes, cursor.after.value, kNumberBytes);
  return sealed(std::move(bytes));
}

std::optional<VersionCursor> decode_version_cursor(std::string_view text) {
  auto bytes = opened(text, kVersion);
  if (!bytes) return std::nullopt;
  Reader reader(*bytes);
  VersionCursor cursor;
  cursor.message = reader.id<MessageId>();
  cursor.after = {reader.number(kNumberBytes)};
  if (!reader.is_whole()) return std::nullopt;
  return cursor;
}

std::string encode_cursor(const ListCursor& cursor, std::uint32_t question) {
  std::string bytes(1, kList);
  put_number(bytes, cursor.as_of.value, kNumberBytes);
  put_number(bytes, cursor.last_message_position.value, kNumberBytes);
  bytes += cursor.id.view();
  if (question != 0) put_number(bytes, question, kChecksumBytes);
  return sealed(std::move(bytes));
}

std::optional<ListCursor> decode_list_cursor(std::string_view text, std::uint32_t question) {
  auto bytes = opened(text, kList);
  if (!bytes) return std::nullopt;
  Reader reader(*bytes);
  ListCursor cursor;
  cursor.as_of = {reader.number(kNumberBytes)};
  cursor.last_message_position = {reader.number(kNumberBytes)};
  cursor.id = reader.id<ConversationId>();
  const bool is_its = question == 0 || reader.number(kChecksumBytes) == question;
  if (!is_its || !reader.is_whole()) return std::nullopt;
  return cursor;
}

std::string encode_cursor(const search::PageCursor& cursor, std::uint32_t question) {
  std::string bytes(1, kSearch);
  put_number(bytes, question, kMessageNumberBytes);
  bytes += cursor.sort == search::Sort::relevance ? '\1' : '\0';
  put_number(bytes, cursor.below, kMessageNumberBytes);
  put_number(bytes, cursor.lowest, kMessageNumberBytes);
  put_number(bytes, static_cast<std::uint32_t>(cursor.score), kMessageNumberBytes);
  put_number(bytes, cursor.last, kMessageNumberBytes);
  return sealed(bytes + cursor.weights);
}

std::optional<search::PageCursor> decode_search_cursor(std::string_view text, std::uint32_t question) {
  auto bytes = opened(text, kSearch);
  if (!bytes) return std::nullopt;
  Reader reader(*bytes);
  bool is_its = reader.number(kMessageNumberBytes) == question;
  search::PageCursor cursor;
  cursor.sort = reader.number(1) == 0 ? search::Sort::recent : search::Sort::relevance;
  cursor.below = static_cast<std::uint32_t>(reader.number(kMessageNumberBytes));
  cursor.lowest = static_cast<std::uint32_t>(reader.number(kMessageNumberBytes));
  cursor.score = static_cast<std::int32_t>(reader.number(kMessageNumberBytes));
  cursor.last = static_cast<std::uint32_t>(reader.number(kMessageNumberBytes));
  cursor.weights = reader.rest();
  if (!is_its || !reader.is_whole()) return std::nullopt;
  return cursor;
}

std::string encode_audit_cursor(base::Position at, std::uint32_t question) {
  std::string bytes(1, kAudit);
  put_number(bytes, question, kChecksumBytes);
  put_number(bytes, at.value, kNumberBytes);
  return sealed(std::move(bytes));
}

std::optional<base::Position> decode_audit_cursor(std::string_view text, std::uint32_t question) {
  auto bytes = opened(text, kAudit);
  if (!bytes) return std::nullopt;
  Reader reader(*bytes);
  bool is_its = reader.number(kChecksumBytes) == question;
  base::Position at{reader.number(kNumberBytes)};
  if (!is_its || !reader.is_whole() || !at) return std::nullopt;
  return at;
}

std::string encode_cursor(const ScheduledCursor& cursor) {
  std::string bytes(1, kScheduled);
  put_number(bytes, static_cast<std::uint64_t>(cursor.send_at.ms), kNumberBytes);
  bytes += cursor.message.view();
  return sealed(std::move(bytes));
}

std::optional<ScheduledCursor> decode_scheduled_cursor(std::string_view text) {
  auto bytes = opened(text, kScheduled);
  if (!bytes) return std::nullopt;
  Reader reader(*bytes);
  ScheduledCursor cursor;
  cursor.send_at.ms = static_cast<std::int64_t>(reader.number(kNumberBytes));
  cursor.message = reader.id<MessageId>();
  if (!reader.is_whole()) return std::nullopt;
  return cursor;
}

std::string encode_cursor(const base::UserId& after) { return sealed(kUser + after.value); }

std::optional<base::UserId> decode_user_cursor(std::string_view text) {
  auto bytes = opened(text, kUser);
  if (!bytes) return std::nullopt;
  return base::parse_user_id(*bytes);
}

std::string encode_name_cursor(std::string_view list, std::string_view after) {
  return sealed(std::string(1, kName).append(list).append("/").append(after));
}

std::optional<std::string> decode_name_cursor(std::string_view text, std::string_view list) {
  auto bytes = opened(text, kName);
  const std::string before_name = std::string(list) + "/";
  if (!bytes || !bytes->starts_with(before_name)) return std::nullopt;
  return bytes->substr(before_name.size());
}

}  // namespace hansard::api
