// A search view over a chat in a temporary folder, with verbs.
//
// Thread: one.
#pragma once

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "projections/search/search_view.h"
#include "projections/search/sqlite.h"
#include "tests/search/chat.h"
#include "tests/support/temp_folder.h"

namespace hansard::search {

// In the file of an index that nobody serves.
inline base::Result<void> run_sql(const std::string& path, const std::string& sql) {
  TRY(auto file, Connection::open(path, Connection::Mode::write));
  return file.run(sql);
}

inline SearchOptions patient_options(const std::string& folder) {
  SearchOptions options;
  options.data_folder = folder;
  options.batch_interval_ms = 1;
  options.budgets = {300'000, 300'000, 300'000};
  return options;
}

// Looks again and again, a minute at most.
template <class Condition>
bool eventually(const Condition& holds) {
  base::PositionGate never;
  for (int i = 0; i < 6'000; ++i) {
    if (holds()) return true;
    never.wait_for(base::Position{1}, std::chrono::milliseconds(10));
  }
  return false;
}

class Searcher {
 public:
  Searcher(Chat& chat, const SearchOptions& options) : chat_(chat), view_(open(chat, options)) {}

  SearchView& view() { return *view_; }
  void settle() {
    if (!view_->applied_gate()->wait_for(chat_.engine.durable(), std::chrono::seconds(60))) {
      throw std::runtime_error("the index does not catch up");
    }
  }
  base::Result<Found> try_ask(Question question) {
    std::promise<base::Result<Found>> promise;
    auto answer = promise.get_future();
    view_->ask(std::move(question), [&](base::Result<Found> found) { promise.set_value(std::move(found)); });
    return answer.get();
  }
  Question question(const std::string& user, const std::string& text, Sort sort = Sort::recent, std::size_t limit = 50,
                    std::optional<PageCursor> cursor = std::nullopt) const {
    Question question;
    question.query = std::make_shared<const Query>(parse_query(text));
    question.sort = sort;
    question.limit = limit;
    question.seats = chat_.seats(user);
    question.cursor = std::move(cursor);
    return question;
  }
  Found ask(const std::string& user, const std::string& text, Sort sort = Sort::recent, std::size_t limit = 50,
            std::optional<PageCursor> cursor = std::nullopt) {
    return try_ask(question(user, text, sort, limit, std::move(cursor))).value();
  }
  // All pages, as "conversation byte:ordinal".
  std::vector<std::string> all(const std::string& user, const std::string& text, Sort sort = Sort::recent,
                               std::size_t limit = 50) {
    std::vector<std::string> names;
    std::optional<PageCursor> cursor;
    do {
      Found page = ask(user, text, sort, limit, cursor);
      for (const Hit& hit : page.hits) names.push_back(name(hit.conversation, hit.ordinal));
      cursor = page.next;
    } while (cursor && names.size() < 100'000);
    return names;
  }
  static std::string name(const base::ConversationId& id, base::Ordinal ordinal) {
    return std::to_string(id.bytes[15]) + ":" + std::to_string(ordinal.value);
  }
  static std::vector<std::string> names(const std::vector<const Said*>& messages) {
    std::vector<std::string> names;
    for (const Said* message : messages) names.push_back(name(message->conversation, message->ordinal));
    return names;
  }

 private:
  static std::unique_ptr<SearchView> open(Chat& chat, const SearchOptions& options) {
    return std::move(SearchView::open(chat.engine, options).value());
  }
  Chat& chat_;
  std::unique_ptr<SearchView> view_;
};

}  // namespace hansard::search
