// A query against the index: which messages, in which order, how many, and how far it looked. One read transaction per
// question, so everything in an answer stands for one position.
//
// Newest first is descending message numbers, with an early stop. By relevance the index is ranked in windows of whole
// shelves from the newest on, widened until a page is full or the time is up; a page comes from one window, and the
// cursor fixes the window and the weights, so that pages neither skip nor repeat while messages arrive. Where a query
// needs each message read (QueryPlan::needs_matcher) a window ends within a shelf, too, when the time of a page is up.
// The score of a message is BM25's saturation with its own length against a fixed one, times how rare each word is
// among the newest, plus a bonus for what is recent: it depends on nothing that other messages change.
//
// Thread: one at a time. Owns: a read-only connection.
// Limits: Budgets; at least one shelf's next match is looked at, however little time is left.
// Errors: behind for a cursor above what is indexed; overloaded when the next page of a window takes several times as
// long as its first might.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/clock.h"
#include "engine/base/result.h"
#include "projections/search/catalog.h"
#include "projections/search/query.h"
#include "projections/search/query_plan.h"
#include "projections/search/question.h"
#include "projections/search/sqlite.h"

namespace hansard::search {

class IndexReader {
 public:
  static constexpr std::size_t kStatementsMax = 512;
  static constexpr std::size_t kSeatsAsTermsMax = 8;  // more are a filter in memory

  static base::Result<std::unique_ptr<IndexReader>> open(const std::string& path,
                                                         std::shared_ptr<const Catalog> catalog, const Budgets& budgets,
                                                         base::Clock& clock);

  base::Result<Found> ask(const Question& question);

 private:
  // What a question has come to: index_reader.cpp.
  struct Asking;
  struct Window;

  IndexReader(std::shared_ptr<const Catalog> catalog, const Budgets& budgets, base::Clock& clock)
      : catalog_(std::move(catalog)), budgets_(budgets), clock_(clock) {}
  base::Result<void> prepare_statements();

  base::Result<Found> ask_in_transaction(const Question& question);
  base::Result<void> find(Asking& asking);
  // Nothing: the shelf has no index, so no message in it has content.
  base::Result<Statement*> statement(Shelf shelf, const std::string& select, const std::string& rest);

  base::Result<void> find_recent(Asking& asking);
  base::Result<MessageNumber> scan_down(Asking& asking, MessageNumber from, MessageNumber to, bool is_counting);
  base::Result<std::optional<MessageNumber>> scan_shelf(Asking& asking, Statement& rows, bool is_counting);
  base::Result<void> count_outside(Asking& asking, MessageNumber high, MessageNumber low);

  base::Result<void> find_relevant(Asking& asking);
  base::Result<void> rank_window(Asking& asking, Window& window, MessageNumber lowest);
  // Nothing: the shelf's last row; else the number of the first row that was not looked at.
  base::Result<std::optional<MessageNumber>> rank_shelf(Asking& asking, Window& window, Shelf shelf);
  void rank(Asking& asking, Window& window, MessageNumber number, std::uint64_t frequencies);
  base::Result<std::string> weigh(const Asking& asking);
  base::Result<std::uint64_t> sample(const std::string& expression, MessageNumber from, MessageNumber to);

  base::Result<bool> is_match(const Asking& asking, MessageNumber number);
  base::Result<bool> matches_text(const Asking& asking, MessageNumber number);
  base::Result<void> add_hit(Found& found, MessageNumber number);
  base::Result<base::Position> position_from(MessageNumber number);
  bool is_over(const Asking& asking, std::uint32_t budget_ms) const;

  Connection connection_;
  const std::shared_ptr<const Catalog> catalog_;
  const Budgets budgets_;
  base::Clock& clock_;
  Statement begin_, end_, newest_, applied_, exists_, ordinal_, content_, position_;
  std::map<std::pair<std::string, Shelf>, Statement> statements_;
};

}  // namespace hansard::search
