// The limit a row stands beside: RocksDB's own synced append of records of the same size at the same batch, on the same
// disk, in the same run.
#pragma once

#include <cstddef>
#include <string>

namespace hansard::bench {

// Events per second over about `seconds`.
double rocks_synced_append(const std::string& folder, std::size_t batch, std::size_t value_bytes, double seconds);

}  // namespace hansard::bench
