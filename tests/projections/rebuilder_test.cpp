// Views built again beside the live ones: swapped, refused, compared only, cancelled, rolled back.
#include "projections/rebuilder.h"

#include <filesystem>
#include <set>

#include <catch2/catch.hpp>

#include "tests/projections/log_builder.h"
#include "tests/support/fake_engine.h"
#include "tests/support/temp_folder.h"

namespace hansard::projections {
namespace {

namespace fs = std::filesystem;
using support::FakeEngine;
using support::TempFolder;
constexpr std::chrono::seconds kPatience{60};

ViewOptions options_in(const TempFolder& folder) {
  ViewOptions options;
  options.data_folder = folder.path();
  options.write_buffer_bytes = options.block_cache_bytes = 4u << 20;
  return options;
}

LogBuilder small_log() {
  LogBuilder log;
  auto id = log.create({"ann", "bob"});
  for (int i = 0; i < 200; ++i) log.send(id, i % 2 ? "ann" : "bob", "message " + std::to_string(i));
  log.read(id, "ann", 20);
  return log;
}

// The views of a log, which a test can close, damage and open again.
class Scene {
 public:
  Scene() : log_(small_log()), engine_(log_.events()) { open(); }

  void open() {
    auto opened = Views::open(engine_, options_in(folder_));
    REQUIRE(opened);
    views_ = std::move(opened.value());
    catch_up();
  }
  void close() {
    views_->stop();
    views_.reset();
  }
  void send(const std::string& text) {
    log_.send(conversation_id(1), "bob", text);
    engine_.append(*log_.events().back());
    catch_up();
  }
  // Another byte at the end of the first row of a table; its digest is not told.
  void damage(std::string_view view, char table) {
    close();
    auto store = ViewStore::open(folder_.path() + "/views/" + std::string(view), {1u << 20, 1u << 20});
    REQUIRE(store);
    auto snapshot = store.value()->snapshot();
    auto rows = snapshot->cursor();
    rows->seek(std::string(1, table));
    REQUIRE(rows->valid());
    std::string key(rows->key()), value(rows->value());
    value.back() = static_cast<char>(value.back() ^ 1);
    RowChange change{key, value};
    store.value()->commit({&change, 1}, snapshot->checkpoint());
    store.value()->flush(true);
    rows.reset();
    snapshot.reset();
    store.value().reset();
    open();
  }
  Views& views() { return *views_; }
  Rebuilder& rebuilder() { return *views_->rebuilder(); }
  RebuildStatus rebuild(const RebuildRequest& request) {
    REQUIRE(rebuilder().start(request));
    return end_of(request.views.front());
  }
  RebuildStatus end_of(const std::string& view) {
    REQUIRE(rebuilder().wait_for_end(kPatience));
    for (const auto& known : rebuilder().views()) {
      if (known.name == view) return *known.rebuild;
    }
    throw std::runtime_error("no such view");
  }
  std::set<std::string> folders(const std::string& view) const {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder_.path() + "/views/" + view)) {
      names.insert(entry.path().filename().string());
    }
    return names;
  }
  std::string last_text() {
    auto snapshot = views_->snapshot();
    return snapshot->message_at(conversation_id(1), snapshot->conversation(conversation_id(1))->last_ordinal)
        ->content->text;
  }
  const std::string& data_folder() const { return folder_.path(); }
  base::Position end() const { return log_.end(); }

 private:
  void catch_up() {
    REQUIRE(views_->applied_gate().wait_for(log_.end(), kPatience));
    REQUIRE(views_->audit_gate().wait_for(log_.end(), kPatience));
  }

  TempFolder folder_;
  LogBuilder log_;
  FakeEngine engine_;
  std::unique_ptr<Views> views_;
};

std::string first_of(const ViewKind& kind) { return "v" + std::to_string(kind.version); }

TEST_CASE("both views are built again from one read, swapped, and go on") {
  Scene scene;
  auto before = scene.views().status();
  auto old_snapshot = scene.views().snapshot();
  RebuildStatus status = scene.rebuild({{"chat", "audit"}});
  INFO(status.why);
  CHECK(status.state == RebuildState::swapped);
  CHECK(scene.end_of("audit").state == RebuildState::swapped);
  REQUIRE(status.comparison);
  CHECK(status.comparison->is_equal());
  CHECK(status.comparison->at == scene.end());
  auto after = scene.views().status();
  for (std::size_t i = 0; i < before.size(); ++i) CHECK(after[i].digest == before[i].digest);

  scene.send("after the swap");
  CHECK(scene.last_text() == "after the swap");
  CHECK(old_snapshot->conversation(conversation_id(1))->last_ordinal.value == 200);
  old_snapshot.reset();
  std::string first = first_of(chat_kind());
  CHECK(scene.folders("chat") == std::set<std::string>{"CURRENT", first, first + ".1"});

  scene.close();
  scene.open();
  CHECK(scene.last_text() == "after the swap");
  CHECK(scene.rebuilder().views().front().folders.current == FolderName{chat_kind().version, 1});
  CHECK(scene.folders("chat").contains(first));
}

TEST_CASE("a view that differs is refused, the first row is named, and the live one is untouched") {
  Scene scene;
  scene.damage("chat/" + first_of(chat_kind()), 'P');
  RebuildStatus status = scene.rebuild({{"chat"}});
  CHECK(status.state == RebuildState::differs);
  REQUIRE(status.comparison);
  CHECK(status.comparison->differing == 1);
  REQUIRE(status.comparison->first);
  CHECK(status.comparison->first->table == "members");
  CHECK(status.comparison->first->key == "conversation " + base::to_text(conversation_id(1)) + ", user \"ann\"");
  CHECK(status.comparison->first->live != status.comparison->first->rebuilt);
  CHECK(status.why.find("members") != std::string::npos);
  CHECK_FALSE(fs::exists(scene.data_folder() + "/views/chat/CURRENT"));

  auto swapped = scene.rebuilder().swap("chat", false);
  REQUIRE_FALSE(swapped);
  CHECK(swapped.error().code == base::ErrorCode::refused);
  scene.send("still served");
  CHECK(scene.last_text() == "still served");

  REQUIRE(scene.rebuilder().swap("chat", true));
  CHECK(scene.end_of("chat").state == RebuildState::swapped);
  CHECK(scene.last_text() == "still served");
  CHECK(scene.rebuild({{"chat"}, true}).comparison->is_equal());
}

TEST_CASE("compare only tells what differs and leaves nothing behind") {
  Scene scene;
  scene.damage("audit/" + first_of(audit_kind()), 'Y');
  auto before = scene.folders("audit");
  RebuildStatus status = scene.rebuild({{"audit"}, true});
  CHECK(status.state == RebuildState::compared);
  CHECK(status.comparison->differing == 1);
  CHECK(status.comparison->first->table == "event types");
  CHECK(scene.folders("audit") == before);
  CHECK_FALSE(scene.rebuilder().swap("audit", true));
}

TEST_CASE("a swap by hand waits for the order; cancel removes what was built") {
  Scene scene;
  CHECK(scene.rebuild({{"chat"}, false, false}).state == RebuildState::built);
  scene.send("meanwhile");
  REQUIRE(scene.rebuilder().swap("chat", false));
  CHECK(scene.end_of("chat").state == RebuildState::swapped);
  CHECK(scene.last_text() == "meanwhile");

  CHECK(scene.rebuild({{"chat"}, false, false}).state == RebuildState::built);
  REQUIRE(scene.rebuilder().cancel("chat"));
  CHECK(scene.end_of("chat").state == RebuildState::cancelled);
  CHECK_FALSE(scene.rebuilder().cancel("chat"));
  CHECK_FALSE(scene.rebuilder().swap("chat", false));
  std::string first = first_of(chat_kind());
  CHECK(scene.folders("chat") == std::set<std::string>{"CURRENT", first, first + ".1"});
}

TEST_CASE("a rollback catches the earlier view up, and dropping it ends that") {
  Scene scene;
  CHECK_FALSE(scene.rebuilder().roll_back("chat"));
  REQUIRE(scene.rebuild({{"chat"}}).state == RebuildState::swapped);
  scene.send("after the swap");
  REQUIRE(scene.rebuilder().roll_back("chat"));
  RebuildStatus status = scene.end_of("chat");
  INFO(status.why);
  CHECK(status.state == RebuildState::rolled_back);
  CHECK(scene.last_text() == "after the swap");
  ViewPointer pointer = scene.rebuilder().views().front().folders;
  CHECK(pointer.current == FolderName{chat_kind().version, 0});
  CHECK(pointer.previous == FolderName{chat_kind().version, 1});

  REQUIRE(scene.rebuilder().drop("chat"));
  CHECK_FALSE(scene.rebuilder().drop("chat"));
  CHECK_FALSE(scene.rebuilder().roll_back("chat"));
  CHECK(scene.folders("chat") == std::set<std::string>{"CURRENT", first_of(chat_kind())});
}

TEST_CASE("what a crash left of a rebuild is removed by the next start") {
  Scene scene;
  REQUIRE(scene.rebuild({{"chat"}}).state == RebuildState::swapped);
  scene.close();
  std::string folder = scene.data_folder() + "/views/chat/" + first_of(chat_kind());
  fs::create_directories(folder + ".7");
  fs::create_directories(folder + ".7.quarantined");
  scene.open();
  CHECK(scene.folders("chat") == std::set<std::string>{"CURRENT", first_of(chat_kind()), first_of(chat_kind()) + ".1"});
}

TEST_CASE("an unknown view is not found") {
  Scene scene;
  CHECK(scene.rebuilder().start({{"search"}}).error().code == base::ErrorCode::not_found);
  CHECK(scene.rebuilder().roll_back("nothing").error().code == base::ErrorCode::not_found);
  CHECK(scene.rebuilder().cancel("chat").error().code == base::ErrorCode::refused);
}

TEST_CASE("folder names and pointers are read as they were written") {
  TempFolder folder;
  CHECK(read_pointer(folder.path(), 3) == ViewPointer{{3, 0}, std::nullopt});
  ViewPointer pointer{{3, 12}, FolderName{3, 0}};
  REQUIRE(write_pointer(folder.path(), pointer));
  CHECK(read_pointer(folder.path(), 3) == pointer);
  CHECK(read_pointer(folder.path(), 4) == ViewPointer{{4, 0}, std::nullopt});
  for (const char* name : {"", "v", "v0", "3", "v3.", "v3.0", "v3.x", "v3.1.quarantined", "v99999999999"}) {
    CHECK_FALSE(parse_folder_name(name));
  }
  CHECK(parse_folder_name("v3.1") == FolderName{3, 1});
}

TEST_CASE("for an erasure only what serves is left, and what is built or read is waited for") {
  Scene scene;
  const std::string first = first_of(chat_kind());
  const RebuildRequest keep{{"chat"}, false, false};
  {
    auto old_snapshot = scene.views().snapshot();
    CHECK(scene.rebuild({{"chat"}}).state == RebuildState::swapped);
    CHECK_FALSE(scene.rebuilder().keep_only_live());  // somebody reads the one before
    CHECK(scene.folders("chat") == std::set<std::string>{"CURRENT", first, first + ".1"});
  }
  CHECK(scene.rebuild(keep).state == RebuildState::built);
  fs::create_directories(scene.data_folder() + "/views/chat/v1.9.quarantined");
  fs::create_directories(scene.data_folder() + "/views/chat/v999");
  REQUIRE(scene.rebuilder().keep_only_live());
  CHECK(scene.folders("chat") == std::set<std::string>{"CURRENT", first + ".1"});
  CHECK(scene.end_of("chat").state == RebuildState::cancelled);
  CHECK_FALSE(scene.rebuilder().roll_back("chat"));
  scene.send("later");
  CHECK(scene.last_text() == "later");
  scene.close();
  scene.open();
  CHECK(scene.last_text() == "later");
}

}  // namespace
}  // namespace hansard::projections
