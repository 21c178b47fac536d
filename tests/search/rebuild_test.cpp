// The index built again beside the one that serves.
#include <filesystem>

#include <catch2/catch.hpp>

#include "projections/search/index_build.h"
#include "projections/search/index_step.h"
#include "tests/search/search_fixture.h"
#include "tests/support/manual_clock.h"

namespace hansard::search {
namespace {

namespace fs = std::filesystem;
using projections::RebuildState;
using support::TempFolder;

std::string file_in(const TempFolder& folder, int generation) {
  return folder.path() + "/views/search/v1/search." + std::to_string(generation) + ".db";
}

void fill(Chat& chat, int messages) {
  auto id = chat.create({"ann"});
  for (int i = 0; i < messages; ++i) chat.send(id, "ann", "word number" + std::to_string(i));
}

bool comes_to(Searcher& search, RebuildState wanted) {
  return eventually([&] { return search.view().rebuild_status()->state == wanted; });
}

TEST_CASE("a rebuilt index takes over while messages arrive and questions are asked") {
  TempFolder folder;
  Chat chat;
  fill(chat, 20'000);
  Searcher search(chat, patient_options(folder.path()));
  search.settle();
  std::string before = search.view().status().digest;
  auto gate = search.view().applied_gate();
  REQUIRE(search.view().rebuild({}));
  CHECK_FALSE(search.view().rebuild({}));  // one at a time
  std::size_t sent = 20'000;
  bool ended = eventually([&] {
    chat.send(chat.said[0].conversation, "ann", "word late");
    ++sent;
    CHECK(search.ask("ann", "word", Sort::recent, 1).hits.size() == 1);
    return search.view().rebuild_status()->state == RebuildState::swapped;
  });
  REQUIRE(ended);
  CHECK(search.view().rebuild_status()->comparison->is_equal());
  chat.send(chat.said[0].conversation, "ann", "word last");
  search.settle();
  CHECK(
      gate->wait_for(chat.engine.durable(), std::chrono::seconds(60)));  // who waited at the old gate is not forgotten
  CHECK(search.all("ann", "word").size() == sent + 1);
  CHECK(search.view().status().digest != before);
  CHECK(fs::exists(file_in(folder, 2)));
  CHECK_FALSE(fs::exists(file_in(folder, 1)));
}

TEST_CASE("a comparison swaps nothing") {
  TempFolder folder;
  Chat chat;
  fill(chat, 300);
  Searcher search(chat, patient_options(folder.path()));
  search.settle();
  projections::RebuildRequest request;
  request.compare_only = true;
  REQUIRE(search.view().rebuild(request));
  REQUIRE(comes_to(search, RebuildState::compared));
  CHECK(search.view().rebuild_status()->comparison->rows == 300);
  CHECK(search.view().rebuild_status()->comparison->differing == 0);
  CHECK(fs::exists(file_in(folder, 1)));
  CHECK_FALSE(fs::exists(file_in(folder, 2)));
}

// The same chat as its log reads once a message's record has lost its content.
void append_erased(Chat& chat, const Chat& original, base::MessageId gone) {
  const auto events = original.engine.read({}, SIZE_MAX);
  for (const auto& one : events.value()) {
    domain::RecordedEvent event = *one;
    if (auto* sent = std::get_if<domain::MessageSent>(&*event.body); sent != nullptr && sent->facts.message == gone) {
      sent->content.reset();
    }
    chat.engine.append(std::move(event));
  }
}

TEST_CASE("an index that saw an erasure equals one built from the erased log") {
  TempFolder folder;
  Chat chat;
  fill(chat, 20);
  chat.remove(chat.said[4]);
  domain::RecordedEvent erased;
  erased.body = domain::MessageErased{chat.said[7].facts, {}};
  {
    Searcher search(chat, patient_options(folder.path()));
    search.settle();
    chat.engine.append(std::move(erased));
    search.settle();
    search.view().stop();
  }
  Chat after;
  append_erased(after, chat, chat.said[7].facts.message);
  Searcher search(after, patient_options(folder.path()));
  search.settle();
  REQUIRE(search.view().rebuild({}));
  CHECK(comes_to(search, RebuildState::swapped));
  CHECK(search.view().rebuild_status()->comparison->differing == 0);
}

TEST_CASE("an index that differs is named and not replaced unless it is forced") {
  TempFolder folder;
  Chat chat;
  fill(chat, 300);
  {
    Searcher search(chat, patient_options(folder.path()));
    search.settle();
    search.view().stop();
  }
  CHECK(run_sql(file_in(folder, 1), "UPDATE message SET text = CAST('planted' AS BLOB) WHERE number IN (7, 9)"));
  Searcher search(chat, patient_options(folder.path()));
  search.settle();
  REQUIRE(search.view().rebuild({}));
  REQUIRE(comes_to(search, RebuildState::differs));
  auto comparison = *search.view().rebuild_status()->comparison;
  CHECK(comparison.differing == 2);
  CHECK(comparison.first->key.find("number 7") != std::string::npos);
  CHECK(comparison.first->live.find("planted") != std::string::npos);
  CHECK_FALSE(search.view().swap(false));
  SECTION("cancelled") {
    REQUIRE(search.view().cancel());
    REQUIRE(comes_to(search, RebuildState::cancelled));
    CHECK_FALSE(fs::exists(file_in(folder, 2)));
    CHECK(fs::exists(file_in(folder, 1)));
  }
  SECTION("forced") {
    chat.send(chat.said[0].conversation, "ann", "word meanwhile");
    REQUIRE(search.view().swap(true));
    REQUIRE(comes_to(search, RebuildState::swapped));
    search.settle();
    CHECK(search.all("ann", "word").size() == 301);
    CHECK_FALSE(fs::exists(file_in(folder, 1)));
  }
}

TEST_CASE("beside messages that arrive a build takes a little at once and rests; alone it takes much and does not") {
  TempFolder folder;
  Chat chat;
  fill(chat, 3'000);
  auto live = open_generation(chat.engine, folder.path(), kShelfBits);
  REQUIRE(live);
  IndexFile& serving = *live.value().file;
  REQUIRE(index_some(chat.engine, serving, 10'000, chat.engine.durable()));
  support::ManualClock clock;
  IndexBuild build(std::move(begin_build(chat.engine, folder.path(), kShelfBits).value()), {}, clock);
  projections::RebuildPace pace(chat.engine, 40'000);

  chat.send(chat.said[0].conversation, "ann", "word late");
  const auto begun = clock.monotonic();
  REQUIRE(build.step(chat.engine, serving, pace));
  CHECK(build.status().position.value == IndexBuild::kBusySliceEvents);
  CHECK(build.due() - begun >= std::chrono::seconds{1} * IndexBuild::kBusySliceEvents / 40'000);

  clock.advance(projections::RebuildPace::kQuiet);
  REQUIRE(build.step(chat.engine, serving, pace));  // nobody wrote since
  CHECK(build.status().position == serving.state().position);
  CHECK(build.due() <= clock.monotonic());
}

TEST_CASE("a build that a crash left is removed and the one that served goes on") {
  TempFolder folder;
  Chat chat;
  fill(chat, 300);
  {
    Searcher search(chat, patient_options(folder.path()));
    search.settle();
    projections::RebuildRequest request;
    request.swap = false;
    REQUIRE(search.view().rebuild(request));
    REQUIRE(comes_to(search, RebuildState::built));
    fs::copy_file(file_in(folder, 2), folder.path() + "/left");
    search.view().stop();
  }
  CHECK_FALSE(fs::exists(file_in(folder, 2)));
  fs::rename(folder.path() + "/left", file_in(folder, 2));
  Searcher search(chat, patient_options(folder.path()));
  search.settle();
  CHECK(search.all("ann", "word").size() == 300);
  CHECK_FALSE(search.view().status().rebuilding);
  CHECK(fs::exists(file_in(folder, 1)));
  CHECK_FALSE(fs::exists(file_in(folder, 2)));
}

TEST_CASE("an erasure does not wait for what was only compared, and its quotes go") {
  TempFolder folder;
  Chat chat;
  fill(chat, 50);
  Searcher search(chat, patient_options(folder.path()));
  search.settle();
  CHECK(run_sql(file_in(folder, 1), "UPDATE message SET text = 'topsecret' WHERE number = 7"));
  projections::RebuildRequest compare;
  compare.compare_only = true;
  REQUIRE(search.view().rebuild(compare));
  REQUIRE(comes_to(search, RebuildState::compared));
  CHECK(search.view().rebuild_status()->why.find("topsecret") != std::string::npos);
  CHECK(eventually([&] { return search.view().purge(chat.engine.durable()).value(); }));
  CHECK(search.view().rebuild_status()->why.find("topsecret") == std::string::npos);
  CHECK_FALSE(search.view().rebuild_status()->comparison->first);
}

TEST_CASE("an erasure takes an index that is built and waits, and waits for one that is being built") {
  TempFolder folder;
  Chat chat;
  fill(chat, 50);
  Searcher search(chat, patient_options(folder.path()));
  search.settle();
  const base::Position through = chat.engine.durable();
  CHECK(eventually([&] { return search.view().purge(through).value(); }));
  projections::RebuildRequest keep;
  keep.swap = false;
  REQUIRE(search.view().rebuild(keep));
  REQUIRE(comes_to(search, RebuildState::built));
  CHECK(fs::exists(file_in(folder, 2)));
  CHECK_FALSE(search.view().purge(through).value());
  CHECK(eventually([&] { return search.view().purge(through).value(); }));
  CHECK_FALSE(fs::exists(file_in(folder, 2)));
  CHECK(search.view().rebuild_status()->state == RebuildState::cancelled);
  REQUIRE(search.view().rebuild({}));
  CHECK_FALSE(search.view().purge(through).value());
  REQUIRE(comes_to(search, RebuildState::swapped));
  CHECK(eventually([&] { return search.view().purge(through).value(); }));
  CHECK_FALSE(fs::exists(file_in(folder, 1)));
}

}  // namespace
}  // namespace hansard::search
