// Generations of the index: the file that serves, what its readers share with its writer, and setting one aside.
//
// | the file | then |
// |---|---|
// | cannot be read, or its rows do not fit each other | set aside, start empty |
// | made with another tokenizer or schema | removed with all that was set aside, start empty |
// | checkpoint above the log's durable position, or of another epoch | set aside, start empty |
// | anything else | goes on from its checkpoint |
//
// A new file has the next number: readers of the old one end in peace. At most one is kept aside, as
// `search.<n>.db.quarantined`.
//
// Thread: Generation from any; the functions from the writer.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "engine/base/position_gate.h"
#include "engine/base/result.h"
#include "engine/engine.h"
#include "projections/search/catalog.h"
#include "projections/search/index_file.h"

namespace hansard::search {

struct Generation {
  Generation(std::string file, std::shared_ptr<const Catalog> entries, base::Position at)
      : path(std::move(file)), catalog(std::move(entries)), applied(std::make_shared<base::PositionGate>(at)) {}

  const std::string path;
  const std::shared_ptr<const Catalog> catalog;
  const std::shared_ptr<base::PositionGate> applied;  // from 0 while the file is not loaded
  std::atomic<bool> is_damaged{false};                // somebody met a corrupt page
};

struct OpenedGeneration {
  std::unique_ptr<IndexFile> file;
  std::shared_ptr<Generation> generation;
  std::optional<std::string> set_aside;  // why, when an older file was
};

// Why open_generation would set the file that serves aside; "" where it would go on with it, or there is none. Changes
// nothing.
std::string why_useless(const engine::Engine& engine, const std::string& folder, unsigned shelf_bits);
// `folder` is made where it is missing. What comes back may be still to be loaded (IndexFile::load_some).
base::Result<OpenedGeneration> open_generation(const engine::Engine& engine, const std::string& folder,
                                               unsigned shelf_bits);
// The same, with its catalog loaded: rows that do not fit each other are found here, and not on the way.
base::Result<OpenedGeneration> open_loaded_generation(const engine::Engine& engine, const std::string& folder,
                                                      unsigned shelf_bits);
// Moves a damaged generation away and starts the next one, which is loaded.
base::Result<OpenedGeneration> replace_generation(const engine::Engine& engine, const std::string& folder,
                                                  unsigned shelf_bits, std::string why);

// A generation beside the one that serves, with the next number. Until its file's finish_build a start removes it.
base::Result<OpenedGeneration> begin_build(const engine::Engine& engine, const std::string& folder,
                                           unsigned shelf_bits);
// With what SQLite keeps beside it. Readers that have it open end in peace.
void remove_generation(const std::string& path);
// Every file of an index in `folder` goes, also what was set aside or left behind, but for those of the generation at
// `path`; durable on return.
base::Result<void> remove_other_files(const std::string& folder, const std::string& path);

}  // namespace hansard::search
