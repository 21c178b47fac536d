// Which attachments travel with an export, and that they come back.
#include "replay/segments/attachments.h"

#include <filesystem>

#include <catch2/catch.hpp>

#include "engine/codec/codec.h"
#include "engine/files/blob_folder.h"
#include "engine/log/rocks_log.h"
#include "replay/segments/exporter.h"
#include "replay/segments/restorer.h"
#include "tests/segments/segments_fixture.h"
#include "tests/support/manual_clock.h"

namespace fs = std::filesystem;

namespace hansard::segments {

namespace {
base::FileId file_of_number(unsigned number) {
  base::FileId id;
  id.bytes.fill(static_cast<std::uint8_t>(number));
  return id;
}

// Records as they come, with a folder of attachments beside the log.
class Store {
 public:
  explicit Store(std::string data) : data_(std::move(data)) {}

  void upload(unsigned number, const std::string& bytes, bool has_bytes = true) {
    if (has_bytes) put_attachment(data_, bytes);
    add(domain::FileUploaded{user_of_number(1), file_of_number(number), base::sha256(bytes), bytes.size(), {}});
  }
  void send(unsigned conversation, const std::vector<base::FileId>& files) {
    domain::MessageSent sent;
    sent.facts.conversation = conversation_of_number(conversation);
    sent.facts.message.bytes.fill(static_cast<std::uint8_t>(records_.size() + 1));
    sent.facts.author = user_of_number(1);
    sent.content.emplace();
    sent.files = files;
    add(std::move(sent));
  }
  void collect(unsigned number) { add(domain::FileCollected{user_of_number(1), file_of_number(number)}); }
  void write() {
    log::OpenReport report;
    auto log = log::open_rocks_log(data_, {}, report);
    REQUIRE(log.has_value());
    const std::vector<std::string_view> views(records_.begin(), records_.end());
    REQUIRE(log.value()->append(base::kPartition, {}, views) == log::AppendOutcome::appended);
  }

 private:
  void add(domain::EventBody body) {
    domain::RecordedEvent event;
    event.position = {records_.size() + 1};
    event.stream = domain::stream_of(body);
    event.version = {event.position.value};
    event.time = {kFirstTime};
    event.actor = user_of_number(1);
    event.raw_type = static_cast<std::uint16_t>(domain::type_of(body));
    event.body = std::move(body);
    codec::encode(codec::EncodeInput{event}, records_.emplace_back());
  }

  const std::string data_;
  std::vector<std::string> records_;
};

Manifest export_of(ExportRequest request) {
  support::ManualClock clock;
  auto report = export_log(request, clock);
  INFO((report.has_error() ? report.error().detail : ""));
  REQUIRE(report.has_value());
  return report.value().manifest;
}

std::string path_in(const std::string& folder, const std::string& bytes) {
  const std::string name = files::hex_of(base::sha256(bytes));
  return folder + "/files/" + name.substr(0, 2) + "/" + name;
}
}  // namespace

TEST_CASE("attachments travel with what names them and come back with a restore") {
  TempFolder folder;
  const std::string data = folder / "data";
  Store store(data);
  store.upload(1, "of the case");
  store.upload(2, "of another");
  store.upload(3, "erased since", false);
  store.upload(4, "collected", false);
  store.send(0, {file_of_number(1), file_of_number(3), file_of_number(4)});
  store.send(1, {file_of_number(2)});
  store.collect(4);
  store.write();

  ExportRequest request;
  request.data = data;
  request.out = folder / "case";
  request.filter.conversations = {conversation_of_number(0)};
  CHECK(export_of(request).attachments == Attachments{1, 11, 1});
  CHECK(bytes_in(path_in(request.out, "of the case")) == "of the case");
  CHECK_FALSE(fs::exists(path_in(request.out, "of another")));
  CHECK(read_manifest(request.out).value().attachments == Attachments{1, 11, 1});

  request.filter = {};
  request.out = folder / "everything";
  request.with_attachments = true;
  CHECK(export_of(request).attachments == Attachments{2, 21, 1});
  RestoreRequest back;
  back.from = request.out;
  back.data = folder / "again";
  CHECK(restore(back).value().attachments == 2);
  CHECK(bytes_in(path_in(back.data, "of another")) == "of another");

  fs::remove(path_in(request.out, "of another"));  // a link: the store keeps its own
  back.data = folder / "third";
  CHECK(restore(back).error().detail.find("has 1 attachments, and its manifest says 2") != std::string::npos);
  CHECK_FALSE(fs::exists(back.data));
}

TEST_CASE("an attachment whose bytes changed is not exported as what its name says") {
  TempFolder folder;
  const std::string data = folder / "data";
  Store store(data);
  store.upload(1, "as it was");
  store.write();
  write_bytes(path_in(data, "as it was"), "as it is!");
  ExportRequest request;
  request.data = data;
  request.out = folder / "out";
  request.with_attachments = true;
  support::ManualClock clock;
  CHECK(export_log(request, clock).error().detail.find("its bytes are not those its name is the SHA-256 of") !=
        std::string::npos);
  CHECK_FALSE(fs::exists(request.out));
}

}  // namespace hansard::segments
