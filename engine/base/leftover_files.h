// The files of a database's folder before and after it was rewritten: an erasure may say that nothing is left only once
// the files that held it are gone. The rooms that keep databases ask, each of its own.
//
// Thread: any; reads the folder only.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace hansard::base {

// The names of the files of `folder` itself that end with one of `suffixes`.
Result<std::vector<std::string>> files_in(const std::string& folder, std::initializer_list<std::string_view> suffixes);
// Takes the names that are in `live` away; those begin with a slash, as RocksDB writes them.
void remove_live(std::vector<std::string>& names, const std::vector<std::string>& live);
// Removes the files of `folder` itself whose names begin with `prefix`: what a crash left half-made. A folder that is
// not there has none.
Result<void> remove_files(const std::string& folder, std::string_view prefix);
// Takes the names away whose files are gone; true when none is left.
bool are_gone(const std::string& folder, std::vector<std::string>& names);

}  // namespace hansard::base
