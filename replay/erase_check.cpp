#include "replay/erase_check.h"

#include <filesystem>
#include <fstream>
#include <functional>
#include <unordered_set>

#include "engine/engine.h"
#include "engine/log/table_scan.h"
#include "replay/progress.h"

namespace hansard::replay {

using base::Result;

namespace {
constexpr std::size_t kPieceBytes = 4u << 20;
constexpr std::size_t kReadEvents = 10'000;

class Search {
 public:
  explicit Search(const EraseCheckOptions& options) : options_(options), progress_("searching", options.quiet) {
    for (const auto& text : options.texts) longest_ = std::max(longest_, text.size());
  }

  Result<EraseReport> run() {
    std::error_code failed;
    const std::filesystem::path root(options_.data_folder);
    std::filesystem::recursive_directory_iterator entry(root, failed);
    for (; !failed && entry != std::filesystem::recursive_directory_iterator(); entry.increment(failed)) {
      std::error_code gone;  // a running server removes files at any moment
      if (entry->is_regular_file(gone) && !gone) look_at(entry->path(), std::filesystem::relative(entry->path(), root));
    }
    if (failed)
      return base::error(base::ErrorCode::io, "cannot list " + options_.data_folder + ": " + failed.message());
    progress_.finish(report_.files);
    return std::move(report_);
  }

 private:
  void look_at(const std::filesystem::path& file, const std::string& name) {
    ++report_.files;
    look_at_bytes(file, name);
    if (file.extension() == ".sst") look_at_table(file, name);
    progress_.update(report_.files, 0);
  }

  // In pieces that overlap, so that nothing is cut in two.
  void look_at_bytes(const std::filesystem::path& file, const std::string& name) {
    std::ifstream in(file, std::ios::binary);
    std::string piece(kPieceBytes, '\0');
    std::size_t kept = 0;
    std::uint64_t at = 0;  // of the first byte of `piece`
    while (in) {
      in.read(piece.data() + kept, static_cast<std::streamsize>(piece.size() - kept));
      const std::size_t size = kept + static_cast<std::size_t>(in.gcount());
      report_.bytes += static_cast<std::uint64_t>(in.gcount());
      search({piece.data(), size}, kept,
             [&](std::size_t offset) { return name + ", byte " + std::to_string(at + offset); });
      kept = std::min(size, longest_ - 1);
      at += size - kept;
      piece.replace(0, kept, piece, size - kept, kept);
    }
  }

  void look_at_table(const std::filesystem::path& file, const std::string& name) {
    std::uint64_t number = 0;
    auto read = log::for_each_table_value(file.string(), [&](std::string_view key, std::string_view value) {
      ++report_.values;
      ++number;
      const auto place = [&](std::size_t) { return name + ", value " + std::to_string(number); };
      search(key, 0, place);
      search(value, 0, place);
    });
    std::error_code gone;
    if (!read && std::filesystem::exists(file, gone)) report_.unreadable.push_back(read.error().detail);
  }

  // Not again what lies within the first `seen` bytes.
  void search(std::string_view bytes, std::size_t seen, const std::function<std::string(std::size_t)>& place) {
    for (const auto& text : options_.texts) {
      for (auto at = bytes.find(text); at != std::string_view::npos; at = bytes.find(text, at + 1)) {
        if (at + text.size() <= seen) continue;
        ++report_.found;
        if (report_.findings.size() < EraseReport::kFindingsMax) report_.findings.push_back({text, place(at)});
      }
    }
  }

  const EraseCheckOptions& options_;
  Progress progress_;
  EraseReport report_;
  std::size_t longest_ = 1;
};

template <class Use>
Result<void> for_each_event(const engine::Engine& engine, const Use& use) {
  base::Position at{0};
  for (;;) {
    TRY(auto events, engine.read(at, kReadEvents));
    if (events.empty()) return base::success();
    for (const auto& event : events) use(*event);
    at = events.back()->position;
  }
}

// The message that an event with content says something of.
const base::MessageId* message_of(const domain::EventBody& body) {
  if (const auto* sent = std::get_if<domain::MessageSent>(&body)) return &sent->facts.message;
  if (const auto* edited = std::get_if<domain::MessageEdited>(&body)) return &edited->facts.message;
  if (const auto* waiting = std::get_if<domain::SendScheduled>(&body)) return &waiting->draft.message;
  if (const auto* added = std::get_if<domain::ReactionAdded>(&body)) return &added->message;
  if (const auto* removed = std::get_if<domain::ReactionRemoved>(&body)) return &removed->message;
  return nullptr;
}

bool has_content(const domain::EventBody& body) {
  return std::visit(
      [](const auto& event) {
        if constexpr (requires { event.content.has_value(); }) return event.content.has_value();
        return false;
      },
      body);
}
}  // namespace

Result<EraseReport> search_folder(const EraseCheckOptions& options) { return Search(options).run(); }

Result<ErasureRecords> check_erasure(const std::string& data_folder, const base::ErasureId& erasure) {
  TRY(auto engine, engine::Engine::open_read_only(data_folder));
  ErasureRecords report;
  std::unordered_set<base::MessageId> messages;
  TRY(for_each_event(*engine, [&](const domain::RecordedEvent& event) {
    if (!event.body) return;
    if (const auto* asked = std::get_if<domain::ErasureRequested>(&*event.body)) {
      report.requested = report.requested || asked->erasure == erasure;
    } else if (const auto* done = std::get_if<domain::ErasureCompleted>(&*event.body)) {
      report.completed = report.completed || done->erasure == erasure;
    } else if (const auto* erased = std::get_if<domain::MessageErased>(&*event.body)) {
      if (erased->erasure == erasure) messages.insert(erased->facts.message);
    }
  }));
  report.messages = messages.size();
  TRY(for_each_event(*engine, [&](const domain::RecordedEvent& event) {
    const auto* message = event.body ? message_of(*event.body) : nullptr;
    if (message == nullptr || !messages.contains(*message)) return;
    ++report.records;
    if (has_content(*event.body)) ++report.whole;
  }));
  return report;
}

}  // namespace hansard::replay
