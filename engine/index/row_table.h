// Rows in the order they came, found by their key: the map holds keys and places alone. Rows of thousands of commands
// are then written one after the other, and looking for one that is not there touches none; in a map of whole rows each
// insertion is a miss of the processor's caches.
//
// Thread: one; const methods of one that nobody changes any more from any. Limits: 2^32 rows; holds what it is given.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

namespace hansard::index {

template <class Key, class Row, class Hash, class Equal>
class RowTable {
 public:
  using key_type = Key;
  using mapped_type = Row;
  using value_type = std::pair<Key, Row>;
  using const_iterator = typename std::vector<value_type>::const_iterator;

  void reserve(std::size_t rows) {
    places_.reserve(rows);
    rows_.reserve(rows);
  }
  void insert_or_assign(const Key& key, Row row) {
    const auto [at, is_new] = places_.try_emplace(key, static_cast<std::uint32_t>(rows_.size()));
    if (is_new) {
      rows_.emplace_back(key, std::move(row));
    } else {
      rows_[at->second].second = std::move(row);
    }
  }
  const_iterator find(const Key& key) const {
    const auto at = places_.find(key);
    return at == places_.end() ? rows_.end() : rows_.begin() + at->second;
  }
  const_iterator begin() const { return rows_.begin(); }
  const_iterator end() const { return rows_.end(); }
  std::size_t size() const { return rows_.size(); }
  bool empty() const { return rows_.empty(); }

 private:
  boost::unordered_flat_map<Key, std::uint32_t, Hash, Equal> places_;
  std::vector<value_type> rows_;
};

}  // namespace hansard::index
