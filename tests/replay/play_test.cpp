#include "replay/play.h"

#include <filesystem>

#include <catch2/catch.hpp>

#include "tests/support/temp_folder.h"

using namespace hansard;
using replay::PlayedEvent;

namespace {
class ThreeEvents final : public replay::PlaySource {
 public:
  base::Result<Batch> next() override {
    Batch batch;
    for (const char* position : {"1", "2", "3"}) batch.events.push_back({position, "lane", {}, "{}"});
    batch.position = "3";
    batch.has_ended = true;
    return batch;
  }
};

// Says yes or no to everything once it is finished.
class LateSink final : public replay::PlaySink {
 public:
  explicit LateSink(bool says_yes) : says_yes_(says_yes) {}
  base::Result<void> put(std::span<const PlayedEvent>) override { return base::success(); }
  bool confirms_at_the_end() const override { return true; }
  base::Result<void> finish() override {
    if (says_yes_) return base::success();
    return base::error(base::ErrorCode::refused, "It says no.");
  }

 private:
  const bool says_yes_;
};

// Takes some events, and then no more.
class FullSink final : public replay::PlaySink {
 public:
  explicit FullSink(std::size_t room) : room_(room) {}
  base::Result<void> put(std::span<const PlayedEvent> events) override {
    if (events.size() > room_) return base::error(base::ErrorCode::refused, "It is full.");
    room_ -= events.size();
    return base::success();
  }

 private:
  std::size_t room_;
};

struct Played {
  base::Result<replay::PlayReport> report;
  bool has_cursor;
};

Played play(bool says_yes, bool is_interrupted = false) {
  support::TempFolder folder;
  const std::string file = folder.path() + "/cursor";
  auto cursor = replay::PlayCursor::open(file, "test").value();
  const std::atomic<bool> stop{is_interrupted};
  ThreeEvents source;
  replay::PlayOptions options;
  options.quiet = true;
  const auto open = [says_yes]() -> base::Result<std::unique_ptr<replay::PlaySink>> {
    return std::unique_ptr<replay::PlaySink>(new LateSink(says_yes));
  };
  auto report = replay::play(source, open, cursor, options, stop);
  return {std::move(report), std::filesystem::exists(file)};
}
}  // namespace

TEST_CASE("where the receiver confirms at the end, the cursor moves then and not before") {
  const auto taken = play(true);
  REQUIRE(taken.report);
  CHECK(taken.report.value().events == 3);
  CHECK(taken.report.value().position == "3");
  CHECK(taken.has_cursor);
  const auto refused = play(false);
  REQUIRE_FALSE(refused.report.has_value());
  CHECK(refused.report.error().detail == "It says no.");
  CHECK_FALSE(refused.has_cursor);
}

TEST_CASE("an interrupted replay keeps nothing that was not confirmed") {
  const auto refused = play(false, true);
  CHECK_FALSE(refused.report.has_value());
  CHECK_FALSE(refused.has_cursor);
}

TEST_CASE("a cursor that could not be kept is refused before anything is sent") {
  support::TempFolder folder;
  const auto problem_of = [](const std::string& file) {
    const auto cursor = replay::PlayCursor::open(file, "test");
    REQUIRE_FALSE(cursor);
    CHECK(cursor.error().code == base::ErrorCode::malformed);
    return cursor.error().detail;
  };
  const auto beside = folder.write("file", "");
  CHECK(problem_of(folder.path()) == folder.path() + " is a folder: --cursor names a file, made if it is not there.");
  for (const std::string& nowhere : {folder.path("none"), beside}) {
    CHECK(problem_of(nowhere + "/cursor") ==
          "There is no folder " + nowhere + " for the file of --cursor: make it first.");
  }
  CHECK(replay::PlayCursor::open(folder.path("cursor"), "test").value().position().empty());
  CHECK(replay::PlayCursor::open("cursor-of-no-test", "test").value().position().empty());
  CHECK(std::filesystem::is_empty(folder.path("file")));
}

TEST_CASE("what was taken before a receiver took no more is kept") {
  support::TempFolder folder;
  const std::string file = folder.path() + "/cursor";
  auto cursor = replay::PlayCursor::open(file, "test").value();
  const std::atomic<bool> stop{false};
  ThreeEvents source;
  replay::PlayOptions options;
  options.quiet = true;
  const auto open = []() -> base::Result<std::unique_ptr<replay::PlaySink>> {
    return std::unique_ptr<replay::PlaySink>(new FullSink(2));
  };
  CHECK_FALSE(replay::play(source, open, cursor, options, stop));
  CHECK(replay::PlayCursor::open(file, "test").value().position() == "2");
}
