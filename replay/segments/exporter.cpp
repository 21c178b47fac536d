#include "replay/segments/exporter.h"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <mutex>
#include <utility>

#include "engine/base/durable_file.h"
#include "engine/base/folder_nesting.h"
#include "engine/codec/codec.h"
#include "engine/log/folder_lock.h"
#include "engine/proof/checkpoint_file.h"
#include "replay/segments/attachments.h"
#include "replay/segments/export_folder.h"
#include "replay/segments/proof_lines.h"
#include "replay/segments/record_file.h"
#include "replay/segments/released_schemas.h"
#include "replay/segments/source_log.h"
#include "replay/segments/work_pool.h"

namespace hansard::segments {

namespace {
constexpr std::uint64_t kTellEvery = 4'096;  // positions between two looks at the progress

base::Error malformed(std::string sentence) { return base::error(base::ErrorCode::malformed, std::move(sentence)); }

// An empty log ends at 0, and begins at 1 all the same.
Result<void> narrow_to_positions(const ExportRequest& request, const SourceLog& source, Manifest& plan) {
  TRY(plan.from, base::position_in(request.from.value_or(Position{1}), plan.epoch));
  TRY(plan.to, base::position_in(request.to.value_or(source.end), plan.epoch));
  if (!plan.from) return malformed("--from is a position, from 1 on.");
  if (plan.to > source.end || plan.from > std::max(source.end, Position{1})) {
    return malformed("The log ends at position " + std::to_string(source.end.value) + ".");
  }
  if (request.from && request.to && plan.from > plan.to) return malformed("--from is later than --to.");
  return base::success();
}

// Times that nothing in the log reaches are a mistake, as positions are; between two events there just is nothing.
Result<void> narrow_to_times(const ExportRequest& request, const SourceLog& source, Manifest& plan) {
  if (!source.end) return base::success();
  if (request.from_time) {
    TRY(auto first, first_at_or_after(source, *request.from_time));
    if (first > source.end) return malformed("Everything there is came before the time of --from-time.");
    plan.from = std::max(plan.from, first);
  }
  if (request.to_time) {
    TRY(auto last, last_at_or_before(source, *request.to_time));
    if (!last) return malformed("Everything there is came after the time of --to-time.");
    plan.to = std::min(plan.to, last);
  }
  return base::success();
}

// The stretch that positions and times agree on; empty (to = from - 1) when that is nothing.
Result<void> narrow(const ExportRequest& request, const SourceLog& source, Manifest& plan) {
  TRY(narrow_to_positions(request, source, plan));
  TRY(narrow_to_times(request, source, plan));
  if (plan.to < plan.from) plan.to = {plan.from.value - 1};
  return base::success();
}

class Export {
 public:
  Export(const ExportRequest& request, const SourceLog& source, Manifest& plan, files::FileIo& io)
      : request_(request), source_(source), plan_(plan), io_(io), matcher_(plan.filter) {}

  Result<ExportReport> run() {
    const bool end_is_open = !request_.to && !request_.to_time;
    TRY(choose_checkpoint());
    TRY(folder_, ExportFolder::open(request_.out, plan_, end_is_open));
    TRY(base::make_folder(folder_->path(plan_.kind == Kind::segments ? "segments" : "events")));
    TRY(write_schemas());
    TRY(open_prover());
    TRY(run_steps(stretches(), threads_for_work(), [this](std::uint64_t step) { return export_stretch(step); }));
    plan_.files = folder_->files();
    if (plan_.attachments) {
      TRY(take_files());
    }
    if (plan_.is_full_prefix()) plan_.root = root_over(plan_.files);
    TRY(finish());
    return report();
  }

 private:
  // At rest is what nobody wrote to from the first look at it, before an interruption too, until this has its name: a
  // server may start while the log is read, and is not kept from it.
  Result<void> finish() {
    std::optional<log::FolderLock> lock;
    if (plan_.at_rest && plan_.to == source_.end) lock = lock_unchanged(request_.data, source_);
    plan_.at_rest = lock.has_value();
    return folder_->finish(plan_);
  }

  // What its proofs are to be under, where they are wanted.
  Result<void> choose_checkpoint() {
    const bool is_asked = request_.proofs == ExportRequest::Proofs::with;
    const bool is_evidence = request_.proofs == ExportRequest::Proofs::automatic && !plan_.filter.empty();
    if (!is_asked && !is_evidence) return base::success();
    TRY(auto stored, proof::load_checkpoint(proof::ProofPaths(request_.data), nullptr));
    if (!stored && is_evidence) return base::success();
    if (!stored) {
      return base::error(base::ErrorCode::not_found,
                         "there is no signed checkpoint in " + request_.data +
                             " to prove events with: start the server on it once, or leave the proofs out");
    }
    plan_.checkpoint = stored->note;
    plan_.verifier_key = stored->key.text();
    return base::success();
  }

  Result<void> open_prover() {
    if (plan_.checkpoint.empty()) return base::success();
    TRY(prover_, EvidenceProver::open(request_.data, *source_.log, plan_.checkpoint, plan_.verifier_key));
    return base::make_folder(folder_->path("proofs"));
  }

  Result<void> take_files() {
    TRY(auto wanted, attachments_of(source_, plan_, [this](std::uint64_t positions) { tell(positions, 0); }));
    TRY(plan_.attachments, take_attachments(wanted, request_.data + "/files", folder_->path("files")));
    return base::success();
  }

  std::uint64_t first_block() const { return (plan_.from.value - 1) / per_file_; }
  std::uint64_t stretches() const {
    return plan_.to < plan_.from ? 0 : (plan_.to.value - 1) / per_file_ - first_block() + 1;
  }

  Result<void> export_stretch(std::uint64_t step) {
    const std::uint64_t block = first_block() + step;
    const Position first{std::max(plan_.from.value, block * per_file_ + 1)};
    const Position last{std::min(plan_.to.value, (block + 1) * per_file_)};
    if (!folder_->is_kept(first)) {
      TRY(auto entry, write_stretch(first, last));
      TRY(folder_->keep(first, entry));
    }
    return base::success();
  }

  // Nothing when no record matched.
  Result<std::optional<FileEntry>> write_stretch(Position first, Position last) {
    const std::string name = record_file_name(plan_.kind, first, last);
    std::unique_ptr<RecordFile> file;
    std::optional<ProofLines> proofs;
    const std::string proofs_name = "proofs/" + std::filesystem::path(name).stem().string() + ".jsonl";
    if (prover_) proofs.emplace(*prover_, io_, folder_->path(proofs_name));
    const auto take = [&](Position at, std::string_view record) -> Result<void> {
      TRY(auto leaf, codec::decode_leaf(record));
      if (leaf.position != at) return base::error(base::ErrorCode::corrupt, "the record is of another position");
      TRY(auto matches, matcher_.matches(record));
      if (!matches) return base::success();
      if (!file) {
        TRY(file, create_record_file(io_, folder_->path(name), plan_.kind,
                                     {plan_.cluster, plan_.epoch, base::kPartition, first, last}));
      }
      if (proofs) {
        TRY(proofs->add(at));
      }
      return file->add(at, record);
    };
    TRY(read_stretch(first, last, take));
    if (!file) return std::optional<FileEntry>();
    TRY(auto entry, file->finish());
    entry.name = name;
    if (proofs) {
      TRY(entry.proofs, proofs->finish());
      if (entry.proofs) entry.proofs->name = proofs_name;
    }
    return std::optional<FileEntry>(std::move(entry));
  }

  template <class Take>
  Result<void> read_stretch(Position first, Position last, const Take& take) {
    log::ReadLimits limits;
    limits.events_max = last.value - first.value + 1;
    limits.bytes_max = std::numeric_limits<std::size_t>::max();
    Result<void> taken = base::success();
    Position told{first.value - 1};
    std::uint64_t bytes = 0;
    const auto sink = [&](Position at, std::string_view record) {
      taken = take(at, record);
      bytes += record.size();
      if (at == last || at.value - told.value >= kTellEvery) {
        tell(at.value - std::exchange(told, at).value, std::exchange(bytes, 0));
      }
      return taken.has_value();
    };
    auto read = source_.log->read(base::kPartition, first, limits, sink);
    if (!read) return std::move(read).error();
    if (taken) return base::success();
    return base::error(taken.error().code,
                       "position " + std::to_string(read.value().value) + ": " + taken.error().detail);
  }

  void tell(std::uint64_t positions, std::uint64_t bytes) {
    std::lock_guard lock(mutex_);
    bytes_read_ += bytes;
    read_ += positions;
    const std::uint64_t again = plan_.attachments ? plan_.to.value : 0;
    if (request_.on_progress) request_.on_progress(read_, plan_.to.value - plan_.from.value + 1 + again);
  }

  Result<void> write_schemas() {
    for (const ReleasedSchema& schema : released_schemas()) {
      const std::string name = "schemas/" + std::string(schema.name);
      const std::string path = folder_->path(name);
      TRY(base::make_folder(std::filesystem::path(path).parent_path().string()));
      TRY(base::write_synced(path, schema.text));
      plan_.schemas.push_back({name, schema.text.size(), base::sha256(schema.text)});
    }
    return base::success();
  }

  ExportReport report() const {
    ExportReport report;
    report.manifest = plan_;
    for (const FileEntry& file : plan_.files) report.bytes += file.bytes;
    report.files_resumed = folder_->resumed();
    report.bytes_this_run = bytes_read_;
    if (!plan_.attachments) report.left_out = count_attachments(request_.data + "/files");
    report.io = io_.name();
    return report;
  }

  const ExportRequest& request_;
  const SourceLog& source_;
  Manifest& plan_;
  files::FileIo& io_;
  const Matcher matcher_;
  const std::uint64_t per_file_ = positions_per_file(plan_);
  std::unique_ptr<ExportFolder> folder_;
  std::unique_ptr<EvidenceProver> prover_;
  std::mutex mutex_;
  std::uint64_t read_ = 0, bytes_read_ = 0;
};
}  // namespace

Result<ExportReport> export_log(const ExportRequest& request, base::Clock& clock) {
  TRY(check_types(request.filter));
  TRY(auto source, open_source(request.data));
  TRY(base::check_outside(request.out, request.data));
  Manifest plan;
  plan.kind = request.kind;
  plan.cluster = source.cluster;
  plan.epoch = source.log->epoch();
  plan.filter = request.filter;
  plan.created_at = base::time_text(clock.now());
  if (request.takes_attachments()) plan.attachments.emplace();
  TRY(narrow(request, source, plan));
  plan.at_rest = source.at_rest;
  TRY(auto chosen, files::choose_file_io(request.io));
  return Export(request, source, plan, *chosen.io).run();
}

}  // namespace hansard::segments
