// Newest first: the matches of each shelf in descending order, until the page is full; then on, as long as there is
// time, to count the rest.
#include "projections/search/index_asking.h"
#include "projections/search/index_reader.h"

namespace hansard::search {

// Nothing: the shelf's last row; else the number of the first row that was not looked at.
base::Result<std::optional<MessageNumber>> IndexReader::scan_shelf(Asking& asking, Statement& rows, bool is_counting) {
  for (bool is_first = true;; is_first = false) {
    TRY(auto row, rows.step());
    if (!row) return std::optional<MessageNumber>();
    auto number = static_cast<MessageNumber>(rows.integer(0));
    bool is_full = is_counting || asking.hits.size() == asking.question.limit;
    if (!is_first && is_over(asking, is_full ? budgets_.count_ms : budgets_.page_ms)) {
      rows.reset();
      return std::optional(number);
    }
    TRY(auto matches, is_match(asking, number));
    if (!matches) continue;
    ++asking.matched;
    asking.has_more = asking.has_more || (is_full && !is_counting);
    if (!is_full) asking.hits.push_back(number);
  }
}

// The lowest number looked at: `to` when all were.
base::Result<MessageNumber> IndexReader::scan_down(Asking& asking, MessageNumber from, MessageNumber to,
                                                   bool is_counting) {
  for (MessageNumber high = from; high >= to && high > 0;) {
    Shelf shelf = catalog_->shelf_of(high);
    MessageNumber base = catalog_->first_of(shelf);
    TRY(auto* rows, statement(shelf, "rowid", "AND rowid BETWEEN ?2 AND ?3 ORDER BY rowid DESC"));
    if (rows != nullptr) {
      rows->bind(1, asking.plan.expression).bind(2, std::int64_t{to}).bind(3, std::int64_t{high});
      TRY(auto stopped, scan_shelf(asking, *rows, is_counting));
      if (stopped) {
        asking.examined += from - *stopped;
        return *stopped + 1;
      }
    }
    if (base <= to) break;
    high = base - 1;
    bool is_full = is_counting || asking.hits.size() == asking.question.limit;
    if (is_over(asking, is_full ? budgets_.count_ms : budgets_.page_ms)) {
      asking.examined += from - high;
      return base;
    }
  }
  asking.examined += from >= to ? from - to + 1 : 0;
  return to;
}

base::Result<void> IndexReader::find_recent(Asking& asking) {
  const MessageNumber from = asking.top();
  TRY(auto low, scan_down(asking, from, 1, false));
  asking.low = low;
  if (asking.has_more || low > 1) {
    PageCursor next;
    next.sort = asking.question.sort;
    next.below = asking.has_more ? asking.hits.back() : low;
    asking.next = next;
  }
  TRY(scan_down(asking, asking.newest, from + 1, true));
  return base::success();
}

}  // namespace hansard::search
