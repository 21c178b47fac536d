#include "projections/row_words.h"

#include "engine/base/clock.h"
#include "engine/base/hex.h"
#include "engine/domain/events.h"
#include "projections/keys.h"

namespace hansard::projections {

namespace {
using enum KeyPart;
constexpr std::size_t kValueBytesMax = 240;

constexpr KeyPart kConversation[] = {conversation};
constexpr KeyPart kConversationUser[] = {conversation, user};
constexpr KeyPart kUserConversation[] = {user, conversation};
constexpr KeyPart kSets[] = {conversation, user, block};
constexpr KeyPart kMessages[] = {conversation, down, down};
constexpr KeyPart kMessageId[] = {message};
constexpr KeyPart kMessageUser[] = {message, user};
constexpr KeyPart kThreads[] = {conversation, number, number};
constexpr KeyPart kStreams[] = {stream, number};
constexpr KeyPart kUsers[] = {user};
constexpr KeyPart kUserUser[] = {user, user};
constexpr KeyPart kTimeConversation[] = {time, conversation};
constexpr KeyPart kTimeMessage[] = {time, message};
constexpr KeyPart kUserTimeMessage[] = {user, time, message};
constexpr KeyPart kFiles[] = {file};
constexpr KeyPart kCarriers[] = {file, conversation, number};
constexpr KeyPart kBlobs[] = {digest, file};
constexpr KeyPart kTimeFile[] = {time, file};
constexpr KeyPart kErasures[] = {message};  // an id of sixteen bytes, shown as such

constexpr KeyPart kConversationNumber[] = {conversation, number};
constexpr KeyPart kConversationUserDown[] = {conversation, user, down};
constexpr KeyPart kMessageNumber[] = {message, number};

constexpr TableWords kChatTables[] = {{'A', "about", kConversation},
                                      {'B', "blocks", kUserUser},
                                      {'C', "conversations", kConversation},
                                      {'D', "departed messages", kSets},
                                      {'E', "expiring conversations", kTimeConversation},
                                      {'F', "files", kFiles},
                                      {'G', "messages that carry a file", kCarriers},
                                      {'H', "blobs", kBlobs},
                                      {'I', "message ids", kMessageId},
                                      {'J', "collectable files", kTimeFile},
                                      {'L', "last seen", kUsers},
                                      {'M', "messages", kMessages},
                                      {'N', "sent messages", kSets},
                                      {'O', "profiles", kUsers},
                                      {'P', "members", kConversationUser},
                                      {'Q', "scheduled messages", kMessageId},
                                      {'R', "reactions", kMessageUser},
                                      {'S', "streams", kStreams},
                                      {'T', "threads", kThreads},
                                      {'U', "readers", kUserConversation},
                                      {'V', "open erasures", kErasures},
                                      {'W', "waiting messages", kUserTimeMessage},
                                      {'X', "due sends", kTimeMessage},
                                      {'Y', "erasures", kErasures},
                                      {'Z', "legal holds", kErasures},
                                      {'@', "mentions", kSets},
                                      {'a', "past about", kConversationNumber},
                                      {'d', "departures", kConversationNumber},
                                      {'m', "past mentions", kSets},
                                      {'p', "past places", kConversationUserDown},
                                      {'r', "past reactions", kMessageNumber},
                                      {'t', "past replies", kThreads},
                                      {'u', "past readers", kConversationUserDown}};

constexpr KeyPart kActors[] = {user, down};
constexpr KeyPart kConversations[] = {conversation, down};
constexpr KeyPart kMessagePositions[] = {message, down};
constexpr KeyPart kTypes[] = {type, down};
constexpr TableWords kAuditTables[] = {{'A', "actors", kActors},
                                       {'C', "conversations", kConversations},
                                       {'M', "messages", kMessagePositions},
                                       {'Y', "event types", kTypes}};

std::size_t size_of(KeyPart part, std::string_view rest) {
  switch (part) {
    case user:
      return std::min(rest.find('\0'), rest.size());
    case type:
      return 2;
    case block:
      return 4;
    case number:
    case down:
    case time:
      return 8;
    case digest:
      return 32;
    default:
      return 16;
  }
}

std::uint64_t number_of(std::string_view bytes) {
  std::uint64_t value = 0;
  for (char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

// The two versions that stand for a row beside the message, and the open block of a list.
std::string down_words(std::string_view bytes) {
  std::uint64_t value = ~number_of(bytes);
  if (value == UINT64_MAX) return "the first row";
  return value == UINT64_MAX - 1 ? "the newest" : std::to_string(value);
}

std::string part_words(KeyPart part, std::string_view bytes) {
  switch (part) {
    case conversation:
      return "conversation " + base::to_text(base::id_from_bytes<ConversationId>(bytes));
    case message:
      return "message " + base::to_text(base::id_from_bytes<MessageId>(bytes));
    case file:
      return "file " + base::to_text(base::id_from_bytes<FileId>(bytes));
    case stream:
      return "stream " + base::to_text(base::id_from_bytes<StreamId>(bytes));
    case user:
      return "user \"" + std::string(bytes) + "\"";
    case number:
      return std::to_string(number_of(bytes));
    case down:
      return down_words(bytes);
    case block:
      return "block " + std::to_string(number_of(bytes));
    case type:
      return std::string(domain::type_name(static_cast<domain::EventType>(number_of(bytes))));
    case time:
      return base::time_text({static_cast<std::int64_t>(number_of(bytes) ^ kSignBit)});
    case digest:
      return "SHA-256 " + base::hex(bytes);
  }
  return base::hex(bytes);
}
}  // namespace

RowWords describe_key(std::span<const TableWords> tables, std::string_view key) {
  RowWords words{"table " + base::hex(key.substr(0, 1)), ""};
  std::string_view rest = key.substr(std::min<std::size_t>(key.size(), 1));
  for (const TableWords& table : tables) {
    if (key.empty() || table.table != key.front()) continue;
    words.table = table.name;
    for (KeyPart part : table.parts) {
      std::size_t size = size_of(part, rest);
      if (rest.size() < size) break;
      words.key += (words.key.empty() ? "" : ", ") + part_words(part, rest.substr(0, size));
      rest.remove_prefix(std::min(rest.size(), size + (part == user ? 1 : 0)));
    }
  }
  if (!rest.empty()) words.key += (words.key.empty() ? "" : ", ") + base::hex(rest);
  return words;
}

RowWords chat_row_words(std::string_view key) { return describe_key(kChatTables, key); }
RowWords audit_row_words(std::string_view key) { return describe_key(kAuditTables, key); }

std::string value_words(std::string_view value) {
  std::string out = std::to_string(value.size()) + " bytes \"";
  for (char byte : value.substr(0, kValueBytesMax)) {
    if (byte >= ' ' && byte <= '~' && byte != '\\' && byte != '"') {
      out += byte;
    } else {
      out += "\\x" + base::hex({&byte, 1});
    }
  }
  return out + (value.size() > kValueBytesMax ? "...\"" : "\"");
}

}  // namespace hansard::projections
