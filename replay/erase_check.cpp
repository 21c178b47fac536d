#include "replay/erase_check.h"

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <type_traits>
#include <unordered_set>

#include "engine/base/folder_walk.h"
#include "engine/engine.h"
#include "engine/log/block_log.h"
#include "engine/log/table_scan.h"
#include "replay/needles.h"
#include "replay/progress.h"
#include "replay/verify/search_rows.h"

namespace hansard::replay {

using base::Result;

namespace {
constexpr std::size_t kPieceBytes = 4u << 20;
constexpr std::size_t kReadEvents = 10'000;
constexpr std::string_view kSqliteHead = "SQLite format 3";

// Of RocksDB: a write-ahead log or a MANIFEST, whose records are cut into pieces.
bool is_block_log(const std::filesystem::path& file) {
  const std::string name = file.filename().string();
  return name.starts_with("MANIFEST-") ||
         (file.extension() == ".log" && name.find_first_not_of("0123456789.log") == std::string::npos);
}

class Search {
 public:
  explicit Search(const EraseCheckOptions& options)
      : options_(options), needles_(needles_of(options.texts)), progress_("searching", options.quiet) {
    for (const auto& needle : needles_) longest_ = std::max(longest_, needle.bytes.size());
  }

  Result<EraseReport> run() {
    const std::filesystem::path root(options_.data_folder);
    const auto failed = base::walk_folder(root, [&](const std::filesystem::directory_entry& entry, int) {
      std::error_code gone;  // a running server removes files at any moment
      const std::string name = entry.path().lexically_relative(root);
      search(name, 0, [&](std::size_t) { return "the name of " + name; });
      if (entry.is_regular_file(gone) && !gone) look_at(entry.path(), name);
      return true;
    });
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
    if (is_block_log(file)) look_at_records(file, name);
    if (name.find(".db") != std::string::npos && is_sqlite(file)) look_at_rows(file, name);
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
      ++number;
      look_at_value(key, name, number);
      look_at_value(value, name, number);
    });
    note_unreadable(file, read);
  }

  // A torn end is no matter here: its bytes were looked at.
  void look_at_records(const std::filesystem::path& file, const std::string& name) {
    std::ifstream in(file, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    std::uint64_t number = 0;
    log::read_block_log(bytes, [&](std::size_t, std::string_view record) { look_at_value(record, name, ++number); });
  }

  void look_at_rows(const std::filesystem::path& file, const std::string& name) {
    std::uint64_t number = 0;
    auto read = verify::for_each_search_row(file.string(), [&](std::string_view text, std::string_view tags) {
      ++number;
      look_at_value(text, name, number);
      look_at_value(tags, name, number);
    });
    note_unreadable(file, read);
  }

  static bool is_sqlite(const std::filesystem::path& file) {
    std::string head(kSqliteHead.size(), '\0');
    std::ifstream(file, std::ios::binary).read(head.data(), static_cast<std::streamsize>(head.size()));
    return head == kSqliteHead;
  }

  void look_at_value(std::string_view value, const std::string& name, std::uint64_t number) {
    ++report_.values;
    search(value, 0, [&](std::size_t) { return name + ", value " + std::to_string(number); });
  }

  template <class Outcome>
  void note_unreadable(const std::filesystem::path& file, const Outcome& outcome) {
    std::error_code gone;
    if (!outcome && std::filesystem::exists(file, gone)) report_.unreadable.push_back(outcome.error().detail);
  }

  // Not again what lies within the first `seen` bytes.
  void search(std::string_view bytes, std::size_t seen, const std::function<std::string(std::size_t)>& place) {
    for (const auto& needle : needles_) {
      for (auto at = bytes.find(needle.bytes); at != std::string_view::npos; at = bytes.find(needle.bytes, at + 1)) {
        if (at + needle.bytes.size() <= seen) continue;
        ++report_.found;
        if (report_.findings.size() == EraseReport::kFindingsMax) continue;
        report_.findings.push_back({needle.text, needle.form.empty() ? place(at) : place(at) + ", " + needle.form});
      }
    }
  }

  const EraseCheckOptions& options_;
  const std::vector<Needle> needles_;
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

// What one erasure is of, as its events say.
struct Subject {
  std::unordered_set<base::MessageId> messages;
  std::optional<base::ConversationId> conversation;
  std::optional<base::UserId> user;
  base::Position user_until;  // what he did later is not of it

  void note(const domain::RecordedEvent& event, const base::ErasureId& erasure) {
    if (const auto* message = std::get_if<domain::MessageErased>(&*event.body)) {
      if (message->erasure == erasure) messages.insert(message->facts.message);
    } else if (const auto* whole = std::get_if<domain::ConversationErased>(&*event.body)) {
      if (whole->erasure == erasure) conversation = whole->conversation;
    } else if (const auto* person = std::get_if<domain::UserErased>(&*event.body)) {
      if (person->erasure != erasure) return;
      user = person->user;
      user_until = event.position;
    }
  }

  bool has(const domain::RecordedEvent& event) const {
    if (const auto* message = message_of(*event.body); message && messages.contains(*message)) return true;
    const bool is_early = event.position < user_until;
    return std::visit(
        [&](const auto& body) {
          using Body = std::decay_t<decltype(body)>;
          if constexpr (std::is_same_v<Body, domain::ConversationCreated> ||
                        std::is_same_v<Body, domain::ConversationUpdated>) {
            return conversation == body.conversation;
          } else if constexpr (std::is_same_v<Body, domain::ProfileUpdated> ||
                               std::is_same_v<Body, domain::FileUploaded> ||
                               std::is_same_v<Body, domain::ReactionAdded>) {
            return is_early && user == body.user;
          } else {
            return false;
          }
        },
        *event.body);
  }
};

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
  Subject subject;
  TRY(for_each_event(*engine, [&](const domain::RecordedEvent& event) {
    if (!event.body) return;
    if (const auto* asked = std::get_if<domain::ErasureRequested>(&*event.body)) {
      report.requested = report.requested || asked->erasure == erasure;
    } else if (const auto* done = std::get_if<domain::ErasureCompleted>(&*event.body)) {
      report.completed = report.completed || done->erasure == erasure;
    }
    subject.note(event, erasure);
  }));
  report.messages = subject.messages.size();
  TRY(for_each_event(*engine, [&](const domain::RecordedEvent& event) {
    if (!event.body || !subject.has(event)) return;
    ++report.records;
    if (has_content(*event.body)) ++report.whole;
  }));
  return report;
}

}  // namespace hansard::replay
