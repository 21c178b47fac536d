#include "projections/row_batch.h"

#include <algorithm>
#include <map>
#include <string>

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

#include "projections/row_map.h"
#include "tests/projections/draw.h"
#include "tests/support/recompute_digest.h"

namespace hansard::projections {

namespace {

constexpr std::size_t kCachedMax = 100'000;

// Counts what is read behind the cache.
struct Committed final : RowSource {
  RowMap rows;
  mutable std::size_t reads = 0;
  std::optional<std::string_view> get(std::string_view key, std::string& scratch) const override {
    ++reads;
    return rows.get(key, scratch);
  }
  std::vector<std::string> keys_with(std::string_view prefix) const override { return rows.keys_with(prefix); }
  void mark_damaged() const override {}
};

struct Rows {
  explicit Rows(std::size_t cached_max = kCachedMax) : batch(committed, cached_max) {}
  Committed committed;
  RowBatch batch;
  Checkpoint checkpoint;

  void commit() {
    committed.rows.commit(batch.changes(checkpoint.digest), checkpoint);
    batch.committed();
  }
  std::optional<std::string> get(const std::string& key) {
    std::string scratch;
    auto value = batch.get(key, scratch);
    return value ? std::optional<std::string>(*value) : std::nullopt;
  }
  void insert_many(const std::string& prefix, int count) {
    for (int i = 0; i < count; ++i) batch.insert(prefix + std::to_string(i), "row");
  }
};

}  // namespace

TEST_CASE("rows read as a map does, and the digest is that of the rows, whatever the cache forgets") {
  rc::prop("over batches of inserts, appends, puts, erasures and reads", [] {
    auto draw = drawer(*rc::gen::arbitrary<std::uint64_t>());
    Rows rows(draw(2) == 0 ? 64 : kCachedMax);
    std::map<std::string, std::string> model;
    std::uint64_t fresh = 0, appended = 0;
    for (std::uint64_t step = 0, steps = draw(6'000); step < steps; ++step) {
      const std::string old = "old" + std::to_string(draw(20));
      const std::string value(draw(40), 'v');
      switch (draw(8)) {
        case 0:
        case 1: {
          const std::string key = "new" + std::to_string(fresh++);
          rows.batch.insert(key, value);
          model[key] = value;
          break;
        }
        case 2:
          rows.batch.put(old, value);
          model[old] = value;
          break;
        case 3:
          rows.batch.erase(old);
          model.erase(old);
          break;
        case 4: {
          const std::string key = draw(2) == 0 || fresh == 0 ? old : "new" + std::to_string(draw(fresh));
          const auto expected = model.find(key);
          RC_ASSERT(rows.get(key) ==
                    (expected == model.end() ? std::nullopt : std::optional<std::string>(expected->second)));
          break;
        }
        case 5: {
          const std::string key = "log" + std::to_string(appended++);
          rows.batch.append(key, value);
          model[key] = value;
          break;
        }
        case 6: {
          const auto known = model.find(old);
          if (known == model.end()) break;
          auto bytes = rows.batch.change(old, value.size());
          RC_ASSERT(std::string(bytes.data(), known->second.size()) == known->second);
          std::copy(value.begin(), value.end(), bytes.end() - static_cast<std::ptrdiff_t>(value.size()));
          if (!known->second.empty()) bytes.front() = 'c';
          known->second = std::string(bytes.begin(), bytes.end());
          break;
        }
        default:
          if (draw(8) == 0) rows.commit();
      }
    }
    rows.commit();
    for (const auto& [key, value] : model) RC_ASSERT(rows.get(key) == value);
    RC_ASSERT(rows.batch.keys_with("").size() == model.size());
    RC_ASSERT(recompute_digest(rows.committed.rows) == rows.checkpoint.digest);
  });
}

TEST_CASE("rows that were only inserted are forgotten first, those that are written again stay") {
  Rows rows;
  rows.batch.put("used", "once");
  rows.commit();
  rows.batch.put("used", "twice");
  rows.insert_many("new", 2'000);
  rows.commit();
  rows.committed.reads = 0;
  CHECK(rows.get("used") == "twice");
  CHECK(rows.committed.reads == 0);
  CHECK(rows.get("new7") == "row");
  CHECK(rows.committed.reads == 1);
}

TEST_CASE("a row that is not there is remembered as such") {
  Rows rows;
  CHECK_FALSE(rows.get("absent"));
  rows.insert_many("new", 2'000);
  rows.commit();
  rows.committed.reads = 0;
  CHECK_FALSE(rows.get("absent"));
  CHECK(rows.committed.reads == 0);
}

}  // namespace hansard::projections
