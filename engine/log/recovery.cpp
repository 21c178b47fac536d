#include "engine/log/recovery.h"

#include <algorithm>
#include <array>
#include <optional>

#include "engine/base/check.h"

namespace hansard::log {

namespace {
// A field left out matches everything. The first row that matches decides.
struct Row {
  std::optional<LogState> log;
  std::optional<Format> format;
  std::optional<WitnessState> witness;
  std::optional<Positions> positions;
  std::optional<WalTail> wal;
  Finding finding;
};

constexpr auto any = std::nullopt;

// clang-format off
constexpr std::array kRows{
    //  log                   format         witness                     positions       wal              finding
    Row{any,                  Format::newer, any,                        any,            any,             Finding::newer_format},
    Row{any,                  any,           WitnessState::newer,        any,            any,             Finding::newer_format},
    Row{LogState::absent,     any,           WitnessState::absent,       any,            any,             Finding::fresh},
    Row{LogState::absent,     any,           any,                        any,            any,             Finding::log_missing},
    Row{LogState::unopenable, any,           any,                        any,            any,             Finding::log_unopenable},
    Row{any,                  any,           any,                        Positions::gap, any,             Finding::gap},
    Row{any,                  any,           any,                        any,            WalTail::damaged, Finding::wal_damaged},
    Row{any,                  any,           WitnessState::ahead_of_end, any,            any,             Finding::tail_missing},
    Row{any,                  any,           WitnessState::foreign,      any,            any,             Finding::witness_foreign},
    // The witness is written after the log is made: a crash in between leaves an empty log without one.
    Row{LogState::filled,     any,           WitnessState::absent,       any,            any,             Finding::witness_missing},
    Row{LogState::filled,     any,           WitnessState::unreadable,   any,            any,             Finding::witness_missing},
    Row{any,                  any,           any,                        any,            any,             Finding::sound},
};
// clang-format on
static_assert(kRows.size() == kRecoveryRows);

template <class T>
bool matches(const std::optional<T>& wanted, T seen) {
  return !wanted || *wanted == seen;
}

bool matches(const Row& row, const Observation& seen) {
  return matches(row.log, seen.log) && matches(row.format, seen.format) && matches(row.witness, seen.witness) &&
         matches(row.positions, seen.positions) && matches(row.wal, seen.wal);
}

std::string number(base::Position position) { return std::to_string(position.value); }

std::string found(const DamageReport& r) {
  switch (r.finding) {
    case Finding::log_missing:
      return "the event log is gone: its witness says that position " + number(r.witnessed) +
             " was durable, and there is no log";
    case Finding::log_unopenable:
      return "the event log cannot be opened (" + r.detail + ")";
    case Finding::gap:
      return "the event log has a gap: position " + number(r.intact_end.next()) +
             " is missing or cannot be read, though it goes on to " + number(r.log_end);
    case Finding::wal_damaged:
      return "the write-ahead log is damaged: acknowledged records stand behind a broken one after position " +
             number(r.intact_end);
    case Finding::tail_missing:
      return "the end of the event log is missing: positions " + number(r.intact_end.next()) + " to " +
             number(r.witnessed) + " were durable, and the log ends at " + number(r.log_end);
    case Finding::witness_foreign:
      return "the tail witness belongs to another log or to a later epoch of this one (a restored backup?), so that "
             "nothing proves that position " +
             number(r.log_end) + " is the end";
    case Finding::witness_missing:
      return "the tail witness is missing or unreadable, so that nothing proves that position " + number(r.log_end) +
             " is the end";
    case Finding::newer_format:
      return "the event log was written by a newer version; use that one";
    case Finding::fresh:
    case Finding::sound:
      break;
  }
  CHECK(false, "no sentence for a sound log");
}
}  // namespace

std::size_t recovery_row(const Observation& seen) {
  const auto row = std::find_if(kRows.begin(), kRows.end(), [&](const Row& one) { return matches(one, seen); });
  CHECK(row != kRows.end(), "the last row matches everything");
  return static_cast<std::size_t>(row - kRows.begin());
}

Decision decide(const Observation& seen) {
  const Finding finding = kRows[recovery_row(seen)].finding;
  switch (finding) {
    case Finding::fresh:
      return {finding, Action::create};
    case Finding::sound:
      return {finding, Action::open};
    case Finding::newer_format:
      return {finding, Action::refuse};
    default:
      return {finding, seen.consent == Consent::exact ? Action::accept_loss : Action::refuse};
  }
}

std::string refusal_sentence(const DamageReport& r) {
  std::string sentence = r.folder + ": " + found(r);
  if (r.finding == Finding::newer_format) return sentence;
  sentence += ". Nothing was changed. Restore the folder from a backup, or start once with --accept-loss-after " +
              number(r.intact_end) + " to ";
  sentence += r.intact_end ? "go on without everything after position " + number(r.intact_end)
                           : "give up the whole log: every event in it is then lost for good";
  if (r.consent == Consent::other) sentence += " (another position than that was given)";
  return sentence;
}

}  // namespace hansard::log
