// The characters and words a request head is made of (RFC 9110 section 5.6, RFC 3986), strictly.
//
// Thread: any; plain functions.
#pragma once

#include <string>
#include <string_view>

#include "api/http_types.h"

namespace hansard::api {

bool is_digit(char c);
// Visible ASCII without "#", which no target has. Quotes and bars are let in: people type them into queries, and they
// mean the same to everybody.
bool is_target_char(char c);
// VCHAR, obs-text, blank and tab.
bool is_value_char(char c);
bool is_token(std::string_view text);
// The canonical base64 of 16 bytes: 22 digits, the last with four zero bits, and "==".
bool is_websocket_key(std::string_view text);

std::string lower(std::string_view text);
// Without blanks and tabs at both ends.
std::string_view trim(std::string_view text);
// Whether the comma-separated list of all fields of this name has the word, whatever its case.
bool has_list_word(const Request& request, std::string_view lower_case_name, std::string_view lower_case_word);

}  // namespace hansard::api
