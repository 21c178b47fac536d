#include "engine/base/byte_writer.h"

#include <string>
#include <utility>

#include <catch2/catch.hpp>

namespace hansard::base {

TEST_CASE("what is written comes out in its order, however long the pieces are") {
  std::string out = "before ", expected = out;
  {
    ByteWriter writer(out);
    for (std::size_t length = 0; length < 200; ++length) {
      const std::string text(length, static_cast<char>('a' + length % 26));
      writer.byte(static_cast<std::uint8_t>(length));
      writer.raw(text);
      expected += static_cast<char>(length) + text;
    }
  }
  CHECK(out == expected);
}

TEST_CASE("varints are LEB128, fixed numbers as they lie in memory") {
  std::string out;
  {
    ByteWriter writer(out);
    for (const std::uint64_t value : {std::uint64_t{0}, std::uint64_t{127}, std::uint64_t{128}, UINT64_MAX}) {
      writer.varint(value);
    }
    writer.fixed(std::uint16_t{0x0102});
  }
  CHECK(out == std::string("\x00\x7F\x80\x01", 4) + std::string(9, '\xFF') + "\x01\x02\x01");
}

TEST_CASE("a writer that was moved from adds nothing") {
  std::string out;
  {
    ByteWriter first(out);
    first.byte('1');
    ByteWriter second(std::move(first));
    second.byte('2');
  }
  CHECK(out == "12");
}

TEST_CASE("flushed bytes are there while the writer lives on") {
  std::string out;
  ByteWriter writer(out);
  writer.byte('x');
  CHECK(out.empty());
  writer.flush();
  CHECK(out == "x");
}

}  // namespace hansard::base
