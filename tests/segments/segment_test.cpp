// The segment format: what goes in comes out byte for byte, and nothing else is ever taken for it.
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>

#include <catch2/catch.hpp>
#include <zstd.h>

#include "engine/codec/codec.h"
#include "engine/codec/little_endian.h"
#include "replay/segments/frame.h"
#include "tests/segments/segments_fixture.h"

namespace hansard::segments {

namespace {
Result<std::vector<std::string>> read_records(const std::string& path, FileEntry* entry = nullptr) {
  std::vector<std::string> records;
  TRY(auto contents, read_segment(test_io(), path, [&](Position at, std::string_view record) -> Result<void> {
        CHECK(at.value == records.size() + 1);
        records.emplace_back(record);
        return base::success();
      }));
  if (entry != nullptr) *entry = contents.entry;
  return records;
}

// Any part of the error's sentence.
std::string problem_with(const std::string& path) {
  auto records = read_records(path);
  REQUIRE(records.has_error());
  return records.error().detail;
}
}  // namespace

TEST_CASE("a segment gives its records back byte for byte, and its entry says what it is") {
  TempFolder folder;
  const std::string path = folder / "one.hsg";
  FileEntry entry = write_segment(path, 5'000, 400);
  FileEntry found;
  auto records = read_records(path, &found);
  REQUIRE(records.has_value());
  REQUIRE(records.value().size() == 5'000);
  LeafTree tree;
  for (std::uint64_t at = 1; at <= 5'000; ++at) {
    const std::string record = event_record(at, 400);
    REQUIRE(records.value()[at - 1] == record);
    tree.add(record);
  }
  CHECK(entry.root == tree.root());
  CHECK(entry.sha256 == base::sha256(bytes_in(path)));
  CHECK(entry.bytes == bytes_in(path).size());
  CHECK(entry.first_time == base::Timestamp{kFirstTime + 1'000});
  entry.name = path;
  CHECK(found == entry);
}

TEST_CASE("a segment has several frames and records larger than a frame") {
  TempFolder folder;
  const std::string path = folder / "one.hsg";
  write_segment(path, 3, 3u << 20);
  auto records = read_records(path);
  REQUIRE(records.has_value());
  CHECK(records.value().back() == event_record(3, 3u << 20));
}

TEST_CASE("a segment cut at any byte is refused in a sentence that names it") {
  TempFolder folder;
  const std::string whole = folder / "whole.hsg", cut = folder / "cut.hsg";
  write_segment(whole, 12);
  const std::string bytes = bytes_in(whole);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    write_bytes(cut, std::string_view(bytes).substr(0, size));
    const std::string problem = problem_with(cut);
    INFO(size << ": " << problem);
    REQUIRE(problem.find(cut + " is damaged at byte ") == 0);
  }
  write_bytes(cut, bytes + '\0');
  CHECK(problem_with(cut).find("there are bytes behind its end") != std::string::npos);
}

TEST_CASE("every flipped byte of a segment is found") {
  TempFolder folder;
  const std::string whole = folder / "whole.hsg", bad = folder / "bad.hsg";
  write_segment(whole, 12);
  const std::string bytes = bytes_in(whole);
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (const char mask : {'\x01', '\x80'}) {
      std::string broken = bytes;
      broken[at] = static_cast<char>(broken[at] ^ mask);
      write_bytes(bad, broken);
      auto records = read_records(bad);
      INFO("byte " << at);
      REQUIRE(records.has_error());
      REQUIRE(records.error().detail.find(bad) != std::string::npos);
    }
  }
}

TEST_CASE("a frame that claims another size than it has is refused before it is decompressed") {
  // A gigabyte of zeros in 32 kB, under a checksum that is right.
  const std::string zeros(1u << 30, '\0');
  std::string frame(kFrameHeadBytes + ZSTD_compressBound(zeros.size()), '\0');
  const std::size_t packed =
      ZSTD_compress(frame.data() + kFrameHeadBytes, frame.size() - kFrameHeadBytes, zeros.data(), zeros.size(), 1);
  frame.resize(kFrameHeadBytes + packed);
  FrameHead head;
  head.packed_bytes = static_cast<std::uint32_t>(packed);
  head.records = 1;
  head.first = head.last = {1};
  const auto refuse = [](std::string_view) -> Result<void> {
    FAIL("a record came out of it");
    return base::success();
  };

  head.plain_bytes = 1u << 30;
  seal_frame(frame, head);
  CHECK(parse_frame_head(frame.substr(0, kFrameHeadBytes)).has_error());

  head.plain_bytes = kFrameBytesMax;
  seal_frame(frame, head);
  REQUIRE(parse_frame_head(frame.substr(0, kFrameHeadBytes)).has_value());
  FrameUnpacker unpacker;
  CHECK(unpacker.unpack(head, frame, refuse).error().detail == "its compressed size is not what it claims");
}

TEST_CASE("a frame whose zstd says no size, or has another frame behind it, is refused") {
  FramePacker packer;
  packer.add({1}, event_record(1));
  const std::string frame = packer.pack().value();
  FrameHead head = parse_frame_head(frame.substr(0, kFrameHeadBytes)).value();
  FrameUnpacker unpacker;
  const auto take = [](std::string_view) -> Result<void> { return base::success(); };
  REQUIRE(unpacker.unpack(head, frame, take).has_value());

  std::string doubled = frame + frame.substr(kFrameHeadBytes);
  head.packed_bytes *= 2;
  seal_frame(doubled, head);
  CHECK(unpacker.unpack(head, doubled, take).has_error());
}

TEST_CASE("a record that is whole but stands at the wrong place is refused") {
  TempFolder folder;
  const std::string path = folder / "one.hsg";
  SegmentHead head;
  head.first = {1};
  head.last = {10};
  auto writer = SegmentWriter::create(test_io(), path, head);
  REQUIRE(writer.has_value());
  REQUIRE(writer.value()->add({1}, event_record(1)).has_value());
  REQUIRE(writer.value()->add({2}, event_record(7)).has_value());
  REQUIRE(writer.value()->add({3}, event_record(3)).has_value());
  REQUIRE(writer.value()->finish().has_value());
  auto records =
      read_segment(test_io(), path, [](Position, std::string_view) -> Result<void> { return base::success(); });
  REQUIRE(records.has_error());
  CHECK(records.error().detail.find("position 3 does not belong there") != std::string::npos);
}

TEST_CASE("a newer format is called newer, not damaged") {
  TempFolder folder;
  const std::string path = folder / "one.hsg";
  write_segment(path, 3);
  std::string bytes = bytes_in(path);
  bytes[kHeadFormatAt] = 2;
  codec::store_le(bytes.data() + kHeadCrcAt,
                  base::crc32c(std::string_view(bytes).substr(kHeadCrcFrom, kHeadBytes - kHeadCrcFrom)));
  write_bytes(path, bytes);
  CHECK(read_records(path).error().code == base::ErrorCode::unsupported);
}

TEST_CASE("a file is streamed alike by both back ends, whatever its size") {
  TempFolder folder;
  std::vector<std::unique_ptr<files::FileIo>> backends;
  backends.push_back(files::make_posix_io());
  if (auto ring = files::make_uring_io()) backends.push_back(std::move(ring).value());
  for (auto& io : backends) {
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{1}, kBlockBytes, kBlockBytes + 1, 11 * kBlockBytes + 7}) {
      const std::string path = folder / (std::string(io->name()) + std::to_string(size));
      std::string bytes(size, '\0');
      for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 2'654'435'761u >> 13);
      auto writer = FileWriter::create(*io, path);
      REQUIRE(writer.has_value());
      for (std::size_t at = 0; at < size; at += 300'000) REQUIRE(writer.value()->append(bytes.substr(at, 300'000)));
      REQUIRE(writer.value()->finish().has_value());
      REQUIRE(bytes_in(path) == bytes);
      auto reader = FileReader::open(*io, path);
      REQUIRE(reader.has_value());
      CHECK(reader.value()->peek(100).value() == std::string_view(bytes).substr(0, 100));
      CHECK(reader.value()->read(size).value() == bytes);
      CHECK(reader.value()->read(1).value().empty());
    }
  }
}

}  // namespace hansard::segments
