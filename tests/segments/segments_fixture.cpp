#include "tests/segments/segments_fixture.h"

#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>

#include "engine/base/check.h"
#include "engine/codec/codec.h"
#include "engine/files/blob_folder.h"
#include "engine/log/rocks_log.h"
#include "engine/proof/proofs.h"
#include "tests/support/manual_clock.h"

namespace hansard::segments {

namespace {
log::LogOptions quiet_options() {
  log::LogOptions options;
  options.witness_interval_ms = 3'600'000;
  options.disk_reserve_bytes = 0;
  return options;
}

domain::EventBody message_body(std::uint64_t position, std::size_t text_bytes) {
  domain::MessageSent sent;
  sent.facts.conversation = conversation_of_number(static_cast<unsigned>(position % 5));
  sent.facts.message.bytes.fill(static_cast<std::uint8_t>(position));
  sent.facts.ordinal = {position};
  sent.facts.author = user_of_number(static_cast<unsigned>(position % 7));
  std::string text = std::to_string(position) + " ";
  while (text.size() < text_bytes) text += "said ";
  sent.content.emplace();
  sent.content->text = text;
  return sent;
}

domain::EventBody body_of(std::uint64_t position, std::size_t text_bytes) {
  if (position % 10 != 0) return message_body(position, text_bytes);
  return domain::ReadAdvanced{conversation_of_number(static_cast<unsigned>(position % 5)),
                              user_of_number(static_cast<unsigned>(position % 7)),
                              {position}};
}
}  // namespace

files::FileIo& test_io() {
  static const std::unique_ptr<files::FileIo> io = files::make_posix_io();
  return *io;
}

domain::ConversationId conversation_of_number(unsigned number) {
  domain::ConversationId id;
  id.bytes.fill(static_cast<std::uint8_t>(0xc0 + number));
  return id;
}

domain::UserId user_of_number(unsigned number) { return {"user-" + std::to_string(number)}; }

std::string event_record(std::uint64_t position, std::size_t text_bytes) {
  domain::RecordedEvent event;
  event.position = {position};
  event.body = body_of(position, text_bytes);
  event.stream = domain::stream_of(*event.body);
  event.version = {position};
  event.time = {kFirstTime + static_cast<std::int64_t>(position) * 1'000};
  event.actor = user_of_number(static_cast<unsigned>(position % 7));
  event.raw_type = static_cast<std::uint16_t>(domain::type_of(*event.body));
  codec::EncodeInput input{event};
  input.facts_salt.fill(static_cast<std::uint8_t>(position));
  input.content_salt.fill(static_cast<std::uint8_t>(position >> 8));
  std::string record;
  codec::encode(input, record);
  return record;
}

void make_log(const std::string& data, std::uint64_t count, std::size_t text_bytes) {
  log::OpenReport report;
  auto log = log::open_rocks_log(data, quiet_options(), report);
  CHECK(log.has_value(), log.has_error() ? log.error().detail : "");
  std::vector<std::string> records;
  for (std::uint64_t at = 1; at <= count; ++at) records.push_back(event_record(at, text_bytes));
  const std::vector<std::string_view> views(records.begin(), records.end());
  CHECK(log.value()->append(base::kPartition, {}, views) == log::AppendOutcome::appended);
}

void add_event(const std::string& data, std::uint64_t position) {
  log::OpenReport report;
  auto log = log::open_rocks_log(data, quiet_options(), report);
  CHECK(log.has_value(), log.has_error() ? log.error().detail : "");
  const std::string record = event_record(position);
  const std::string_view records[] = {record};
  CHECK(log.value()->append(base::kPartition, {position - 1}, records) == log::AppendOutcome::appended);
}

std::vector<std::string> records_in(const std::string& data) {
  auto log = log::open_rocks_log_read_only(data);
  CHECK(log.has_value(), log.has_error() ? log.error().detail : "");
  std::vector<std::string> records;
  constexpr std::size_t kNoLimit = std::numeric_limits<std::size_t>::max();
  auto last = log.value()->read(base::kPartition, {1}, {kNoLimit, kNoLimit}, [&](Position, std::string_view record) {
    records.emplace_back(record);
    return true;
  });
  CHECK(last.has_value(), last.has_error() ? last.error().detail : "");
  return records;
}

FileEntry write_segment(const std::string& path, std::uint64_t count, std::size_t text_bytes) {
  SegmentHead head;
  head.cluster.fill(9);
  head.epoch = 4;
  head.first = {1};
  head.last = {count};
  auto writer = SegmentWriter::create(test_io(), path, head);
  CHECK(writer.has_value(), writer.has_error() ? writer.error().detail : "");
  for (std::uint64_t at = 1; at <= count; ++at) {
    CHECK(writer.value()->add({at}, event_record(at, text_bytes)).has_value());
  }
  auto entry = writer.value()->finish();
  CHECK(entry.has_value(), entry.has_error() ? entry.error().detail : "");
  return entry.value();
}

std::string bytes_in(const std::string& path) {
  std::ostringstream out;
  out << std::ifstream(path, std::ios::binary).rdbuf();
  return out.str();
}

void write_bytes(const std::string& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

std::string put_attachment(const std::string& data, std::string_view bytes) {
  const std::string name = files::hex_of(base::sha256(bytes)), shard = data + "/files/" + name.substr(0, 2);
  std::filesystem::create_directories(shard);
  write_bytes(shard + "/" + name, bytes);
  return shard + "/" + name;
}

void sign_log(const std::string& data) {
  log::OpenReport report;
  auto log = log::open_rocks_log(data, quiet_options(), report);
  CHECK(log.has_value(), log.has_error() ? log.error().detail : "");
  support::ManualClock clock;
  proof::ProofOptions options;
  options.data_folder = data;
  auto proofs = proof::Proofs::open(*log.value(), clock, options);
  CHECK(proofs.has_value(), proofs.has_error() ? proofs.error().detail : "");
  proofs.value()->step();
}

}  // namespace hansard::segments
