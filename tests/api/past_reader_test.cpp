#include "api/past_reader.h"

#include <future>
#include <stdexcept>
#include <thread>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <catch2/catch.hpp>

namespace hansard::api {
namespace {

Response answer(std::string body) {
  Response response;
  response.body = std::move(body);
  return response;
}

asio::awaitable<void> read(asio::io_context& io, base::UserId user, PastReader::Job job,
                           std::vector<std::string>& answers) {
  try {
    auto read = co_await asio::use_service<PastReader>(io).read(std::move(user), std::move(job));
    answers.push_back(read ? read.value().body : read.error().detail);
  } catch (const std::runtime_error& thrown) {
    answers.push_back(thrown.what());
  }
}

void ask(asio::io_context& io, PastReader::Job job, std::vector<std::string>& answers) {
  asio::co_spawn(io, read(io, {"auditor"}, std::move(job), answers), asio::detached);
}

// A reader that is busy until all who are to wait do, and what it did then, in order.
struct Busy {
  asio::io_context io;
  PastReader& reader = asio::use_service<PastReader>(io);
  std::promise<void> gate;
  std::vector<std::string> answers;
  std::vector<std::string> done;

  // Once its job is at hand.
  Busy() {
    std::promise<void> begun;
    auto job = [this, &begun]() -> Answered<Response> {
      begun.set_value();
      gate.get_future().wait();
      return Response{};
    };
    ask(io, job, answers);
    io.poll();
    begun.get_future().wait();
  }
  void reads(const std::string& user) {
    auto job = [this, user]() -> Answered<Response> {
      done.push_back(user);
      return Response{};
    };
    asio::co_spawn(io, read(io, {user}, job, answers), asio::detached);
  }
  void counts(const std::string& user) {
    asio::co_spawn(io, reader.count({user}, [this, user] { done.push_back("count " + user); }), asio::detached);
  }
  std::vector<std::string> goes_on() {
    io.poll();
    gate.set_value();
    io.run();
    return done;
  }
};

}  // namespace

TEST_CASE("without a thread the past is read where it is asked for") {
  asio::io_context io;
  asio::make_service<PastReader>(io, false);
  std::vector<std::string> answers;
  std::thread::id where;
  auto job = [&] {
    where = std::this_thread::get_id();
    return Answered<Response>(answer("then"));
  };
  ask(io, job, answers);
  io.poll();
  CHECK(answers == std::vector<std::string>{"then"});
  CHECK(where == std::this_thread::get_id());
}

TEST_CASE("who can do without hears that many wait already, or that much of his own does") {
  Busy busy;
  for (std::size_t i = 0; i < PastReader::kCrowd; ++i) busy.reads("eve");
  for (const char* user : {"vic", "amy"}) busy.reads(user);
  busy.io.poll();
  CHECK(busy.reader.is_crowded({"eve"}));
  CHECK_FALSE(busy.reader.is_crowded({"vic"}));
  busy.reads("bob");
  busy.io.poll();
  CHECK(busy.reader.is_crowded({"vic"}));
  busy.goes_on();
  CHECK_FALSE(busy.reader.is_crowded({"eve"}));
}

TEST_CASE("those who resume make no crowd") {
  Busy busy;
  for (const char* user : {"eve", "vic", "eve"}) busy.counts(user);
  busy.io.poll();
  CHECK_FALSE(busy.reader.is_crowded({"eve"}));
  busy.goes_on();
}

TEST_CASE("however many jobs of one user wait, the others have theirs in turn") {
  Busy busy;
  for (const char* user : {"eve", "eve", "eve", "vic", "amy", "vic"}) busy.counts(user);
  const std::vector<std::string> wanted = {"count eve", "count vic", "count amy",
                                           "count eve", "count vic", "count eve"};
  CHECK(busy.goes_on() == wanted);
}

TEST_CASE("reads go before the counts of resumes, which come to their turn nevertheless") {
  Busy busy;
  for (int i = 0; i < 2; ++i) busy.counts("eve");
  for (int i = 0; i < 6; ++i) busy.reads("vic");
  const std::vector<std::string> wanted = {"vic", "vic", "vic", "vic", "count eve", "vic", "vic", "count eve"};
  CHECK(busy.goes_on() == wanted);
}

TEST_CASE("while the past is read the io thread has time for others") {
  asio::io_context io;
  std::vector<std::string> answers;
  std::promise<void> others;
  std::thread::id where;
  ask(
      io,
      [&]() -> Answered<Response> {
        others.get_future().wait();
        where = std::this_thread::get_id();
        return answer("then");
      },
      answers);
  asio::post(io, [&] { others.set_value(); });
  io.run();
  CHECK(answers == std::vector<std::string>{"then"});
  CHECK(where != std::this_thread::get_id());
}

TEST_CASE("reads of the past are answered in order, refusals and failures too") {
  asio::io_context io;
  std::vector<std::string> answers;
  ask(io, []() -> Answered<Response> { return answer("one"); }, answers);
  ask(io, []() -> Answered<Response> { return Problem{404, "not_found", "no", 0, {}}; }, answers);
  ask(io, []() -> Answered<Response> { throw std::runtime_error("thrown"); }, answers);
  ask(io, []() -> Answered<Response> { return answer("four"); }, answers);
  io.run();
  CHECK(answers == std::vector<std::string>{"one", "no", "thrown", "four"});
}

}  // namespace hansard::api
