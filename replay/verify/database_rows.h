// The rows of a RocksDB database of ours, opened read-only: of a view, the write index, the keys, the outbox. The only
// includer of RocksDB in this room. Opening writes nothing, also no trace.
//
// Thread: one cursor each. Owns: the database.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace hansard::verify {

// Walks rows in key order, forward. Views live until next() or seek().
class Rows {
 public:
  virtual ~Rows() = default;
  virtual void seek(std::string_view at_or_after) = 0;
  virtual bool valid() const = 0;
  virtual void next() = 0;
  virtual std::string_view key() const = 0;
  virtual std::string_view value() const = 0;
  // Why the walk ended early; success at the end of the rows.
  virtual base::Result<void> status() const = 0;
};

class RowDatabase {
 public:
  static base::Result<std::unique_ptr<RowDatabase>> open(const std::string& folder);
  virtual ~RowDatabase() = default;
  virtual base::Result<std::optional<std::string>> get(std::string_view key) const = 0;
  virtual std::unique_ptr<Rows> rows() const = 0;
};

}  // namespace hansard::verify
