#include "projections/view_pointer.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>

#include "engine/base/durable_file.h"

namespace hansard::projections {

namespace {
constexpr char kPointer[] = "/CURRENT";

// Takes the number at the front of `text`.
bool take_number(std::string_view& text, unsigned& number) {
  auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc() || number == 0) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}
}  // namespace

std::string FolderName::text() const {
  std::string name = "v" + std::to_string(version);
  return generation == 0 ? name : name + "." + std::to_string(generation);
}

std::optional<FolderName> parse_folder_name(std::string_view name) {
  FolderName parsed;
  if (name.empty() || name.front() != 'v') return std::nullopt;
  name.remove_prefix(1);
  if (!take_number(name, parsed.version)) return std::nullopt;
  if (name.empty()) return parsed;
  if (name.front() != '.') return std::nullopt;
  name.remove_prefix(1);
  if (!take_number(name, parsed.generation) || !name.empty()) return std::nullopt;
  return parsed;
}

ViewPointer read_pointer(const std::string& folder, unsigned version) {
  ViewPointer pointer{{version, 0}, std::nullopt};
  std::ifstream in(folder + kPointer);
  for (std::string word, name; in >> word >> name;) {
    auto parsed = parse_folder_name(name);
    if (!parsed || parsed->version != version) continue;
    if (word == "current") pointer.current = *parsed;
    if (word == "previous") pointer.previous = *parsed;
  }
  if (pointer.previous == pointer.current) pointer.previous.reset();
  return pointer;
}

base::Result<void> write_pointer(const std::string& folder, const ViewPointer& pointer) {
  std::string text = "current " + pointer.current.text() + "\n";
  if (pointer.previous) text += "previous " + pointer.previous->text() + "\n";
  return base::replace_file(folder + kPointer, text);
}

FolderName next_folder(const std::string& folder, unsigned version) {
  FolderName next{version, 1};
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    std::string name = entry.path().filename().string();
    if (name.ends_with(".quarantined")) name.resize(name.size() - std::string_view(".quarantined").size());
    auto taken = parse_folder_name(name);
    if (taken && taken->version == version) next.generation = std::max(next.generation, taken->generation + 1);
  }
  return next;
}

}  // namespace hansard::projections
