// The limits of the edge that an operator may change in the configuration file (I10; docs/ARCHITECTURE.md says where
// the others are). Defaults are those of API.md section 1.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace hansard::api {

// Buckets of tokens (rate_limiter.h): so many come back each second, and a full one holds `burst`. 0 a second: no
// limit.
struct RateLimits {
  std::uint32_t user_per_s = 5'000;
  std::uint32_t user_burst = 100'000;
  std::uint32_t address_per_s = 0;
  std::uint32_t address_burst = 1'000;
  std::uint32_t failed_auth_per_s = 10;
  std::uint32_t failed_auth_burst = 100;
  std::size_t places = 65'536;  // buckets of each kind that are not full
};

struct Limits {
  std::size_t content_code_points_max = 10'000;
  std::size_t metadata_bytes_max = 16u << 10;
  std::size_t http_body_bytes_max = 1u << 20;
  // Of large bodies that have not come or gone whole, requests' and responses' (body_room.h): of all users, and of one.
  std::size_t body_bytes_in_memory_max = 512u << 20;
  std::size_t body_bytes_per_user_max = 64u << 20;
  std::size_t file_bytes_max = 64u << 20;        // an attachment
  std::size_t file_transfers_per_user_max = 32;  // uploads and downloads at a time
  std::size_t http_header_bytes_max = 16u << 10;
  std::size_t http_header_fields_max = 100;
  std::size_t http_target_bytes_max = 8u << 10;
  std::size_t frame_bytes_max = 512u << 10;
  std::size_t json_depth_max = 64;
  std::size_t outbox_frames_max = 256;
  std::size_t outbox_bytes_max = 4u << 20;
  std::size_t commands_in_flight_max = 256;  // per socket; reading pauses beyond
  std::uint32_t ping_interval_s = 54;
  std::uint32_t pong_timeout_s = 60;
  std::uint32_t write_timeout_s = 10;
  std::uint32_t auth_frame_timeout_s = 5;
  std::uint32_t header_timeout_s = 15;
  std::uint32_t body_timeout_s = 30;
  std::uint32_t keep_alive_timeout_s = 60;
  std::uint32_t typing_expiry_s = 5;
  std::uint32_t presence_debounce_ms = 5'000;
  std::size_t presence_members_max = 100;  // of a conversation whose members see each other's presence
  std::size_t call_payload_bytes_max = 64u << 10;
  std::size_t sockets_per_user_max = 20;
  std::size_t connections_max = 18'000;
  std::size_t members_per_request_max = 1'000;
  std::size_t event_streams_per_user_max = 20;  // GET /events that follow
  std::size_t events_page_scan_max = 16'384;    // events one page of the log looks at
  std::uint32_t events_checkpoint_ms = 5'000;   // a follower hears of the log at least this often
  std::size_t subscriptions_per_socket_max = 16;
  std::size_t subscription_window_max = 10'000;  // events in flight
  std::size_t receipts_pushed_members_max = 100;
  std::uint32_t min_position_timeout_ms = 2'000;
  std::uint32_t fresh_read_wait_ms = 50;  // for what others were told before; then the read answers with what there is
  std::uint32_t ready_lag_bound_ms = 5'000;
  std::uint32_t shutdown_deadline_ms = 10'000;
  std::size_t page_default = 50;
  std::size_t page_max = 200;
  std::size_t idempotency_key_bytes_max = 64;
  std::size_t title_code_points_max = 500;
  std::size_t external_id_bytes_max = 256;
  std::size_t mentions_max = 500;
  std::vector<std::string> file_types;  // media types of attachments, "image/*" too; empty: all
  std::vector<std::string> origins;     // allowed beside the server's own host
  RateLimits rate;
};

}  // namespace hansard::api
