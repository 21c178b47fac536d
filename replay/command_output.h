// What the commands of `hansard-replay` share in telling their outcome: sentences for a person on standard output, one
// JSON object with --json, errors in a sentence on standard error.
//
// Thread: main.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace hansard::replay {

// On standard error.
void complain(const std::string& why);

// Complains and answers the exit status, 1. With --json standard output has {"error": …} too.
int fail(const std::string& why);
// The command was given --json.
void speak_json();

// The same for wrong usage: 2.
int refuse_usage(const std::string& why);
// Either, by what went wrong: `malformed` is an option that means nothing.
int refuse(const base::Error& why);

// First of all in main: a standard stream that is closed becomes one that fails, so that no file of a store is opened
// under its number and written to in its place.
void hold_standard_streams();
// Last of all: what was said is written out. Where it cannot be, that is told, and a status of 0 becomes 1.
int finish_output(int status);

// `out` is a JSON object that is not closed yet.
void append_name(std::string& out, std::string_view name);
void append_field(std::string& out, std::string_view name, std::uint64_t value);
void append_field(std::string& out, std::string_view name, std::string_view value);
void append_flag(std::string& out, std::string_view name, bool value);
void append_sentences(std::string& out, std::string_view name, const std::vector<std::string>& sentences);
// Of what went wrong a report keeps so many sentences, and counts the rest.
inline constexpr std::size_t kSentencesKept = 100;
// `total` may be more than there are.
void print_sentences(const std::vector<std::string>& sentences, std::uint64_t total);

// With a full stop at its end, where it has none.
std::string as_sentence(const std::string& words);
// "1 file", "3 files".
std::string counted(std::uint64_t count, std::string_view one);

// The first word of the file.
base::Result<std::string> read_token(const std::string& file);
// 0 for "max"; "60x" or "60" is 60 times the log's own speed.
base::Result<double> parse_speed(const std::string& text);

}  // namespace hansard::replay
