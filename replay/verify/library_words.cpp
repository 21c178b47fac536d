#include "replay/verify/library_words.h"

#include <algorithm>

namespace hansard::verify {

namespace {
// As rocksdb::Status prints them.
constexpr std::string_view kClasses[] = {
    "Corruption: ", "IO error: ", "Invalid argument: ", "Not implemented: ", "NotFound: ", "Operation aborted: "};
// What follows is numbers, or the same once more.
constexpr std::string_view kDetails[] = {": stored = ", ": While ", ", expected ", ": expected ", " to be an"};
constexpr std::string_view kTails[] = {" from", " in", ":", " "};

// Where its words begin; npos for a sentence that is not RocksDB's.
std::size_t library_part(std::string_view detail) {
  std::size_t first = std::string_view::npos;
  for (const std::string_view word : kClasses) first = std::min(first, detail.find(word));
  return first;
}

std::string_view without_classes(std::string_view said) {
  const auto* word = std::begin(kClasses);
  while (word != std::end(kClasses)) {
    word = std::ranges::find_if(kClasses, [&](std::string_view one) { return said.starts_with(one); });
    if (word != std::end(kClasses)) said.remove_prefix(word->size());
  }
  return said;
}

// Behind the classes of the error. "in file" at the end is the MANIFEST that lists what is damaged.
std::string_view said_in(std::string_view detail) {
  const std::size_t at = library_part(detail);
  if (at == std::string_view::npos) return {};
  const std::string_view said = without_classes(detail.substr(at));
  return said.substr(0, said.rfind(" in file "));
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

// A table that is not there is looked for a second time, under the name that it had in another library.
std::string name_here(std::string_view name) {
  const bool is_other = name.ends_with(".ldb");
  return std::string(name.substr(0, name.size() - (is_other ? 4 : 0))) + (is_other ? ".sst" : "");
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
    damage.file += "/" + name_here(file.name);
    damage.file_byte = place_in(std::string(said), "offset");
  }
  damage.what = std::string(ours) + " (" + std::string(reason_in(said, file)) + ")";
  return damage;
}

base::Error log_error(const std::string& data, const base::Error& error) {
  const std::size_t at = library_part(error.detail);
  if (at == std::string_view::npos) return error;
  const Damage damage = damage_of("log", "", error);
  const std::string ours = error.detail.substr(0, at);
  const bool names_file = damage.file != "log";
  std::string sentence = names_file ? ours + damage.file : ours.substr(0, ours.find_last_not_of(": ") + 1);
  if (damage.file_byte) sentence += " at byte " + std::to_string(*damage.file_byte);
  return base::error(error.code, sentence + damage.what + ". `hansard-replay verify --data " + data + "` says more.");
}

}  // namespace hansard::verify
