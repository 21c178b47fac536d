// What happens to a file that cannot serve, and to the bytes of what was taken out.
#include "projections/search/generation.h"

#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <catch2/catch.hpp>

#include "projections/search/index_fold.h"
#include "projections/search/reader_pool.h"
#include "tests/search/search_fixture.h"

namespace hansard::search {
namespace {

namespace fs = std::filesystem;
using support::TempFolder;
using Names = std::vector<std::string>;

std::string file_in(const TempFolder& folder, int generation = 1) {
  return folder.path() + "/views/search/v1/search." + std::to_string(generation) + ".db";
}

// As a build from before the pages had checksums.
void make_without_seals(const std::string& path) {
  fs::remove(path);
  sqlite3* handle = nullptr;
  REQUIRE(sqlite3_open(path.c_str(), &handle) == SQLITE_OK);
  CHECK(sqlite3_exec(handle, "CREATE TABLE state(key, value)", nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(handle);
}

void fill(Chat& chat, int messages) {
  auto id = chat.create({"ann"});
  for (int i = 0; i < messages; ++i) chat.send(id, "ann", "word number" + std::to_string(i));
}

// Opens, settles, closes.
void index_once(Chat& chat, const SearchOptions& options) {
  Searcher search(chat, options);
  search.settle();
  search.view().stop();
}

TEST_CASE("a start goes on from the checkpoint") {
  TempFolder folder;
  Chat chat;
  fill(chat, 30);
  index_once(chat, patient_options(folder.path()));
  chat.send(chat.said[0].conversation, "ann", "late");
  Searcher search(chat, patient_options(folder.path()));
  search.settle();
  CHECK(search.all("ann", "late") == Names{"1:31"});
  CHECK(search.all("ann", "word").size() == 30);
  CHECK_FALSE(search.view().status().rebuilding);
  CHECK(fs::exists(file_in(folder)));
}

TEST_CASE("who asks while the index is loaded waits for all of it") {
  TempFolder folder;
  Chat chat;
  fill(chat, 50'000);  // more than are loaded at once
  index_once(chat, patient_options(folder.path()));
  Searcher search(chat, patient_options(folder.path()));
  CHECK(search.view().status().applied == chat.engine.durable());
  CHECK(search.ask("ann", "number1").indexed_through == chat.engine.durable());
  CHECK(search.all("ann", "number1") == Names{"1:2"});
  // Told right behind the answers that had waited.
  CHECK(search.view().applied_gate()->wait_for(chat.engine.durable(), std::chrono::seconds(10)));
}

TEST_CASE("a stop while the index is loaded writes nothing into it, and the next start goes on") {
  TempFolder folder;
  Chat chat;
  fill(chat, 50'000);
  index_once(chat, patient_options(folder.path()));
  chat.send(chat.said[0].conversation, "ann", "late");
  {
    Searcher stopped_at_once(chat, patient_options(folder.path()));
  }
  Searcher search(chat, patient_options(folder.path()));
  search.settle();
  CHECK(search.all("ann", "late") == Names{"1:50001"});
  CHECK_FALSE(search.view().status().rebuilding);
}

TEST_CASE("a file that cannot serve is set aside and indexed anew") {
  TempFolder folder;
  Chat chat;
  fill(chat, 30);
  index_once(chat, patient_options(folder.path()));
  std::string path = file_in(folder);
  SECTION("no database") { std::ofstream(path, std::ios::trunc) << "this is no database, whatever its name says"; }
  SECTION("ahead of the log") { CHECK(run_sql(path, "UPDATE state SET value = 1000 WHERE key = 'position'")); }
  SECTION("of another epoch") { CHECK(run_sql(path, "UPDATE state SET value = 7 WHERE key = 'epoch'")); }
  SECTION("rows that do not fit") { CHECK(run_sql(path, "DELETE FROM message WHERE number = 7")); }
  SECTION("damaged pages") {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(4096);
    for (int i = 0; i < 2'000; ++i) file << "garbage!";
  }
  Searcher search(chat, patient_options(folder.path()));
  search.settle();
  CHECK(search.all("ann", "word").size() == 30);
  CHECK(fs::exists(file_in(folder) + ".quarantined"));
  CHECK(fs::exists(file_in(folder, 2)));
}

// It is sound, and may hold in its bytes what was erased.
TEST_CASE("a file of another format goes, with all that was left beside it, and is indexed anew") {
  TempFolder folder;
  Chat chat;
  fill(chat, 30);
  index_once(chat, patient_options(folder.path()));
  const std::string path = file_in(folder);
  SECTION("another tokenizer") {
    CHECK(run_sql(path, "UPDATE state SET value = '0/unicode-1' WHERE key = 'tokenizer'"));
  }
  SECTION("another schema") { CHECK(run_sql(path, "UPDATE state SET value = 'older' WHERE key = 'kind'")); }
  SECTION("pages laid out otherwise") {
    CHECK(run_sql(path, "PRAGMA journal_mode=DELETE; PRAGMA auto_vacuum=NONE; VACUUM"));
  }
  SECTION("pages without checksums") { make_without_seals(path); }
  std::ofstream(path + ".quarantined") << "set aside";
  std::ofstream(file_in(folder, 7) + "-wal") << "left behind";
  Searcher search(chat, patient_options(folder.path()));
  search.settle();
  CHECK(search.all("ann", "word").size() == 30);
  CHECK_FALSE(fs::exists(path));
  CHECK_FALSE(fs::exists(path + ".quarantined"));
  CHECK_FALSE(fs::exists(file_in(folder, 7) + "-wal"));
  CHECK(fs::exists(file_in(folder, 2)));
}

TEST_CASE("a purge leaves no file of an index but the one that serves") {
  TempFolder folder;
  Chat chat;
  fill(chat, 30);
  Searcher search(chat, patient_options(folder.path()));
  search.settle();
  for (const char* ending : {".quarantined", "-wal", "-shm", "-journal", ""}) {
    std::ofstream(file_in(folder, 7) + ending) << "left behind";
  }
  std::ofstream(file_in(folder) + ".quarantined") << "set aside";
  const auto clean = [&] { return search.view().purge(chat.engine.durable()).value(); };
  CHECK(eventually(clean));
  for (const auto& entry : fs::directory_iterator(fs::path(file_in(folder)).parent_path())) {
    CHECK(entry.path().string().starts_with(file_in(folder)));
    CHECK(entry.path().extension() != ".quarantined");
  }
  CHECK(search.all("ann", "word").size() == 30);
}

TEST_CASE("an index that turns out damaged is replaced while it serves") {
  TempFolder folder;
  Chat chat;
  fill(chat, 30);
  index_once(chat, patient_options(folder.path()));
  // The segments are gone, their structure record claims them: nothing notices before somebody asks.
  CHECK(run_sql(file_in(folder), "UPDATE shelf_0_data SET block = x'00' WHERE id > 1000"));
  Searcher search(chat, patient_options(folder.path()));
  Question question;
  question.query = std::make_shared<const Query>(parse_query("word"));
  question.seats = chat.seats("ann");
  auto answer = search.try_ask(question);
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == base::ErrorCode::corrupt);
  REQUIRE(eventually([&] { return search.try_ask(question).has_value(); }));
  search.settle();
  CHECK(fs::exists(file_in(folder, 2)));
  CHECK(search.all("ann", "word").size() == 30);
}

// No start and nobody who searches asks for the page; the next message does.
TEST_CASE("an index with a page that decayed is replaced by the writer who meets it") {
  TempFolder folder;
  Chat chat;
  fill(chat, 30);
  index_once(chat, patient_options(folder.path()));
  const std::string path = file_in(folder);
  {
    auto file = Connection::open(path, Connection::Mode::read);
    auto page = file.value().integer("SELECT rootpage FROM sqlite_schema WHERE name = 'shelf_0_data'");
    std::fstream(path, std::ios::in | std::ios::out | std::ios::binary).seekp((page.value() - 1) * 4'096 + 50).put('!');
  }
  Searcher search(chat, patient_options(folder.path()));
  REQUIRE(eventually([&] { return search.view().status().applied == chat.engine.durable(); }));
  chat.send(chat.said[0].conversation, "ann", "late");
  REQUIRE(eventually([&] { return fs::exists(file_in(folder, 2)); }));
  search.settle();
  CHECK_FALSE(search.view().status().stopped);
  CHECK(search.all("ann", "late") == Names{"1:31"});
  CHECK(search.all("ann", "word").size() == 30);
}

TEST_CASE("who waits for a position of an index that is replaced, waits for its successor") {
  TempFolder folder;
  Chat chat;
  fill(chat, 30);
  index_once(chat, patient_options(folder.path()));
  CHECK(run_sql(file_in(folder), "UPDATE shelf_0_data SET block = x'00' WHERE id > 1000"));
  Searcher search(chat, patient_options(folder.path()));
  search.settle();
  const auto gate = search.view().applied_gate();
  Question question;
  question.query = std::make_shared<const Query>(parse_query("word"));
  question.seats = chat.seats("ann");
  REQUIRE_FALSE(search.try_ask(question));
  REQUIRE(eventually([&] { return fs::exists(file_in(folder, 2)); }));
  chat.send(chat.said[0].conversation, "ann", "late");
  CHECK(gate->wait_for(chat.engine.durable(), std::chrono::seconds(60)));
  CHECK(search.all("ann", "late") == Names{"1:31"});
}

TEST_CASE("where there will be no index, who waits and who comes is told") {
  ReaderPool pool({}, [] {});
  std::vector<base::ErrorCode> answers;  // both on this thread
  const auto done = [&](const base::Result<Found>& found) { answers.push_back(found.error().code); };
  pool.ask({}, done);
  pool.serve(nullptr);
  pool.ask({}, done);
  CHECK(answers == std::vector{base::ErrorCode::io, base::ErrorCode::io});
}

TEST_CASE("an event that does not follow stops the view and what was indexed stays served") {
  TempFolder folder;
  Chat chat;
  fill(chat, 5);
  domain::RecordedEvent wrong = *chat.engine.get(chat.engine.durable()).value();
  chat.engine.append(wrong);  // the same ordinal again
  Searcher search(chat, patient_options(folder.path()));
  REQUIRE(eventually([&] { return search.view().status().stopped.has_value(); }));
  CHECK(search.view().status().stopped->find("position 7") != std::string::npos);
  CHECK(search.all("ann", "word").size() == 5);
}

std::string bytes_below(const std::string& folder) {
  std::string bytes;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    bytes.append(std::istreambuf_iterator<char>(in), {});
  }
  return bytes;
}

TEST_CASE("words that were taken out leave the bytes of the file") {
  TempFolder folder;
  Chat chat;
  fill(chat, 400);
  auto id = chat.said[0].conversation;
  for (int i = 0; i < 40; ++i)
    chat.send(id, "ann", "topsecretword number" + std::to_string(i) + " " + std::string(200, 'x'));
  SearchOptions options = patient_options(folder.path());
  options.scrub_interval_ms = 1;
  Searcher search(chat, options);
  search.settle();
  REQUIRE(bytes_below(folder.path()).find("topsecretword") != std::string::npos);
  for (std::size_t i = 400; i < chat.said.size(); ++i) {
    if (i % 2)
      chat.remove(chat.said[i]);
    else
      chat.erase_by_edit(chat.said[i]);
  }
  search.settle();
  CHECK(search.all("ann", "topsecretword").empty());
  CHECK(eventually([&] { return bytes_below(folder.path()).find("topsecret") == std::string::npos; }));
  CHECK(search.all("ann", "word").size() == 400);
}

TEST_CASE("killed while it writes, the content equals the checkpoint") {
  Chat chat;
  fill(chat, 3'000);
  for (std::size_t i = 0; i < 3'000; i += 7) chat.edit(chat.said[i], "edited number" + std::to_string(i));
  for (std::size_t i = 3; i < 3'000; i += 11) chat.remove(chat.said[i]);
  for (int round = 0; round < 6; ++round) {
    TempFolder folder;
    std::string path = folder.path() + "/index.db";
    int pipe_ends[2];
    REQUIRE(::pipe(pipe_ends) == 0);
    pid_t child = ::fork();
    if (child == 0) {
      auto file = IndexFile::open(path, 1).value();
      while (file->state().position < chat.engine.durable()) {
        IndexFold fold(*file->catalog(), file->state().position);
        auto events = chat.engine.read(file->state().position, 37).value();
        for (const auto& event : events) (void)fold.add(*event);
        (void)file->commit(fold.changes());
        if (::write(pipe_ends[1], "x", 1) != 1) break;
      }
      ::_exit(0);
    }
    char byte;
    for (int commits = 0; commits < 5 + 12 * round; ++commits) REQUIRE(::read(pipe_ends[0], &byte, 1) == 1);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    ::close(pipe_ends[0]);
    ::close(pipe_ends[1]);

    auto killed = IndexFile::open(path, 1).value();
    REQUIRE(killed->load_all());
    auto fresh = IndexFile::open(folder.path() + "/fresh.db", 1).value();
    IndexFold fold(*fresh->catalog(), {});
    auto events = chat.engine.read({}, killed->state().position.value).value();
    for (const auto& event : events) REQUIRE(fold.add(*event));
    REQUIRE(fresh->commit(fold.changes()));
    CHECK(killed->state().position.value >= 37);
    CHECK(killed->state().digest == fresh->state().digest);
    CHECK(killed->catalog()->size() == fresh->catalog()->size());
  }
}

}  // namespace
}  // namespace hansard::search
