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

asio::awaitable<void> read(asio::io_context& io, PastReader::Job job, std::vector<std::string>& answers) {
  try {
    auto read = co_await asio::use_service<PastReader>(io).read(std::move(job));
    answers.push_back(read ? read.value().body : read.error().detail);
  } catch (const std::runtime_error& thrown) {
    answers.push_back(thrown.what());
  }
}

void ask(asio::io_context& io, PastReader::Job job, std::vector<std::string>& answers) {
  asio::co_spawn(io, read(io, std::move(job), answers), asio::detached);
}

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

TEST_CASE("who can do without hears that many wait") {
  asio::io_context io;
  auto& reader = asio::use_service<PastReader>(io);
  std::vector<std::string> answers;
  std::promise<void> gate;
  std::shared_future<void> opened = gate.get_future().share();
  CHECK_FALSE(reader.is_crowded());
  for (std::size_t i = 0; i < PastReader::kCrowd; ++i) {
    ask(
        io,
        [opened] {
          opened.wait();
          return Answered<Response>(answer("then"));
        },
        answers);
  }
  io.poll();
  CHECK(reader.is_crowded());
  gate.set_value();
  io.run();
  CHECK(answers.size() == PastReader::kCrowd);
  CHECK_FALSE(reader.is_crowded());
}

TEST_CASE("those who resume make no crowd") {
  asio::io_context io;
  auto& reader = asio::use_service<PastReader>(io);
  std::promise<void> gate;
  std::shared_future<void> opened = gate.get_future().share();
  for (std::size_t i = 0; i < PastReader::kCrowd; ++i) {
    asio::co_spawn(io, reader.run([opened] { opened.wait(); }), asio::detached);
  }
  io.poll();
  CHECK_FALSE(reader.is_crowded());
  gate.set_value();
  io.run();
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
