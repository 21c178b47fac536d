#include "projections/process/eraser.h"

#include <algorithm>
#include <utility>

namespace hansard::process {

using base::Position;
using base::Result;

namespace {
constexpr std::size_t kOpenMax = 1'000;
}  // namespace

base::MonotonicTime Eraser::step() {
  const auto now = parts_.clock.monotonic();
  if (parts_.views.applied() < needed_) return now + kPoll / 10;
  if (!job_ && !take_up()) return now + kPoll;
  auto moved = advance();
  if (moved) return moved.value() ? now : now + kPoll;
  parts_.trouble(moved.error());
  job_.reset();
  return now + kBackOff;
}

// The oldest that is not known to wait for a release.
bool Eraser::take_up() {
  const auto snapshot = parts_.views.snapshot();
  const std::uint64_t released = snapshot->holds_released();
  for (auto& erasure : snapshot->erasures(true, {}, kOpenMax)) {
    const auto held = waiting_.find(erasure.id);
    if (held != waiting_.end() && held->second == released) continue;
    waiting_.erase(erasure.id);
    ErasureScan scan(erasure, released);
    job_.emplace(
        Job{std::move(erasure), std::move(scan), released, Stage::subject, {}, {}, {}, 0, {}, {}, {}, false, false});
    return true;
  }
  return false;
}

// True: go on at once.
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
    case Stage::purge:
      return purge();
    case Stage::complete:
      return complete();
  }
  return false;
}

bool Eraser::put_aside() {
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
    std::vector<Order> orders;
    orders.push_back({domain::EraseSubject{job.erasure.id}, {}, "esu:" + base::to_text(job.erasure.id)});
    const auto answer = std::move(parts_.desk.run(std::move(orders)).front());
    if (is_for_later(answer)) return false;
    const auto* done = std::get_if<engine::Done>(&answer);
    if (done == nullptr) return put_aside();
    job.from = {1};
    job.through = needed_ = done->position;
  }
  job.at = {job.from.value - 1};
  job.stage = Stage::propose;
  return true;
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
  const std::uint64_t left = job_->through.value - job_->at.value;
  return parts_.engine.read(job_->at, std::min<std::uint64_t>(left, kSliceEvents));
}

Result<bool> Eraser::propose() {
  Job& job = *job_;
  if (job.at >= job.through) {
    job.stage = Stage::files;
    return true;
  }
  TRY(auto events, read_slice());
  const auto snapshot = parts_.views.snapshot();
  Position at = job.at;
  std::vector<Order> orders;
  for (const auto& event : events) {
    if (orders.size() >= kOrdersMax) break;
    job.scan.propose(*event, *snapshot, orders);
    at = event->position;
  }
  if (!order(std::move(orders))) return false;
  job.at = at;
  return true;
}

bool Eraser::order(std::vector<Order> orders) {
  if (orders.empty()) return true;
  const std::vector<Order> asked = orders;
  const auto answers = parts_.desk.run(std::move(orders));
  if (std::any_of(answers.begin(), answers.end(), is_for_later)) return false;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    job_->scan.note(asked[i], answers[i]);
    if (const auto* done = std::get_if<engine::Done>(&answers[i])) needed_ = std::max(needed_, done->position);
  }
  return true;
}

Result<bool> Eraser::collect_files() {
  if (!order(job_->scan.propose_files(*parts_.views.snapshot()))) return false;
  job_->at = {job_->from.value - 1};
  job_->stage = Stage::overwrite;
  return true;
}

Result<bool> Eraser::overwrite() {
  Job& job = *job_;
  if (job.at >= job.through) {
    job.stage = Stage::blobs;
    return true;
  }
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
  job.at = events.back()->position;
  return true;
}

// Condemned first, then judged by a view that knows everything that was durable then (engine/files/blob_pins.h).
Result<bool> Eraser::remove_blobs() {
  Job& job = *job_;
  const auto snapshot = parts_.views.snapshot();
  job.stage = Stage::purge;
  if (parts_.files == nullptr) return true;
  if (job.condemned.empty()) {
    for (const auto& sha256 : job.scan.blobs(*snapshot)) {
      if (!snapshot->is_blob_used(sha256) && parts_.files->condemn(sha256)) job.condemned.push_back(sha256);
    }
    needed_ = parts_.engine.durable();
    if (!job.condemned.empty()) job.stage = Stage::blobs;
    return true;
  }
  for (const auto& sha256 : std::exchange(job.condemned, {})) {
    if (snapshot->is_blob_used(sha256)) {
      parts_.files->spare(sha256);
    } else {
      TRY(parts_.files->remove(sha256));
    }
  }
  return true;
}

// Each in its turn: what is clean stays so, for nothing is written there that was erased.
Result<bool> Eraser::purge() {
  Job& job = *job_;
  if (job.first && !job.is_log_clean) {
    TRY(job.is_log_clean, parts_.engine.purge_erased(job.first, job.last));
    // Something for the sequencer to do, so that it looks after its index; the nil file is nobody's.
    if (!job.is_log_clean) return order({{domain::CollectFile{{}, {}}, {}, ""}}) && false;
  }
  if (!job.is_view_clean) {
    TRY(job.is_view_clean, parts_.views.purge(needed_));
  }
  if (!job.is_view_clean) return false;
  TRY(auto others, parts_.purge_others(needed_));
  if (!others) return false;
  job.stage = Stage::complete;
  return true;
}

Result<bool> Eraser::complete() {
  Job& job = *job_;
  if (job.scan.kept() > 0) return put_aside();
  const auto now = parts_.views.snapshot()->erasure(job.erasure.id);
  domain::CompleteErasure command{job.erasure.id, now ? now->erased : 0, job.records, job.through};
  std::vector<Order> orders;
  orders.push_back({command, {}, "done:" + base::to_text(job.erasure.id)});
  if (!order(std::move(orders))) return false;
  job_.reset();
  return true;
}

}  // namespace hansard::process
