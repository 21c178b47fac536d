#include "tests/bench/rocks_limit.h"

#include <filesystem>
#include <memory>
#include <stdexcept>

#include <rocksdb/db.h>
#include <rocksdb/options.h>
#include <rocksdb/write_batch.h>

#include "tests/bench/load.h"

namespace hansard::bench {

double rocks_synced_append(const std::string& folder, std::size_t batch, std::size_t value_bytes, double seconds) {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.compression = rocksdb::kNoCompression;
  rocksdb::DB* raw = nullptr;
  auto status = rocksdb::DB::Open(options, folder, &raw);
  if (!status.ok()) throw std::runtime_error(status.ToString());
  std::unique_ptr<rocksdb::DB> db(raw);
  rocksdb::WriteOptions synced;
  synced.sync = true;
  std::string value(value_bytes, 'x');
  std::uint64_t events = 0, start = now_ns(), end = start + static_cast<std::uint64_t>(seconds * 1e9);
  while (now_ns() < end) {
    rocksdb::WriteBatch group;
    for (std::size_t i = 0; i < batch; ++i) {
      std::uint64_t key = __builtin_bswap64(++events);
      group.Put({reinterpret_cast<const char*>(&key), sizeof key}, value);
    }
    if (!db->Write(synced, &group).ok()) throw std::runtime_error("a synced append failed");
  }
  double rate = static_cast<double>(events) / (static_cast<double>(now_ns() - start) / 1e9);
  db.reset();
  std::filesystem::remove_all(folder);
  return rate;
}

}  // namespace hansard::bench
