// What a process did to a folder, call by call in the order in which it happened: the record that power cuts are made
// from (disk_image.h). The process writes it outside the folder while it runs (disk_recorder.h); a record that a kill
// cut short is not there.
//
// Notes of the process itself stand in the same order: "this command was acknowledged" between the sync that made it
// durable and whatever came next. So at every cut it is known what had been promised.
//
// Thread: values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hansard::faults {

enum class OpKind : std::uint8_t {
  create,       // file, path
  make_folder,  // file, path
  link,         // path, other: the new name
  rename,       // path, other: the new name
  remove,       // path; a file or an empty folder
  write,        // file, at, bytes
  resize,       // file, at: the new size
  sync,         // file or folder, at: calls before this one are covered
  failed_sync,  // the same, and what it should have covered is lost for good (the kernel drops such pages)
  note          // bytes
};

struct Op {
  OpKind kind = OpKind::note;
  std::uint64_t file = 0;  // inode
  std::uint64_t at = 0;
  std::string path, other;  // below the folder; of a descriptor: what it was opened as
  std::string bytes;
};

// One record, to bytes.
std::string encode(const Op& op);
// Every whole record; the number of a call is its place.
std::vector<Op> read_journal(const std::string& path);

}  // namespace hansard::faults
