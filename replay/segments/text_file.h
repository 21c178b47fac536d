// Events as text: JSON lines in the one form of engine/event_json.h, or CSV (RFC 4180: commas, quotes doubled, CRLF)
// for a spreadsheet, with a header line and the same JSON in its last column.
//
// Thread: one at a time.
#pragma once

#include <memory>
#include <string>

#include "replay/segments/record_file.h"

namespace hansard::segments {

inline constexpr std::string_view kCsvHeader = "position,time,type,stream,version,actor,conversation,text,event\r\n";

// `kind` is jsonl or csv.
Result<std::unique_ptr<RecordFile>> create_text_file(files::FileIo& io, const std::string& path, Kind kind,
                                                     const SegmentHead& head);

}  // namespace hansard::segments
