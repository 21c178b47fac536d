#include "engine/command_expiry.h"

#include <charconv>
#include <string>

#include "engine/base/check.h"
#include "engine/index/rows.h"

namespace hansard::engine {

namespace {
constexpr std::string_view kMetaName = "commands_kept_from_day";
constexpr std::chrono::hours kStep{24};
}  // namespace

base::Result<CommandExpiry> CommandExpiry::open(log::EventLog& log, std::uint32_t days_kept, base::MonotonicTime now) {
  auto stored = log.meta(kMetaName);
  if (!stored && stored.error().code == base::ErrorCode::not_found) return CommandExpiry(log, days_kept, now, 0);
  TRY(auto text, std::move(stored));
  std::uint32_t day = 0;
  auto parsed = std::from_chars(text.data(), text.data() + text.size(), day);
  if (parsed.ec != std::errc{}) {
    return base::error(base::ErrorCode::corrupt, std::string(kMetaName) + " in the log's meta is not a number");
  }
  return CommandExpiry(log, days_kept, now, day);
}

bool CommandExpiry::advance(base::MonotonicTime now, base::Timestamp time, const EventReader& events) {
  if (now - moved_ < kStep) return false;
  if (kept_from_ == 0) {
    auto first = events.get(Position{1});
    if (!first) return false;
    kept_from_ = index::day_of(first.value()->time);
  }
  if (kept_from_ + days_kept_ >= index::day_of(time)) return false;
  ++kept_from_;
  moved_ = now;
  auto stored = log_->put_meta(kMetaName, std::to_string(kept_from_));
  CHECK(stored.has_value(), "storing", kMetaName, stored.error().detail);
  return true;
}

}  // namespace hansard::engine
