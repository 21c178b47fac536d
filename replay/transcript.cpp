#include "replay/transcript.h"

#include <algorithm>

#include "engine/base/clock.h"
#include "engine/domain/words.h"
#include "replay/quoting.h"
#include "replay/story_settings.h"

namespace hansard::replay {

using projections::MemberView;
using projections::MessageView;
using projections::Snapshot;

std::optional<Scene> scene_of(const Snapshot& then, const base::ConversationId& id, base::Ordinal before,
                              std::size_t limit) {
  auto conversation = then.conversation(id);
  if (!conversation) return std::nullopt;
  Scene scene;
  scene.position = then.position();
  scene.conversation = *std::move(conversation);
  scene.members = then.members(id, {}, kMembersShownMax);
  projections::HistoryQuery query;
  query.from = before;
  query.limit = limit;
  auto page = then.history(id, query, {});
  scene.messages = std::move(page.items);
  std::reverse(scene.messages.begin(), scene.messages.end());
  scene.has_older = page.more;
  return scene;
}

namespace {
std::string counted(std::uint64_t count, const char* what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

void append_head(std::string& out, const Scene& scene) {
  const auto& it = scene.conversation;
  out += it.title.empty() ? "(no title)" : one_line(it.title);
  out.append("  ").append(domain::word_of(it.type)).append(" ").append(base::to_text(it.id)).append("\n");
  out += "as of position " + std::to_string(scene.position.value);
  if (scene.time) out += ", " + base::time_text(*scene.time);
  out += ": version " + std::to_string(it.version.value) + ", " + counted(it.last_ordinal.value, "message") +
         (it.closed ? ", closed" : "") + "\n";
  out += "created " + base::time_text(it.created_at) + " by " + one_line(it.created_by.value) + "; " +
         describe(it.settings) + "\n";
  if (!it.external_id.empty()) out += "external id " + one_line(it.external_id) + "\n";
  if (!it.metadata.empty()) out += "metadata " + one_line(it.metadata) + "\n";
}

void append_members(std::string& out, const Scene& scene) {
  out += counted(scene.conversation.member_count, "member") + ":";
  std::string separator = " ";
  for (const MemberView& member : scene.members) {
    out += separator + one_line(member.user.value);
    if (member.role != domain::Role::member) out.append(" (").append(domain::word_of(member.role)).append(")");
    separator = ", ";
  }
  std::size_t left =
      scene.conversation.member_count - std::min<std::size_t>(scene.conversation.member_count, scene.members.size());
  out += (left > 0 ? " and " + std::to_string(left) + " more" : "") + "\n";
}

// "2026-05-01 12:00:00"
std::string moment(base::Timestamp time) {
  std::string text = base::time_text(time).substr(0, 19);
  text[10] = ' ';
  return text;
}

std::string fate(const MessageView& message) {
  if (message.erased) return "(erased)";
  std::string when = message.deleted_at ? " " + moment(*message.deleted_at) : "";
  return (message.expired ? "(expired" : "(deleted") + when + ")";
}

std::string marks(const MessageView& message) {
  std::string out;
  if (message.facts.type != domain::MessageType::text)
    out.append(" [").append(domain::word_of(message.facts.type)) += "]";
  if (message.facts.reply_to) out += " (in reply to " + std::to_string(message.facts.reply_to_ordinal.value) + ")";
  if (message.facts.forwarded_from)
    out += " (forwarded from " + one_line(message.facts.forwarded_from->sender.value) + ")";
  if (message.edited_at) out += " (edited " + moment(*message.edited_at) + ")";
  return out;
}

void append_below(std::string& out, const std::string& indent, const MessageView& message) {
  std::string below;
  auto add = [&](const std::string& part) { below += (below.empty() ? "" : " · ") + part; };
  if (message.content) {
    for (const auto& file : message.content->attachments) {
      add("attached " + quoted(file.name) + " " + std::to_string(file.size) + " bytes");
    }
  }
  for (const auto& reaction : message.reactions) add(one_line(reaction.emoji) + " " + std::to_string(reaction.count));
  if (message.thread_count > 0)
    add(std::to_string(message.thread_count) + (message.thread_count == 1 ? " reply" : " replies"));
  if (!below.empty()) out += indent + below + "\n";
}

void append_lines(std::string& out, const std::string& indent, std::string_view text) {
  for (;;) {
    std::size_t end = text.find('\n');
    out += one_line(text.substr(0, end)) + "\n";
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + 1);
    out += indent;
  }
}

void append_message(std::string& out, const MessageView& message, std::size_t width) {
  std::string number = std::to_string(message.facts.ordinal.value);
  std::string head = std::string(width - number.size(), ' ') + number + "  " + moment(message.facts.created_at) + "  ";
  std::string indent(head.size(), ' ');
  out += head + one_line(message.facts.author.value) + marks(message) + ": ";
  append_lines(out, indent, message.content ? std::string_view(message.content->text) : fate(message));
  append_below(out, indent, message);
}
}  // namespace

std::string text_of(const Scene& scene) {
  std::string out;
  append_head(out, scene);
  append_members(out, scene);
  out += "\n";
  std::size_t width = scene.messages.empty() ? 1 : std::to_string(scene.messages.back().facts.ordinal.value).size();
  if (scene.has_older)
    out += "(older messages: --before " + std::to_string(scene.messages.front().facts.ordinal.value) + ")\n";
  for (const MessageView& message : scene.messages) append_message(out, message, width);
  if (scene.messages.empty()) out += "(no messages)\n";
  return out;
}

}  // namespace hansard::replay
