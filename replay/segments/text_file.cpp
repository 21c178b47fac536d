#include "replay/segments/text_file.h"

#include <utility>

#include "engine/base/clock.h"
#include "engine/base/position_text.h"
#include "engine/codec/codec.h"
#include "engine/event_json.h"
#include "engine/event_subject.h"
#include "replay/segments/leaf_tree.h"

namespace hansard::segments {

namespace {
// Quoted where it must be; a quote is doubled.
void append_cell(std::string& out, std::string_view text) {
  if (text.find_first_of("\",\r\n") == text.npos) {
    out += text;
    return;
  }
  out += '"';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

std::string_view text_of(const domain::RecordedEvent& event) {
  const auto in_body = [](const auto& body) -> std::string_view {
    if constexpr (requires { body.content->text; }) {
      return body.content ? std::string_view(body.content->text) : std::string_view();
    } else {
      return {};
    }
  };
  return event.body ? std::visit(in_body, *event.body) : std::string_view();
}

void append_csv(std::string& out, const domain::RecordedEvent& event, std::uint32_t epoch) {
  const auto conversation = engine::subject_of(event).conversation;
  std::string json;
  engine::append_event_json(json, event, epoch);
  const std::string cells[] = {base::position_text(epoch, event.position),
                               base::time_text(event.time),
                               std::string(engine::event_type_name(event)),
                               base::to_text(event.stream),
                               std::to_string(event.version.value),
                               event.actor.value,
                               conversation ? base::to_text(*conversation) : "",
                               std::string(text_of(event))};
  for (const std::string& cell : cells) {
    append_cell(out, cell);
    out += ',';
  }
  append_cell(out, json);
  out += "\r\n";
}

class TextFile final : public RecordFile {
 public:
  TextFile(std::unique_ptr<FileWriter> file, Kind kind, const SegmentHead& head)
      : file_(std::move(file)), kind_(kind), epoch_(head.epoch) {
    entry_.first = head.first;
    entry_.last = head.last;
    if (kind == Kind::csv) text_ = kCsvHeader;
  }

  Result<void> add(Position, std::string_view record) override {
    TRY(auto event, codec::decode(record));
    if (entry_.count == 0) entry_.first_time = event.time;
    entry_.last_time = event.time;
    ++entry_.count;
    entry_.record_bytes += record.size();
    tree_.add(record);
    if (kind_ == Kind::csv) {
      append_csv(text_, event, epoch_);
    } else {
      engine::append_event_json(text_, event, epoch_);
      text_ += '\n';
    }
    return text_.size() < kBlockBytes ? Result<void>(base::success()) : flush();
  }

  Result<FileEntry> finish() override {
    TRY(flush());
    TRY(file_->finish());
    entry_.bytes = file_->size();
    entry_.sha256 = hash_.finish();
    entry_.root = tree_.root();
    return entry_;
  }

 private:
  Result<void> flush() {
    hash_.update(text_);
    return file_->append(std::exchange(text_, {}));
  }

  std::unique_ptr<FileWriter> file_;
  const Kind kind_;
  const std::uint32_t epoch_;
  std::string text_;
  FileEntry entry_;
  LeafTree tree_;
  base::Sha256 hash_;
};
}  // namespace

Result<std::unique_ptr<RecordFile>> create_text_file(files::FileIo& io, const std::string& path, Kind kind,
                                                     const SegmentHead& head) {
  TRY(auto file, FileWriter::create(io, path));
  return std::unique_ptr<RecordFile>(std::make_unique<TextFile>(std::move(file), kind, head));
}

}  // namespace hansard::segments
