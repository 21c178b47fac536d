#include "tests/sim/disk.h"

#include <cstring>

#include "engine/base/hash.h"

namespace hansard::sim {

namespace {
constexpr std::size_t kHeadBytes = 8;  // length and CRC of what follows
constexpr std::uint64_t kGarbageBytesMax = 40;

void append_number(std::string& out, std::uint32_t value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

std::uint32_t number_at(std::string_view bytes, std::size_t at) {
  std::uint32_t value = 0;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

// The body of the frame at `at`; nothing where no whole frame begins.
std::optional<std::string_view> frame_at(std::string_view bytes, std::size_t at) {
  if (at + kHeadBytes > bytes.size()) return std::nullopt;
  const std::size_t length = number_at(bytes, at);
  if (length == 0 || at + kHeadBytes + length > bytes.size()) return std::nullopt;
  const auto body = bytes.substr(at + kHeadBytes, length);
  return base::crc32c(body) == number_at(bytes, at + 4) ? std::optional(body) : std::nullopt;
}
}  // namespace

void LogFile::append(const std::vector<std::string_view>& records) {
  std::string body;
  for (auto record : records) {
    append_number(body, static_cast<std::uint32_t>(record.size()));
    body.append(record);
  }
  append_number(bytes, static_cast<std::uint32_t>(body.size()));
  append_number(bytes, base::crc32c(body));
  bytes += body;
}

std::vector<std::string> LogFile::recover() {
  std::vector<std::string> records;
  std::size_t at = 0;
  for (auto body = frame_at(bytes, at); body; body = frame_at(bytes, at)) {
    for (std::size_t in = 0; in < body->size();) {
      const std::size_t length = number_at(*body, in);
      records.emplace_back(body->substr(in + 4, length));
      in += 4 + length;
    }
    at += kHeadBytes + body->size();
  }
  bytes.resize(at);
  synced = at;
  return records;
}

void LogFile::crash(Chance& chance) {
  if (bytes.size() == synced) return;
  bytes.resize(chance.between(synced, bytes.size()));
  if (!chance.percent(20)) return;
  for (auto left = chance.below(kGarbageBytesMax); left > 0; --left) bytes += static_cast<char>(chance.next());
}

void VersionedRows::put(std::string_view key, std::optional<std::string_view> value) {
  auto row = rows_.find(key);
  if (row == rows_.end()) row = rows_.emplace(key, std::vector<Value>{}).first;
  row->second.push_back({newest_, value ? std::optional<std::string>(*value) : std::nullopt});
}

const std::string* VersionedRows::value_at(const std::vector<Value>& values, Version at) {
  for (auto value = values.rbegin(); value != values.rend(); ++value) {
    if (value->version <= at) return value->bytes ? &*value->bytes : nullptr;
  }
  return nullptr;
}

const std::string* VersionedRows::get(std::string_view key, Version at) const {
  auto row = rows_.find(key);
  return row == rows_.end() ? nullptr : value_at(row->second, at);
}

void VersionedRows::crash(Chance& chance) {
  newest_ = chance.between(persisted_, newest_);
  persisted_ = newest_;
  for (auto row = rows_.begin(); row != rows_.end();) {
    while (!row->second.empty() && row->second.back().version > newest_) row->second.pop_back();
    row = row->second.empty() ? rows_.erase(row) : std::next(row);
  }
}

void Disk::crash(Chance& chance) {
  log.crash(chance);
  index.crash(chance);
  chat.crash(chance);
  audit.crash(chance);
}

}  // namespace hansard::sim
