// The rows of the chat view that keep what the present overwrote, so that `as_of` is a seek. The rules of rows.h hold
// here too; keys.h says which key says from or until when a row held. Message versions need no row of their own: the
// message table keeps them all.
//
// Law: current erasures always apply. Folding an erased log gives the same rows as folding the original and then the
// erasure, so what erases content from the present must erase it here as well: past_fold.h.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/domain/values.h"
#include "projections/queries.h"

namespace hansard::projections {

// What an update took away.
struct PastAboutRow {
  Position since;  // it held from here until the position in its key; that of the row before, or the creation
  Version settings_version;
  domain::Settings settings;
  std::string title;
  std::string metadata;
  void encode(std::string& out) const;
  bool decode(std::string_view bytes);
};

struct PastPlaceRow {
  bool member = false;
  domain::Role role = domain::Role::member;  // the last one where he is no member
  Timestamp joined_at;
  Ordinal joined_after;
  void encode(std::string& out) const;
  bool decode(std::string_view bytes);
};

struct PastReaderRow {
  ReaderView reader;
  void encode(std::string& out) const;
  bool decode(std::string_view bytes);
};

struct PastReactionRow {
  Position position;
  bool added = false;
  UserId user;
  std::string emoji;
  void encode(std::string& out) const;
  bool decode(std::string_view bytes);
};

struct PositionRow {
  Position position;
  void encode(std::string& out) const;
  bool decode(std::string_view bytes);
};

struct CountRow {
  std::uint64_t count = 0;
  void encode(std::string& out) const;
  bool decode(std::string_view bytes);
};

}  // namespace hansard::projections
