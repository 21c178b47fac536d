// Exports and restores in this process: a log of generated messages, exported, read back with every check, restored.
// Each figure is MB of stored records a second, beside what reading the same files with plain read(2) takes.
#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <stdexcept>

#include "engine/base/clock.h"
#include "replay/segments/exporter.h"
#include "replay/segments/restorer.h"
#include "replay/segments/segment_reader.h"
#include "replay/segments/work_pool.h"
#include "tests/bench/generated_log.h"
#include "tests/bench/load.h"
#include "tests/bench/scene.h"

namespace hansard::bench {

namespace {
namespace fs = std::filesystem;
using namespace segments;

template <class T>
T must(base::Result<T> result) {
  if (result.has_error()) throw std::runtime_error(result.error().detail);
  return std::move(result).value();
}
void must(base::Result<void> result) {
  if (result.has_error()) throw std::runtime_error(result.error().detail);
}

// What `cat folder/* > /dev/null` does.
std::uint64_t read_plainly(const std::string& folder) {
  std::uint64_t bytes = 0;
  std::string buffer(128u << 10, '\0');  // as cat
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    const int file = ::open(entry.path().c_str(), O_RDONLY | O_CLOEXEC);
    for (ssize_t got; (got = ::read(file, buffer.data(), buffer.size())) > 0;) bytes += static_cast<std::uint64_t>(got);
    ::close(file);
  }
  return bytes;
}

class SegmentBench {
 public:
  SegmentBench(const std::string& scratch, std::uint64_t events)
      : data_(scratch + "/segments-data"), out_(scratch + "/segments-out"), events_(events) {}

  std::vector<Row> run() {
    make_chat_log(data_, events_);
    add("reading the log's files plainly", [&] { return read_plainly(data_ + "/log"); });
    for (const auto choice : {files::IoChoice::automatic, files::IoChoice::posix}) export_with(choice);
    add("reading the segments plainly", [&] { return read_plainly(out_ + "/segments"); });
    verify();
    restore_it();
    fs::remove_all(data_);
    fs::remove_all(out_);
    return std::move(rows_);
  }

 private:
  template <class Work>
  void add(const std::string& name, Work work) {
    const std::uint64_t start = now_ns();
    const std::uint64_t bytes = work();
    const double seconds = static_cast<double>(now_ns() - start) / 1e9;
    rows_.push_back({"segments: " + name, static_cast<double>(bytes) / 1e6 / seconds, "MB/s", std::nullopt, 0, 0,
                     std::to_string(bytes / 1'000'000) + " MB"});
  }

  void export_with(files::IoChoice io) {
    fs::remove_all(out_);
    ExportRequest request;
    request.data = data_;
    request.out = out_;
    request.io = io;
    std::string name;
    add("export", [&] {
      const ExportReport report = must(export_log(request, base::system_clock()));
      name = report.io;
      return report.manifest.record_bytes();
    });
    rows_.back().name += ", " + name;
  }

  void verify() {
    const Manifest manifest = must(read_manifest(out_));
    auto io = must(files::choose_file_io(files::IoChoice::automatic));
    add("reading with every check", [&] {
      must(run_steps(manifest.files.size(), threads_for_work(), [&](std::uint64_t i) -> base::Result<void> {
        TRY(read_segment(*io.io, out_ + "/" + manifest.files[i].name,
                         [](Position, std::string_view) -> base::Result<void> { return base::success(); }));
        return base::success();
      }));
      return manifest.record_bytes();
    });
  }

  void restore_it() {
    RestoreRequest request;
    request.from = out_;
    request.data = data_ + "-restored";
    add("restore", [&] { return must(restore(request)).record_bytes; });
    fs::remove_all(request.data);
  }

  const std::string data_, out_;
  const std::uint64_t events_;
  std::vector<Row> rows_;
};
}  // namespace

std::vector<Row> segment_rows(const std::string& scratch, std::uint64_t events) {
  return SegmentBench(scratch, events).run();
}

}  // namespace hansard::bench
