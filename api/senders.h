// What a page of messages shows of their authors: display name and avatar, looked up once per distinct author.
//
// Thread: that of the snapshot, which it outlives in no case. Limits: one entry per author of a page.
#pragma once

#include <map>
#include <optional>

#include "projections/queries.h"

namespace hansard::api {

// Nothing: nobody has said who the author is.
using Sender = std::optional<projections::ProfileView>;

class Senders {
 public:
  explicit Senders(const projections::Snapshot& snapshot) : snapshot_(snapshot) {}
  // Stays valid as long as this.
  const Sender& of(const base::UserId& author) {
    auto [found, is_new] = known_.try_emplace(author);
    if (is_new) found->second = snapshot_.profile(author);
    return found->second;
  }

 private:
  const projections::Snapshot& snapshot_;
  std::map<base::UserId, Sender> known_;
};

}  // namespace hansard::api
