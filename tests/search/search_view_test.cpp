// The view end to end over a small log: what is found, by whom, after what happened.
#include "projections/search/search_view.h"

#include <future>

#include <catch2/catch.hpp>

#include "projections/search/generation.h"
#include "projections/search/index_reader.h"
#include "tests/search/search_fixture.h"

namespace hansard::search {
namespace {

using Names = std::vector<std::string>;
using support::TempFolder;

TEST_CASE("words, phrases, prefixes and operators find their messages, newest first") {
  TempFolder folder;
  Chat chat;
  auto id = chat.create({"ann", "bob"});
  auto other = chat.create({"ann"});
  chat.send(id, "ann", "The quick brown fox");
  chat.send(id, "bob", "a brown quick bear");
  chat.send(other, "ann", "quickly now");
  chat.send(id, "bob", plain("see the picture"), {domain::MessageType::image, {"ann"}, true, 0});
  Searcher search(chat, patient_options(folder.path()));
  search.settle();
  CHECK(search.all("ann", "quick") == Names{"1:2", "1:1"});
  CHECK(search.all("ann", "\"quick brown\"") == Names{"1:1"});
  CHECK(search.all("ann", "quick*") == Names{"2:1", "1:2", "1:1"});
  CHECK(search.all("ann", "brown -bear") == Names{"1:1"});
  CHECK(search.all("ann", "bear OR picture") == Names{"1:3", "1:2"});
  CHECK(search.all("ann", "from:bob") == Names{"1:3", "1:2"});
  CHECK(search.all("ann", "has:file") == Names{"1:3"});
  CHECK(search.all("ann", "type:image mentions:ann") == Names{"1:3"});
  CHECK(search.all("ann", "in:" + base::to_text(other)) == Names{"2:1"});
  CHECK(search.all("ann", "-from:bob") == Names{"2:1", "1:1"});
  CHECK(search.all("ann", "lang:en pictures") == Names{"1:3"});
  CHECK(search.all("bob", "quick*") == Names{"1:2", "1:1"});
  CHECK(search.all("eve", "quick").empty());
  CHECK(search.all("ann", "").empty());
  Found found = search.ask("ann", "quick");
  CHECK(found.total == 2);
  CHECK(found.total_is_exact);
  CHECK(found.indexed_through == chat.engine.durable());
  CHECK(found.searched_back_to == base::Position{});
}

TEST_CASE("an edit is found by its new words only, and what is gone by none") {
  TempFolder folder;
  Chat chat;
  auto id = chat.create({"ann"});
  chat.send(id, "ann", "alpha");
  chat.send(id, "ann", "beta");
  chat.send(id, "ann", "gamma");
  chat.send(id, "ann", "delta");
  Searcher search(chat, patient_options(folder.path()));
  search.settle();
  chat.edit(chat.said[0], "omega");
  chat.remove(chat.said[1]);
  chat.erase_by_edit(chat.said[2]);
  chat.expire(chat.said[3]);
  search.settle();
  CHECK(search.all("ann", "omega") == Names{"1:1"});
  for (const char* old : {"alpha", "beta", "gamma", "delta"}) CHECK(search.all("ann", old).empty());
  chat.edit(chat.said[1], "beta again");  // a message that is gone does not come back
  search.settle();
  CHECK(search.all("ann", "again").empty());
  CHECK(search.all("ann", "from:ann") == Names{"1:1"});
}

TEST_CASE("history from joining, leaving and rejoining") {
  TempFolder folder;
  Chat chat;
  auto open = chat.create({"ann"});
  auto closed = chat.create({"ann"}, true);
  for (auto id : {open, closed}) chat.send(id, "ann", "before");
  for (auto id : {open, closed}) chat.join(id, "bob");
  for (auto id : {open, closed}) chat.send(id, "ann", "before after");
  Searcher search(chat, patient_options(folder.path()));
  search.settle();
  CHECK(search.all("bob", "before") == Names{"2:2", "1:2", "1:1"});
  chat.leave(closed, "bob");
  CHECK(search.all("bob", "before") == Names{"1:2", "1:1"});
  chat.join(closed, "bob");
  chat.send(closed, "ann", "before the end");
  search.settle();
  CHECK(search.all("bob", "before") == Names{"2:3", "1:2", "1:1"});
}

TEST_CASE("pages neither skip nor repeat while messages arrive, in both orders") {
  TempFolder folder;
  Chat chat;
  auto id = chat.create({"ann"});
  for (int i = 0; i < 100; ++i) chat.send(id, "ann", i % 3 == 0 ? "word word other" : "word");
  SearchOptions options = patient_options(folder.path());
  options.shelf_bits = 4;
  Searcher search(chat, options);
  search.settle();
  for (Sort sort : {Sort::recent, Sort::relevance}) {
    auto before = chat.said.size();
    std::set<std::string> seen;
    std::optional<PageCursor> cursor;
    int pages = 0;
    do {
      Found page = search.ask("ann", "word OR other", sort, 7, cursor);
      for (const Hit& hit : page.hits) CHECK(seen.insert(Searcher::name(hit.conversation, hit.ordinal)).second);
      cursor = page.next;
      chat.send(id, "ann", "word arrives");
      search.settle();
      REQUIRE(++pages < 200);
    } while (cursor);
    CHECK(seen.size() == before);
  }
}

TEST_CASE("a cursor waits for an index that is made again to come to it") {
  for (Sort sort : {Sort::recent, Sort::relevance}) {
    TempFolder folder, again;
    Chat chat, half;
    auto id = chat.create({"ann"});
    half.create({"ann"});
    for (int i = 0; i < 30; ++i) chat.send(id, "ann", "word");
    for (int i = 0; i < 10; ++i) half.send(id, "ann", "word");
    Searcher search(chat, patient_options(folder.path())), behind(half, patient_options(again.path()));
    search.settle();
    behind.settle();
    auto cursor = search.ask("ann", "word", sort, 5).next;
    auto early = behind.try_ask(behind.question("ann", "word", sort, 5, cursor));
    REQUIRE_FALSE(early);
    CHECK(early.error().code == base::ErrorCode::behind);
    while (half.said.size() < 30) half.send(id, "ann", "word");
    behind.settle();
    CHECK(behind.ask("ann", "word", sort, 50, cursor).hits.size() == 25);
  }
}

// Each look at it takes a millisecond.
class TickingClock final : public base::Clock {
 public:
  base::Timestamp now() override { return {0}; }
  base::MonotonicTime monotonic() override { return base::MonotonicTime(std::chrono::milliseconds(++looks)); }
  std::int64_t looks = 1'000;
};

std::unique_ptr<IndexReader> reader_of(Chat& chat, const SearchOptions& options, const Budgets& budgets,
                                       base::Clock& clock) {
  auto opened = open_loaded_generation(chat.engine, options.data_folder + "/views/search/v1", options.shelf_bits);
  const auto& generation = *opened.value().generation;
  return std::move(IndexReader::open(generation.path, generation.catalog, budgets, clock).value());
}

TEST_CASE("where each message has to be read the time of a page is kept by relevance too, and nothing is skipped") {
  TempFolder folder;
  Chat chat;
  auto id = chat.create({"ann"});
  for (int i = 0; i < 100; ++i) chat.send(id, "ann", i % 5 == 0 ? "word word" : i % 5 == 1 ? "words" : "other");
  SearchOptions options = patient_options(folder.path());
  options.shelf_bits = 6;
  Searcher search(chat, options);
  search.settle();
  search.view().stop();
  for (const auto& [text, wanted] : {std::pair("word OR before:2000", 20u), std::pair("lang:en word", 40u)}) {
    INFO(text);
    TickingClock clock;
    auto reader = reader_of(chat, options, {8, 0, 0}, clock);
    std::set<std::string> seen;
    Question question = search.question("ann", text, Sort::relevance, 1);
    int pages = 0;
    do {
      std::int64_t before = clock.looks;
      Found page = reader->ask(question).value();
      CHECK(clock.looks - before <= 4 * 8 + 8);
      for (const Hit& hit : page.hits) CHECK(seen.insert(Searcher::name(hit.conversation, hit.ordinal)).second);
      question.cursor = page.next;
      REQUIRE(++pages < 200);
    } while (question.cursor);
    CHECK(seen.size() == wanted);
    if (wanted == 40u) continue;                                              // nothing of it is ranked: newest first
    question.cursor = PageCursor{Sort::relevance, 101, 1, 1'000'000, 0, ""};  // a window nobody was given
    auto endless = reader->ask(question);
    REQUIRE_FALSE(endless);
    CHECK(endless.error().code == base::ErrorCode::overloaded);
  }
}

TEST_CASE("the best match of a window comes first") {
  TempFolder folder;
  Chat chat;
  auto id = chat.create({"ann"});
  chat.send(id, "ann", "rare common common");
  for (int i = 0; i < 50; ++i) chat.send(id, "ann", "common and a good deal of other words besides it all");
  Searcher search(chat, patient_options(folder.path()));
  search.settle();
  CHECK(search.ask("ann", "rare OR common", Sort::relevance, 1).hits.at(0).ordinal == base::Ordinal{1});
  CHECK(search.ask("ann", "rare OR common", Sort::recent, 1).hits.at(0).ordinal == base::Ordinal{51});
}

TEST_CASE("whoever asks or waits when questions are refused is told at once that the server stops") {
  using base::ErrorCode;
  TempFolder folder;
  Chat chat;
  auto id = chat.create({"ann"});
  chat.send(id, "ann", "word");
  SearchOptions options = patient_options(folder.path());
  options.readers = 1;
  std::promise<void> reached, released;
  std::promise<ErrorCode> told;
  Searcher search(chat, options);
  search.settle();
  search.view().ask(search.question("ann", "word"), [&](const base::Result<Found>&) {
    reached.set_value();
    released.get_future().wait();
  });
  reached.get_future().wait();
  auto code = told.get_future();
  search.view().ask(search.question("ann", "word"), [&](const base::Result<Found>& found) {
    told.set_value(found ? ErrorCode::refused : found.error().code);
  });
  search.view().refuse();
  bool is_told = code.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  released.set_value();
  REQUIRE(is_told);
  CHECK(code.get() == ErrorCode::shutting_down);
  auto late = search.try_ask(search.question("ann", "word"));
  REQUIRE_FALSE(late);
  CHECK(late.error().code == ErrorCode::shutting_down);
}

TEST_CASE("hostile strings are answered") {
  TempFolder folder;
  Chat chat;
  auto id = chat.create({"ann", "a\"b"});
  chat.send(id, "a\"b", "x \" y * ( ) : ^ { } + - NEAR AND OR NOT");
  Searcher search(chat, patient_options(folder.path()));
  search.settle();
  std::string deep, wide, negated;
  for (int i = 0; i < 1'500; ++i) deep += "((";
  for (std::size_t i = 1; i < kTermsMax; ++i)
    wide += "w" + std::to_string(i) + " OR ", negated += "-a" + std::to_string(i) + " ";
  for (const std::string& text : {std::string("\""),
                                  std::string("x\""),
                                  std::string("\"x \"y"),
                                  std::string("x AND OR NOT y"),
                                  std::string("NEAR(x y, 2)"),
                                  std::string("{text tags} : x"),
                                  std::string("text : x"),
                                  std::string("^x"),
                                  std::string("x + y"),
                                  std::string("'; DROP TABLE message; --"),
                                  std::string("from:a\"b"),
                                  std::string("\x1F\x1E\x01"),
                                  std::string("x\0y", 3),
                                  std::string("\xFF\xFE"),
                                  deep + "x",
                                  wide + "x",
                                  "x " + negated,
                                  std::string(8'000, '*'),
                                  std::string(8'000, '"'),
                                  std::string(4'000, '-') + "x"}) {
    INFO(text.substr(0, 60));
    search.ask("ann", text);
    search.ask("ann", text, Sort::relevance);
  }
  CHECK(search.all("ann", wide + "x") == Names{"1:1"});
  CHECK(search.all("ann", "x " + negated) == Names{"1:1"});
  CHECK(search.all("ann", "from:a\"b") == Names{"1:1"});
  CHECK(search.all("ann", "NEAR AND OR NOT") == Names{"1:1"});
}

}  // namespace
}  // namespace hansard::search
