// What is on the disk when the power goes: a folder as it was, the calls since (disk_journal.h), and what of those that
// no sync covers is lost. POSIX promises no more than this, and file systems have given no less:
//
// - the bytes of a file are durable when a sync of that file that began after them has returned;
// - a name (made, replaced by a rename, removed) is durable when a sync of its folder has returned; a rename is one
// step;
// - everything else is there, or not, or in part: each 512 bytes of an unsynced write alone may be there, missing,
//   zeroed or garbled; unsynced names may have come into being in order up to some point, or each by itself.
// Bytes that were synced are never touched, also where they share a sector with unsynced ones (powersafe overwrite,
// which SQLite and RocksDB assume).
//
// Thread: values.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <unordered_map>
#include <vector>

#include "tests/faults/disk_journal.h"

namespace hansard::faults {

// Path below the folder → bytes, or nothing for a folder. Parents before children.
using Tree = std::map<std::string, std::optional<std::string>>;

// State only (is_state), and the folders.
Tree read_tree(const std::string& folder);
// In place of whatever `folder` holds.
void write_tree(const Tree& tree, const std::string& folder);

enum class Loss {
  nothing,  // as a SIGKILL leaves it
  all,      // every unsynced byte and name
  some      // drawn for every file and folder
};

class DiskImage {
 public:
  // What `folder` holds now is durable.
  explicit DiskImage(const std::string& folder);
  ~DiskImage();
  DiskImage(DiskImage&&) noexcept;

  // The next calls are those of another process, whose journal counts from 0; the disk is as the last one left it.
  void begin_process() { first_ = number_; }
  // The next call.
  void apply(const Op& op);
  // As if the power went now; the same draws give the same loss.
  Tree cut(Loss loss, std::mt19937_64& chance) const;

 private:
  struct Node;
  struct NameChange {
    Node* folder;
    std::string name;
    Node* now;  // nothing: the name is gone
  };
  struct NameStep {
    std::uint64_t number;
    std::vector<NameChange> changes;  // one step: all of them or none
  };
  struct Names;

  Node* make(std::uint64_t inode, bool is_folder);
  Node* find(const std::string& path) const;
  void read(const std::string& folder, Node& into);
  // The folder a path is in and its last part.
  NameChange place(const std::string& path, Node* now) const;
  void change(std::vector<NameChange> changes);
  void make_durable(const NameChange& one, std::size_t step);
  void sync(Node& node, std::uint64_t covered, bool failed);
  Names names_after(Loss loss, std::mt19937_64& chance) const;
  void collect(const Names& names, const Node& folder, const std::string& path, Loss loss, std::mt19937_64& chance,
               Tree& into) const;

  std::vector<std::unique_ptr<Node>> nodes_;
  std::unordered_map<std::uint64_t, Node*> by_inode_;
  Node* root_ = nullptr;
  std::vector<NameStep> unsynced_names_;
  std::uint64_t number_ = 0, first_ = 0;
};

}  // namespace hansard::faults
