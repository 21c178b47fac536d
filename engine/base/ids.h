// The numbers and names everything else speaks in, one distinct type each, so that a position can never be passed
// where an ordinal is meant. See docs/GLOSSARY.md for the words.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace hansard::base {

// A dense counter that starts at 1; 0 means "before the first".
template <class Tag>
struct Number {
  std::uint64_t value = 0;
  auto operator<=>(const Number&) const = default;
  Number next() const { return {value + 1}; }
  explicit operator bool() const { return value != 0; }
};

using Position = Number<struct PositionTag>;  // of an event in its partition
using Version = Number<struct VersionTag>;    // of an event in its stream
using Ordinal = Number<struct OrdinalTag>;    // of a message in its conversation

using PartitionId = std::uint16_t;
inline constexpr PartitionId kPartition = 0;  // one partition for now; it is in every key from day one

// Milliseconds since the Unix epoch, UTC. Time informs, it never orders.
struct Timestamp {
  std::int64_t ms = 0;
  auto operator<=>(const Timestamp&) const = default;
};

// 128 bits in RFC 9562 byte order. `Tag` keeps the ids of different things apart.
template <class Tag>
struct Uuid {
  std::array<std::uint8_t, 16> bytes{};
  auto operator<=>(const Uuid&) const = default;
  bool is_nil() const { return bytes == std::array<std::uint8_t, 16>{}; }
  std::string_view view() const { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
};

using ConversationId = Uuid<struct ConversationTag>;
using MessageId = Uuid<struct MessageTag>;
using FileId = Uuid<struct FileTag>;
using ErasureId = Uuid<struct ErasureTag>;
using HoldId = Uuid<struct HoldTag>;
// A stream is a conversation (its id), a user (hash of the id, see stream_of_user) or the system (nil).
using StreamId = Uuid<struct StreamTag>;

// Opaque UTF-8 of 1 to 128 bytes without control characters; parse_user_id is the only door.
struct UserId {
  std::string value;
  auto operator<=>(const UserId&) const = default;
};

std::optional<UserId> parse_user_id(std::string_view text);
StreamId stream_of(const ConversationId& id);
// The first 16 bytes of SHA-256("hansard user stream\0" + id).
StreamId stream_of_user(const UserId& user);

// Canonical lower-case text, 36 characters (RFC 9562 section 4).
std::string uuid_text(const std::array<std::uint8_t, 16>& bytes);
// Accepts upper and lower case; anything but the 36-character form is nothing.
std::optional<std::array<std::uint8_t, 16>> parse_uuid(std::string_view text);

template <class Tag>
std::string to_text(const Uuid<Tag>& id) {
  return uuid_text(id.bytes);
}

// Nil is not an id: it names the system stream.
template <class Id>
std::optional<Id> parse_id(std::string_view text) {
  auto bytes = parse_uuid(text);
  if (!bytes) return std::nullopt;
  Id id{*bytes};
  if (id.is_nil()) return std::nullopt;
  return id;
}

template <class Id>
Id id_from_bytes(std::string_view sixteen) {
  Id id;
  std::memcpy(id.bytes.data(), sixteen.data(), id.bytes.size());  // NOLINT: sixteen bytes, no text
  return id;
}

}  // namespace hansard::base

template <class Tag>
struct std::hash<hansard::base::Uuid<Tag>> {
  std::size_t operator()(const hansard::base::Uuid<Tag>& id) const noexcept {
    std::uint64_t halves[2];
    std::memcpy(halves, id.bytes.data(), sizeof halves);
    return static_cast<std::size_t>((halves[0] ^ (halves[1] * 0x9E3779B97F4A7C15ull)) * 0xD6E8FEB86659FD93ull);
  }
};

template <>
struct std::hash<hansard::base::UserId> {
  std::size_t operator()(const hansard::base::UserId& id) const noexcept { return std::hash<std::string>{}(id.value); }
};

template <class Tag>
struct std::hash<hansard::base::Number<Tag>> {
  std::size_t operator()(const hansard::base::Number<Tag>& n) const noexcept {
    return std::hash<std::uint64_t>{}(n.value);
  }
};
