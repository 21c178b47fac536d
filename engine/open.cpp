#include <memory>
#include <utility>

#include "engine/assemble.h"
#include "engine/log/read_log.h"
#include "engine/read_only_engine.h"

namespace hansard::engine {

Result<std::unique_ptr<Engine>> Engine::open(const Options& options, base::Clock& clock) {
  Storage storage;
  TRY(storage.log, log::open_rocks_log(options.data_folder, options.log, storage.report));
  if (options.inspect_log) {
    TRY(options.inspect_log(*storage.log));
  }
  TRY(storage.typing, log::open_typing_lane(options.data_folder, options.typing));
  return assemble(options, clock, std::move(storage));
}

Result<std::unique_ptr<Engine>> Engine::open_read_only(const std::string& data_folder) {
  TRY(auto opened, log::open_durable_log(data_folder));
  return std::unique_ptr<Engine>(std::make_unique<ReadOnlyEngine>(std::move(opened.log)));
}

}  // namespace hansard::engine
