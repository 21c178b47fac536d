#include "projections/search/index_reader.h"

#include <chrono>
#include <utility>

#include "projections/search/index_asking.h"
#include "projections/search/matcher.h"
#include "projections/search/token_stream.h"

namespace hansard::search {

namespace {
// mmap: a page is read without a copy; measured, it is what keeps ranking below its goal. cache: small, the pages are
// in the operating system's.
constexpr char kPragmas[] =
    "PRAGMA query_only=ON; PRAGMA mmap_size=2147418112; PRAGMA cache_size=-4096; PRAGMA temp_store=MEMORY;";
}  // namespace

Access::Access(const std::vector<Seat>& seats, const Catalog& catalog) : bits_(catalog.conversations() / 64 + 1) {
  for (const Seat& seat : seats) {
    auto number = catalog.conversation(seat.conversation);
    if (!number || *number / 64 >= bits_.size()) continue;
    auto floor = catalog.find(*number, seat.floor);
    if (!floor) continue;
    bits_[*number / 64] |= std::uint64_t{1} << (*number % 64);
    if (*floor != 0) floors_.emplace(*number, *floor);
    conversations_.push_back(*number);
  }
}

base::Result<std::unique_ptr<IndexReader>> IndexReader::open(const std::string& path,
                                                             std::shared_ptr<const Catalog> catalog,
                                                             const Budgets& budgets, base::Clock& clock) {
  std::unique_ptr<IndexReader> reader(new IndexReader(std::move(catalog), budgets, clock));
  TRY(auto connection, Connection::open(path, Connection::Mode::read));
  reader->connection_ = std::move(connection);
  TRY(reader->connection_.run(kPragmas));
  TRY(reader->prepare_statements());
  return reader;
}

base::Result<void> IndexReader::prepare_statements() {
  const std::pair<Statement*, const char*> wanted[] = {
      {&begin_, "BEGIN"},
      {&end_, "COMMIT"},
      {&newest_, "SELECT max(number) FROM message"},
      {&applied_, "SELECT value FROM state WHERE key = 'position'"},
      {&exists_, "SELECT 1 FROM sqlite_schema WHERE name = ?1"},
      {&ordinal_, "SELECT ordinal FROM message WHERE number = ?1"},
      {&content_, "SELECT tags, text FROM message WHERE number = ?1"},
      {&position_, "SELECT position FROM message WHERE number >= ?1 ORDER BY number LIMIT 1"}};
  for (const auto& [statement, sql] : wanted) {
    TRY(auto prepared, connection_.prepare(sql));
    *statement = std::move(prepared);
  }
  return base::success();
}

base::Result<Statement*> IndexReader::statement(Shelf shelf, const std::string& select, const std::string& rest) {
  auto known = statements_.find({select + rest, shelf});
  if (known != statements_.end()) return &known->second;
  std::string table = shelf_table(shelf);
  TRY(auto exists, exists_.bind(1, table).step());
  exists_.reset();
  if (!exists) return nullptr;
  if (statements_.size() >= kStatementsMax) statements_.clear();
  TRY(auto prepared,
      connection_.prepare("SELECT " + select + " FROM " + table + " WHERE " + table + " MATCH ?1 " + rest));
  return &statements_.emplace(std::pair(select + rest, shelf), std::move(prepared)).first->second;
}

bool IndexReader::is_over(const Asking& asking, std::uint32_t budget_ms) const {
  return clock_.monotonic() - asking.start >= std::chrono::milliseconds(budget_ms);
}

base::Result<Found> IndexReader::ask(const Question& question) {
  TRY(begin_.run());
  auto found = ask_in_transaction(question);
  auto ended = end_.run();
  if (found && !ended) return ended.error();
  return found;
}

base::Result<Found> IndexReader::ask_in_transaction(const Question& question) {
  TRY(applied_.step());
  base::Position applied{static_cast<std::uint64_t>(applied_.integer(0))};
  applied_.reset();
  TRY(newest_.step());
  auto newest = static_cast<MessageNumber>(newest_.integer(0));
  newest_.reset();
  Asking asking(question, *catalog_, newest, clock_.monotonic());
  TRY(find(asking));
  Found found;
  found.indexed_through = applied;
  found.next = std::move(asking.next);
  for (MessageNumber number : asking.hits) {
    TRY(add_hit(found, number));
  }
  if (asking.low > 1) {
    TRY(auto position, position_from(asking.low));
    found.searched_back_to = position;
  }
  found.total_is_exact = asking.examined >= newest;
  bool is_part = !found.total_is_exact && asking.examined != 0;
  double share = is_part ? static_cast<double>(newest) / static_cast<double>(asking.examined) : 1;
  found.total = static_cast<std::uint64_t>(static_cast<double>(asking.matched) * share);
  return found;
}

base::Result<void> IndexReader::find(Asking& asking) {
  // An index that is made again has not come to where this page begins.
  const auto& cursor = asking.question.cursor;
  if (cursor && cursor->below > asking.newest + 1) return base::error(base::ErrorCode::behind, "the index is behind");
  const auto& mine = asking.access.conversations();
  bool as_terms = mine.size() <= kSeatsAsTermsMax;
  asking.plan = plan_query(*asking.question.query, *catalog_, as_terms ? mine : std::vector<ConversationNumber>());
  if (asking.plan.finds_nothing || mine.empty()) {
    asking.examined = asking.newest;
    return base::success();
  }
  bool is_ranked = asking.question.sort == Sort::relevance && !asking.plan.ranked.empty();
  return is_ranked ? find_relevant(asking) : find_recent(asking);
}

base::Result<bool> IndexReader::is_match(const Asking& asking, MessageNumber number) {
  const CatalogEntry& entry = catalog_->at(number);
  if (!asking.access.allows(number, entry.conversation)) return false;
  for (const Clause& clause : asking.plan.periods) {
    bool holds = std::any_of(clause.begin(), clause.end(), [&](const Term& term) {
      bool is_in = entry.created_at >= term.period.from && entry.created_at < term.period.to;
      return is_in != term.negated;
    });
    if (!holds) return false;
  }
  if (!asking.plan.needs_matcher) return true;
  return matches_text(asking, number);
}

base::Result<bool> IndexReader::matches_text(const Asking& asking, MessageNumber number) {
  TRY(auto row, content_.bind(1, std::int64_t{number}).step());
  if (!row) return false;
  Document document;
  document.tags = split_stream(content_.text(0));
  std::sort(document.tags.begin(), document.tags.end());
  tokenize(content_.text(1), document.tokens);
  content_.reset();
  const CatalogEntry& entry = catalog_->at(number);
  document.conversation = catalog_->id_of(entry.conversation);
  document.created_at = entry.created_at;
  return Matcher(*asking.question.query, document).matches();
}

base::Result<void> IndexReader::add_hit(Found& found, MessageNumber number) {
  TRY(auto row, ordinal_.bind(1, std::int64_t{number}).step());
  base::Ordinal ordinal{row ? static_cast<std::uint64_t>(ordinal_.integer(0)) : 0};
  ordinal_.reset();
  found.hits.push_back({catalog_->id_of(catalog_->at(number).conversation), ordinal});
  return base::success();
}

base::Result<base::Position> IndexReader::position_from(MessageNumber number) {
  TRY(auto row, position_.bind(1, std::int64_t{number}).step());
  base::Position position{row ? static_cast<std::uint64_t>(position_.integer(0)) : 0};
  position_.reset();
  return position;
}

}  // namespace hansard::search
