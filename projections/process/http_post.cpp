#include "projections/process/http_post.h"

#include <curl/curl.h>

#include <atomic>

#include "engine/base/check.h"

namespace hansard::process {

namespace {
constexpr int kPollMs = 1'000;  // an upper bound; curl wakes earlier for its own timers and for cancel

struct EasyDeleter {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct MultiDeleter {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
struct ListDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Headers = std::unique_ptr<curl_slist, ListDeleter>;

void initialize_once() {
  static const bool done = [] {
    CHECK(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
    return true;
  }();
  (void)done;
}

// Takes the bytes and forgets them; fewer than given ends the transfer.
std::size_t count_answer(char*, std::size_t size, std::size_t count, void* seen) {
  auto& bytes = *static_cast<std::size_t*>(seen);
  bytes += size * count;
  return bytes > kAnswerBytesMax ? 0 : size * count;
}

Headers header_list(const std::vector<std::string>& lines) {
  Headers list;
  for (const auto& line : lines) {
    curl_slist* longer = curl_slist_append(list.get(), line.c_str());
    CHECK(longer != nullptr, "no memory for a header");
    (void)list.release();
    list.reset(longer);
  }
  return list;
}

class CurlPost final : public HttpPost {
 public:
  CurlPost() {
    initialize_once();
    multi_.reset(curl_multi_init());
    easy_.reset(curl_easy_init());
    CHECK(multi_ && easy_);
  }

  HttpReply send(const HttpRequest& request) override {
    const Headers headers = header_list(request.headers);
    std::size_t answer_bytes = 0;
    prepare(request, headers.get(), answer_bytes);
    curl_multi_add_handle(multi_.get(), easy_.get());
    const CURLcode ended = perform();
    const HttpReply reply = reply_of(ended);
    curl_multi_remove_handle(multi_.get(), easy_.get());
    return reply;
  }

  void cancel() override {
    cancelled_ = true;
    curl_multi_wakeup(multi_.get());
  }

 private:
  template <class Value>
  void set(CURLoption option, Value value) {
    CHECK(curl_easy_setopt(easy_.get(), option, value) == CURLE_OK, "curl option", option);
  }

  void prepare(const HttpRequest& request, curl_slist* headers, std::size_t& answer_bytes) {
    curl_easy_reset(easy_.get());  // keeps the connection
    set(CURLOPT_URL, request.url.c_str());
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_SSL_VERIFYPEER, 1L);
    set(CURLOPT_SSL_VERIFYHOST, 2L);
    if (!request.ca_file.empty()) set(CURLOPT_CAINFO, request.ca_file.c_str());
    if (request.is_loopback) set(CURLOPT_PROXY, "");
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_QUICK_EXIT, 1L);  // a stop does not wait for a name that does not resolve
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout_ms));
    set(CURLOPT_HTTPHEADER, headers);
    set(CURLOPT_POST, 1L);
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    set(CURLOPT_POSTFIELDS, request.body.data());
    set(CURLOPT_WRITEFUNCTION, count_answer);
    set(CURLOPT_WRITEDATA, &answer_bytes);
  }

  // CURLE_ABORTED_BY_CALLBACK when cancelled.
  CURLcode perform() {
    int running = 1;
    while (!cancelled_) {
      if (curl_multi_perform(multi_.get(), &running) != CURLM_OK) return CURLE_FAILED_INIT;
      int left = 0;
      const CURLMsg* message = curl_multi_info_read(multi_.get(), &left);
      if (message != nullptr && message->msg == CURLMSG_DONE) return message->data.result;
      if (curl_multi_poll(multi_.get(), nullptr, 0, kPollMs, nullptr) != CURLM_OK) return CURLE_FAILED_INIT;
    }
    return CURLE_ABORTED_BY_CALLBACK;
  }

  HttpReply reply_of(CURLcode ended) {
    long status = 0;
    curl_off_t retry_after_s = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(easy_.get(), CURLINFO_RETRY_AFTER, &retry_after_s);
    // An answer that is too long, and was cut for it, is an answer.
    if (ended != CURLE_OK && ended != CURLE_WRITE_ERROR) return {0, curl_easy_strerror(ended), {}};
    HttpReply reply{static_cast<int>(status), "the receiver answered " + std::to_string(status), {}};
    if (retry_after_s > 0) reply.retry_after = std::chrono::seconds(retry_after_s);
    return reply;
  }

  std::unique_ptr<CURLM, MultiDeleter> multi_;  // outlives the handle it may still hold
  std::unique_ptr<CURL, EasyDeleter> easy_;
  std::atomic<bool> cancelled_ = false;
};
}  // namespace

std::unique_ptr<HttpPost> HttpPost::make() { return std::make_unique<CurlPost>(); }

}  // namespace hansard::process
