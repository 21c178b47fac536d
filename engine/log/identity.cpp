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

namespace {
constexpr char kAccepted[] = "loss.accepted.";

rocksdb::Status put_loss(Database& database, const Loss& loss, std::uint32_t last_epoch, rocksdb::WriteBatch& batch) {
  const std::string after = std::to_string(loss.after.value);
  rocksdb::Status status;
  for (std::uint32_t epoch = loss.first_epoch; status.ok() && epoch <= last_epoch; ++epoch) {
    status = batch.Put(database.meta(), "loss." + std::to_string(epoch), after);
  }
  if (!status.ok() || !loss.is_accepted) return status;
  return batch.Put(database.meta(), kAccepted + std::to_string(last_epoch), after);
}
}  // namespace

Result<void> write_identity(Database& database, const Identity& identity, const std::optional<Loss>& loss) {
  rocksdb::WriteBatch batch;
  rocksdb::Status status = batch.Put(database.meta(), kMetaFormat, std::to_string(identity.format));
  if (status.ok()) status = batch.Put(database.meta(), kMetaClusterId, base::uuid_text(identity.cluster));
  if (status.ok()) status = batch.Put(database.meta(), kMetaEpoch, std::to_string(identity.epoch));
  if (status.ok() && loss) status = put_loss(database, *loss, identity.epoch, batch);
  rocksdb::WriteOptions write;
  write.sync = true;
  if (status.ok()) status = database.db().Write(write, &batch);
  if (!status.ok()) return storage_error("cannot write the identity of the event log", status);
  return base::success();
}

Result<std::optional<Position>> unrecorded_loss(const Database& database, const Identity& identity, Position end) {
  const auto after = database.meta_value(kAccepted + std::to_string(identity.epoch));
  if (after && after.value() == std::to_string(end.value)) return std::optional(end);
  if (!after && after.error().code != base::ErrorCode::not_found) return after.error();
  return std::optional<Position>();
}

}  // namespace hansard::log
