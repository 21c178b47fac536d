// One who asks much takes his share of the readers, and no more.
#include "projections/search/reader_pool.h"

#include <future>

#include <catch2/catch.hpp>

#include "tests/search/search_fixture.h"

namespace hansard::search {
namespace {

using support::TempFolder;

Question question_of(const std::string& user) {
  Question question;
  question.asker = {user};
  question.query = std::make_shared<const Query>(parse_query("word"));
  return question;
}

TEST_CASE("a quarter of the places is for one asker") {
  std::vector<base::ErrorCode> refused;  // on this thread
  const auto done = [&](const base::Result<Found>& found) { refused.push_back(found.error().code); };
  ReaderPool pool({}, [] {});
  for (int i = 0; i < 65; ++i) pool.ask(question_of("ann"), done);
  CHECK(refused == std::vector{base::ErrorCode::overloaded});
  for (const char* other : {"bob", "cid", "dan"}) {
    for (int i = 0; i < 64; ++i) pool.ask(question_of(other), done);
  }
  CHECK(refused.size() == 1);
  pool.ask(question_of("eve"), done);
  CHECK(refused.size() == 2);
}

TEST_CASE("while one is answered, his next waits and others are answered") {
  TempFolder folder;
  Chat chat;
  chat.create({"ann"});
  const SearchOptions options = patient_options(folder.path());
  {
    Searcher(chat, options).settle();
  }
  auto opened = open_loaded_generation(chat.engine, options.data_folder + "/views/search/v1", options.shelf_bits);
  ReaderPool pool(options, [] {});
  pool.serve(opened.value().generation);
  std::promise<void> hold, first, second, others;
  pool.ask(question_of("ann"), [&, held = hold.get_future().share()](const auto&) {
    first.set_value();
    held.wait();
  });
  first.get_future().wait();
  pool.ask(question_of("ann"), [&](const auto&) { second.set_value(); });
  pool.ask(question_of("bob"), [&](const auto&) { others.set_value(); });
  others.get_future().wait();
  auto next = second.get_future();
  CHECK(next.wait_for(std::chrono::seconds(0)) == std::future_status::timeout);
  hold.set_value();
  next.wait();
  pool.stop();
}

}  // namespace
}  // namespace hansard::search
