#include "projections/view_builder.h"

#include <chrono>
#include <filesystem>
#include <future>

#include "engine/base/clock.h"
#include "projections/event_batch.h"

namespace hansard::projections {

namespace {
// Between batches; hot rows are written once per batch all the same.
constexpr std::size_t kRowsCachedMax = 200'000;
// A large batch writes each hot row once instead of once per thousand events.
constexpr std::size_t kBatchEvents = 65'536;
constexpr std::chrono::milliseconds kProgressInterval{100};

using Batch = base::Result<std::vector<engine::EventPtr>>;

base::Result<std::unique_ptr<ViewFold>> open_fold(const ViewKind& kind, const std::string& folder,
                                                  const StoreOptions& options, std::uint32_t epoch) {
  TRY(auto store, ViewStore::open(folder, options));
  return std::make_unique<ViewFold>(kind, std::move(store), epoch, kRowsCachedMax);
}
}  // namespace

base::Result<std::unique_ptr<BuiltView>> BuiltView::start(const ViewKind& kind, std::string folder,
                                                          const StoreOptions& options, std::uint32_t epoch) {
  std::error_code ignored;
  if (std::filesystem::exists(folder) && !std::filesystem::is_empty(folder, ignored)) {
    return base::error(base::ErrorCode::refused, folder + " is not empty: rebuild into a new folder");
  }
  TRY(auto fold, open_fold(kind, folder, options, epoch));
  return std::unique_ptr<BuiltView>(new BuiltView(kind, std::move(folder), std::move(fold), false));
}

base::Result<std::unique_ptr<BuiltView>> BuiltView::resume(const ViewKind& kind, std::string folder,
                                                           const StoreOptions& options, std::uint32_t epoch) {
  TRY(auto fold, open_fold(kind, folder, options, epoch));
  return std::unique_ptr<BuiltView>(new BuiltView(kind, std::move(folder), std::move(fold), true));
}

BuiltView::~BuiltView() {
  fold_.reset();
  std::error_code ignored;
  if (!is_kept_) std::filesystem::remove_all(folder_, ignored);
}

base::Result<void> BuiltView::follow(const engine::Engine& engine, Position last, std::size_t events_max) {
  while (position() < last) {
    TRY(auto events, read_events(engine, position(), last, events_max));
    TRY(fold_->fold(events));
  }
  return base::success();
}

std::unique_ptr<BulkFold> BuiltView::bulk() const {
  return std::make_unique<BulkFold>(kind_, fold_->store().shared_from_this(), fold_->epoch());
}

std::unique_ptr<ViewFold> BuiltView::keep() {
  is_kept_ = true;
  fold_->set_breath({});
  return std::move(fold_);
}

base::Result<void> build_batch(const engine::Engine& engine, const BuiltViews& views, Position last,
                               std::size_t events_max) {
  TRY(auto events, read_events(engine, views.front()->position(), last, events_max));
  for (const auto& view : views) {
    TRY(view->fold(events));
  }
  return base::success();
}

namespace {
using BulkFolds = std::vector<std::unique_ptr<BulkFold>>;

base::Result<void> fold_all(const BulkFolds& folds, const std::vector<engine::EventPtr>& events) {
  std::vector<std::future<base::Result<void>>> others;
  for (std::size_t i = 1; i < folds.size(); ++i) {
    others.push_back(std::async(std::launch::async, [&, i] { return folds[i]->fold(events); }));
  }
  base::Result<void> outcome = folds.front()->fold(events);
  for (auto& other : others) {
    auto folded = other.get();
    if (outcome && !folded) outcome = std::move(folded);
  }
  return outcome;
}
}  // namespace

base::Result<void> build_through(const engine::Engine& engine, const BuiltViews& views, Position last,
                                 const std::function<void(Position)>& progress) {
  Position at = views.front()->position();
  BulkFolds folds;
  for (const auto& view : views) folds.push_back(view->bulk());
  auto read = [&engine, last](Position after) { return read_events(engine, after, last, kBatchEvents); };
  std::future<Batch> next = std::async(std::launch::async, read, at);
  auto told = base::system_clock().monotonic();
  while (at < last) {
    TRY(auto events, next.get());
    at = events.back()->position;
    next = std::async(std::launch::async, read, at);
    TRY(fold_all(folds, events));
    auto now = base::system_clock().monotonic();
    if (!progress || now - told < kProgressInterval) continue;
    told = now;
    progress(at);
  }
  if (progress) progress(at);
  return base::success();
}

}  // namespace hansard::projections
