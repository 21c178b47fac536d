// A purge takes as long as the database is large; here it takes until the test lets it go on.
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include <catch2/catch.hpp>

#include "engine/index/write_index.h"
#include "tests/index/histories.h"
#include "tests/support/temp_folder.h"

namespace hansard::index {

namespace {
constexpr std::chrono::seconds kPatience{20};  // then a blocked call goes on, and the test fails

struct NoContents final : ContentSource {
  std::optional<domain::MessageContent> message_content(Position) const override { return std::nullopt; }
  std::optional<domain::ConversationContent> conversation_content(Position) const override { return std::nullopt; }
  std::optional<domain::ProfileContent> profile_content(Position) const override { return std::nullopt; }
  std::optional<domain::FileContent> file_content(Position) const override { return std::nullopt; }
};

// What a BlockedStore does, for the test, which may outlive it.
struct Watch {
  std::atomic<int> purges = 0, purged = 0, ingests = 0;
  std::atomic<bool> is_busy = false, has_dropped = false;
  std::mutex mutex;
  std::condition_variable changed;
  bool may_go_on = false, is_broken_off = false;

  bool wait() {
    std::unique_lock lock(mutex);
    is_busy = true;
    const bool went_on = changed.wait_for(lock, kPatience, [this] { return may_go_on || is_broken_off; });
    is_busy = false;
    return went_on && !is_broken_off;
  }
  void let_go_on() {
    std::lock_guard lock(mutex);
    may_go_on = true;
    changed.notify_all();
  }
  void break_off() {
    std::lock_guard lock(mutex);
    is_broken_off = true;
    changed.notify_all();
  }
};

class BlockedStore final : public RowStore {
 public:
  BlockedStore(std::unique_ptr<RowStore> store, Watch& watch) : store_(std::move(store)), watch_(watch) {}
  std::optional<std::string> get(std::string_view key) const override { return store_->get(key); }
  std::vector<std::optional<std::string>> get(std::span<const std::string_view> keys) const override {
    return store_->get(keys);
  }
  void for_each_key(std::string_view prefix, const std::function<void(std::string_view)>& use) const override {
    store_->for_each_key(prefix, use);
  }
  Result<void> for_each_command(const ShortDigest& from,
                                const std::function<bool(const ShortDigest&)>& use) const override {
    return store_->for_each_command(from, use);
  }
  std::uint64_t commands_estimate() const override { return store_->commands_estimate(); }
  void ingest(const Rows& rows, Checkpoint checkpoint) override {
    store_->ingest(rows, checkpoint);
    checkpoint_ = checkpoint;
    ++watch_.ingests;
  }
  Result<void> wipe() override { return store_->wipe(); }
  bool purge(Position through) override {
    ++watch_.purges;
    const bool is_done = watch_.wait() && store_->purge(through);  // not while a merge uses a file
    watch_.purged += is_done ? 1 : 0;
    return is_done;
  }
  void drop_expired_commands() override {
    if (watch_.wait()) store_->drop_expired_commands();
    watch_.has_dropped = true;
  }
  void break_off() override {
    watch_.break_off();
    store_->break_off();
  }

 private:
  std::unique_ptr<RowStore> store_;
  Watch& watch_;
};

bool eventually(const std::function<bool()>& what) {
  const auto until = std::chrono::steady_clock::now() + 3 * kPatience;
  while (!what()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::yield();
  }
  return true;
}

struct Fixture {
  std::unique_ptr<RowStore> store() { return RowStore::open(folder.path() + "/index", 1u << 20).value(); }
  // As the sequencer does, which looks between commands.
  void fold(std::size_t events) {
    const std::size_t before = history.events().size();
    while (history.events().size() < before + events) {
      for (const auto& event : history.step()) {
        index->fold(event);
        index->seal_if_full();
      }
    }
  }

  support::TempFolder folder;
  IndexLimits limits{10, 1u << 20};
  NoContents contents;
  Watch watch;
  History history{5};
  std::unique_ptr<WriteIndex> index =
      WriteIndex::open(std::make_unique<BlockedStore>(store(), watch), limits, {{}, 1}, contents).value();
};
}  // namespace

TEST_CASE("no fold waits for a purge, and what is wished meanwhile comes after it") {
  Fixture fixture;
  auto& index = *fixture.index;
  fixture.fold(35);
  const Position first = index.folded_through();
  CHECK_FALSE(index.purge(first));
  index.seal_if_full();
  REQUIRE(eventually([&] { return fixture.watch.is_busy.load(); }));
  const int before = fixture.watch.ingests;
  for (int i = 0; i < 200; ++i) {
    fixture.fold(1);
    CHECK_FALSE(index.purge(index.folded_through()));
  }
  CHECK(eventually([&] { return fixture.watch.ingests >= before + 19; }));
  CHECK(fixture.watch.is_busy);
  CHECK(fixture.watch.ingests <= before + 21);  // full overlays, none for a wish
  CHECK(fixture.watch.purges == 1);
  const Position second = index.folded_through();
  fixture.watch.let_go_on();
  CHECK(eventually([&] { return index.purge(first); }));
  CHECK_FALSE(index.purge(second));
  CHECK(eventually([&] {
    index.seal_if_full();
    return index.purge(second);
  }));
  CHECK(fixture.watch.purged == 2);
}

TEST_CASE("no fold waits until expired commands are compacted away") {
  Fixture fixture;
  fixture.index->keep_commands_from(2);
  REQUIRE(eventually([&] { return fixture.watch.is_busy.load(); }));
  fixture.fold(100);
  CHECK(eventually([&] { return fixture.watch.ingests >= 9; }));
  CHECK(fixture.watch.is_busy);
  fixture.watch.let_go_on();
  CHECK(eventually([&] { return fixture.watch.has_dropped.load(); }));
}

TEST_CASE("the end waits for no compaction: it breaks it off") {
  Fixture fixture;
  fixture.fold(35);
  CHECK_FALSE(fixture.index->purge(fixture.index->folded_through()));
  fixture.index->seal_if_full();
  REQUIRE(eventually([&] { return fixture.watch.is_busy.load(); }));
  fixture.fold(5);
  fixture.index->stop();
  CHECK(fixture.watch.is_busy);
  CHECK(fixture.index->overlay_events() == 0);
  fixture.index.reset();
  CHECK(fixture.watch.is_broken_off);
  CHECK(fixture.store()->checkpoint().position == Position{fixture.history.events().size()});
}

TEST_CASE("a purge that is broken off says so, and is no error") {
  Fixture fixture;
  fixture.fold(35);
  fixture.index->stop();
  fixture.index.reset();
  const auto store = fixture.store();
  CHECK(eventually([&] { return store->purge({30}); }));  // a merge of its own may be in its way
  store->break_off();
  CHECK_FALSE(store->purge({35}));
  store->drop_expired_commands();
}

}  // namespace hansard::index
