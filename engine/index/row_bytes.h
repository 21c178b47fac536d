// The bytes of a row of the write index: a version byte, then fields in order. Numbers are LEB128, times zigzag LEB128,
// ids 16 raw bytes, strings a length and their bytes, optionals a presence byte first. The index is rebuildable, so a
// changed row only needs a new version number: an index of another version is wiped and folded again.
//
// Thread: one at a time.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "engine/base/byte_writer.h"
#include "engine/base/ids.h"

namespace hansard::index {

inline constexpr std::uint8_t kRowVersion = 5;

// Appends to the string it was given, which has all of it once the writer is gone.
class RowWriter {
 public:
  explicit RowWriter(std::string& out) : out_(out) { out_.byte(kRowVersion); }

  void operator()(bool value) { number(value ? 1 : 0); }
  void operator()(std::uint32_t value) { number(value); }
  void operator()(base::Timestamp value) {
    auto bits = static_cast<std::uint64_t>(value.ms);
    number((bits << 1) ^ (value.ms < 0 ? ~std::uint64_t{0} : 0));
  }
  void operator()(const std::string& value) {
    number(value.size());
    out_.raw(value);
  }
  void operator()(const base::UserId& value) { (*this)(value.value); }
  void operator()(const std::array<std::uint8_t, 16>& value) { out_.fixed(value); }
  template <class Tag>
  void operator()(const base::Uuid<Tag>& value) {
    (*this)(value.bytes);
  }
  template <class Tag>
  void operator()(base::Number<Tag> value) {
    number(value.value);
  }
  template <class T>
  void operator()(const std::optional<T>& value) {
    (*this)(value.has_value());
    if (value) (*this)(*value);
  }
  void operator()(std::uint64_t value) { number(value); }
  // `each` writes one item.
  template <class Items>
  void list(const Items& items, const auto& each) {
    number(items.size());
    for (const auto& item : items) each(item);
  }
  template <class... Kinds>
  void operator()(const std::variant<Kinds...>& value) {
    number(value.index());
    std::visit(*this, value);
  }
  template <class Enum>
    requires std::is_enum_v<Enum>
  void operator()(Enum value) {
    number(static_cast<std::uint64_t>(value));
  }

 private:
  void number(std::uint64_t value) { out_.varint(value); }

  base::ByteWriter out_;
};

// Reads what RowWriter wrote. After the last field `complete` tells whether every byte was there, used and of this
// version; until then the values mean nothing.
class RowReader {
 public:
  explicit RowReader(std::string_view bytes) : rest_(bytes) { ok_ = take_byte() == kRowVersion && ok_; }

  void operator()(bool& value) { value = number() != 0; }
  void operator()(std::uint32_t& value) { value = static_cast<std::uint32_t>(number()); }
  void operator()(base::Timestamp& value) {
    std::uint64_t bits = number();
    value.ms = static_cast<std::int64_t>((bits >> 1) ^ (~(bits & 1) + 1));
  }
  void operator()(std::string& value) { value = take(number()); }
  void operator()(base::UserId& value) { (*this)(value.value); }
  void operator()(std::array<std::uint8_t, 16>& value) {
    std::string_view bytes = take(value.size());
    if (ok_) std::memcpy(value.data(), bytes.data(), value.size());
  }
  template <class Tag>
  void operator()(base::Uuid<Tag>& value) {
    (*this)(value.bytes);
  }
  template <class Tag>
  void operator()(base::Number<Tag>& value) {
    value.value = number();
  }
  template <class T>
  void operator()(std::optional<T>& value) {
    bool there = false;
    (*this)(there);
    value.reset();
    if (there) (*this)(value.emplace());
  }
  void operator()(std::uint64_t& value) { value = number(); }
  template <class Items>
  void list(Items& items, const auto& each) {
    items.clear();
    for (std::uint64_t left = number(); left > 0 && ok_; --left) each(items.emplace_back());
  }
  template <class... Kinds>
  void operator()(std::variant<Kinds...>& value) {
    static constexpr std::array<void (*)(std::variant<Kinds...>&), sizeof...(Kinds)> kMake{
        [](std::variant<Kinds...>& made) { made.template emplace<Kinds>(); }...};
    const std::uint64_t kind = number();
    ok_ = ok_ && kind < kMake.size();
    if (!ok_) return;
    kMake[kind](value);
    std::visit(*this, value);
  }
  template <class Enum>
    requires std::is_enum_v<Enum>
  void operator()(Enum& value) {
    value = static_cast<Enum>(number());
  }

  bool complete() const { return ok_ && rest_.empty(); }

 private:
  std::uint8_t take_byte() {
    std::string_view one = take(1);
    return ok_ ? static_cast<std::uint8_t>(one[0]) : 0;
  }
  std::string_view take(std::uint64_t size) {
    if (size > rest_.size()) {
      ok_ = false;
      return {};
    }
    std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && ok_; shift += 7) {
      std::uint8_t byte = take_byte();
      value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return value;
    }
    ok_ = false;
    return 0;
  }

  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace hansard::index
