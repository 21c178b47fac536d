#include "replay/verify/rocks_manifest.h"

#include <algorithm>
#include <cstdio>
#include <vector>

namespace hansard::verify {

namespace {
// db/version_edit.h, enum Tag and NewFileCustomTag.
enum Tag : std::uint32_t {
  kComparator = 1,
  kLogNumber = 2,
  kNextFileNumber = 3,
  kLastSequence = 4,
  kCompactCursor = 5,
  kDeletedFile = 6,
  kPrevLogNumber = 9,
  kMinLogNumberToKeep = 10,
  kNewFile4 = 103,
  kColumnFamily = 200,
  kColumnFamilyAdd = 201,
  kColumnFamilyDrop = 202,
  kMaxColumnFamily = 203,
  kInAtomicGroup = 300,
  kIgnorable = 1u << 13  // this bit: a length and that many bytes, which may be passed over
};
enum FileTag : std::uint32_t { kTerminate = 1, kFileChecksum = 7, kFileChecksumName = 8 };
constexpr std::string_view kCrc32cName = "FileChecksumCrc32c";
constexpr std::size_t kKeyTrailerBytes = 8;  // sequence number and type behind the user's key

class FieldReader {
 public:
  explicit FieldReader(std::string_view bytes) : bytes_(bytes) {}
  bool at_end() const { return bytes_.empty(); }
  bool failed() const { return failed_; }

  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && !bytes_.empty(); shift += 7) {
      const auto byte = static_cast<std::uint8_t>(bytes_.front());
      bytes_.remove_prefix(1);
      value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
      if ((byte & 0x80) == 0) return value;
    }
    failed_ = true;
    return 0;
  }
  std::string_view text() {
    const std::uint64_t size = number();
    if (failed_ || size > bytes_.size()) {
      failed_ = true;
      return {};
    }
    std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }

 private:
  std::string_view bytes_;
  bool failed_ = false;
};

std::string user_key(std::string_view internal) {
  return std::string(internal.substr(0, internal.size() - std::min(internal.size(), kKeyTrailerBytes)));
}

std::uint32_t big_endian(std::string_view bytes) {
  std::uint32_t value = 0;
  for (char byte : bytes) value = value << 8 | static_cast<std::uint8_t>(byte);
  return value;
}

LiveTable read_table(FieldReader& in) {
  LiveTable table;
  in.number();  // level
  table.number = in.number();
  table.bytes = in.number();
  table.smallest = user_key(in.text());
  table.largest = user_key(in.text());
  in.number();  // smallest and largest sequence number
  in.number();
  std::string_view checksum, name;
  while (!in.failed()) {
    const std::uint64_t tag = in.number();
    if (tag == kTerminate) break;
    const std::string_view field = in.text();
    if (tag == kFileChecksum) checksum = field;
    if (tag == kFileChecksumName) name = field;
  }
  if (name == kCrc32cName && checksum.size() == 4) table.checksum = big_endian(checksum);
  return table;
}

// The fields of one edit, which concern one family.
struct Edit {
  std::uint32_t family = 0;
  std::vector<std::uint64_t> deleted;
  std::vector<LiveTable> added;
  std::optional<std::uint64_t> wal_from;
  bool is_dropped = false;
};

bool read_field(std::uint64_t tag, FieldReader& in, Edit& edit) {
  switch (tag) {
    case kComparator:
    case kColumnFamilyAdd:
      in.text();
      return true;
    case kLogNumber:
      edit.wal_from = in.number();
      return true;
    case kNextFileNumber:
    case kLastSequence:
    case kPrevLogNumber:
    case kMinLogNumberToKeep:
    case kMaxColumnFamily:
    case kInAtomicGroup:
      in.number();
      return true;
    case kCompactCursor:
      in.number();
      in.text();
      return true;
    case kDeletedFile:
      in.number();
      edit.deleted.push_back(in.number());
      return true;
    case kNewFile4:
      edit.added.push_back(read_table(in));
      return true;
    case kColumnFamily:
      edit.family = static_cast<std::uint32_t>(in.number());
      return true;
    case kColumnFamilyDrop:
      edit.is_dropped = true;
      return true;
    default:
      if ((tag & kIgnorable) == 0) return false;
      in.text();
      return true;
  }
}

void carry_out(Edit edit, Manifest& manifest) {
  if (edit.is_dropped) {
    std::erase_if(manifest.tables, [&](const auto& table) { return table.second.family == edit.family; });
    manifest.wal_from.erase(edit.family);
    return;
  }
  for (std::uint64_t number : edit.deleted) manifest.tables.erase(number);
  for (LiveTable& table : edit.added) {
    table.family = edit.family;
    manifest.tables.insert_or_assign(table.number, std::move(table));
  }
  if (edit.wal_from) manifest.wal_from[edit.family] = *edit.wal_from;
}
}  // namespace

bool apply_edit(std::string_view record, Manifest& manifest) {
  FieldReader in(record);
  Edit edit;
  while (!in.at_end()) {
    const std::uint64_t tag = in.number();
    if (in.failed() || !read_field(tag, in, edit) || in.failed()) return false;
  }
  carry_out(std::move(edit), manifest);
  return true;
}

std::uint64_t Manifest::first_wal() const {
  std::uint64_t first = UINT64_MAX;
  for (const auto& [family, number] : wal_from) first = std::min(first, number);
  return wal_from.empty() ? 0 : first;
}

std::string table_name(std::uint64_t number) {
  char name[32];
  std::snprintf(name, sizeof name, "%06llu.sst", static_cast<unsigned long long>(number));
  return name;
}

}  // namespace hansard::verify
