#include "projections/people.h"

#include "projections/side_rows.h"

namespace hansard::projections::people {

void fold(Folding& folding, const domain::ProfileUpdated& body) {
  Key key = profile_key(body.user);
  if (!body.content) return folding.rows.erase(key);
  const domain::ProfileContent& content = *body.content;
  put_row(folding, key, ProfileRow{{content.display_name, content.avatar, content.metadata, folding.event.time}});
}

void fold(Folding& folding, const domain::UserErased& body) { folding.rows.erase(profile_key(body.user)); }

void fold(Folding& folding, const domain::UserBlocked& body) { folding.rows.put(block_key(body.user, body.other), ""); }

void fold(Folding& folding, const domain::UserUnblocked& body) { folding.rows.erase(block_key(body.user, body.other)); }

void fold(Folding& folding, const domain::UserSeen& body) {
  put_row(folding, last_seen_key(body.user), TimeRow{body.at});
}

}  // namespace hansard::projections::people
