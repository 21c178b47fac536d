#include "replay/workspace_command.h"

#include <iostream>

#include "replay/command_output.h"
#include "replay/migrate/mattermost_export.h"
#include "replay/migrate/slack_export.h"
#include "replay/workspace_import.h"

namespace hansard::replay {

using base::Result;

namespace {
Result<std::unique_ptr<migrate::Workspace>> open_workspace(const WorkspaceCommandOptions& given, WorkspaceFormat format,
                                                           migrate::Losses& losses) {
  if (format == WorkspaceFormat::mattermost) return migrate::open_mattermost_export(given.path, losses);
  auto user_id = migrate::SlackUserId::name;
  if (given.user_ids == "id") user_id = migrate::SlackUserId::id;
  if (given.user_ids == "email") user_id = migrate::SlackUserId::email;
  return migrate::open_slack_export(given.path, user_id, losses);
}

Result<WorkspaceImportOptions> import_options(const WorkspaceCommandOptions& given) {
  WorkspaceImportOptions options;
  TRY(give_server(options, given.server, !given.dry_run));
  return options;
}

Result<WorkspaceReport> play(const WorkspaceCommandOptions& given, const WorkspaceImportOptions& options,
                             WorkspaceFormat format) {
  migrate::Losses losses;
  TRY(auto workspace, open_workspace(given, format, losses));
  return import_workspace(*workspace, losses, options);
}

std::vector<std::string> sentences_of(const WorkspaceReport& report) {
  std::vector<std::string> sentences;
  for (const auto& [what, count] : report.losses) sentences.push_back(std::to_string(count) + " " + what);
  return sentences;
}

std::string json_of(const WorkspaceReport& report) {
  std::string out = "{";
  append_field(out, "people", report.people);
  append_field(out, "conversations", report.conversations);
  append_field(out, "posts_read", report.posts_read);
  append_field(out, "posts_imported", report.posts_imported);
  append_field(out, "posts_left_out", report.posts_read - report.posts_imported);
  append_field(out, "messages", report.messages);
  append_field(out, "system_messages", report.notices);
  append_field(out, "replies", report.replies);
  append_field(out, "mentions", report.mentions);
  append_field(out, "reactions_read", report.reactions_read);
  append_field(out, "reactions", report.reactions);
  append_field(out, "reactions_left_out", report.reactions_read - report.reactions);
  append_field(out, "edits", report.edits);
  append_field(out, "joins", report.joins);
  append_field(out, "removals", report.removals);
  append_field(out, "requests", report.requests);
  append_field(out, "requests_repeated", report.repeats);
  append_field(out, "refused", report.refused_total);
  append_field(out, "milliseconds", static_cast<std::uint64_t>(report.seconds * 1000));
  append_sentences(out, "refusals", report.refused);
  append_sentences(out, "not_carried_over", sentences_of(report));
  return out + "}";
}

void print(const WorkspaceReport& report, bool dry_run) {
  std::cout << (dry_run ? "It would be " : "") << report.people << " people, " << report.conversations
            << " conversations, " << report.messages << " messages (" << report.replies << " replies), "
            << report.notices << " system messages, " << report.mentions << " mentions, " << report.reactions
            << " reactions, " << report.edits << " edits, " << report.joins << " joins, " << report.removals
            << " removals; " << report.requests << " requests\n";
  std::cout << report.posts_read << " posts read: " << report.posts_imported << (dry_run ? " would be" : " are")
            << " there, " << report.posts_read - report.posts_imported << " left out; " << report.reactions_read
            << " reactions read: " << report.reactions << " there, " << report.reactions_read - report.reactions
            << " left out\n";
  if (report.repeats > 0) std::cout << report.repeats << " requests were sent again\n";
  if (!report.losses.empty()) std::cout << "Not carried over:\n";
  const auto sentences = sentences_of(report);
  print_sentences(sentences, sentences.size());
  if (report.refused_total > 0) std::cout << report.refused_total << " requests were refused:\n";
  print_sentences(report.refused, report.refused_total);
}
}  // namespace

int run_workspace_import(const WorkspaceCommandOptions& given, WorkspaceFormat format) {
  auto options = import_options(given);
  if (!options) return refuse(options.error());
  auto report = play(given, options.value(), format);
  if (!report) return fail(report.error().detail);
  if (given.server.json) {
    std::cout << json_of(report.value()) << "\n";
  } else {
    print(report.value(), given.dry_run);
  }
  return report.value().refused_total == 0 ? 0 : 1;
}

}  // namespace hansard::replay
