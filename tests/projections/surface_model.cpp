#include "tests/projections/surface_model.h"

#include <algorithm>
#include <tuple>

namespace hansard::projections {

namespace {
const std::string& draw_user(const Draw& draw) { return SurfaceModel::users()[draw(SurfaceModel::users().size())]; }

bool carries(const SurfaceModel::Message& message, const SurfaceModel::File& file) {
  return std::ranges::find(message.files, file.id) != message.files.end();
}

domain::Settings draw_settings(const Draw& draw) {
  domain::Settings settings;
  settings.retention_s = static_cast<std::uint32_t>(draw(3) * 20);
  if (draw(2) == 0) settings.history = domain::History::from_join;
  return settings;
}
}  // namespace

const std::vector<std::string>& SurfaceModel::users() {
  static const std::vector<std::string> all{"ann", "bob", "cid", "di"};
  return all;
}

std::vector<ReactionView> SurfaceModel::reactions(const Message& message, const std::string& viewer) {
  std::vector<ReactionView> shown;
  if (message.status != Status::live) return shown;
  for (const auto& [emoji, whose] : message.reactions) {
    shown.push_back({emoji, static_cast<std::uint32_t>(whose.size()), whose.contains(viewer)});
  }
  return shown;
}

std::vector<base::MessageId> SurfaceModel::expirable(base::Timestamp now) const {
  std::vector<std::tuple<std::int64_t, base::ConversationId, std::vector<base::MessageId>>> due;
  for (const auto& in : conversations_) {
    std::vector<base::MessageId> messages;
    std::int64_t first = 0;
    for (const auto& message : in.messages) {
      if (in.settings.retention_s == 0 || message.status != Status::live) continue;
      std::int64_t at = message.facts.sent_at.ms + std::int64_t{in.settings.retention_s} * 1'000;
      if (at > now.ms) break;
      if (messages.empty()) first = at;
      messages.push_back(message.facts.message);
    }
    if (!messages.empty()) due.emplace_back(first, in.id, std::move(messages));
  }
  std::ranges::sort(due);
  std::vector<base::MessageId> all;
  for (const auto& entry : due) std::ranges::copy(std::get<2>(entry), std::back_inserter(all));
  return all;
}

bool SurfaceModel::may_read(const File& file, const std::string& user) const {
  if (file.erased || file.collected) return false;
  if (file.owner == user) return true;
  for (const auto& in : conversations_) {
    auto member = in.members.find(user);
    if (member == in.members.end()) continue;
    std::uint64_t floor = in.settings.history == domain::History::from_join ? member->second : 0;
    for (const auto& message : in.messages) {
      if (message.status == Status::live && message.facts.ordinal.value > floor && carries(message, file)) return true;
    }
  }
  return false;
}

bool SurfaceModel::is_attached(const File& file) const {
  return std::ranges::any_of(conversations_, [&](const Conversation& in) {
    return std::ranges::any_of(in.messages, [&](const Message& message) { return carries(message, file); });
  });
}

bool SurfaceModel::is_carried(const File& file) const {
  return std::ranges::any_of(conversations_, [&](const Conversation& in) {
    return std::ranges::any_of(in.messages, [&](const Message& message) {
      bool keeps = message.status == Status::live || message.status == Status::deleted;
      return keeps && carries(message, file);
    });
  });
}

std::vector<CollectableFile::Place> SurfaceModel::collectable(base::Timestamp uploaded_before) const {
  std::vector<CollectableFile::Place> places;
  for (const File& file : files_) {
    if (file.erased || file.collected || is_carried(file)) continue;
    bool attached = is_attached(file);
    if (!attached && file.uploaded_at >= uploaded_before) continue;
    places.push_back({attached ? base::Timestamp{} : file.uploaded_at, file.id});
  }
  std::ranges::sort(places);
  return places;
}

bool SurfaceModel::is_blob_used(const base::Digest& sha256) const {
  return std::ranges::any_of(
      files_, [&](const File& file) { return !file.erased && !file.collected && file.sha256 == sha256; });
}

std::vector<DueSend> SurfaceModel::due_sends(base::Timestamp until) const {
  std::vector<DueSend> due;
  for (const Waiting& waiting : waiting_) {
    if (waiting.send_at <= until) due.push_back({waiting.draft.message, waiting.draft.author, waiting.send_at});
  }
  std::ranges::sort(due, {}, [](const DueSend& send) { return std::tuple(send.send_at, send.message); });
  return due;
}

std::vector<base::MessageId> SurfaceModel::scheduled(const std::string& author) const {
  std::vector<base::MessageId> ids;
  for (const DueSend& send : due_sends({INT64_MAX})) {
    if (send.author.value == author) ids.push_back(send.message);
  }
  return ids;
}

void SurfaceModel::step(const Draw& draw) {
  if (conversations_.empty() || (conversations_.size() < 4 && draw(20) == 0)) return create(draw);
  Conversation& in = conversations_[draw(conversations_.size())];
  std::uint64_t kind = draw(30);
  if (kind < 9) return send(in, draw);
  if (kind < 13) return change(in, draw);
  if (kind < 19) return react(in, draw);
  if (kind < 21) return change_settings(in, draw);
  if (kind < 23) return move_member(in, draw);
  if (kind < 27) return move_file(draw);
  move_schedule(in, draw);
}

void SurfaceModel::create(const Draw& draw) {
  Conversation in;
  in.settings = draw_settings(draw);
  std::set<std::string> members{draw_user(draw), draw_user(draw)};
  for (const auto& member : members) in.members[member] = 0;
  in.id = log_.create({members.begin(), members.end()}, in.settings);
  conversations_.push_back(std::move(in));
}

std::vector<base::FileId> SurfaceModel::draw_files(const Draw& draw) const {
  std::vector<base::FileId> files;
  if (files_.empty() || draw(3) != 0) return files;
  for (std::uint64_t left = 1 + draw(3); left > 0; --left) {
    const File& file = files_[draw(files_.size())];
    if (!file.collected) files.push_back(file.id);  // also one twice
  }
  return files;
}

void SurfaceModel::send(Conversation& in, const Draw& draw) {
  LogBuilder::SendOptions options;
  if (draw(5) == 0) options.type = domain::MessageType::system;
  options.erased = draw(10) == 0;
  options.files = draw_files(draw);
  if (!in.messages.empty() && draw(3) == 0) options.reply_to = in.messages[draw(in.messages.size())].facts;
  Message message;
  message.status = options.erased ? Status::erased : Status::live;
  message.files = options.files;
  message.facts = log_.send(in.id, draw_user(draw), std::move(options));
  in.messages.push_back(std::move(message));
}

void SurfaceModel::change(Conversation& in, const Draw& draw) {
  if (in.messages.empty()) return;
  // The first half of the time the oldest, as retention does it.
  Message& message = in.messages[draw(2) == 0 ? 0 : draw(in.messages.size())];
  Message* oldest = &message;
  if (&message == &in.messages.front()) {
    auto live = std::ranges::find(in.messages, Status::live, &Message::status);
    if (live != in.messages.end()) oldest = &*live;
  }
  if (oldest->status != Status::live) return;
  switch (draw(4)) {
    case 0:
      log_.remove(oldest->facts);
      oldest->status = Status::deleted;
      return;
    case 1:
      log_.erase_edit(oldest->facts);
      oldest->status = Status::erased;
      return;
    case 2:
      return log_.edit(oldest->facts, "edited");
    default:
      log_.expire(oldest->facts);
      oldest->status = Status::expired;
  }
}

void SurfaceModel::react(Conversation& in, const Draw& draw) {
  if (in.messages.empty()) return;
  static const std::vector<std::string> emojis{"+1", "heart", "smile"};
  Message& message = in.messages[draw(in.messages.size())];
  const std::string& user = draw_user(draw);
  const std::string& emoji = emojis[draw(emojis.size())];
  bool add = draw(3) != 0;
  if (draw(8) == 0) return log_.react(message.facts, user, std::nullopt, true);
  log_.react(message.facts, user, emoji, add);
  if (message.status != Status::live) return;
  auto found = std::ranges::find(message.reactions, emoji, [](const auto& reaction) { return reaction.first; });
  if (add && found == message.reactions.end()) {
    message.reactions.push_back({emoji, {user}});
    std::ranges::sort(message.reactions);
  } else if (add) {
    found->second.insert(user);
  } else if (found != message.reactions.end() && found->second.erase(user) > 0 && found->second.empty()) {
    message.reactions.erase(found);
  }
}

void SurfaceModel::change_settings(Conversation& in, const Draw& draw) {
  in.settings = draw_settings(draw);
  log_.update(in.id, "title", in.settings);
}

void SurfaceModel::move_member(Conversation& in, const Draw& draw) {
  const std::string& user = draw_user(draw);
  if (in.members.erase(user) > 0) return log_.leave(in.id, user);
  log_.join(in.id, {user});
  in.members[user] = in.messages.size();
}

void SurfaceModel::move_file(const Draw& draw) {
  if (files_.empty() || draw(2) == 0) {
    File file;
    file.owner = draw_user(draw);
    file.sha256.fill(static_cast<std::uint8_t>(draw(3)));
    file.uploaded_at = time_of(log_.end().next());
    file.erased = file.collected = draw(8) == 0;
    file.id = log_.upload(file.owner, file.sha256, file.erased);
    return files_.push_back(std::move(file));
  }
  File& file = files_[draw(files_.size())];
  if (file.collected || is_carried(file)) return;
  log_.collect(file.owner, file.id);
  file.collected = true;
}

void SurfaceModel::move_schedule(Conversation& in, const Draw& draw) {
  if (waiting_.empty() || draw(2) == 0) {
    base::Timestamp send_at{time_of(log_.end()).ms + static_cast<std::int64_t>(draw(20)) * 1'000};
    bool erased = draw(6) == 0;
    return waiting_.push_back({log_.schedule(in.id, draw_user(draw), send_at, erased), send_at, erased});
  }
  auto ended = waiting_.begin() + static_cast<std::ptrdiff_t>(draw(waiting_.size()));
  Waiting waiting = *ended;
  waiting_.erase(ended);
  if (waiting.erased || draw(2) == 0) return log_.cancel(waiting.draft);
  auto target = std::ranges::find(conversations_, waiting.draft.conversation, &Conversation::id);
  target->messages.push_back({log_.send_scheduled(waiting.draft), Status::live, {}, {}});
}

}  // namespace hansard::projections
