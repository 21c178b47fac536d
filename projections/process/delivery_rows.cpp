#include "projections/process/delivery_rows.h"

#include "projections/row_bytes.h"

namespace hansard::process {

using projections::RowReader;
using projections::RowWriter;

namespace {
constexpr std::uint8_t kVersion = 1;

std::string key_of(std::string_view table, std::string_view subscriber) {
  return std::string(table) + "/" + std::string(subscriber);
}

std::string numbered(std::string key, std::uint64_t number) {
  for (int shift = 56; shift >= 0; shift -= 8) key.push_back(static_cast<char>(number >> shift));
  return key;
}
}  // namespace

std::string DeliveryState::encode() const {
  std::string out;
  RowWriter(out)
      .byte(kVersion)
      .fixed(series)
      .fixed(epoch)
      .varint(cursor.value)
      .varint(number)
      .varint(claimed.value)
      .varint(delivered)
      .varint(dead_lettered)
      .varint(dropped);
  return out;
}

bool DeliveryState::decode(std::string_view bytes) {
  RowReader in(bytes);
  if (in.byte() != kVersion) return false;
  series = in.fixed<std::uint64_t>();
  epoch = in.fixed<std::uint32_t>();
  cursor = {in.varint()};
  number = in.varint();
  claimed = {in.varint()};
  delivered = in.varint();
  dead_lettered = in.varint();
  dropped = in.varint();
  return in.finished();
}

std::string DeadLetter::encode() const {
  std::string out;
  RowWriter(out).byte(kVersion).varint(position.value).fixed(at.ms).varint(status).varint(attempts).text(reason);
  return out;
}

bool DeadLetter::decode(std::string_view bytes) {
  RowReader in(bytes);
  if (in.byte() != kVersion) return false;
  position = {in.varint()};
  at = {in.fixed<std::int64_t>()};
  status = in.varint32();
  attempts = in.varint32();
  reason = in.text();
  return in.finished();
}

std::string NotificationRow::encode() const {
  std::string out;
  RowWriter(out).byte(kVersion).fixed(epoch).varint(cursor.value);
  return out;
}

bool NotificationRow::decode(std::string_view bytes) {
  RowReader in(bytes);
  if (in.byte() != kVersion) return false;
  epoch = in.fixed<std::uint32_t>();
  cursor = {in.varint()};
  return in.finished();
}

std::string state_key(std::string_view subscriber) { return key_of("state", subscriber); }
std::string paused_key(std::string_view subscriber) { return key_of("paused", subscriber); }
std::string dead_prefix(std::string_view subscriber) { return key_of("dead", subscriber) + "/"; }
std::string dead_key(std::string_view subscriber, std::uint64_t number) {
  return numbered(dead_prefix(subscriber), number);
}
std::string retry_prefix(std::string_view subscriber) { return key_of("retry", subscriber) + "/"; }
std::string retry_key(std::string_view subscriber, std::uint64_t number) {
  return numbered(retry_prefix(subscriber), number);
}
std::string notification_key() { return "notifications"; }

std::uint64_t number_of_key(std::string_view key) {
  std::uint64_t number = 0;
  for (char c : key.substr(key.size() - 8)) number = number << 8 | static_cast<std::uint8_t>(c);
  return number;
}

}  // namespace hansard::process
