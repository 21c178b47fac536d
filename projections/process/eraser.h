// Does what administrators asked to be erased (DESIGN section 3). For each erasure.requested without an
// erasure.completed:
//
//   subject    the user or conversation itself: user.erased, conversation.erased; the log is searched up to there
//   propose    read the log; message.erased for each message that belongs to it, and what else goes with it
//   files      file.collected for what nobody carries any more
//   overwrite  read the log again; every record of it loses its content, synced
//   blobs      the bytes of collected files go
//   purge      flush, WAL, compaction, index, views, search: until no file holds a byte of it
//   complete   erasure.completed
//
// Nothing is remembered on the way: every step can be done again, and a start begins at the first. What a legal hold
// keeps is left out; then the erasure stays open, and is taken up again when a hold was released.
//
// Thread: one at a time, of its own: a purge may take minutes. Outlived by everything in Parts.
// Limits: kSliceEvents of the log and kOrdersMax commands a step.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "engine/files/blob_store.h"
#include "projections/process/command_desk.h"
#include "projections/process/erasure_scan.h"
#include "projections/process/timers.h"
#include "projections/views.h"

namespace hansard::process {

class Eraser final : public Timer {
 public:
  static constexpr std::size_t kSliceEvents = 2'000;
  static constexpr std::size_t kOrdersMax = 200;
  static constexpr std::chrono::milliseconds kPoll{200};
  static constexpr std::chrono::milliseconds kBackOff{1'000};

  struct Parts {
    engine::Engine& engine;
    projections::Views& views;
    base::Clock& clock;
    CommandDesk& desk;                                // of this thread alone
    files::BlobStore* files = nullptr;                // nothing: there are no attachments
    std::function<void(const base::Error&)> trouble;  // it is tried again
    std::function<base::Result<bool>(base::Position)>
        purge_others;  // search and other views; true: clean through there
  };

  explicit Eraser(Parts parts) : parts_(std::move(parts)) {}
  base::MonotonicTime step() override;
  // A hold is in its way, and none was released since it was last tried.
  bool waits_for_release(const base::ErasureId& id) const { return waiting_.contains(id); }

 private:
  enum class Stage { subject, propose, files, overwrite, blobs, purge, complete };
  struct Job {
    projections::ErasureView erasure;
    ErasureScan scan;
    std::uint64_t released = 0;  // holds, when it was taken up
    Stage stage = Stage::subject;
    base::Position from, at, through;  // the part of the log it may touch; how far it was read
    std::uint64_t records = 0;
    base::Position first, last;  // of the overwritten records
    std::vector<base::Digest> condemned;
    bool is_log_clean = false, is_view_clean = false;
  };

  bool take_up();
  base::Result<bool> advance();
  // Each does a piece; true: its stage is done.
  base::Result<bool> find_subject();
  base::Result<bool> propose();
  base::Result<bool> collect_files();
  base::Result<bool> overwrite();
  base::Result<bool> remove_blobs();
  base::Result<bool> purge();
  base::Result<bool> complete();

  base::Result<std::vector<engine::EventPtr>> read_slice() const;
  base::Result<base::Position> first_position(const base::MessageId& message) const;
  // False: the engine has no room now; nothing was lost, all are asked again.
  bool order(std::vector<Order> orders);
  bool put_aside();

  Parts parts_;
  std::optional<Job> job_;
  base::Position needed_;                             // the view must have applied it before the next step
  std::map<base::ErasureId, std::uint64_t> waiting_;  // for a release: how many there were when a hold was in the way
};

}  // namespace hansard::process
