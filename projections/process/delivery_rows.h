// The rows of the progress store and their keys (projections/row_bytes.h). Every row starts with a version byte, 1.
//
// Invariant: decode(encode(row)) == row. Errors: decode answers false for bytes that encode did not write.
// Thread: any; plain values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/ids.h"

namespace hansard::process {

// Where one subscriber stands. A number is given to an event, and that is durable, before the event is sent the first
// time: whatever happens then, the number never names another one.
struct DeliveryState {
  std::uint64_t series = 0;  // random, made with the row: numbers are dense within a series
  std::uint32_t epoch = 0;   // of the positions below
  base::Position cursor;     // what concerns the subscriber up to here is delivered or a dead letter
  std::uint64_t number = 0;  // the last one given away
  base::Position claimed;    // of the event with `number` while it is neither delivered nor a dead letter; else 0
  std::uint64_t delivered = 0;
  std::uint64_t dead_lettered = 0;
  std::uint64_t dropped = 0;  // dead letters that had to make room
  bool operator==(const DeliveryState&) const = default;
  std::string encode() const;
  bool decode(std::string_view bytes);
};

// What a subscriber did not take.
struct DeadLetter {
  std::uint64_t number = 0;  // in the key
  base::Position position;
  base::Timestamp at;        // of the last attempt
  std::uint32_t status = 0;  // of the last answer; 0: there was none
  std::uint32_t attempts = 0;
  std::string reason;  // one sentence
  bool operator==(const DeadLetter&) const = default;
  std::string encode() const;
  bool decode(std::string_view bytes);
};

// How far the notification timer has come.
struct NotificationRow {
  std::uint32_t epoch = 0;
  base::Position cursor;  // every message up to here was considered
  bool operator==(const NotificationRow&) const = default;
  std::string encode() const;
  bool decode(std::string_view bytes);
};

// Subscriber names have no '/' (subscriber.h). Numbers in keys are big-endian, so that they sort.
std::string state_key(std::string_view subscriber);
std::string paused_key(std::string_view subscriber);  // there while it is paused
std::string dead_prefix(std::string_view subscriber);
std::string dead_key(std::string_view subscriber, std::uint64_t number);
std::string retry_prefix(std::string_view subscriber);
std::string retry_key(std::string_view subscriber, std::uint64_t number);  // there while a retry is asked for
std::string notification_key();
// Of a dead_key or retry_key.
std::uint64_t number_of_key(std::string_view key);

}  // namespace hansard::process
