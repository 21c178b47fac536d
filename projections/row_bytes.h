// The bytes rows are made of: little-endian fixed numbers, LEB128 varints and length-prefixed strings. A row starts
// with the version byte of its own layout, so that a layout can change without touching the others.
//
// Thread: any; plain values.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "engine/base/byte_writer.h"
#include "engine/base/ids.h"

namespace hansard::projections {

static_assert(std::endian::native == std::endian::little, "fixed numbers are stored as they lie in memory");

// An empty string with the room that rows before had, to encode one into. The thread's own, until the next call.
inline std::string& row_scratch() {
  thread_local std::string bytes;
  bytes.clear();
  return bytes;
}

// Appends to a string it does not own, which has all of it once the writer is gone.
class RowWriter {
 public:
  explicit RowWriter(std::string& out) : out_(out) {}

  RowWriter& byte(std::uint8_t value) {
    out_.byte(value);
    return *this;
  }
  RowWriter& varint(std::uint64_t value) {
    out_.varint(value);
    return *this;
  }
  template <class Number>
  RowWriter& fixed(const Number& value) {
    out_.fixed(value);
    return *this;
  }
  RowWriter& raw(std::string_view bytes) {
    out_.raw(bytes);
    return *this;
  }
  RowWriter& text(std::string_view bytes) { return varint(bytes.size()).raw(bytes); }

 private:
  base::ByteWriter out_;
};

// Reads what RowWriter wrote. Never reads outside `bytes`: after a short or overlong field `ok` is false and every
// further field is zero or empty.
class RowReader {
 public:
  explicit RowReader(std::string_view bytes) : bytes_(bytes) {}

  std::uint8_t byte() {
    if (bytes_.empty()) return fail();
    auto value = static_cast<std::uint8_t>(bytes_.front());
    bytes_.remove_prefix(1);
    return value;
  }
  std::uint64_t varint() {
    if (!bytes_.empty() && (bytes_.front() & 0x80) == 0) return byte();
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      std::uint8_t part = byte();
      value |= static_cast<std::uint64_t>(part & 0x7F) << shift;
      if ((part & 0x80) == 0) return value;
    }
    return fail();
  }
  std::uint32_t varint32() {
    std::uint64_t value = varint();
    return value <= UINT32_MAX ? static_cast<std::uint32_t>(value) : fail();
  }
  template <class Number>
  Number fixed() {
    Number value{};
    std::string_view part = raw(sizeof value);
    if (ok_) std::memcpy(&value, part.data(), sizeof value);
    return value;
  }
  std::string_view raw(std::size_t size) {
    if (size > bytes_.size()) {
      fail();
      return {};
    }
    std::string_view part = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return part;
  }
  std::string_view text() { return raw(varint()); }

  template <class Id>
  Id id() {
    std::string_view part = raw(16);
    return ok_ ? base::id_from_bytes<Id>(part) : Id{};
  }
  // A number from 1 to `last`.
  template <class Enum>
  Enum choice(Enum last) {
    std::uint8_t value = byte();
    if (value == 0 || value > static_cast<std::uint8_t>(last)) fail();
    return static_cast<Enum>(value);
  }

  // A count of things that take at least one byte each: never more than what is left.
  std::size_t count() {
    std::uint64_t value = varint();
    return value <= bytes_.size() ? static_cast<std::size_t>(value) : fail();
  }
  // Everything that is left.
  std::string_view rest() { return raw(bytes_.size()); }
  bool ok() const { return ok_; }
  bool finished() const { return ok_ && bytes_.empty(); }

 private:
  std::uint8_t fail() {
    ok_ = false;
    bytes_ = {};
    return 0;
  }
  std::string_view bytes_;
  bool ok_ = true;
};

inline constexpr std::uint8_t kRowVersion = 1;

inline RowWriter begin_row(std::string& out) {
  RowWriter row(out);
  row.byte(kRowVersion);
  return row;
}
// Checks the version byte; what follows is read by the caller.
inline RowReader open_row(std::string_view bytes) {
  RowReader in(bytes);
  return in.byte() == kRowVersion ? in : RowReader({});
}

}  // namespace hansard::projections
