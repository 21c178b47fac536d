#include "engine/base/ids.h"

#include "engine/base/hash.h"
#include "engine/base/utf8.h"

namespace hansard::base {

std::optional<UserId> parse_user_id(std::string_view text) {
  if (text.empty() || text.size() > 128 || !is_valid_utf8(text) || has_control_characters(text)) return std::nullopt;
  return UserId{std::string(text)};
}

StreamId stream_of(const ConversationId& id) { return StreamId{id.bytes}; }

StreamId stream_of_user(const UserId& user) {
  Sha256 hash;
  hash.update(std::string_view("hansard user stream\0", 20)).update(user.value);
  auto digest = hash.finish();
  return id_from_bytes<StreamId>({reinterpret_cast<const char*>(digest.data()), 16});
}

std::string uuid_text(const std::array<std::uint8_t, 16>& bytes) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string text(36, '-');
  std::size_t out = 0;
  for (std::size_t i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) ++out;
    text[out++] = kHex[bytes[i] >> 4];
    text[out++] = kHex[bytes[i] & 15];
  }
  return text;
}

namespace {
int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}
}  // namespace

std::optional<std::array<std::uint8_t, 16>> parse_uuid(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  std::array<std::uint8_t, 16> bytes{};
  std::size_t in = 0;
  for (std::size_t i = 0; i < 16; ++i) {
    if ((i == 4 || i == 6 || i == 8 || i == 10) && text[in++] != '-') return std::nullopt;
    int high = hex_value(text[in++]);
    int low = hex_value(text[in++]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return bytes;
}

}  // namespace hansard::base
