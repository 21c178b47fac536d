#include "replay/workspace_import.h"

#include <atomic>
#include <mutex>
#include <thread>
#include <utility>

#include "replay/command_output.h"
#include "replay/conversation_player.h"
#include "replay/progress.h"

namespace hansard::replay {

using base::Result;

namespace {
// What a dry run is answered: a conversation or message that anything can be asked of.
constexpr char kDryAnswer[] = R"({"id":"00000000-0000-7000-8000-000000000000","ordinal":1})";

void add(WorkspaceReport& total, WorkspaceReport& part) {
  total.conversations += part.conversations;
  total.posts_read += part.posts_read;
  total.posts_imported += part.posts_imported;
  total.reactions_read += part.reactions_read;
  total.messages += part.messages;
  total.notices += part.notices;
  total.replies += part.replies;
  total.mentions += part.mentions;
  total.reactions += part.reactions;
  total.edits += part.edits;
  total.joins += part.joins;
  total.removals += part.removals;
  total.requests += part.requests;
  total.refused_total += part.refused_total;
  for (std::string& refusal : part.refused) {
    if (total.refused.size() < kSentencesKept) total.refused.push_back(std::move(refusal));
  }
}

class WorkspaceImport {
 public:
  WorkspaceImport(const migrate::Workspace& workspace, migrate::Losses& losses, const WorkspaceImportOptions& options)
      : workspace_(workspace), losses_(losses), options_(options), progress_("import", options.quiet) {}

  Result<WorkspaceReport> run() {
    TRY(put_profiles());
    std::vector<std::thread> workers;
    for (unsigned i = 0; i < options_.connections; ++i) workers.emplace_back([this] { work(); });
    for (std::thread& worker : workers) worker.join();
    if (failure_) return *failure_;
    report_.seconds = progress_.seconds();
    report_.losses = losses_.all();
    progress_.finish(played_);
    return std::move(report_);
  }

 private:
  Ask asker(Client* client) const {
    if (!client) return [](const ApiRequest&) -> Result<ApiResponse> { return ApiResponse{201, kDryAnswer}; };
    return [client](const ApiRequest& request) { return client->send(request); };
  }

  std::unique_ptr<Client> connect() const {
    if (!options_.endpoint) return nullptr;
    const ClientOptions client{options_.patience, 0, options_.quiet, {}};
    return std::make_unique<Client>(*options_.endpoint, options_.token, client);
  }

  Result<void> put_profiles() {
    auto client = connect();
    ImportDesk desk(asker(client.get()), losses_, report_);
    for (const migrate::Person& person : workspace_.people()) {
      TRY(desk.demand(profile_request(person, losses_), person.id));
      ++report_.people;
    }
    if (client) report_.repeats += client->repeats();
    return base::success();
  }

  void work() {
    auto client = connect();
    for (std::size_t i; !stopped_ && (i = next_.fetch_add(1)) < workspace_.conversations().size();) {
      WorkspaceReport part;
      auto played = play(i, asker(client.get()), part);
      std::lock_guard lock(mutex_);
      add(report_, part);
      if (!played && !failure_) failure_ = played.error();
      if (!played) stopped_ = true;
    }
    std::lock_guard lock(mutex_);
    if (client) report_.repeats += client->repeats();
  }

  Result<void> play(std::size_t number, Ask ask, WorkspaceReport& part) {
    ImportDesk desk(std::move(ask), losses_, part);
    ConversationPlayer player(workspace_.conversations()[number], desk);
    Result<void> outcome = base::success();
    TRY(workspace_.read(number, losses_, [&](const migrate::Post& post) {
      outcome = player.play(post);
      note_progress();
      return outcome.has_value() && !stopped_;
    }));
    TRY(outcome);
    if (stopped_) return base::success();
    return player.finish();
  }

  void note_progress() {
    std::lock_guard lock(mutex_);
    const double all = static_cast<double>(std::max<std::size_t>(1, workspace_.conversations().size()));
    progress_.update(++played_, std::min(1.0, static_cast<double>(next_.load()) / all));
  }

  const migrate::Workspace& workspace_;
  migrate::Losses& losses_;
  const WorkspaceImportOptions& options_;
  std::mutex mutex_;
  Progress progress_;
  std::uint64_t played_ = 0;
  WorkspaceReport report_;
  std::optional<base::Error> failure_;
  std::atomic<std::size_t> next_{0};
  std::atomic<bool> stopped_{false};
};
}  // namespace

Result<WorkspaceReport> import_workspace(const migrate::Workspace& workspace, migrate::Losses& losses,
                                         const WorkspaceImportOptions& options) {
  return WorkspaceImport(workspace, losses, options).run();
}

}  // namespace hansard::replay
