#include "projections/search/search_view.h"

#include "engine/base/folder_seal.h"
#include "projections/search/index_writer.h"
#include "projections/search/reader_pool.h"

namespace hansard::search {

namespace {
class FileSearchView final : public SearchView {
 public:
  FileSearchView(engine::Engine& engine, const SearchOptions& options, std::string folder, base::FolderSeal seal,
                 OpenedGeneration opened)
      : seal_(std::move(seal)),
        pool_(options, [this] { writer_.ring(); }),
        writer_(engine, options, std::move(folder), std::move(opened),
                [this](std::shared_ptr<Generation> generation) { pool_.serve(std::move(generation)); }) {
    writer_.start();
  }
  ~FileSearchView() override { FileSearchView::stop(); }

  void ask(Question question, Done done) override { pool_.ask(std::move(question), std::move(done)); }
  base::Position applied() const override { return writer_.generation()->applied->reached(); }
  std::shared_ptr<base::PositionGate> applied_gate() const override { return writer_.generation()->applied; }
  projections::ViewStatus status() const override { return writer_.status(); }
  base::Result<void> rebuild(const projections::RebuildRequest& request) override {
    return writer_.orders().rebuild(request);
  }
  base::Result<void> may_rebuild() const override { return writer_.orders().may_rebuild(); }
  base::Result<void> swap(bool force) override { return writer_.orders().swap(force); }
  base::Result<void> cancel() override { return writer_.orders().cancel(); }
  std::optional<projections::RebuildStatus> rebuild_status() const override { return writer_.orders().status(); }
  base::Result<bool> purge(base::Position through) override { return writer_.purge(through); }
  void refuse() override { pool_.refuse(); }
  // Readers first: the last connection to close is the writer's, which empties the write-ahead log.
  void stop() override {
    pool_.stop();
    writer_.stop();
  }

 private:
  base::FolderSeal seal_;
  ReaderPool pool_;
  IndexWriter writer_;
};
}  // namespace

base::Result<std::unique_ptr<SearchView>> SearchView::open(engine::Engine& engine, const SearchOptions& options) {
  std::string folder = options.data_folder + "/views/search/v1";
  TRY(auto seal, base::FolderSeal::lift(folder));
  TRY(auto opened, open_generation(engine, folder, options.shelf_bits));
  return std::unique_ptr<SearchView>(
      std::make_unique<FileSearchView>(engine, options, std::move(folder), std::move(seal), std::move(opened)));
}

}  // namespace hansard::search
