#include "tests/projections/random_history.h"

#include <algorithm>

namespace hansard::projections {

namespace {
std::string any_user(const Draw& draw) { return RandomHistory::users()[draw(RandomHistory::users().size())]; }

domain::Settings any_settings(const Draw& draw) {
  domain::Settings settings;
  settings.edit_history = draw(2) == 0;
  settings.retention_s = draw(3) == 0 ? 60 : 0;
  settings.history = draw(2) == 0 ? domain::History::all : domain::History::from_join;
  return settings;
}

std::vector<domain::Mention> any_mentions(const Draw& draw) {
  std::vector<domain::Mention> mentions;
  for (std::size_t i = draw(3); i > 0; --i) mentions.push_back(mention_of(any_user(draw), draw(4) != 0));
  return mentions;
}
}  // namespace

const std::vector<std::string>& RandomHistory::users() {
  static const std::vector<std::string> all{"ann", "bob", "cid", "dan", "an"};
  return all;
}

std::vector<base::ConversationId> RandomHistory::conversations() const {
  std::vector<base::ConversationId> ids;
  for (const Conversation& in : conversations_) ids.push_back(in.id);
  return ids;
}

void RandomHistory::step(const Draw& draw) {
  if (conversations_.empty() || (conversations_.size() < 3 && draw(20) == 0)) return create(draw);
  Conversation& in = conversations_[draw(conversations_.size())];
  std::size_t what = draw(100);
  if (what < 35) return send(in, draw);
  if (what < 55) return change_message(in, draw);
  if (what < 65) return react(in, draw);
  if (what < 78) return move_member(in, draw);
  if (what < 84) return change_conversation(in, draw);
  move_pointer(in, draw);
}

void RandomHistory::create(const Draw& draw) {
  Conversation in;
  in.members = {"ann"};
  if (draw(2) == 0) in.members.push_back("bob");
  in.id = log_.create(in.members, any_settings(draw), draw(2) == 0 ? "outside" : "");
  conversations_.push_back(std::move(in));
}

void RandomHistory::send(Conversation& in, const Draw& draw) {
  LogBuilder::SendOptions options;
  options.text = "text " + std::to_string(draw(1'000));
  options.mentions = any_mentions(draw);
  options.erased = draw(12) == 0;
  if (draw(6) == 0) options.type = domain::MessageType::system;
  if (!in.messages.empty() && draw(2) == 0)
    options.reply_to = in.messages[draw(std::min<std::size_t>(in.messages.size(), 3))];
  in.messages.push_back(log_.send(in.id, any_user(draw), std::move(options)));
  messages_.push_back(in.messages.back());
}

void RandomHistory::change_message(Conversation& in, const Draw& draw) {
  if (in.messages.empty()) return;
  const domain::MessageFacts& facts = in.messages[draw(in.messages.size())];
  switch (draw(6)) {
    case 0:
      return log_.remove(facts);
    case 1:
      return log_.expire(facts);
    case 2:
      // Often enough that versions are passed over by a seek.
      for (int i = 0; i < 12; ++i) log_.edit(facts, "edited " + std::to_string(i), any_mentions(draw));
      return;
    case 3:
      if (draw(4) == 0) log_.erase_edit(facts);
      return;
    default:
      return log_.edit(facts, "edited", any_mentions(draw));
  }
}

void RandomHistory::react(Conversation& in, const Draw& draw) {
  if (in.messages.empty()) return;
  const domain::MessageFacts& facts = in.messages[draw(std::min<std::size_t>(in.messages.size(), 3))];
  std::optional<std::string> emoji;
  if (draw(10) != 0) emoji = draw(2) == 0 ? "+1" : "heart";
  log_.react(facts, any_user(draw), emoji, !emoji || draw(3) != 0);
}

void RandomHistory::move_member(Conversation& in, const Draw& draw) {
  std::string user = any_user(draw);
  bool member = std::ranges::find(in.members, user) != in.members.end();
  if (!member) {
    in.members.push_back(user);
    return log_.join(in.id, {user});
  }
  if (draw(3) == 0) return log_.change_role(in.id, user, draw(2) == 0 ? domain::Role::admin : domain::Role::read_only);
  std::erase(in.members, user);
  log_.leave(in.id, user);
}

void RandomHistory::change_conversation(Conversation& in, const Draw& draw) {
  if (draw(10) == 0) log_.unknown(in.id);
  if (draw(20) == 0 && !in.closed) {
    in.closed = true;
    return log_.close(in.id);
  }
  log_.update(in.id, "title " + std::to_string(draw(1'000)), any_settings(draw));
}

void RandomHistory::move_pointer(Conversation& in, const Draw& draw) {
  std::string user = any_user(draw);
  std::uint64_t ordinal = draw(in.messages.size() + 1);
  switch (draw(5)) {
    case 0:
      return log_.deliver(in.id, user, ordinal);
    case 1:
      return log_.mark(in.id, user, ordinal);
    case 2:
      return log_.flag(in.id, user, draw(2) == 0, draw(2) == 0, draw(2) == 0);
    default:
      return log_.read(in.id, user, ordinal);
  }
}

}  // namespace hansard::projections
