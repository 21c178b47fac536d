// What a view is, apart from where it lies: its name, the version of its rows, how an event changes them and how a row
// reads. Everything that folds, opens, rebuilds or compares a view goes by this.
//
// Thread: any; constants.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/domain/events.h"
#include "projections/row_batch.h"
#include "projections/row_words.h"

namespace hansard::projections {

struct ViewKind {
  // True: folded. False: a type this build does not know. Error `corrupt`: the event cannot follow what was folded.
  // Pure (I9).
  using Apply = base::Result<bool> (*)(const domain::RecordedEvent& event, RowBatch& rows);

  std::string_view name;      // of its folder below views/, and on the wire
  unsigned version = 1;       // of the rows: another one is another folder
  unsigned memory_share = 1;  // of ViewOptions' buffers it takes one part in this many
  Apply apply = nullptr;
  RowWords (*words)(std::string_view key) = nullptr;
  std::string_view rising = {};  // tables whose new keys are mostly above all old ones
};

const ViewKind& chat_kind();   // conversation and unread
const ViewKind& audit_kind();  // who did what, by position

// All of them, in the order they are folded.
std::span<const ViewKind* const> view_kinds();
// Nothing: no such view.
const ViewKind* find_view_kind(std::string_view name);

}  // namespace hansard::projections
