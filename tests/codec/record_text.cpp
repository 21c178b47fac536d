#include "tests/codec/record_text.h"

#include <fstream>
#include <iterator>

#include "engine/base/check.h"
#include "engine/base/hash.h"
#include "engine/codec/little_endian.h"
#include "engine/codec/record_layout.h"
#include "tests/support/source_folder.h"

namespace hansard::codec::testing {

bool same_event(const domain::RecordedEvent& a, const domain::RecordedEvent& b) {
  return a.position == b.position && a.stream == b.stream && a.version == b.version && a.time == b.time &&
         a.actor == b.actor && a.command == b.command && a.fingerprint == b.fingerprint && a.raw_type == b.raw_type &&
         a.body == b.body;
}

std::string to_hex(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    auto byte = static_cast<unsigned char>(bytes[i]);
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
    if (i % 32 == 31 || i + 1 == bytes.size()) text += '\n';
  }
  return text;
}

namespace {
int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}
}  // namespace

std::optional<std::string> from_hex(std::string_view text) {
  std::string bytes;
  int high = -1;
  for (char c : text) {
    if (c == ' ' || c == '\n') continue;
    int value = hex_value(c);
    if (value < 0) return std::nullopt;
    if (high >= 0) bytes += static_cast<char>(high * 16 + value);
    high = high >= 0 ? -1 : value;
  }
  if (high >= 0) return std::nullopt;
  return bytes;
}

std::string read_source_file(const std::string& path) {
  std::ifstream file(support::source_folder() + "/" + path, std::ios::binary);
  CHECK(file.is_open(), path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string resealed(std::string record, std::size_t at, std::string_view bytes) {
  record.replace(at, bytes.size(), bytes);
  store_le(record.data() + kCrcAt, base::crc32c(std::string_view(record).substr(kCrcFrom)));
  return record;
}

}  // namespace hansard::codec::testing
