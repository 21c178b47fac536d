// The threads that answer questions, each with a connection of its own to the generation that serves.
//
// Thread: ask, serve and refuse from any; stop from the owner. Owns: its threads.
// Limits: questions waiting, a quarter of them of one asker, of whom half of the readers (at least one) answer at a
// time. His further ones wait behind others', so that whatever he asks, others are answered.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "projections/search/generation.h"
#include "projections/search/index_reader.h"
#include "projections/search/search_view.h"

namespace hansard::search {

class ReaderPool {
 public:
  // `damaged` runs on a reader's thread when the index turned out corrupt.
  ReaderPool(const SearchOptions& options, std::function<void()> damaged);
  ~ReaderPool() { stop(); }

  // Questions wait for the first. Nothing: there will be none, and whoever asks is told.
  void serve(std::shared_ptr<Generation> generation);
  void ask(Question question, SearchView::Done done);
  // Answers with shutting_down what waits, and whoever asks from here on. Idempotent.
  void refuse();
  // Refuses, joins. Idempotent.
  void stop();

 private:
  struct Waiting {
    Question question;
    SearchView::Done done;
  };
  // A thread's own.
  struct Seat {
    std::shared_ptr<Generation> generation;
    std::unique_ptr<IndexReader> reader;
  };

  void run();
  void answer_all(std::deque<Waiting> waiting, const base::Error& error);
  std::optional<Waiting> next(std::shared_ptr<Generation>& generation);
  void end(const base::UserId& asker);
  // With the mutex held: the first that may be answered now; has room for another one.
  std::deque<Waiting>::iterator first_in_turn();
  bool has_room(const base::UserId& asker) const;
  base::Result<Found> answer(Seat& seat, const Question& question);

  const SearchOptions options_;
  const std::function<void()> damaged_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Waiting> waiting_;
  std::map<base::UserId, std::size_t> running_;  // questions, of who has any
  std::shared_ptr<Generation> generation_;
  bool serves_none_ = false;
  bool refuses_ = false;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace hansard::search
