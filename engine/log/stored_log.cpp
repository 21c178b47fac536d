#include "engine/log/stored_log.h"

#include <algorithm>

#include "engine/base/check.h"
#include "engine/base/stop_process.h"
#include "engine/log/copy_log.h"
#include "engine/log/identity.h"
#include "engine/log/keys.h"

namespace hansard::log {

namespace {
// From here on a read is a scan: it fetches ahead and leaves the block cache to the readers near the end.
constexpr std::size_t kScanEvents = 4'096;
constexpr std::size_t kScanReadaheadBytes = 2u << 20;

bool is_reserved(std::string_view name) {
  return name == kMetaFormat || name == kMetaClusterId || name == kMetaEpoch || name.starts_with("loss.");
}

base::Error gap_error(Position wanted, Position found) {
  return base::error(base::ErrorCode::corrupt, "the event log has a gap: position " + std::to_string(wanted.value) +
                                                   " is missing, the next is " + std::to_string(found.value));
}
}  // namespace

StoredLog::StoredLog(std::unique_ptr<Database> database, const StorageSetup& setup, Position durable,
                     std::uint32_t epoch, bool is_read_only)
    : database_(std::move(database)), setup_(setup), epoch_(epoch), is_read_only_(is_read_only), durable_(durable) {}

AppendOutcome StoredLog::append(PartitionId partition, Position expected_head,
                                std::span<const std::string_view> records) {
  CHECK(partition == base::kPartition, partition);
  CHECK(!is_read_only_, "append to a log opened read-only");
  Position head = durable_.reached();
  if (expected_head != head) return AppendOutcome::conflict;
  if (records.empty()) return AppendOutcome::appended;

  batch_.Clear();
  for (std::string_view record : records) {
    head = head.next();
    rocksdb::Status put = batch_.Put(database_->events(), EventKey(partition, head).view(), record);
    CHECK(put.ok(), put.ToString());
  }
  rocksdb::WriteOptions write;
  write.sync = setup_.sync_appends;
  rocksdb::Status status = database_->db().Write(write, &batch_);
  if (!status.ok())
    base::stop_process({"an append to the event log failed", database_->db().GetName(), status.ToString()});
  durable_.advance(head);
  return AppendOutcome::appended;
}

void StoredLog::overwrite(PartitionId partition, std::span<const Replacement> replacements) {
  CHECK(partition == base::kPartition, partition);
  CHECK(!is_read_only_, "overwriting in a log opened read-only");
  rocksdb::WriteBatch batch;
  for (const Replacement& one : replacements) {
    CHECK(one.at.value > 0 && one.at <= durable_.reached(), one.at.value, durable_.reached().value);
    rocksdb::Status put = batch.Put(database_->events(), EventKey(partition, one.at).view(), one.record);
    CHECK(put.ok(), put.ToString());
  }
  rocksdb::WriteOptions write;
  write.sync = setup_.sync_appends;
  rocksdb::Status status = database_->db().Write(write, &batch);
  if (!status.ok())
    base::stop_process({"overwriting records of the event log failed", database_->db().GetName(), status.ToString()});
  ++overwrites_;
}

Result<bool> StoredLog::purge(PartitionId partition, Position first, Position last) {
  CHECK(!is_read_only_, "purging a log opened read-only");
  const Rewritten wanted{first, last, overwrites_};
  if (rewritten_ != wanted) {
    const std::string mark = std::to_string(overwrites_);
    TRY(replaced_, database_->rewrite(mark, EventKey(partition, first).view(), EventKey(partition, last).view()));
    rewritten_ = wanted;
  }
  return database_->remove_obsolete(replaced_);
}

Position StoredLog::durable(PartitionId partition) const {
  return partition == base::kPartition ? durable_.reached() : Position{};
}

base::PositionGate& StoredLog::durable_gate(PartitionId partition) {
  CHECK(partition == base::kPartition, partition);
  return durable_;
}

Result<Position> StoredLog::read(PartitionId partition, Position from, ReadLimits limits, const Sink& sink) const {
  CHECK(from.value > 0, "positions start at 1");
  Position last{from.value - 1};
  const Position end = durable(partition);
  if (from > end || limits.events_max == 0) return last;

  const EventKey bound(partition, end.next());
  const rocksdb::Slice bound_slice(bound.view());
  rocksdb::ReadOptions options;
  options.iterate_upper_bound = &bound_slice;
  if (limits.events_max >= kScanEvents) {
    options.readahead_size = kScanReadaheadBytes;
    options.fill_cache = false;
  }
  std::unique_ptr<rocksdb::Iterator> it(database_->db().NewIterator(options, database_->events()));
  std::size_t events = 0, bytes = 0;
  for (it->Seek(EventKey(partition, from).view()); it->Valid(); it->Next()) {
    Position found = position_in(it->key().ToStringView());
    if (found != last.next()) return gap_error(last.next(), found);
    std::string_view record = it->value().ToStringView();
    bool keep_going = sink(found, record);
    last = found;
    bytes += record.size();
    if (!keep_going || ++events >= limits.events_max || bytes >= limits.bytes_max) return last;
  }
  if (!it->status().ok()) return storage_error("cannot read the event log", it->status());
  if (last != end) return gap_error(last.next(), end.next());
  return last;
}

Result<std::string> StoredLog::get(PartitionId partition, Position at) const {
  std::string record;
  std::string what = "cannot read position " + std::to_string(at.value);
  if (at.value == 0 || at > durable(partition)) return base::error(base::ErrorCode::not_found, what + ": not there");
  rocksdb::Status status = database_->db().Get({}, database_->events(), EventKey(partition, at).view(), &record);
  // Below the durable position a missing record is damage, not absence.
  if (status.IsNotFound()) return base::error(base::ErrorCode::corrupt, what + ": the record is missing");
  if (!status.ok()) return storage_error(what, status);
  return record;
}

// What the copy holds may reach beyond the durable position; the smaller of both may be told.
Result<Position> StoredLog::copy_to(const std::string& folder) const {
  TRY(copy_open_database(*database_, folder));
  const Position told = durable_.reached();
  TRY(auto end, end_of_copy(folder));
  return std::min(end, told);
}

Result<std::string> StoredLog::meta(std::string_view name) const { return database_->meta_value(name); }

Result<void> StoredLog::put_meta(std::string_view name, std::string_view value) {
  if (is_read_only_ || is_reserved(name)) {
    return base::error(base::ErrorCode::refused, "the log does not let others write its " + std::string(name));
  }
  rocksdb::WriteOptions write;
  write.sync = true;
  rocksdb::Status status = database_->db().Put(write, database_->meta(), name, value);
  if (!status.ok())
    base::stop_process({"a write to the event log's meta failed", database_->db().GetName(), status.ToString()});
  return base::success();
}

HashedPrefix StoredLog::hashed() const {
  std::lock_guard lock(hashed_mutex_);
  return hashed_;
}

void StoredLog::set_hashed(const HashedPrefix& hashed) {
  std::lock_guard lock(hashed_mutex_);
  hashed_ = hashed;
}

void StoredLog::flush_and_close() {
  // When it fails nothing is lost: the WAL still has it all.
  for (rocksdb::ColumnFamilyHandle* family : {database_->events(), database_->meta()}) {
    database_->db().Flush({}, family).PermitUncheckedError();
  }
  database_.reset();
}

}  // namespace hansard::log
