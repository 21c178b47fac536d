// A receiver on loopback that answers with the bytes it is given, one answer per request, and keeps what it was sent.
//
// Thread: its own accepts and answers; the rest from the test's.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace hansard::process {

class HttpServer {
 public:
  // The last answer repeats. "" takes the request and never answers it.
  explicit HttpServer(std::vector<std::string> answers);
  ~HttpServer();
  std::string url(const std::string& path = "/hook") const;
  std::vector<std::string> requests();        // head and body
  void wait_for_requests(std::size_t count);  // fails after 20 s by an exception
  std::size_t connections() const { return connections_; }

 private:
  void run();
  void serve(int connection);
  bool read_request(int connection, std::string& request);

  int listener_ = -1;
  int stop_[2] = {-1, -1};
  int port_ = 0;
  const std::vector<std::string> answers_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<std::string> requests_;
  std::atomic<std::size_t> connections_ = 0;
  std::thread thread_;
};

}  // namespace hansard::process
