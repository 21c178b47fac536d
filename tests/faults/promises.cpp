#include "tests/faults/promises.h"

#include <fstream>
#include <sstream>

namespace hansard::faults {

namespace {
constexpr char kCommand[] = "ack ", kCheckpoint[] = "signed ";
}  // namespace

std::string note_of(const Outcome& outcome) {
  std::ostringstream text;
  text << kCommand << outcome.number << ' ' << outcome.first << ' ' << outcome.last << ' '
       << (outcome.leaves.empty() ? "-" : outcome.leaves);
  return text.str();
}

std::string note_of(const ShownCheckpoint& shown) { return kCheckpoint + shown.key + "\n" + shown.note; }

void Promises::take(const std::string& note) {
  if (note.starts_with(kCommand)) {
    std::istringstream text(note.substr(sizeof kCommand - 1));
    Outcome outcome;
    text >> outcome.number >> outcome.first >> outcome.last >> outcome.leaves;
    commands[outcome.number] = outcome;
  } else if (note.starts_with(kCheckpoint)) {
    const std::size_t end = note.find('\n');
    const std::size_t begin = sizeof kCheckpoint - 1;
    checkpoint = ShownCheckpoint{note.substr(begin, end - begin), note.substr(end + 1)};
  } else if (note == kConsumerNote) {
    has_consumer = true;
  }
}

void Promises::save(const std::string& path) const {
  std::ofstream out(path, std::ios::binary);
  auto keep = [&](const std::string& text) { out << encode({OpKind::note, 0, 0, {}, {}, text}); };
  for (const auto& [number, outcome] : commands) keep(note_of(outcome));
  if (checkpoint) keep(note_of(*checkpoint));
  if (has_consumer) keep(kConsumerNote);
}

Promises Promises::load(const std::string& path) {
  Promises promises;
  for (const Op& op : read_journal(path)) promises.take(op.bytes);
  return promises;
}

}  // namespace hansard::faults
