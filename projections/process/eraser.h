// Does what administrators asked to be erased (docs/LOG_FORMAT.md, "Erasure"). For each erasure.requested without an
// erasure.completed:
//
//   subject    the user or conversation itself: user.erased, conversation.erased; what was said up to there goes
//   propose    read the log; message.erased for each message that belongs to it, and what else goes with it. It reads
//              on up to the last of these, since an edit, a reaction or a forward may have come before them
//   files      file.collected for what nobody carries any more
//   overwrite  read the log again; every record of it loses its content, synced
//   blobs      the bytes of collected files go
//   log        flush, WAL, compaction and write index, until no file there holds a byte of it
//   views      the same of the views, with whatever stands beside them
//   search     the same of the search index
//   complete   erasure.completed
//
// Nothing is remembered on the way: every step can be done again, and after a start or an error the first one is next.
// A store counts as clean up to a position, not because somebody asked for it: what another erasure or an earlier
// attempt has cleaned counts only up to the position it reached. What a legal hold keeps is left out; the erasure then
// stays open, and is taken up again when a hold was released.
//
// Thread: one at a time, of its own: a purge may take minutes. Outlived by everything in Parts.
// Limits: kSliceEvents of the log and kProposalsMax commands a step; after an error kBackOff, doubled up to
// kBackOffMost.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/files/blob_store.h"
#include "projections/process/command_desk.h"
#include "projections/process/erasure_scan.h"
#include "projections/process/erasure_watch.h"
#include "projections/process/timers.h"
#include "projections/views.h"

namespace hansard::process {

class Eraser final : public Timer {
 public:
  static constexpr std::size_t kSliceEvents = 2'000;
  static constexpr std::size_t kProposalsMax = 200;
  static constexpr std::chrono::milliseconds kPoll{200};
  static constexpr std::chrono::milliseconds kBackOff{1'000}, kBackOffMost{64'000};

  // The order of the words is the order of the steps.
  enum class Stage { subject, propose, files, overwrite, blobs, log, views, search, complete };
  static std::string_view word(Stage stage);

  struct Parts {
    engine::Engine& engine;
    projections::Views& views;
    base::Clock& clock;
    CommandDesk& desk;                                // of this thread alone
    files::BlobStore* files = nullptr;                // nothing: there are no attachments
    std::function<void(const base::Error&)> trouble;  // it is tried again
    std::function<base::Result<bool>(base::Position)>
        purge_others;               // search and other views; true: clean through there
    ErasureWatch* watch = nullptr;  // nothing: nobody asks
    std::function<void(Stage)> before_step = [](Stage) {};
  };

  explicit Eraser(Parts parts) : parts_(std::move(parts)) {}
  base::MonotonicTime step() override;
  // From now on no other is taken up.
  void keep_to(const base::ErasureId& id) { only_ = id; }
  // A hold is in its way, and none was released since it was last tried.
  bool waits_for_release(const base::ErasureId& id) const { return waiting_.contains(id); }

 private:
  struct Job {
    projections::ErasureView erasure;
    ErasureScan scan;
    std::uint64_t released = 0;  // holds, when it was taken up
    Stage stage = Stage::subject;
    base::Position from, at;  // where what belongs to it may begin; how far the log was read
    base::Position through;   // what was said later is not of it
    base::Position reach;     // the last message.erased and the like: how far the log is read
    std::uint64_t records = 0;
    base::Position first, last;  // of the overwritten records
    std::vector<base::Digest> condemned;
  };

  bool take_up();
  bool begin(projections::ErasureView erasure, std::uint64_t released);
  bool waits(const base::ErasureId& id, std::uint64_t released);
  base::Result<bool> advance();
  // Each does a piece; true: go on at once.
  base::Result<bool> find_subject();
  base::Result<bool> propose();
  base::Result<bool> collect_files();
  base::Result<bool> overwrite();
  base::Result<bool> remove_blobs();
  base::Result<bool> condemn_blobs();
  base::Result<bool> purge_log();
  base::Result<bool> purge_views();
  base::Result<bool> purge_search();
  base::Result<bool> complete();

  bool go_to(Stage stage);
  base::Result<std::vector<engine::EventPtr>> read_slice() const;
  base::Result<std::optional<base::Position>> begun_at() const;
  base::Result<std::optional<base::Position>> begun_in(const projections::Snapshot& snapshot,
                                                       const base::StreamId& stream) const;
  base::Result<base::Position> first_position(const base::MessageId& message) const;
  // False: the engine has no room for some of them now; all are asked again.
  bool propose(std::vector<Proposal> proposals);
  bool put_aside();
  base::MonotonicTime fail(const base::Error& error);
  void tell(std::string waiting_for = "");

  Parts parts_;
  std::optional<Job> job_;
  std::optional<base::ErasureId> only_;
  base::Position needed_;                             // the view must have applied it before the next step
  std::map<base::ErasureId, std::uint64_t> waiting_;  // for a release: how many there were when a hold was in the way
  base::ErasureId failed_{};                          // the last that did
  std::chrono::milliseconds back_off_ = kBackOff;
};

}  // namespace hansard::process
