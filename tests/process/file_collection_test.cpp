#include <catch2/catch.hpp>

#include "projections/process/blob_sweeper.h"
#include "projections/process/proposal_timer.h"
#include "tests/files/waiting.h"
#include "tests/process/house.h"

namespace hansard::process {
namespace {

using base::Digest;
using base::FileId;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kDay{86'400};
constexpr milliseconds kRound{256};

// A house with attachments, and both timers that collect them.
struct Attachments {
  House house;
  std::unique_ptr<files::BlobStore> store =
      files::BlobStore::open({house.folder / "files", files::IoChoice::posix, 8, 0}).value();
  CommandDesk desk{*house.engine};
  ProposalTimer collector{*house.views, house.clock, desk, find_collectable(kDay)};
  std::vector<base::Error> troubles;
  std::unique_ptr<BlobSweeper> sweeper = std::make_unique<BlobSweeper>(
      BlobSweeper::Parts{*house.engine, *house.views, *store, house.clock,
                         [this](const base::Error& trouble) { troubles.push_back(trouble); }},
      kRound);

  files::StoredBlob stored(const std::string& bytes) {
    auto upload = files::begin(*store);
    REQUIRE(files::append(*upload.value(), bytes));
    return std::move(files::finish(*upload.value()).value());
  }
  FileId recorded(const files::StoredBlob& blob, const std::string& owner) {
    domain::RecordFile record;
    base::random_bytes(record.file.bytes);
    record.sha256 = blob.sha256;
    record.size = blob.size;
    record.content = {"a.txt", "text/plain"};
    REQUIRE(std::holds_alternative<engine::Done>(house.run(record, owner)));
    return record.file;
  }
  FileId uploaded(const std::string& bytes, const std::string& owner) {
    auto blob = stored(bytes);
    return recorded(blob, owner);
  }
  base::MessageId attach(const FileId& file, const base::ConversationId& to, const std::string& author) {
    domain::SendMessage message;
    message.conversation = to;
    base::random_bytes(message.id.bytes);
    message.id.bytes[6] = 0x70;
    message.content.attachments = {{file, "", "", 0}};
    return *std::get<engine::Done>(house.run(message, author)).message;
  }
  void collect() {
    house.settle();
    auto at = collector.step();
    while (at <= house.clock.monotonic()) {
      house.settle();
      at = collector.step();
    }
    house.settle();
  }
  bool is_collected(const FileId& file) {
    house.settle();
    return house.views->snapshot()->file(file)->collected;
  }
  // One whole round.
  void sweep() {
    for (unsigned i = 0; i < 2 * files::BlobFolder::kShards; ++i) {
      house.settle();
      auto at = sweeper->step();
      auto wait = std::chrono::duration_cast<milliseconds>(at - house.clock.monotonic());
      house.clock.advance(std::max(wait, milliseconds(1)));
    }
  }
  bool has(const std::string& bytes) { return files::open_blob(*store, base::sha256(bytes), bytes.size()).has_value(); }
};

}  // namespace

TEST_CASE("a file that no message carries within a day is collected, and its bytes go") {
  Attachments at;
  auto file = at.uploaded("forgotten", "ann");
  at.collect();
  at.sweep();
  CHECK_FALSE(at.is_collected(file));
  CHECK(at.has("forgotten"));
  at.house.clock.advance(hours(25));
  at.collect();
  CHECK(at.is_collected(file));
  at.sweep();
  CHECK_FALSE(at.has("forgotten"));
  CHECK(at.troubles.empty());
}

TEST_CASE("files of whom a hold is on stay, and nothing waits behind them") {
  Attachments at;
  std::vector<FileId> held;
  for (int i = 0; i < 250; ++i) held.push_back(at.uploaded("evidence " + std::to_string(i), "bob"));
  domain::Caller admin;
  admin.subject = admin.actor = {"root"};
  admin.admin = true;
  at.house.run(domain::PlaceHold{{{1}}, base::UserId{"bob"}, "case 7"}, admin);
  auto file = at.uploaded("forgotten", "ann");
  at.house.clock.advance(hours(25));
  at.collect();
  CHECK(at.is_collected(file));
  for (const auto& each : held) REQUIRE_FALSE(at.is_collected(each));
}

TEST_CASE("a file that a message carries stays, also when that is deleted") {
  Attachments at;
  auto conversation = at.house.group("ann", {"ben"});
  auto file = at.uploaded("plan", "ann");
  auto message = at.attach(file, conversation, "ann");
  at.house.run(domain::DeleteMessage{message, std::nullopt}, "ann");
  at.house.clock.advance(hours(48));
  at.collect();
  at.sweep();
  CHECK_FALSE(at.is_collected(file));
  CHECK(at.has("plan"));
}

TEST_CASE("a file goes with the last message that carried it") {
  Attachments at;
  domain::SettingsPatch settings;
  settings.retention_s = 60;
  auto conversation = at.house.group("ann", {"ben"}, settings);
  auto file = at.uploaded("snap", "ann");
  auto message = at.attach(file, conversation, "ann");
  at.house.clock.advance(seconds(61));
  domain::Caller server;
  server.server = true;
  REQUIRE(std::holds_alternative<engine::Done>(at.house.run(domain::ExpireMessage{message}, server)));
  at.collect();
  CHECK(at.is_collected(file));
  at.sweep();
  CHECK_FALSE(at.has("snap"));
}

TEST_CASE("bytes that another file has too stay") {
  Attachments at;
  auto conversation = at.house.group("ann", {"ben"});
  auto lost = at.uploaded("same", "ann");
  auto kept = at.uploaded("same", "ben");
  at.attach(kept, conversation, "ben");
  at.house.clock.advance(hours(25));
  at.collect();
  CHECK(at.is_collected(lost));
  at.sweep();
  CHECK(at.has("same"));
}

TEST_CASE("bytes without a file go, unless their upload still waits for its event") {
  Attachments at;
  {
    at.stored("a crash came between");
  }
  auto waiting = at.stored("on its way");
  at.sweep();
  CHECK_FALSE(at.has("a crash came between"));
  CHECK(at.has("on its way"));
  auto file = at.recorded(waiting, "ann");
  waiting.pin = {};
  at.sweep();
  CHECK(at.has("on its way"));
  CHECK_FALSE(at.is_collected(file));
}

TEST_CASE("the same bytes uploaded between suspicion and judgement stay") {
  Attachments at;
  {
    at.stored("again");
  }
  Digest sha256 = base::sha256("again");
  at.house.settle();
  for (unsigned shard = 0; shard <= sha256[0]; ++shard) {
    at.sweeper->step();
    at.house.clock.advance(milliseconds(1));
  }
  {
    at.stored("again");
  }
  at.sweeper->step();
  CHECK(at.has("again"));
}

TEST_CASE("a repeated collection changes nothing") {
  Attachments at;
  auto file = at.uploaded("once", "ann");
  at.house.clock.advance(hours(25));
  at.collect();
  auto durable = at.house.engine->durable();
  at.collect();
  CHECK(at.house.engine->durable() == durable);
  CHECK(at.is_collected(file));
}

TEST_CASE("files of somebody under a hold hide nobody else's, however many they are") {
  Attachments at;
  domain::Caller admin;
  admin.subject = admin.actor = {"root"};
  admin.admin = true;
  for (int i = 0; i < 9; ++i) at.uploaded("held", "ann");
  at.house.clock.advance(seconds(1));
  at.uploaded("free", "ben");
  at.house.run(domain::PlaceHold{{{1}}, base::UserId{"ann"}, "case 7"}, admin);
  at.house.clock.advance(hours(25));
  at.house.settle();
  const auto find = find_collectable(kDay);
  std::size_t found = 0, in_vain = 0, looks = 0;
  for (bool is_end = false; !is_end; ++looks) {
    const Look look = find(*at.house.views->snapshot(), at.house.clock.now(), 2);
    is_end = look.is_end;
    found += look.proposals.size();
    in_vain += look.in_vain;
  }
  CHECK(found == 1);
  CHECK(in_vain == 9);
  CHECK(looks == 6);
}

}  // namespace hansard::process
