#include "tests/bench/report.h"

#include <algorithm>
#include <cstdio>

#include "engine/base/json.h"

namespace hansard::bench {

namespace {

double at(const std::vector<std::uint64_t>& sorted, double share) {
  auto index = static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1));
  return static_cast<double>(sorted[index]) / 1e6;
}

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, value >= 100 ? "%.0f" : "%.2f", value);
  return text;
}

void pad(std::string& out, std::string text, std::size_t width, bool right) {
  std::size_t length = text.size();
  std::string space(length < width ? width - length : 0, ' ');
  out += right ? space + text : text + space;
  out += "  ";
}

}  // namespace

Percentiles percentiles(std::vector<std::uint64_t>& nanoseconds) {
  if (nanoseconds.empty()) return {};
  std::sort(nanoseconds.begin(), nanoseconds.end());
  return {at(nanoseconds, 0.5), at(nanoseconds, 0.99), at(nanoseconds, 0.999)};
}

std::string as_table(const std::vector<Row>& rows) {
  std::string out;
  pad(out, "row", 44, false);
  for (const char* head :
       {"value", "unit", "p50 ms", "p99 ms", "p99.9 ms", "batch", "limit", "share", "server us", "load us"}) {
    pad(out, head, 11, true);
  }
  out += "note\n";
  for (const auto& row : rows) {
    pad(out, row.name, 44, false);
    pad(out, number(row.value), 11, true);
    pad(out, row.unit, 11, true);
    for (double share : {row.latency ? row.latency->p50 : 0, row.latency ? row.latency->p99 : 0,
                         row.latency ? row.latency->p999 : 0}) {
      pad(out, row.latency ? number(share) : "", 11, true);
    }
    pad(out, row.batch > 0 ? number(row.batch) : "", 11, true);
    pad(out, row.limit > 0 ? number(row.limit) : "", 11, true);
    pad(out, row.limit > 0 ? number(row.value / row.limit) : "", 11, true);
    pad(out, row.server_us > 0 ? number(row.server_us) : "", 11, true);
    pad(out, row.load_us > 0 ? number(row.load_us) : "", 11, true);
    out += row.note + "\n";
  }
  return out;
}

std::string as_json(const std::vector<Row>& rows) {
  std::string out = "[";
  for (const auto& row : rows) {
    out += out.size() > 1 ? ",\n " : "";
    out += "{\"name\":";
    base::append_json_string(out, row.name);
    out += ",\"value\":" + std::to_string(row.value) + ",\"unit\":";
    base::append_json_string(out, row.unit);
    if (row.latency) {
      out += ",\"p50_ms\":" + std::to_string(row.latency->p50) + ",\"p99_ms\":" + std::to_string(row.latency->p99) +
             ",\"p999_ms\":" + std::to_string(row.latency->p999);
    }
    out += ",\"batch\":" + std::to_string(row.batch) + ",\"limit\":" + std::to_string(row.limit) +
           ",\"server_us\":" + std::to_string(row.server_us) + ",\"load_us\":" + std::to_string(row.load_us) +
           ",\"note\":";
    base::append_json_string(out, row.note);
    out += '}';
  }
  return out + "]\n";
}

std::vector<Row> medians(const std::vector<std::vector<Row>>& runs) {
  std::vector<Row> middle;
  for (std::size_t i = 0; i < runs.front().size(); ++i) {
    std::vector<Row> same;
    for (const auto& run : runs) same.push_back(run[i]);
    std::sort(same.begin(), same.end(), [](const Row& a, const Row& b) { return a.value < b.value; });
    middle.push_back(same[same.size() / 2]);
  }
  return middle;
}

}  // namespace hansard::bench
