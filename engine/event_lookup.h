// Any event the sequencer may have to look back at: of the batch in the making, else durable. The write index reads
// content through it.
//
// Thread: the sequencer's. The batch and the reader outlive it.
#pragma once

#include "engine/batch.h"
#include "engine/event_reader.h"
#include "engine/index/write_index.h"

namespace hansard::engine {

class EventLookup final : public index::ContentSource {
 public:
  EventLookup(const Batch& batch, const EventReader& reader) : batch_(batch), reader_(reader) {}

  // Aborts when the log cannot give an event it must have.
  EventPtr at(Position position) const;

  std::optional<domain::MessageContent> message_content(Position at) const override;
  std::optional<domain::ConversationContent> conversation_content(Position at) const override;
  std::optional<domain::ProfileContent> profile_content(Position at) const override;
  std::optional<domain::FileContent> file_content(Position at) const override;

 private:
  const Batch& batch_;
  const EventReader& reader_;
};

}  // namespace hansard::engine
