// Views of a stopped server built again: compared, swapped by the pointer, refused where a row was damaged.
#include "projections/rebuild_offline.h"

#include <filesystem>
#include <fstream>
#include <set>

#include <catch2/catch.hpp>

#include "projections/view_pointer.h"
#include "tests/projections/log_builder.h"
#include "tests/support/fake_engine.h"
#include "tests/support/temp_folder.h"

namespace hansard::projections {
namespace {

namespace fs = std::filesystem;

class StoppedServer {
 public:
  StoppedServer() {
    auto id = log_.create({"ann", "bob"});
    for (int i = 0; i < 300; ++i) log_.send(id, i % 2 ? "ann" : "bob");
    engine_ = std::make_unique<support::FakeEngine>(log_.events());
    run();
  }
  // The server, started and stopped.
  std::vector<ViewStatus> run() {
    auto views = Views::open(*engine_, options());
    REQUIRE(views);
    views.value()->stop();
    return views.value()->status();
  }
  std::vector<OfflineOutcome> rebuild(const OfflineRequest& request) {
    auto outcomes = rebuild_offline(*engine_, options(), request, nullptr);
    REQUIRE(outcomes);
    return outcomes.value();
  }
  // What was sent after the views stopped.
  void go_on() {
    for (int i = 0; i < 50; ++i) {
      log_.send(conversation_id(1), "ann");
      engine_->append(*log_.events().back());
    }
  }
  std::string folder(const ViewKind& kind) const { return folder_.path() + "/views/" + std::string(kind.name); }
  std::set<std::string> folders(const ViewKind& kind) const {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder(kind))) names.insert(entry.path().filename().string());
    return names;
  }
  void damage(const ViewKind& kind) {
    std::string place = folder(kind) + "/" + read_pointer(folder(kind), kind.version).current.text();
    auto store = ViewStore::open(place, {1u << 20, 1u << 20}).value();
    RowChange change{"Y", "strange"};
    store->commit({&change, 1}, store->checkpoint());
    store->flush(true);
  }
  // One bit in the middle of a file of rows.
  void damage_block(const ViewKind& kind) {
    const std::string place = folder(kind) + "/" + read_pointer(folder(kind), kind.version).current.text();
    for (const auto& entry : fs::directory_iterator(place)) {
      if (entry.path().extension() != ".sst") continue;
      std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
      const auto middle = static_cast<std::streamoff>(fs::file_size(entry.path()) / 2);
      file.seekg(middle);
      const char flipped = static_cast<char>(file.get() ^ 1);
      file.seekp(middle);
      file.put(flipped);
      return;
    }
    FAIL("there is no file of rows");
  }
  base::Position end() const { return log_.end(); }

 private:
  ViewOptions options() const {
    ViewOptions options;
    options.data_folder = folder_.path();
    options.write_buffer_bytes = options.block_cache_bytes = 4u << 20;
    return options;
  }

  support::TempFolder folder_;
  LogBuilder log_;
  std::unique_ptr<support::FakeEngine> engine_;
};

OfflineRequest both() { return {{&chat_kind(), &audit_kind()}, false, false}; }
std::string first_of(const ViewKind& kind) { return "v" + std::to_string(kind.version); }

TEST_CASE("equal views are swapped, stand at the end of the log, and serve after the next start") {
  StoppedServer server;
  server.go_on();
  auto outcomes = server.rebuild(both());
  for (const auto& outcome : outcomes) {
    CHECK(outcome.is_swapped);
    CHECK(outcome.is_well);
    CHECK(outcome.position == server.end());
    REQUIRE(outcome.comparison);
    CHECK(outcome.comparison->is_equal());
    CHECK(outcome.comparison->at.value == 301);
  }
  std::string first = first_of(chat_kind());
  CHECK(server.folders(chat_kind()) == std::set<std::string>{"CURRENT", first, first + ".1"});
  auto status = server.run();
  CHECK(status.front().digest == outcomes.front().digest);
  CHECK(server.rebuild(both()).front().is_swapped);
  CHECK(server.folders(chat_kind()) == std::set<std::string>{"CURRENT", first + ".1", first + ".2"});
}

TEST_CASE("compare only changes nothing on disk") {
  StoppedServer server;
  OfflineRequest request = both();
  request.compare_only = true;
  for (const auto& outcome : server.rebuild(request)) {
    CHECK(outcome.is_well);
    CHECK_FALSE(outcome.is_swapped);
  }
  CHECK(server.folders(chat_kind()) == std::set<std::string>{first_of(chat_kind())});
  CHECK(server.folders(audit_kind()) == std::set<std::string>{first_of(audit_kind())});
}

TEST_CASE("what differs is not swapped but by force, and the others are") {
  StoppedServer server;
  server.damage(audit_kind());
  auto outcomes = server.rebuild(both());
  CHECK(outcomes[0].is_swapped);
  CHECK_FALSE(outcomes[1].is_swapped);
  CHECK_FALSE(outcomes[1].is_well);
  CHECK(outcomes[1].comparison->differing == 1);
  CHECK(outcomes[1].comparison->first->table == "event types");
  CHECK(outcomes[1].comparison->first->rebuilt == "not there");
  CHECK(server.folders(audit_kind()) == std::set<std::string>{first_of(audit_kind())});
  OfflineRequest request{{&audit_kind()}, false, true};
  CHECK(server.rebuild(request).front().is_swapped);
  CHECK(server.rebuild(request).front().comparison->is_equal());
}

TEST_CASE("a view with a damaged block is not well where it is only compared, and no obstacle to a new one") {
  StoppedServer server;
  server.damage_block(chat_kind());
  OfflineRequest request{{&chat_kind()}, true, false};
  const auto compared = server.rebuild(request).front();
  CHECK_FALSE(compared.is_well);
  CHECK_FALSE(compared.comparison);
  CHECK(compared.not_compared.find("checksum") != std::string::npos);
  CHECK(server.folders(chat_kind()) == std::set<std::string>{first_of(chat_kind())});
  request.compare_only = false;
  const auto built = server.rebuild(request).front();
  CHECK(built.is_well);
  CHECK(built.is_swapped);
  CHECK(server.rebuild(request).front().comparison->is_equal());
}

TEST_CASE("older rows are compared row by row, told, and do not stand in the way") {
  StoppedServer other;
  fs::rename(other.folder(audit_kind()), other.folder(audit_kind()) + ".kept");
  auto none = other.rebuild({{&audit_kind()}, false, false}).front();
  CHECK(none.is_swapped);
  CHECK(none.not_compared == "there was none before");

  StoppedServer third;
  ViewKind newer = audit_kind();
  newer.version = 7;
  auto outcome = third.rebuild({{&newer}, false, false}).front();
  CHECK(outcome.is_swapped);
  REQUIRE(outcome.comparison);
  CHECK(outcome.comparison->is_equal());
  CHECK(outcome.not_compared.find("version " + std::to_string(audit_kind().version)) != std::string::npos);
  CHECK(third.folders(audit_kind()) == std::set<std::string>{"CURRENT", first_of(audit_kind()), "v7.1"});
}

}  // namespace
}  // namespace hansard::projections
