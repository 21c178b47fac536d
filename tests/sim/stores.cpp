#include "tests/sim/stores.h"

#include <utility>

#include "engine/base/check.h"
#include "projections/keys.h"

namespace hansard::sim {

namespace {

class SimLog final : public log::EventLog {
 public:
  SimLog(LogFile& file, Bug bug) : file_(file), bug_(bug), records_(file.recover()), gate_({records_.size()}) {}

  log::AppendOutcome append(base::PartitionId, log::Position expected_head,
                            std::span<const std::string_view> records) override {
    if (expected_head.value != records_.size()) return log::AppendOutcome::conflict;
    file_.append({records.begin(), records.end()});
    const bool is_synced = bug_ != Bug::ack_before_sync || ++appends_ % kUnsyncedAppends == 0;
    if (is_synced) file_.synced = file_.bytes.size();
    for (auto record : records) records_.emplace_back(record);
    gate_.advance({records_.size()});
    return log::AppendOutcome::appended;
  }
  void overwrite(base::PartitionId, std::span<const log::Replacement>) override {
    CHECK(false, "nothing is erased in a simulation");
  }
  base::Result<bool> purge(base::PartitionId, log::Position, log::Position) override { return true; }

  log::Position durable(base::PartitionId) const override { return gate_.reached(); }
  base::PositionGate& durable_gate(base::PartitionId) override { return gate_; }
  base::Result<log::Position> read(base::PartitionId, log::Position from, log::ReadLimits limits,
                                   const Sink& sink) const override {
    log::Position last{from.value - 1};
    std::size_t bytes = 0;
    for (std::size_t n = 0; n < limits.events_max && bytes < limits.bytes_max && last < gate_.reached(); ++n) {
      const std::string& record = records_[last.value];
      last = last.next();
      bytes += record.size();
      if (!sink(last, record)) break;
    }
    return last;
  }
  base::Result<std::string> get(base::PartitionId, log::Position at) const override {
    if (!at || at > gate_.reached()) return base::error(base::ErrorCode::not_found, "above the durable position");
    return records_[at.value - 1];
  }

  base::Result<std::string> meta(std::string_view name) const override {
    auto found = file_.meta.find(name);
    if (found == file_.meta.end()) return base::error(base::ErrorCode::not_found, "no such meta value");
    return found->second;
  }
  base::Result<void> put_meta(std::string_view name, std::string_view value) override {
    file_.meta[std::string(name)] = value;
    return base::success();
  }
  std::uint32_t epoch() const override { return 1; }
  bool has_disk_reserve() const override { return file_.has_reserve; }

 private:
  static constexpr std::size_t kUnsyncedAppends = 4;
  LogFile& file_;
  const Bug bug_;
  std::vector<std::string> records_;
  std::size_t appends_ = 0;
  base::PositionGate gate_;
};

std::string key_of(index::Table table, const std::array<std::uint8_t, 16>& id) { return index::row_key(table, id); }
template <class Tag>
std::string key_of(index::Table table, const base::Uuid<Tag>& id) {
  return index::row_key(table, id.bytes);
}
std::string key_of(index::Table table, const index::MemberKey& key) {
  return index::row_key(table, key.conversation.bytes, key.user);
}
std::string key_of(index::Table, const index::SideKey& key) { return key; }

template <class Row>
std::optional<std::string> bytes_of(const Row& row) {
  return index::row_bytes(row);
}
template <class Row>
std::optional<std::string> bytes_of(const std::optional<Row>& row) {
  return row ? std::optional(index::row_bytes(*row)) : std::nullopt;
}
std::optional<std::string> bytes_of(const std::optional<std::string>& bytes) { return bytes; }

class SimRowStore final : public index::RowStore {
 public:
  SimRowStore(VersionedRows& rows, Bug bug) : rows_(rows), bug_(bug) {
    if (auto row = SimRowStore::get(index::checkpoint_key())) CHECK(index::parse_row(*row, checkpoint_));
  }

  std::optional<std::string> get(std::string_view key) const override {
    const auto* bytes = rows_.get(key, rows_.newest());
    return bytes == nullptr ? std::nullopt : std::optional(*bytes);
  }
  std::vector<std::optional<std::string>> get(std::span<const std::string_view> keys) const override {
    std::vector<std::optional<std::string>> found;
    for (auto key : keys) found.push_back(get(key));
    return found;
  }
  void for_each_key(std::string_view prefix, const std::function<void(std::string_view)>& use) const override {
    for (auto row = rows_.all().lower_bound(prefix); row != rows_.all().end(); ++row) {
      if (!row->first.starts_with(prefix)) return;
      if (VersionedRows::value_at(row->second, rows_.newest()) != nullptr) use(row->first);
    }
  }
  index::Result<void> for_each_command(const base::ShortDigest& from,
                                       const std::function<bool(const base::ShortDigest&)>& use) const override {
    const std::string first = index::row_key(index::Table::commands, from);
    for (auto row = rows_.all().lower_bound(first); row != rows_.all().end() && row->first[0] == first[0]; ++row) {
      if (VersionedRows::value_at(row->second, rows_.newest()) == nullptr) continue;
      base::ShortDigest id;
      std::copy(row->first.begin() + 1, row->first.end(), id.begin());
      if (!use(id)) break;
    }
    return base::success();
  }
  std::uint64_t commands_estimate() const override { return 0; }
  void ingest(const index::Rows& rows, index::Checkpoint checkpoint) override {
    CHECK(checkpoint.position >= checkpoint_.position, checkpoint.position.value, checkpoint_.position.value);
    rows_.persist();  // what was ingested before
    rows_.begin_version();
    put_all(index::Table::heads, rows.heads);
    if (bug_ != Bug::stale_index) put_all(index::Table::members, rows.members);
    put_all(index::Table::messages, rows.messages);
    put_all(index::Table::readers, rows.readers);
    put_all(index::Table::streams, rows.streams);
    if (bug_ != Bug::forget_commands) put_all(index::Table::commands, rows.commands);
    put_all(index::Table::reactions, rows.sides);
    rows_.put(index::checkpoint_key(), index::row_bytes(checkpoint));
    checkpoint_ = checkpoint;
  }
  index::Result<void> wipe() override {
    rows_ = VersionedRows{};
    checkpoint_ = {};
    return base::success();
  }
  bool purge(base::Position) override { return true; }
  void drop_expired_commands() override {}
  void break_off() override {}

 private:
  template <class Map>
  void put_all(index::Table table, const Map& map) {
    for (const auto& [key, row] : map) {
      const auto bytes = bytes_of(row);
      rows_.put(key_of(table, key), bytes ? std::optional<std::string_view>(*bytes) : std::nullopt);
    }
  }

  VersionedRows& rows_;
  const Bug bug_;
};

class SimCursor final : public projections::RowCursor {
 public:
  SimCursor(const VersionedRows& rows, VersionedRows::Version at)
      : rows_(rows.all()), at_version_(at), row_(rows_.end()) {}
  void seek(std::string_view at) override {
    row_ = rows_.lower_bound(at);
    forward();
  }
  void seek_back(std::string_view at) override {
    row_ = rows_.upper_bound(at);
    prev();
  }
  void next() override {
    ++row_;
    forward();
  }
  void prev() override {
    while (row_ != rows_.begin()) {
      --row_;
      if (value_at() != nullptr) return;
    }
    row_ = rows_.end();
  }
  bool valid() const override { return row_ != rows_.end(); }
  std::string_view key() const override { return row_->first; }
  std::string_view value() const override { return *value_at(); }

 private:
  const std::string* value_at() const { return VersionedRows::value_at(row_->second, at_version_); }
  void forward() {
    while (row_ != rows_.end() && value_at() == nullptr) ++row_;
  }
  const VersionedRows::Map& rows_;
  const VersionedRows::Version at_version_;
  VersionedRows::Map::const_iterator row_;
};

class SimSnapshot final : public projections::StoreSnapshot {
 public:
  SimSnapshot(const VersionedRows& rows, const projections::Checkpoint& checkpoint)
      : rows_(rows), at_(rows.newest()), checkpoint_(checkpoint) {}
  const projections::Checkpoint& checkpoint() const override { return checkpoint_; }
  std::optional<std::string_view> get(std::string_view key, std::string&) const override {
    const auto* bytes = rows_.get(key, at_);
    return bytes == nullptr ? std::nullopt : std::optional<std::string_view>(*bytes);
  }
  std::unique_ptr<projections::RowCursor> cursor() const override { return std::make_unique<SimCursor>(rows_, at_); }

 private:
  void mark_damaged() const override {}
  const VersionedRows& rows_;
  const VersionedRows::Version at_;
  const projections::Checkpoint checkpoint_;
};

class SimViewStore final : public projections::ViewStore {
 public:
  SimViewStore(VersionedRows& rows, Bug bug) : rows_(rows), bug_(bug), newest_(rows) {
    const auto* bytes = rows_.get(projections::checkpoint_key().view(), rows_.newest());
    if (bytes != nullptr) CHECK(checkpoint_.decode(*bytes));
  }
  const projections::Checkpoint& checkpoint() const override { return checkpoint_; }
  const projections::RowSource& newest() const override { return newest_; }
  void commit(std::span<const projections::RowChange> changes, const projections::Checkpoint& checkpoint) override {
    rows_.begin_version();
    const bool is_lost = bug_ == Bug::lose_view_batch && ++commits_ % kLostCommit == 0;
    for (const auto& change : changes) {
      if (!is_lost) rows_.put(change.key, change.value);
    }
    std::string bytes;
    checkpoint.encode(bytes);
    rows_.put(projections::checkpoint_key().view(), bytes);
    checkpoint_ = checkpoint;
  }
  void commit_file(std::span<const projections::RowChange> changes,
                   const projections::Checkpoint& checkpoint) override {
    commit(changes, checkpoint);
    rows_.persist();
  }
  std::shared_ptr<const projections::StoreSnapshot> snapshot() override {
    return std::make_shared<SimSnapshot>(rows_, checkpoint_);
  }
  base::Result<void> check_blocks() override { return base::success(); }
  void flush(bool) override { rows_.persist(); }
  base::Result<bool> purge(base::Position) override { return true; }

 private:
  static constexpr std::size_t kLostCommit = 20;
  struct Newest final : projections::RowSource {
    explicit Newest(const VersionedRows& r) : rows(r) {}
    std::optional<std::string_view> get(std::string_view key, std::string&) const override {
      const auto* bytes = rows.get(key, rows.newest());
      return bytes == nullptr ? std::nullopt : std::optional<std::string_view>(*bytes);
    }
    std::vector<std::string> keys_with(std::string_view prefix) const override {
      std::vector<std::string> keys;
      SimCursor cursor(rows, rows.newest());
      for (cursor.seek(prefix); cursor.at(prefix); cursor.next()) keys.emplace_back(cursor.key());
      return keys;
    }
    void mark_damaged() const override {}
    const VersionedRows& rows;
  };

  VersionedRows& rows_;
  const Bug bug_;
  Newest newest_;
  std::size_t commits_ = 0;
  projections::Checkpoint checkpoint_;
};

class SimKeyTable final : public engine::KeyTable {
 public:
  explicit SimKeyTable(std::map<std::string, std::string>& keys) : keys_(keys) {}
  std::optional<std::string> get(const std::string& user) const override {
    auto found = keys_.find(user);
    return found == keys_.end() ? std::nullopt : std::optional(found->second);
  }
  void put(const std::vector<Entry>& entries) override {
    for (const auto& entry : entries) keys_[entry.user] = entry.secret;
  }

 private:
  std::map<std::string, std::string>& keys_;
};
}  // namespace

std::unique_ptr<log::EventLog> open_log(LogFile& file, Bug bug) { return std::make_unique<SimLog>(file, bug); }
std::unique_ptr<index::RowStore> open_row_store(VersionedRows& rows, Bug bug) {
  return std::make_unique<SimRowStore>(rows, bug);
}
std::shared_ptr<projections::ViewStore> open_view_store(VersionedRows& rows, Bug bug) {
  return std::make_shared<SimViewStore>(rows, bug);
}
std::unique_ptr<engine::KeyTable> open_key_table(std::map<std::string, std::string>& keys) {
  return std::make_unique<SimKeyTable>(keys);
}

}  // namespace hansard::sim
