// Where rows are read from: the projector's batch (which sees its own earlier writes) or a snapshot. Typed reads go
// through here, so that the same decoding serves both.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hansard::projections {

class RowSource {
 public:
  virtual ~RowSource() = default;
  // The value is valid until the source changes or `scratch` does.
  virtual std::optional<std::string_view> get(std::string_view key, std::string& scratch) const = 0;
  bool has(std::string_view key) const;
  // Every key that begins with `prefix`, ascending. The keys are the caller's to change rows by.
  virtual std::vector<std::string> keys_with(std::string_view prefix) const = 0;
  // A row that is not what rows.h says: our own bytes are wrong. Marks the database, so that the next start rebuilds
  // it from the log, and ends the process.
  [[noreturn]] void damaged(std::string_view key) const;

 protected:
  virtual void mark_damaged() const = 0;
  static void mark_damaged(const RowSource& source) { source.mark_damaged(); }
};

// Walks rows in key order. Thread: one. Must not outlive the source it came from.
class RowCursor {
 public:
  virtual ~RowCursor() = default;
  virtual void seek(std::string_view at_or_after) = 0;
  virtual void seek_back(std::string_view at_or_before) = 0;
  virtual bool valid() const = 0;
  virtual void next() = 0;
  virtual void prev() = 0;
  // Valid until the cursor moves; only while valid().
  virtual std::string_view key() const = 0;
  virtual std::string_view value() const = 0;

  bool at(std::string_view prefix) const { return valid() && key().starts_with(prefix); }
};

// `Row` has bool decode(std::string_view).
template <class Row>
std::optional<Row> read_row(const RowSource& source, std::string_view key) {
  thread_local std::string scratch;
  std::optional<std::string_view> value = source.get(key, scratch);
  if (!value) return std::nullopt;
  std::optional<Row> row(std::in_place);
  if (!row->decode(*value)) source.damaged(key);
  return row;
}

}  // namespace hansard::projections
