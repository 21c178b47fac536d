// Appends bytes, varints and strings to a string. Small pieces are gathered on the stack first: an append to a string
// costs several times what a piece of one or two bytes does, and the rows of views and indexes are made of such pieces.
//
// The string has all of it once the writer is gone, or after `flush`.
// Thread: one. Does not own the string.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

namespace hansard::base {

class ByteWriter {
 public:
  explicit ByteWriter(std::string& out) : out_(out) {}
  ByteWriter(ByteWriter&& other) noexcept : out_(other.out_), size_(std::exchange(other.size_, 0)) {
    std::memcpy(pending_.data(), other.pending_.data(), size_);
  }
  ByteWriter& operator=(ByteWriter&&) = delete;
  ~ByteWriter() { flush(); }

  void byte(std::uint8_t value) {
    make_room(1);
    pending_[size_++] = static_cast<char>(value);
  }
  // LEB128.
  void varint(std::uint64_t value) {
    make_room(kVarintBytesMax);
    for (; value >= 0x80; value >>= 7) pending_[size_++] = static_cast<char>(value | 0x80);
    pending_[size_++] = static_cast<char>(value);
  }
  // As it lies in memory.
  template <class Number>
  void fixed(const Number& value) {
    raw({reinterpret_cast<const char*>(&value), sizeof value});
  }
  void raw(std::string_view bytes) {
    if (bytes.size() > kLongBytes) {
      flush();
      out_.append(bytes);
      return;
    }
    make_room(bytes.size());
    if (bytes.empty()) return;
    std::memcpy(pending_.data() + size_, bytes.data(), bytes.size());
    size_ += bytes.size();
  }
  void flush() {
    out_.append(pending_.data(), size_);
    size_ = 0;
  }

 private:
  static constexpr std::size_t kVarintBytesMax = 10;
  static constexpr std::size_t kPendingBytes = 128;
  static constexpr std::size_t kLongBytes = kPendingBytes / 2;  // what goes past the pending bytes

  void make_room(std::size_t bytes) {
    if (bytes > kPendingBytes - size_) flush();
  }

  std::string& out_;
  std::array<char, kPendingBytes> pending_;
  std::size_t size_ = 0;
};

}  // namespace hansard::base
