// Verbs for tests of the log: a temporary data folder, records that can be told apart by position, and helpers that
// look at a folder from outside.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "engine/log/rocks_log.h"
#include "tests/support/temp_folder.h"

namespace hansard::log {

namespace fs = std::filesystem;

using support::TempFolder;

// The record the tests store at `position`: its number, then filler that depends on it.
std::string record_at(Position position, std::size_t bytes = 100);

// Witness only at open and close, so that a test decides what it says.
LogOptions quiet_options();

struct Opened {
  std::unique_ptr<EventLog> log;
  OpenReport report;
};
// CHECKs that it opens.
Opened open_log(const std::string& folder, const LogOptions& options = quiet_options());
// CHECKs that it does not.
base::Error open_error(const std::string& folder, const LogOptions& options = quiet_options());

// Appends `count` records in one batch at the end.
void append(EventLog& log, std::size_t count, std::size_t bytes = 100);
// Every record, read in one go; CHECKs that positions are dense from 1.
std::vector<std::string> read_all(const EventLog& log);
// CHECKs that the log holds exactly record_at(1..count).
void expect_records(const EventLog& log, std::size_t count, std::size_t bytes = 100);

// Name, size and content of every file below `folder`, as one digest.
std::string folder_digest(const std::string& folder);
// What a kill would leave: a copy of the folder while the log is open.
void copy_folder(const std::string& from, const std::string& to);

}  // namespace hansard::log
