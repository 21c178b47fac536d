// What a benchmark row says: a figure, its unit, percentiles where there are any, and the limit it stands beside.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hansard::bench {

struct Percentiles {
  double p50 = 0, p99 = 0, p999 = 0;  // milliseconds
};
// Sorts `nanoseconds`.
Percentiles percentiles(std::vector<std::uint64_t>& nanoseconds);

struct Row {
  std::string name;
  double value = 0;
  std::string unit;
  std::optional<Percentiles> latency;
  double limit = 0;  // RocksDB's own synced append at the same batch, same run; 0 where it says nothing
  double batch = 0;  // events per commit seen
  std::string note;
  double server_us = 0, load_us = 0;  // processor time a send: the server's until its views have it; the generator's
};

std::string as_table(const std::vector<Row>& rows);
std::string as_json(const std::vector<Row>& rows);
// Row by row the median of several runs (the run whose value is the median stands for the row).
std::vector<Row> medians(const std::vector<std::vector<Row>>& runs);

}  // namespace hansard::bench
