// Rows read from the database, kept for the next lookup: two generations instead of a list. A hit in the old one moves
// to the young one; when the young one is full it becomes the old one and what was old is forgotten. So a row used at
// least once per generation stays, and every step is O(1). Absent rows are kept too.
//
// Thread: one. Limit: 2 x rows_max rows.
#pragma once

#include <cstddef>
#include <optional>
#include <utility>

#include "engine/index/rows.h"

namespace hansard::index {

template <class Key, class Row>
class RowCache {
 public:
  explicit RowCache(std::size_t rows_max) : rows_max_(rows_max) {}

  // Nothing at all: not cached. Valid until the next call.
  template <class Lookup>
  const std::optional<Row>* find(const Lookup& key) {
    if (auto it = young_.find(key); it != young_.end()) return &it->second;
    auto it = old_.find(key);
    if (it == old_.end()) return nullptr;
    Key moved = it->first;
    std::optional<Row> row = std::move(it->second);
    old_.erase(it);
    return &put(std::move(moved), std::move(row));
  }

  const std::optional<Row>& put(Key key, std::optional<Row> row) {
    if (young_.size() >= rows_max_) {
      old_ = std::move(young_);
      young_.clear();
    }
    return young_.insert_or_assign(std::move(key), std::move(row)).first->second;
  }

  template <class Lookup>
  void erase(const Lookup& key) {
    if (auto it = young_.find(key); it != young_.end()) young_.erase(it);
    if (auto it = old_.find(key); it != old_.end()) old_.erase(it);
  }

 private:
  using Rows = RowMap<Key, std::optional<Row>>;
  const std::size_t rows_max_;
  Rows young_;
  Rows old_;
};

}  // namespace hansard::index
