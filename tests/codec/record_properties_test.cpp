#include <memory>

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

#include "engine/codec/codec.h"
#include "tests/codec/random_events.h"
#include "tests/codec/record_text.h"

using namespace hansard;
using namespace hansard::codec;
using namespace hansard::codec::testing;

namespace {

// In a heap block of exactly its size, so that a sanitizer sees a read beyond its end.
bool is_refused(std::string_view bytes) {
  std::unique_ptr<char[]> block(new char[bytes.size()]);
  std::copy(bytes.begin(), bytes.end(), block.get());
  std::string_view exact(block.get(), bytes.size());
  return decode(exact).has_error() && decode_leaf(exact).has_error() && verify(exact).has_error() &&
         erase_content(exact).has_error();
}

}  // namespace

TEST_CASE("decode is the inverse of encode") {
  rc::prop("for any event", [] {
    Sample sample = *random_sample();
    std::string record = encoded(sample);
    auto event = decode(record);
    RC_ASSERT(event.has_value());
    RC_ASSERT(same_event(event.value(), sample.event));
    RC_ASSERT(verify(record).has_value());
  });
}

TEST_CASE("encoding what was decoded gives the same bytes") {
  rc::prop("for any event", [] {
    Sample sample = *random_sample();
    std::string record = encoded(sample);
    sample.event = decode(record).value();
    RC_ASSERT(encoded(sample) == record);
  });
}

TEST_CASE("an erased record has the same leaf, proves itself and never grows") {
  rc::prop("for any event", [] {
    std::string record = encoded(*random_sample());
    std::string erased = erase_content(record).value();
    RC_ASSERT(leaf_bytes(erased) == leaf_bytes(record));
    RC_ASSERT(verify(erased).has_value());
    RC_ASSERT(erased.size() <= record.size());
    RC_ASSERT(erase_content(erased).value() == erased);
  });
}

TEST_CASE("every changed byte of a record is found") {
  for (const Sample& sample : samples()) {
    const std::string record = encoded(sample);
    for (std::size_t at = 0; at < record.size(); ++at) {
      for (unsigned flip : {0x01u, 0x80u, 0xFFu}) {
        std::string damaged = record;
        damaged[at] = static_cast<char>(static_cast<unsigned char>(damaged[at]) ^ flip);
        if (!is_refused(damaged)) FAIL(sample.name << ": byte " << at << " xor " << flip << " went unnoticed");
      }
    }
  }
  SUCCEED();
}

TEST_CASE("a record cut at any byte, or with bytes behind it, is refused") {
  for (const Sample& sample : samples()) {
    const std::string record = encoded(sample);
    for (std::size_t length = 0; length < record.size(); ++length) {
      if (!is_refused(record.substr(0, length))) FAIL(sample.name << ": " << length << " bytes passed for a record");
    }
    CHECK(is_refused(record + '\0'));
  }
}

TEST_CASE("a body of any bytes under a good checksum is decoded or refused, and nothing else") {
  rc::prop("for any damage behind the checksum", [] {
    std::string record = encoded(*random_sample());
    int changes = *rc::gen::inRange(1, 4);
    for (int i = 0; i < changes; ++i) {
      auto at = *rc::gen::inRange<std::size_t>(4, record.size());
      char byte = *rc::gen::arbitrary<char>();
      record = resealed(std::move(record), at, std::string_view(&byte, 1));
    }
    auto event = decode(record);
    RC_CLASSIFY(event.has_value(), "decoded");
    if (verify(record).has_value()) RC_ASSERT(event.has_value());
  });
}

TEST_CASE("any bytes at all are refused") {
  rc::prop("for any bytes", [] {
    auto bytes = *rc::gen::container<std::string>(rc::gen::arbitrary<char>());
    RC_ASSERT(is_refused(bytes));
  });
}
