#include "engine/log/copy_kept.h"

#include <memory>
#include <string>

#include <rocksdb/write_batch.h>

#include "engine/log/keys.h"

namespace hansard::log {

namespace {
constexpr std::size_t kBatchBytes = 1u << 20;
constexpr std::size_t kReadaheadBytes = 2u << 20;

// What is written goes to tables by a flush at the end; a crash before leaves a database that nobody takes.
class Writer {
 public:
  explicit Writer(Database& to) : to_(to) { how_.disableWAL = true; }

  rocksdb::Status put(rocksdb::ColumnFamilyHandle* family, const rocksdb::Slice& key, const rocksdb::Slice& value) {
    rocksdb::Status status = batch_.Put(family, key, value);
    return status.ok() && batch_.GetDataSize() >= kBatchBytes ? write() : status;
  }
  rocksdb::Status finish() {
    rocksdb::Status status = write();
    if (status.ok()) status = to_.db().Flush({}, {to_.events(), to_.meta()});
    return status;
  }

 private:
  rocksdb::Status write() {
    rocksdb::Status status = to_.db().Write(how_, &batch_);
    batch_.Clear();
    return status;
  }

  Database& to_;
  rocksdb::WriteOptions how_;
  rocksdb::WriteBatch batch_;
};

std::unique_ptr<rocksdb::Iterator> rows_of(Database& from, rocksdb::ColumnFamilyHandle* family) {
  rocksdb::ReadOptions read;
  read.fill_cache = false;
  read.readahead_size = kReadaheadBytes;
  return std::unique_ptr<rocksdb::Iterator>(from.db().NewIterator(read, family));
}

Result<void> copy_events(Database& from, Position last, Writer& to, rocksdb::ColumnFamilyHandle* family) {
  const auto events = rows_of(from, from.events());
  Position at;
  rocksdb::Status status;
  for (events->Seek(EventKey(base::kPartition, {1}).view()); at < last && events->Valid(); events->Next()) {
    const EventKey key(base::kPartition, at.next());
    if (events->key() != rocksdb::Slice(key.view())) break;
    status = to.put(family, events->key(), events->value());
    if (!status.ok()) return storage_error("cannot write the part of the event log that is kept", status);
    at = at.next();
  }
  if (at == last) return base::success();
  const std::string what = "cannot read position " + std::to_string(at.value + 1) + " of the event log";
  if (!events->status().ok()) return storage_error(what, events->status());
  return base::error(base::ErrorCode::corrupt, what);
}

Result<void> copy_meta(Database& from, Writer& to, rocksdb::ColumnFamilyHandle* family) {
  const auto facts = rows_of(from, from.meta());
  rocksdb::Status status;
  for (facts->SeekToFirst(); status.ok() && facts->Valid(); facts->Next()) {
    status = to.put(family, facts->key(), facts->value());
  }
  if (status.ok()) status = facts->status();
  if (!status.ok()) return storage_error("cannot copy what the event log says about itself", status);
  return base::success();
}
}  // namespace

Result<void> copy_kept(Database& from, Position last, Database& to) {
  Writer writer(to);
  TRY(copy_events(from, last, writer, to.events()));
  TRY(copy_meta(from, writer, to.meta()));
  const rocksdb::Status status = writer.finish();
  if (!status.ok()) return storage_error("cannot write the part of the event log that is kept", status);
  return base::success();
}

}  // namespace hansard::log
