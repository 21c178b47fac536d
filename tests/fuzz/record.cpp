// Records of the event log: decoding checks the checksum, every length and both tables before it looks at a field. The
// checksum is made right here, or nothing behind it would ever be reached.
#include <cstring>

#include "engine/base/hash.h"
#include "engine/codec/codec.h"
#include "engine/codec/record_layout.h"
#include "engine/event_json.h"
#include "tests/fuzz/fuzz.h"

using namespace hansard;
using fuzz::must;

namespace {

std::string with_checksum(std::string_view bytes) {
  std::string record(bytes);
  const std::uint32_t crc = base::crc32c(bytes.substr(codec::kCrcFrom));
  for (std::size_t i = 0; i < 4; ++i) record[codec::kCrcAt + i] = static_cast<char>(crc >> (8 * i));
  return record;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = fuzz::text_of(data, size);
  (void)codec::decode(bytes);
  if (size < codec::kCrcFrom) return 0;
  const std::string record = with_checksum(bytes);
  auto leaf = codec::decode_leaf(record);
  auto event = codec::decode(record);
  (void)codec::verify(record);
  if (!event) return 0;
  must(leaf.has_value(), "what decodes has a leaf");
  must(leaf.value().position == event.value().position, "the leaf is the event's");
  std::string json;
  // Texts and metadata go into it as they are stored: that it is JSON is the promise of who checked them before.
  engine::append_event_json(json, event.value(), 1);
  return 0;
}
