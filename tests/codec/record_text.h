// How the codec's tests look at records and events.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/domain/events.h"

namespace hansard::codec::testing {

bool same_event(const domain::RecordedEvent& a, const domain::RecordedEvent& b);

// 32 bytes a line, lower case.
std::string to_hex(std::string_view bytes);
// White space is skipped; nothing for anything else that is not a pair of hex digits.
std::optional<std::string> from_hex(std::string_view text);
// The whole file below the source folder; fails the program when it is not there.
std::string read_source_file(const std::string& path);

// `record` with other bytes at `at`, and a checksum that matches again.
std::string resealed(std::string record, std::size_t at, std::string_view bytes);

}  // namespace hansard::codec::testing
