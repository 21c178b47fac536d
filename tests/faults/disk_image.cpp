#include "tests/faults/disk_image.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>

#include "engine/base/check.h"
#include "tests/faults/disk_recorder.h"

namespace hansard::faults {

namespace {
namespace fs = std::filesystem;

constexpr std::size_t kSector = 512;

// A write, or a new size.
struct Change {
  std::uint64_t number = 0;
  bool is_resize = false;
  std::uint64_t at = 0;
  std::string bytes;
};

void put(std::string& content, std::uint64_t at, std::string_view bytes) {
  if (content.size() < at + bytes.size()) content.resize(at + bytes.size());
  content.replace(at, bytes.size(), bytes);
}

void apply_to(std::string& content, const Change& change) {
  if (change.is_resize) return content.resize(change.at);
  put(content, change.at, change.bytes);
}

std::uint64_t draw(std::mt19937_64& chance, std::uint64_t below) { return chance() % below; }

std::string read_all(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::uint64_t inode_of(const std::string& path) {
  struct stat found{};
  CHECK(::stat(path.c_str(), &found) == 0, path);
  return found.st_ino;
}

// How one file's unsynced writes fared: all up to some point, then up to a few of them in pieces.
void lose_some(std::string& content, const std::vector<Change>& changes, std::mt19937_64& chance) {
  const std::size_t whole = draw(chance, changes.size() + 1);
  for (std::size_t i = 0; i < whole; ++i) apply_to(content, changes[i]);
  const std::size_t torn = std::min(changes.size(), whole + draw(chance, 4));
  const std::uint64_t manner = draw(chance, 4);  // pieces are there or: missing, zeroed, garbled, any of these
  for (std::size_t i = whole; i < torn && !changes[i].is_resize; ++i) {
    const Change& change = changes[i];
    std::size_t end = 0;
    for (std::size_t begin = 0; begin < change.bytes.size(); begin = end) {
      end = std::min<std::size_t>(change.bytes.size(), begin + kSector - (change.at + begin) % kSector);
      std::string piece = change.bytes.substr(begin, end - begin);
      if (draw(chance, 3) == 0) {
        put(content, change.at + begin, piece);
        continue;
      }
      const std::uint64_t fate = manner == 3 ? draw(chance, 4) : manner;
      if (fate == 0) continue;
      if (fate == 1) piece.assign(piece.size(), '\0');
      if (fate == 2) std::generate(piece.begin(), piece.end(), [&] { return static_cast<char>(chance()); });
      if (fate == 3) piece.resize(draw(chance, piece.size() + 1));  // torn at a byte
      put(content, change.at + begin, piece);
    }
  }
}
}  // namespace

struct DiskImage::Node {
  bool is_folder = false;
  std::string durable;
  std::vector<Change> unsynced;
  std::map<std::string, Node*> names;          // as the process sees them
  std::map<std::string, Node*> durable_names;  // as the disk has them

  std::string content(Loss loss, std::mt19937_64& chance) const {
    std::string bytes = durable;
    if (loss == Loss::nothing) {
      for (const Change& change : unsynced) apply_to(bytes, change);
    }
    if (loss == Loss::some) lose_some(bytes, unsynced, chance);
    return bytes;
  }
};

// Folder → its names after a cut, where they are not the durable ones.
struct DiskImage::Names {
  std::map<const Node*, std::map<std::string, Node*>> changed;
  const std::map<std::string, Node*>& of(const Node& folder) const {
    auto found = changed.find(&folder);
    return found != changed.end() ? found->second : folder.durable_names;
  }
};

DiskImage::DiskImage(const std::string& folder) {
  root_ = make(inode_of(folder), true);
  read(folder, *root_);
}
DiskImage::~DiskImage() = default;
DiskImage::DiskImage(DiskImage&&) noexcept = default;

DiskImage::Node* DiskImage::make(std::uint64_t inode, bool is_folder) {
  nodes_.push_back(std::make_unique<Node>());
  nodes_.back()->is_folder = is_folder;
  return by_inode_[inode] = nodes_.back().get();
}

void DiskImage::read(const std::string& folder, Node& into) {
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string path = entry.path().string(), name = entry.path().filename().string();
    if (!is_state(name)) continue;
    const auto known = by_inode_.find(inode_of(path));  // a second name of the same file
    Node* node = known != by_inode_.end() ? known->second : make(inode_of(path), entry.is_directory());
    into.names[name] = into.durable_names[name] = node;
    if (node->is_folder) {
      read(path, *node);
    } else {
      node->durable = read_all(path);
    }
  }
}

DiskImage::Node* DiskImage::find(const std::string& path) const {
  Node* node = root_;
  for (const fs::path& part : fs::path(path)) {
    auto next = node->names.find(part.string());
    CHECK(next != node->names.end(), path);
    node = next->second;
  }
  return node;
}

DiskImage::NameChange DiskImage::place(const std::string& path, Node* now) const {
  return {find(fs::path(path).parent_path().string()), fs::path(path).filename().string(), now};
}

void DiskImage::change(std::vector<NameChange> changes) {
  for (const NameChange& one : changes) {
    if (one.now != nullptr) one.folder->names[one.name] = one.now;
    if (one.now == nullptr) one.folder->names.erase(one.name);
  }
  unsynced_names_.push_back({number_, std::move(changes)});
}

void DiskImage::sync(Node& node, std::uint64_t covered, bool failed) {
  auto is_covered = [&](const Change& change) { return change.number < covered; };
  for (const Change& change : node.unsynced) {
    if (is_covered(change) && !failed) apply_to(node.durable, change);
  }
  std::erase_if(node.unsynced, is_covered);
  if (failed) return;
  for (std::size_t i = 0; i < unsynced_names_.size(); ++i) {
    const auto changes = unsynced_names_[i].changes;
    const bool is_here =
        std::any_of(changes.begin(), changes.end(), [&](const NameChange& change) { return change.folder == &node; });
    if (!is_here || unsynced_names_[i].number >= covered) continue;
    for (const NameChange& one : changes) make_durable(one, i);
  }
  std::erase_if(unsynced_names_, [](const NameStep& step) { return step.changes.empty(); });
}

// A rename into a synced folder takes the name out of the other one, too: what that had of the name before is history.
void DiskImage::make_durable(const NameChange& one, std::size_t step) {
  if (one.now != nullptr) one.folder->durable_names[one.name] = one.now;
  if (one.now == nullptr) one.folder->durable_names.erase(one.name);
  const auto is_same = [&](const NameChange& other) { return other.folder == one.folder && other.name == one.name; };
  for (std::size_t i = 0; i <= step; ++i) std::erase_if(unsynced_names_[i].changes, is_same);
}

void DiskImage::apply(const Op& op) {
  switch (op.kind) {
    case OpKind::create:
    case OpKind::make_folder:
      change({place(op.path, make(op.file, op.kind == OpKind::make_folder))});
      break;
    case OpKind::link:
      change({place(op.other, find(op.path))});
      break;
    case OpKind::rename:
      change({place(op.other, find(op.path)), place(op.path, nullptr)});
      break;
    case OpKind::remove:
      change({place(op.path, nullptr)});
      break;
    case OpKind::write:
      by_inode_.at(op.file)->unsynced.push_back({number_, false, op.at, op.bytes});
      break;
    case OpKind::resize:
      by_inode_.at(op.file)->unsynced.push_back({number_, true, op.at, {}});
      break;
    case OpKind::sync:
    case OpKind::failed_sync:
      sync(*by_inode_.at(op.file), first_ + op.at, op.kind == OpKind::failed_sync);
      break;
    case OpKind::note:
      break;
  }
  ++number_;
}

DiskImage::Names DiskImage::names_after(Loss loss, std::mt19937_64& chance) const {
  Names names;
  if (loss == Loss::all) return names;
  const bool in_order = loss == Loss::nothing || draw(chance, 2) == 0;
  const std::size_t until = loss == Loss::nothing ? unsynced_names_.size() : draw(chance, unsynced_names_.size() + 1);
  for (std::size_t i = 0; i < unsynced_names_.size(); ++i) {
    if (in_order ? i >= until : draw(chance, 2) == 0) continue;
    for (const NameChange& one : unsynced_names_[i].changes) {
      auto& there = names.changed.try_emplace(one.folder, one.folder->durable_names).first->second;
      if (one.now != nullptr) there[one.name] = one.now;
      if (one.now == nullptr) there.erase(one.name);
    }
  }
  return names;
}

void DiskImage::collect(const Names& names, const Node& folder, const std::string& path, Loss loss,
                        std::mt19937_64& chance, Tree& into) const {
  for (const auto& [name, node] : names.of(folder)) {
    const std::string below = path.empty() ? name : path + "/" + name;
    if (node->is_folder) {
      into[below] = std::nullopt;
      collect(names, *node, below, loss, chance, into);
      continue;
    }
    // A file that was left whole or empty is likelier than one in pieces.
    const std::uint64_t mood = loss == Loss::some ? draw(chance, 4) : 0;
    const Loss own = loss != Loss::some ? loss : mood == 0 ? Loss::nothing : mood == 1 ? Loss::all : Loss::some;
    into[below] = node->content(own, chance);
  }
}

Tree DiskImage::cut(Loss loss, std::mt19937_64& chance) const {
  Tree tree;
  collect(names_after(loss, chance), *root_, "", loss, chance, tree);
  return tree;
}

Tree read_tree(const std::string& folder) {
  std::mt19937_64 unused(1);
  return DiskImage(folder).cut(Loss::nothing, unused);
}

void write_tree(const Tree& tree, const std::string& folder) {
  fs::remove_all(folder);
  fs::create_directories(folder);
  for (const auto& [path, bytes] : tree) {
    if (!bytes) {
      fs::create_directory(folder + "/" + path);
    } else {
      std::ofstream(folder + "/" + path, std::ios::binary) << *bytes;
    }
    fs::permissions(folder + "/" + path, bytes ? fs::perms(0600) : fs::perms(0700));
  }
}

}  // namespace hansard::faults
