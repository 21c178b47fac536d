#include "tests/projections/unread_model.h"

namespace hansard::projections {

namespace {
const std::string& draw_user(const Draw& draw) { return UnreadModel::users()[draw(UnreadModel::users().size())]; }

std::set<std::string> counted(const std::vector<domain::Mention>& mentions) {
  std::set<std::string> users;
  for (const auto& mention : mentions) {
    if (mention.counts) users.insert(mention.user.value);
  }
  return users;
}

bool is_unread(const UnreadModel::Conversation& in, const UnreadModel::Reader& reader, std::uint64_t ordinal) {
  if (in.hides_history && ordinal <= reader.joined_after) return false;
  return reader.marked_from > 0 ? ordinal >= reader.marked_from : ordinal > reader.read_up_to;
}

// As a value, never moved: in a move of an empty optional g++ 12 sees something uninitialized.
LogBuilder::SendOptions system_message() {
  LogBuilder::SendOptions options;
  options.type = domain::MessageType::system;
  return options;
}
}  // namespace

const std::vector<std::string>& UnreadModel::users() {
  static const std::vector<std::string> all{"ann", "bob", "cid", "di"};
  return all;
}

std::vector<std::uint64_t> UnreadModel::unread(const Conversation& in, const std::string& user) {
  std::vector<std::uint64_t> ordinals;
  auto reader = in.readers.find(user);
  if (reader == in.readers.end() || !reader->second.member) return ordinals;
  for (const Message& message : in.messages) {
    bool counts = message.facts.author.value != user && message.facts.type != domain::MessageType::system &&
                  !message.gone && is_unread(in, reader->second, message.facts.ordinal.value);
    if (counts) ordinals.push_back(message.facts.ordinal.value);
  }
  return ordinals;
}

std::uint64_t UnreadModel::mentions(const Conversation& in, const std::string& user) {
  std::uint64_t total = 0;
  for (std::uint64_t ordinal : unread(in, user)) total += in.messages[ordinal - 1].mentioned.count(user);
  return total;
}

void UnreadModel::step(const Draw& draw) {
  std::uint64_t kind = conversations_.empty() ? 0 : draw(21);
  if (kind == 0 && conversations_.size() < 3) return create(draw);
  Conversation& in = conversations_[draw(conversations_.size())];
  if (kind <= 6) return send(in, draw, 1);
  if (kind == 7) return send(in, draw, draw(1'500));
  if (kind <= 11) return change(in, draw);
  if (kind <= 14) return move_member(in, draw);
  if (kind == 15) return change_history(in);
  move_pointer(in, draw);
}

void UnreadModel::create(const Draw& draw) {
  std::vector<std::string> members{draw_user(draw)};
  std::string other = draw_user(draw);
  if (other != members.front()) members.push_back(other);
  Conversation in;
  in.id = log_.create(members);
  for (const auto& member : members) in.readers[member].member = true;
  conversations_.push_back(std::move(in));
}

std::vector<domain::Mention> UnreadModel::draw_mentions(const Conversation& in, const Draw& draw) const {
  std::vector<domain::Mention> mentions;
  for (std::uint64_t left = draw(4); left > 0; --left) {
    const std::string& user = draw_user(draw);
    auto reader = in.readers.find(user);
    bool is_member = reader != in.readers.end() && reader->second.member;
    // The log decides whether a mention counts, the view must only believe it: so at times of a member it says no.
    mentions.push_back(mention_of(user, is_member && draw(4) != 0));
  }
  return mentions;
}

void UnreadModel::send(Conversation& in, const Draw& draw, std::uint64_t count) {
  const std::string& author = draw_user(draw);
  LogBuilder::SendOptions options;
  if (draw(6) == 0) options.type = domain::MessageType::system;
  options.erased = draw(12) == 0;
  options.mentions = draw_mentions(in, draw);
  if (!in.messages.empty() && draw(3) == 0) options.reply_to = in.messages[draw(in.messages.size())].facts;
  for (std::uint64_t i = 0; i < count; ++i) {
    Message message;
    message.facts = log_.send(in.id, i % 3 == 0 ? author : users()[i % users().size()], options);
    message.gone = options.erased;
    message.mentioned = counted(options.mentions);
    in.messages.push_back(std::move(message));
  }
}

void UnreadModel::change(Conversation& in, const Draw& draw) {
  if (in.messages.empty()) return;
  Message& message = in.messages[draw(in.messages.size())];
  if (message.gone) return;
  std::uint64_t kind = draw(6);
  if (kind < 4) {
    if (kind < 2) log_.remove(message.facts);
    if (kind == 2) log_.expire(message.facts);
    if (kind == 3) log_.erase_edit(message.facts);
    message.gone = true;
    return;
  }
  auto mentions = draw_mentions(in, draw);
  message.mentioned = counted(mentions);
  log_.edit(message.facts, "edited", std::move(mentions));
}

void UnreadModel::move_member(Conversation& in, const Draw& draw) {
  const std::string& user = draw_user(draw);
  Reader& reader = in.readers[user];
  bool notice = draw(2) == 0;
  if (reader.member) {
    log_.leave(in.id, user);
  } else {
    log_.join(in.id, {user});
    reader.read_up_to = std::max<std::uint64_t>(reader.read_up_to, in.messages.size());
    reader.marked_from = 0;
    reader.joined_after = in.messages.size();
  }
  reader.member = !reader.member;
  if (notice) send_notice(in, user);
}

void UnreadModel::change_history(Conversation& in) {
  in.hides_history = !in.hides_history;
  domain::Settings settings;
  settings.history = in.hides_history ? domain::History::from_join : domain::History::all;
  log_.update(in.id, "", settings);
}

// What a change of members says of itself, in the same command.
void UnreadModel::send_notice(Conversation& in, const std::string& actor) {
  in.messages.push_back({log_.send(in.id, actor, system_message()), false, {}});
}

void UnreadModel::move_pointer(Conversation& in, const Draw& draw) {
  const std::string& user = draw_user(draw);
  Reader& reader = in.readers[user];
  if (!reader.member) return;
  std::uint64_t ordinal = draw(in.messages.size() + 1);
  switch (draw(4)) {
    case 0:
      log_.mark(in.id, user, std::max<std::uint64_t>(ordinal, 1));
      reader.marked_from = std::max<std::uint64_t>(ordinal, 1);
      return;
    case 1:
      reader.archived = draw(2) == 0;
      return log_.flag(in.id, user, reader.archived, draw(2) == 0);
    case 2:
      return log_.deliver(in.id, user, ordinal);
    default:
      log_.read(in.id, user, ordinal);
      reader.read_up_to = std::max(reader.read_up_to, ordinal);
      reader.marked_from = 0;
  }
}

}  // namespace hansard::projections
