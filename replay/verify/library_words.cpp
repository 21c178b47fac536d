#include "replay/verify/library_words.h"

#include <algorithm>

namespace hansard::verify {

namespace {
// As rocksdb::Status prints them.
constexpr std::string_view kClasses[] = {
    "Corruption: ", "IO error: ", "Invalid argument: ", "Not implemented: ", "NotFound: ", "Operation aborted: "};
// What follows is numbers, or the same once more.
constexpr std::string_view kDetails[] = {": stored = ", ": While ", ", expected "};
constexpr std::string_view kTails[] = {" from", " in", ":", " "};

// Behind the class of the error; nothing for a sentence that is not RocksDB's. "in file" at the end is the MANIFEST
// that lists what is damaged.
std::string_view said_in(std::string_view detail) {
  for (const std::string_view word : kClasses) {
    const std::size_t at = detail.find(word);
    if (at == std::string_view::npos) continue;
    const std::string_view said = detail.substr(at + word.size());
    return said.substr(0, said.rfind(" in file "));
  }
  return {};
}

struct NamedFile {
  std::size_t begin = std::string_view::npos;  // of its whole path
  std::string_view name;
};

// The first path that leads to a file of `folder` itself.
NamedFile file_in(std::string_view said, const std::string& folder) {
  const std::string middle = "/" + folder + "/";
  for (std::size_t at = said.find(middle); at != std::string_view::npos; at = said.find(middle, at + 1)) {
    const std::size_t begin = at + middle.size();
    const std::string_view name = said.substr(begin, said.find_first_of(" :,", begin) - begin);
    if (!name.empty() && name.find('/') == std::string_view::npos) return {said.rfind(' ', at) + 1, name};
  }
  return {};
}

std::string_view reason_in(std::string_view said, const NamedFile& file) {
  said = said.substr(0, file.begin);
  for (const std::string_view detail : kDetails) said = said.substr(0, said.find(detail));
  const auto* tail = std::begin(kTails);
  while (tail != std::end(kTails)) {
    tail = std::ranges::find_if(kTails, [&](std::string_view word) { return said.ends_with(word); });
    if (tail != std::end(kTails)) said.remove_suffix(tail->size());
  }
  return said;
}
}  // namespace

Damage damage_of(const std::string& folder, std::string_view ours, const base::Error& error) {
  Damage damage;
  damage.file = folder;
  damage.what = error.detail;
  const std::string_view said = said_in(error.detail);
  if (said.empty()) return damage;
  const NamedFile file = file_in(said, folder);
  if (!file.name.empty()) {
    damage.file += "/" + std::string(file.name);
    damage.file_byte = place_in(std::string(said), "offset");
  }
  damage.what = std::string(ours) + " (" + std::string(reason_in(said, file)) + ")";
  return damage;
}

}  // namespace hansard::verify
