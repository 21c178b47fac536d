// Verbs for tests of exports and restores: real records in a real log, files broken from outside.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/domain/events.h"
#include "engine/files/file_io.h"
#include "engine/log/event_log.h"
#include "replay/segments/segment_reader.h"
#include "tests/support/temp_folder.h"

namespace hansard::segments {

using support::TempFolder;

files::FileIo& test_io();

inline constexpr std::int64_t kFirstTime = 1'700'000'000'000;
domain::ConversationId conversation_of_number(unsigned number);
domain::UserId user_of_number(unsigned number);

// The record at `position`: messages, and every tenth a read pointer, of 5 conversations and 7 users in turn; a second
// apart. `text_bytes` in each message.
std::string event_record(std::uint64_t position, std::size_t text_bytes = 40);

// A stopped server's log of that many records.
void make_log(const std::string& data, std::uint64_t count, std::size_t text_bytes = 40);
// One more event, by a server that starts and stops.
void add_event(const std::string& data, std::uint64_t position);
// Every record of the log below `data`.
std::vector<std::string> records_in(const std::string& data);

// A segment of records 1 to count.
FileEntry write_segment(const std::string& path, std::uint64_t count, std::size_t text_bytes = 40);

// An attachment in a data folder, under the SHA-256 of its bytes; answers where.
std::string put_attachment(const std::string& data, std::string_view bytes);
// Stops a server's log as signed as it is: its tree and a checkpoint over everything.
void sign_log(const std::string& data);

std::string bytes_in(const std::string& path);
void write_bytes(const std::string& path, std::string_view bytes);

}  // namespace hansard::segments
