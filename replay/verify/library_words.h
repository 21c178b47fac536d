// What RocksDB says of a database that it cannot read, as a finding of ours: its classes of errors, whole paths and
// checksums in numbers help nobody at a terminal; the file, the byte and the reason do.
//
// Thread: any; plain functions.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "replay/verify/findings.h"

namespace hansard::verify {

// `folder` is the database's, below the data folder. Where the error has RocksDB's words: the file and byte they name,
// and `ours` with the reason behind it in brackets. Any other error is a sentence for people already.
Damage damage_of(const std::string& folder, std::string_view ours, const base::Error& error);

// The same for a command that reads the log of the store `data` and ends there: its own sentence, up to RocksDB's
// words.
base::Error log_error(const std::string& data, const base::Error& error);

}  // namespace hansard::verify
