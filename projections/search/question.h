// What the index is asked and what it answers.
//
// Thread: values.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/ids.h"
#include "projections/search/query.h"

namespace hansard::search {

enum class Sort : std::uint8_t { recent, relevance };

// A conversation the caller may search, from the message after `floor` on.
struct Seat {
  base::ConversationId conversation;
  base::Ordinal floor;
};

// Where the next page begins. `recent` uses `below` alone.
struct PageCursor {
  Sort sort = Sort::recent;
  std::uint32_t below = 0;   // numbers at or above were on earlier pages
  std::uint32_t lowest = 0;  // of a window under way; 0: the next one begins right below
  std::int32_t score = 0;    // of the last hit; numbers of equal score descend
  std::uint32_t last = 0;
  std::string weights;  // of the ranked phrases, one byte each
  bool operator==(const PageCursor&) const = default;
};

struct Question {
  std::shared_ptr<const Query> query;
  Sort sort = Sort::recent;
  std::size_t limit = 50;
  std::vector<Seat> seats;
  std::optional<PageCursor> cursor;
  base::UserId asker = {};  // whose share of the readers it takes
};

struct Hit {
  base::ConversationId conversation;
  base::Ordinal ordinal;
};

struct Found {
  std::vector<Hit> hits;
  std::optional<PageCursor> next;  // nothing: that was all
  base::Position indexed_through;
  base::Position searched_back_to;  // 0: to the beginning
  std::uint64_t total = 0;
  bool total_is_exact = true;
};

struct Budgets {
  std::uint32_t page_ms = 150;      // to fill a page, newest first or where each message is read
  std::uint32_t count_ms = 4;       // from the start, to go on counting when the page is full
  std::uint32_t relevance_ms = 10;  // from the start, until the last window is begun
};

}  // namespace hansard::search
