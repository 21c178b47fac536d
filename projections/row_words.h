// Rows in words, for people who compare two views: which table a row is of, and whose.
//
// Thread: any; plain functions.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace hansard::projections {

struct RowWords {
  std::string table;  // "messages"
  std::string key;    // "conversation 0190..., ordinal 5, version 2"
};

// What stands in a key, in order.
enum class KeyPart { conversation, message, file, stream, user, number, down, block, type, time, digest };

struct TableWords {
  char table;
  const char* name;
  std::span<const KeyPart> parts;
};

// A table that is not in `tables` is named by its byte, and what is left over of a key is shown as hex digits.
RowWords describe_key(std::span<const TableWords> tables, std::string_view key);
RowWords chat_row_words(std::string_view key);
RowWords audit_row_words(std::string_view key);

// The bytes of a value: what is printable as it is, the rest as \xNN, cut after a few hundred.
std::string value_words(std::string_view value);

}  // namespace hansard::projections
