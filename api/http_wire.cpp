#include "api/http_wire.h"

#include <array>
#include <chrono>
#include <cstdio>
#include <utility>

namespace hansard::api {

namespace {

constexpr std::array<std::pair<int, std::string_view>, 30> kReasons = {{
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {206, "Partial Content"},
    {304, "Not Modified"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {422, "Unprocessable Content"},
    {426, "Upgrade Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {503, "Service Unavailable"},
    {505, "HTTP Version Not Supported"},
}};

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ");
  for (char c : value) {
    if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F) out += c;
  }
  out += "\r\n";
}

void append_quota(std::string& out, const Quota& quota) {
  append_field(out, "RateLimit-Limit", std::to_string(quota.limit));
  append_field(out, "RateLimit-Remaining", std::to_string(quota.remaining));
  append_field(out, "RateLimit-Reset", std::to_string(quota.reset_s));
}

bool has_body(int status) { return status != 204 && status != 304; }

}  // namespace

std::string_view reason_of(int status) {
  for (const auto& [known, reason] : kReasons) {
    if (known == status) return reason;
  }
  return "Unknown";
}

std::string http_date(base::Timestamp time) {
  using namespace std::chrono;
  static constexpr std::array kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  sys_time<milliseconds> at{milliseconds(time.ms)};
  auto day = floor<days>(at);
  year_month_day date(day);
  hh_mm_ss clock(floor<seconds>(at - day));
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT", kDays[weekday(day).c_encoding()],
                static_cast<unsigned>(date.day()), kMonths[static_cast<unsigned>(date.month()) - 1],
                static_cast<int>(date.year()), static_cast<int>(clock.hours().count()),
                static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()));
  return text.data();
}

void append_response_head(std::string& out, const Response& response, bool keep_alive, std::string_view date) {
  out.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ");
  out.append(reason_of(response.status)).append("\r\n");
  if (has_body(response.status)) {
    if (!response.content_type.empty()) append_field(out, "Content-Type", response.content_type);
    if (response.is_endless()) {
      if (keep_alive) append_field(out, "Transfer-Encoding", "chunked");
    } else {
      append_field(out, "Content-Length", std::to_string(response.body_size()));
    }
  }
  for (const auto& [name, value] : response.headers) append_field(out, name, value);
  if (response.quota) append_quota(out, *response.quota);
  if (!date.empty()) append_field(out, "Date", date);
  if (!keep_alive) append_field(out, "Connection", "close");
  out += "\r\n";
}

void append_chunk(std::string& out, std::string_view piece) {
  std::array<char, 24> size{};
  std::snprintf(size.data(), size.size(), "%zx\r\n", piece.size());
  out.append(size.data()).append(piece).append("\r\n");
}

}  // namespace hansard::api
