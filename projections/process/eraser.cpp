#include "projections/process/eraser.h"

#include <algorithm>
#include <utility>

#include "engine/base/check.h"
#include "engine/domain/streams.h"

namespace hansard::process {

using base::Position;
using base::Result;

namespace {
constexpr std::size_t kPage = 1'000;
}  // namespace

std::string_view Eraser::word(Stage stage) {
  constexpr std::string_view kWords[] = {"subject", "propose", "files",  "overwrite", "blobs",
                                         "log",     "views",   "search", "complete"};
  return kWords[static_cast<std::size_t>(stage)];
}

base::MonotonicTime Eraser::step() {
  const auto now = parts_.clock.monotonic();
  const auto is_seen = [this] { return parts_.views.applied() >= needed_; };
  if (is_seen() && !job_ && !take_up()) return now + kPoll;
  if (!is_seen()) {
    tell("the views");
    return now + kPoll / 10;
  }
  tell();
  parts_.before_step(job_->stage);
  auto moved = advance();
  if (!moved) return fail(moved.error());
  return moved.value() ? now : now + kPoll;
}

base::MonotonicTime Eraser::fail(const base::Error& error) {
  tell(error.detail + "; it begins anew");
  parts_.trouble(error);
  failed_ = job_->erasure.id;
  job_.reset();
  const auto again = parts_.clock.monotonic() + back_off_;
  back_off_ = std::min(2 * back_off_, kBackOffMost);
  return again;
}

void Eraser::tell(std::string waiting_for) {
  if (parts_.watch == nullptr || !job_) return;
  const Job& job = *job_;
  const bool reads = job.stage == Stage::propose || job.stage == Stage::overwrite;
  parts_.watch->set(job.erasure.id, {std::string(word(job.stage)), reads ? job.at : Position{},
                                     reads ? job.reach : Position{}, std::move(waiting_for)});
}

// The oldest that is not known to wait for a release; one that failed lets the others go first.
bool Eraser::take_up() {
  const auto snapshot = parts_.views.snapshot();
  const std::uint64_t released = snapshot->holds_released();
  std::optional<projections::ErasureView> failed;
  base::ErasureId after{};
  for (bool more = true; more;) {
    auto open = snapshot->erasures(true, after, kPage);
    more = open.size() == kPage;
    if (more) after = open.back().id;
    for (auto& erasure : open) {
      if ((only_ && erasure.id != *only_) || waits(erasure.id, released)) continue;
      if (erasure.id != failed_) return begin(std::move(erasure), released);
      failed = std::move(erasure);
    }
  }
  return failed && begin(*std::move(failed), released);
}

bool Eraser::waits(const base::ErasureId& id, std::uint64_t released) {
  const auto held = waiting_.find(id);
  if (held == waiting_.end()) return false;
  if (held->second == released) return true;
  waiting_.erase(held);
  return false;
}

bool Eraser::begin(projections::ErasureView erasure, std::uint64_t released) {
  ErasureScan scan(erasure, released);
  job_.emplace(Job{std::move(erasure), std::move(scan), released, Stage::subject, {}, {}, {}, {}, 0, {}, {}, {}});
  needed_ = std::max(needed_, parts_.engine.durable());  // where it began before must be seen
  return true;
}

Result<bool> Eraser::advance() {
  switch (job_->stage) {
    case Stage::subject:
      return find_subject();
    case Stage::propose:
      return propose();
    case Stage::files:
      return collect_files();
    case Stage::overwrite:
      return overwrite();
    case Stage::blobs:
      return remove_blobs();
    case Stage::log:
      return purge_log();
    case Stage::views:
      return purge_views();
    case Stage::search:
      return purge_search();
    case Stage::complete:
      return complete();
  }
  return false;
}

bool Eraser::go_to(Stage stage) {
  job_->stage = stage;
  if (stage == Stage::propose || stage == Stage::overwrite) job_->at = {job_->from.value - 1};
  return true;
}

bool Eraser::put_aside() {
  tell("the release of a legal hold");
  waiting_[job_->erasure.id] = job_->released;
  job_.reset();
  return true;
}

Result<bool> Eraser::find_subject() {
  Job& job = *job_;
  if (const auto* message = std::get_if<base::MessageId>(&job.erasure.scope)) {
    TRY(job.from, first_position(*message));
    job.through = parts_.engine.durable();
  } else {
    TRY(const auto begun, begun_at());
    std::vector<Proposal> proposals;
    proposals.push_back({domain::EraseSubject{job.erasure.id, begun.has_value()}, {}, ""});
    const auto answer = std::move(parts_.desk.run(std::move(proposals)).front());
    if (is_for_later(answer)) return false;
    const auto* done = std::get_if<engine::Done>(&answer);
    if (done == nullptr) return put_aside();
    job.from = {1};
    job.through = begun.value_or(done->position);
    needed_ = std::max(needed_, done->position);
  }
  job.reach = job.through;
  job.scan.limit_to(job.through);
  return go_to(Stage::propose);
}

// The user.erased of an earlier attempt: what was said since does not belong to it, however long it has waited. A
// conversation is closed by its own, and takes nothing more.
Result<std::optional<Position>> Eraser::begun_at() const {
  const auto* user = std::get_if<base::UserId>(&job_->erasure.scope);
  if (user == nullptr) return std::optional<Position>();
  const auto snapshot = parts_.views.snapshot();
  const auto stream = base::stream_of_user(*user);
  for (const auto& own : {stream, domain::stream_aside(stream)}) {
    TRY(const auto found, begun_in(*snapshot, own));
    if (found) return found;
  }
  return std::optional<Position>();
}

Result<std::optional<Position>> Eraser::begun_in(const projections::Snapshot& snapshot,
                                                 const base::StreamId& stream) const {
  Position at = job_->erasure.requested;
  for (bool more = true; more;) {
    const auto entries = snapshot.stream(stream, at, kPage);
    more = entries.size() == kPage;
    for (const auto& entry : entries) {
      at = entry.position;
      if (entry.type != domain::EventType::user_erased) continue;
      TRY(const auto event, parts_.engine.get(at));
      const auto* erased = event->body ? std::get_if<domain::UserErased>(&*event->body) : nullptr;
      if (erased != nullptr && erased->erasure == job_->erasure.id) return std::optional(at);
    }
  }
  return std::optional<Position>();
}

// Of message.sent, or 1 where something older belongs to it: an upload, or the time it waited.
Result<Position> Eraser::first_position(const base::MessageId& id) const {
  const auto snapshot = parts_.views.snapshot();
  const auto message = snapshot->message(id);
  if (!message) return Position{1};
  const auto first = snapshot->versions(message->facts.conversation, message->facts.ordinal, {}, 1);
  if (first.empty()) return Position{1};
  TRY(auto event, parts_.engine.get(first.front().position));
  const auto* sent = event->body ? std::get_if<domain::MessageSent>(&*event->body) : nullptr;
  if (sent == nullptr || sent->was_scheduled || !sent->files.empty()) return Position{1};
  return event->position;
}

Result<std::vector<engine::EventPtr>> Eraser::read_slice() const {
  const std::uint64_t left = job_->reach.value - job_->at.value;
  return parts_.engine.read(job_->at, std::min<std::uint64_t>(left, kSliceEvents));
}

Result<bool> Eraser::propose() {
  Job& job = *job_;
  if (job.at >= job.reach) return go_to(Stage::files);
  TRY(auto events, read_slice());
  const auto snapshot = parts_.views.snapshot();
  Position at = job.at;
  std::vector<Proposal> proposals;
  for (const auto& event : events) {
    if (proposals.size() >= kProposalsMax) break;
    job.scan.propose(*event, *snapshot, proposals);
    at = event->position;
  }
  if (!propose(std::move(proposals))) return false;
  job.reach = std::max(job.reach, job.scan.reach());
  job.at = at;
  return true;
}

bool Eraser::propose(std::vector<Proposal> proposals) {
  if (proposals.empty()) return true;
  const std::vector<Proposal> asked = proposals;
  const auto answers = parts_.desk.run(std::move(proposals));
  for (std::size_t i = 0; i < answers.size(); ++i) {
    job_->scan.note(asked[i], answers[i]);
    if (const auto* done = std::get_if<engine::Done>(&answers[i])) needed_ = std::max(needed_, done->position);
  }
  return std::none_of(answers.begin(), answers.end(), is_for_later);
}

Result<bool> Eraser::collect_files() {
  auto proposals = job_->scan.propose_files(*parts_.views.snapshot(), kProposalsMax);
  if (proposals.empty()) return go_to(Stage::overwrite);
  return propose(std::move(proposals));
}

Result<bool> Eraser::overwrite() {
  Job& job = *job_;
  if (job.at >= job.reach) return go_to(Stage::blobs);
  TRY(auto events, read_slice());
  const auto snapshot = parts_.views.snapshot();
  std::vector<Position> taken;
  for (const auto& event : events) {
    if (job.scan.takes(*event, *snapshot)) taken.push_back(event->position);
  }
  if (!taken.empty()) {
    TRY(auto erased, parts_.engine.erase_content(taken));
    job.records += erased;
    if (!job.first) job.first = taken.front();
    job.last = taken.back();
  }
  CHECK(!events.empty(), "an erasure read nothing below its end", job.at.value);
  job.at = events.back()->position;
  return true;
}

// Condemned first, then judged by a view that knows everything that was durable then (engine/files/blob_pins.h).
Result<bool> Eraser::remove_blobs() {
  Job& job = *job_;
  if (parts_.files == nullptr) return go_to(Stage::log);
  if (job.condemned.empty()) return condemn_blobs();
  const auto snapshot = parts_.views.snapshot();
  for (const auto& sha256 : std::exchange(job.condemned, {})) {
    if (snapshot->is_blob_used(sha256)) {
      parts_.files->spare(sha256);
    } else {
      TRY(parts_.files->remove(sha256));
    }
  }
  return true;
}

// One whose event is on its way cannot be judged yet.
Result<bool> Eraser::condemn_blobs() {
  Job& job = *job_;
  const auto snapshot = parts_.views.snapshot();
  bool is_pinned = false;
  for (const auto& sha256 : job.scan.blobs(*snapshot)) {
    TRY(auto there, parts_.files->holds(sha256));
    if (!there || snapshot->is_blob_used(sha256)) continue;
    if (parts_.files->condemn(sha256)) {
      job.condemned.push_back(sha256);
    } else {
      is_pinned = true;
    }
  }
  needed_ = std::max(needed_, parts_.engine.durable());
  if (!job.condemned.empty()) return true;
  if (is_pinned) return false;
  parts_.files->sync_removals();
  return go_to(Stage::log);
}

Result<bool> Eraser::purge_log() {
  TRY(auto clean, parts_.engine.purge_erased(job_->first, job_->last, needed_));
  if (clean) return go_to(Stage::views);
  tell("an old file of the log: somebody reads it, or a backup is being made");
  // Something for the sequencer to do, so that it looks after its index; the nil file is nobody's. Where the answer
  // says that it stands is no matter: what is to be clean is what was there when this stage began.
  std::vector<Proposal> nudge;
  nudge.push_back({domain::CollectFile{{}, {}}, {}, ""});
  parts_.desk.run(std::move(nudge));
  return false;
}

Result<bool> Eraser::purge_views() {
  TRY(auto clean, parts_.views.purge(needed_));
  if (clean) return go_to(Stage::search);
  tell("a view: it is being rebuilt, or somebody still reads an older state of it");
  return false;
}

Result<bool> Eraser::purge_search() {
  TRY(auto clean, parts_.purge_others(needed_));
  if (clean) return go_to(Stage::complete);
  tell("the search index: it is being cleaned, or rebuilt");
  return false;
}

Result<bool> Eraser::complete() {
  Job& job = *job_;
  back_off_ = kBackOff;
  if (job.scan.kept() > 0) return put_aside();
  const auto now = parts_.views.snapshot()->erasure(job.erasure.id);
  domain::CompleteErasure command{job.erasure.id, now ? now->erased : 0, job.records, job.through};
  std::vector<Proposal> proposals;
  proposals.push_back({command, {}, "done:" + base::to_text(job.erasure.id)});
  if (!propose(std::move(proposals))) return false;
  if (parts_.watch != nullptr) parts_.watch->forget(job.erasure.id);
  job_.reset();
  return true;
}

}  // namespace hansard::process
