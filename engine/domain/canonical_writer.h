// Unambiguous bytes for hashing: numbers are eight bytes little-endian, strings and lists carry their length in front,
// optional values a byte that says whether they are there. Two different sequences of the same calls never give the
// same bytes.
//
// Thread: one at a time. Owns: the bytes.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "engine/domain/values.h"

namespace hansard::domain {

class CanonicalWriter {
 public:
  CanonicalWriter() { bytes_.reserve(kBytesTypical); }

  void add(std::uint64_t number) {
    char bytes[8];
    for (int i = 0; i < 8; ++i) bytes[i] = static_cast<char>((number >> (8 * i)) & 0xff);
    bytes_.append(bytes, sizeof bytes);
  }
  void add(std::uint32_t number) { add(std::uint64_t{number}); }
  void add(bool flag) { bytes_.push_back(flag ? '\1' : '\0'); }
  void add(Timestamp time) { add(static_cast<std::uint64_t>(time.ms)); }
  void add(std::string_view text) {
    add(std::uint64_t{text.size()});
    bytes_.append(text);
  }
  void add(const std::string& text) { add(std::string_view(text)); }
  void add(const UserId& user) { add(std::string_view(user.value)); }
  template <class Tag>
  void add(const base::Uuid<Tag>& id) {
    bytes_.append(id.view());
  }
  template <class Tag>
  void add(base::Number<Tag> number) {
    add(number.value);
  }
  template <class Enum>
    requires std::is_enum_v<Enum>
  void add(Enum value) {
    add(static_cast<std::uint64_t>(value));
  }
  template <class Value>
  void add(const std::optional<Value>& value) {
    add(value.has_value());
    if (value) add(*value);
  }
  template <class Value>
  void add(const std::vector<Value>& values) {
    add(std::uint64_t{values.size()});
    for (const auto& value : values) add(value);
  }
  void add(const MemberEntry& member) { add_all(member.user, member.role); }
  void add(const Mention& mention) { add_all(mention.user, mention.offset, mention.length); }
  void add(const Attachment& file) { add_all(file.file, file.media_type, file.name, file.size); }
  void add(const MessageContent& content) {
    add_all(content.text, content.metadata, content.mentions, content.attachments);
  }
  void add(const SettingsPatch& patch) {
    add_all(patch.history, patch.edit_history, patch.delete_window_s, patch.server_delete_window, patch.edit_window_s,
            patch.who_may_post, patch.slow_mode_s, patch.retention_s);
  }

  template <class... Kinds>
  void add(const std::variant<Kinds...>& value) {
    add(std::uint64_t{value.index()});
    std::visit([this](const auto& held) { add(held); }, value);
  }

  template <class... Values>
  void add_all(const Values&... values) {
    (add(values), ...);
  }

  std::string take() { return std::move(bytes_); }

 private:
  static constexpr std::size_t kBytesTypical = 512;

  std::string bytes_;
};

}  // namespace hansard::domain
