#include "engine/log/identity.h"

#include <charconv>

#include <rocksdb/write_batch.h>

#include "engine/base/clock.h"

namespace hansard::log {

namespace {
base::Error bad_fact(std::string_view name) {
  return base::error(base::ErrorCode::corrupt, "the event log's " + std::string(name) + " is missing or unreadable");
}

Result<std::uint32_t> number_fact(const Database& database, std::string_view name) {
  auto text = database.meta_value(name);
  if (!text) return bad_fact(name);
  const char* end = text.value().data() + text.value().size();
  std::uint32_t value = 0;
  auto [stop, problem] = std::from_chars(text.value().data(), end, value);
  if (problem != std::errc{} || stop != end) return bad_fact(name);
  return value;
}
}  // namespace

Identity new_identity() {
  Identity identity;
  base::random_bytes(identity.cluster);
  return identity;
}

Result<Identity> read_identity(const Database& database) {
  Identity identity;
  TRY(auto format, number_fact(database, kMetaFormat));
  identity.format = format;
  if (format > kFormatVersion) return identity;
  auto cluster = database.meta_value(kMetaClusterId);
  if (!cluster) return bad_fact(kMetaClusterId);
  auto bytes = base::parse_uuid(cluster.value());
  if (!bytes) return bad_fact(kMetaClusterId);
  identity.cluster = *bytes;
  TRY(auto epoch, number_fact(database, kMetaEpoch));
  identity.epoch = epoch;
  return identity;
}

Result<void> write_identity(Database& database, const Identity& identity, std::optional<Position> loss_after) {
  rocksdb::WriteBatch batch;
  const std::string epoch = std::to_string(identity.epoch);
  rocksdb::Status status = batch.Put(database.meta(), kMetaFormat, std::to_string(identity.format));
  if (status.ok()) status = batch.Put(database.meta(), kMetaClusterId, base::uuid_text(identity.cluster));
  if (status.ok()) status = batch.Put(database.meta(), kMetaEpoch, epoch);
  if (status.ok() && loss_after) {
    status = batch.Put(database.meta(), "loss." + epoch, std::to_string(loss_after->value));
  }
  rocksdb::WriteOptions write;
  write.sync = true;
  if (status.ok()) status = database.db().Write(write, &batch);
  if (!status.ok()) return storage_error("cannot write the identity of the event log", status);
  return base::success();
}

}  // namespace hansard::log
