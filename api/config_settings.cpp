#include "api/config.h"

namespace hansard::api {
namespace {

using Target = Setting::Target;

constexpr std::uint64_t kKiB = 1u << 10;
constexpr std::uint64_t kMiB = 1u << 20;
constexpr std::uint64_t kGiB = 1u << 30;

constexpr Setting kSettings[] = {
    {"server", "data", 0, 0, [](Config& c) -> Target { return &c.data_folder; }},
    {"server", "listen", 0, 0, [](Config& c) -> Target { return &c.listen; }},
    {"server", "threads", 0, 256, [](Config& c) -> Target { return &c.threads; }},
    {"server", "log_level", 0, 0, [](Config& c) -> Target { return &c.log_level; }},
    {"server", "log_format", 0, 0, [](Config& c) -> Target { return &c.log_format; }},
    {"server", "tls_certificate_file", 0, 0, [](Config& c) -> Target { return &c.tls.certificate; }},
    {"server", "tls_key_file", 0, 0, [](Config& c) -> Target { return &c.tls.key; }},
    {"server", "file_io", 0, 0, [](Config& c) -> Target { return &c.file_io; }},

    {"auth", "jwt_secret_file", 0, 0, [](Config& c) -> Target { return &c.keys.secret_file; }},
    {"auth", "jwks_file", 0, 0, [](Config& c) -> Target { return &c.keys.jwks_file; }},

    // The edge (api/limits.h).
    {"limits", "content_code_points_max", 1, 1'000'000,
     [](Config& c) -> Target { return &c.limits.content_code_points_max; }},
    {"limits", "metadata_bytes_max", 2, kMiB, [](Config& c) -> Target { return &c.limits.metadata_bytes_max; }},
    {"limits", "http_body_bytes_max", kKiB, 64 * kMiB,
     [](Config& c) -> Target { return &c.limits.http_body_bytes_max; }},
    {"limits", "file_bytes_max", kKiB, 64 * kGiB, [](Config& c) -> Target { return &c.limits.file_bytes_max; }},
    {"limits", "file_transfers_per_user_max", 1, 10'000,
     [](Config& c) -> Target { return &c.limits.file_transfers_per_user_max; }},
    {"limits", "http_header_bytes_max", kKiB, kMiB,
     [](Config& c) -> Target { return &c.limits.http_header_bytes_max; }},
    {"limits", "http_header_fields_max", 10, 10'000,
     [](Config& c) -> Target { return &c.limits.http_header_fields_max; }},
    {"limits", "http_target_bytes_max", 256, 64 * kKiB,
     [](Config& c) -> Target { return &c.limits.http_target_bytes_max; }},
    {"limits", "frame_bytes_max", kKiB, 64 * kMiB, [](Config& c) -> Target { return &c.limits.frame_bytes_max; }},
    {"limits", "json_depth_max", 4, 1'000, [](Config& c) -> Target { return &c.limits.json_depth_max; }},
    {"limits", "outbox_frames_max", 1, 65'536, [](Config& c) -> Target { return &c.limits.outbox_frames_max; }},
    {"limits", "outbox_bytes_max", 64 * kKiB, kGiB, [](Config& c) -> Target { return &c.limits.outbox_bytes_max; }},
    {"limits", "commands_in_flight_max", 1, 65'536,
     [](Config& c) -> Target { return &c.limits.commands_in_flight_max; }},
    {"limits", "ping_interval_s", 1, 3'600, [](Config& c) -> Target { return &c.limits.ping_interval_s; }},
    {"limits", "pong_timeout_s", 2, 7'200, [](Config& c) -> Target { return &c.limits.pong_timeout_s; }},
    {"limits", "write_timeout_s", 1, 600, [](Config& c) -> Target { return &c.limits.write_timeout_s; }},
    {"limits", "auth_frame_timeout_s", 1, 600, [](Config& c) -> Target { return &c.limits.auth_frame_timeout_s; }},
    {"limits", "header_timeout_s", 1, 600, [](Config& c) -> Target { return &c.limits.header_timeout_s; }},
    {"limits", "body_timeout_s", 1, 3'600, [](Config& c) -> Target { return &c.limits.body_timeout_s; }},
    {"limits", "keep_alive_timeout_s", 1, 3'600, [](Config& c) -> Target { return &c.limits.keep_alive_timeout_s; }},
    {"limits", "typing_expiry_s", 1, 600, [](Config& c) -> Target { return &c.limits.typing_expiry_s; }},
    {"limits", "presence_debounce_ms", 0, 600'000, [](Config& c) -> Target { return &c.limits.presence_debounce_ms; }},
    {"limits", "presence_members_max", 0, 1'000, [](Config& c) -> Target { return &c.limits.presence_members_max; }},
    {"limits", "call_payload_bytes_max", 2, kMiB, [](Config& c) -> Target { return &c.limits.call_payload_bytes_max; }},
    {"limits", "sockets_per_user_max", 1, 100'000, [](Config& c) -> Target { return &c.limits.sockets_per_user_max; }},
    {"limits", "connections_max", 1, 1'000'000, [](Config& c) -> Target { return &c.limits.connections_max; }},
    {"limits", "members_per_request_max", 1, 100'000,
     [](Config& c) -> Target { return &c.limits.members_per_request_max; }},
    {"limits", "body_bytes_in_memory_max", 16 * kMiB, 64 * kGiB,
     [](Config& c) -> Target { return &c.limits.body_bytes_in_memory_max; }},
    {"limits", "body_bytes_per_user_max", 8 * kMiB, 64 * kGiB,
     [](Config& c) -> Target { return &c.limits.body_bytes_per_user_max; }},
    {"limits", "event_streams_per_user_max", 1, 10'000,
     [](Config& c) -> Target { return &c.limits.event_streams_per_user_max; }},
    {"limits", "events_page_scan_max", 256, 10'000'000,
     [](Config& c) -> Target { return &c.limits.events_page_scan_max; }},
    {"limits", "events_checkpoint_ms", 100, 60'000, [](Config& c) -> Target { return &c.limits.events_checkpoint_ms; }},
    {"limits", "subscriptions_per_socket_max", 1, 1'000,
     [](Config& c) -> Target { return &c.limits.subscriptions_per_socket_max; }},
    {"limits", "subscription_window_max", 1, 10'000,
     [](Config& c) -> Target { return &c.limits.subscription_window_max; }},
    {"limits", "receipts_pushed_members_max", 0, 100'000,
     [](Config& c) -> Target { return &c.limits.receipts_pushed_members_max; }},
    {"limits", "min_position_timeout_ms", 0, 60'000,
     [](Config& c) -> Target { return &c.limits.min_position_timeout_ms; }},
    {"limits", "fresh_read_wait_ms", 0, 60'000, [](Config& c) -> Target { return &c.limits.fresh_read_wait_ms; }},
    {"limits", "ready_lag_bound_ms", 1, 3'600'000, [](Config& c) -> Target { return &c.limits.ready_lag_bound_ms; }},
    {"limits", "shutdown_deadline_ms", 100, 600'000,
     [](Config& c) -> Target { return &c.limits.shutdown_deadline_ms; }},
    {"limits", "page_default", 1, 1'000, [](Config& c) -> Target { return &c.limits.page_default; }},
    {"limits", "page_max", 1, 1'000, [](Config& c) -> Target { return &c.limits.page_max; }},
    {"limits", "idempotency_key_bytes_max", 1, 1'024,
     [](Config& c) -> Target { return &c.limits.idempotency_key_bytes_max; }},
    {"limits", "title_code_points_max", 1, 10'000, [](Config& c) -> Target { return &c.limits.title_code_points_max; }},
    {"limits", "external_id_bytes_max", 1, 4'096, [](Config& c) -> Target { return &c.limits.external_id_bytes_max; }},
    {"limits", "mentions_max", 0, 10'000, [](Config& c) -> Target { return &c.limits.mentions_max; }},
    {"limits", "file_types", 0, 0, [](Config& c) -> Target { return &c.limits.file_types; }},
    {"limits", "origins", 0, 0, [](Config& c) -> Target { return &c.limits.origins; }},

    {"rate_limit", "user_per_s", 0, 1'000'000, [](Config& c) -> Target { return &c.limits.rate.user_per_s; }},
    {"rate_limit", "user_burst", 1, 10'000'000, [](Config& c) -> Target { return &c.limits.rate.user_burst; }},
    {"rate_limit", "address_per_s", 0, 1'000'000, [](Config& c) -> Target { return &c.limits.rate.address_per_s; }},
    {"rate_limit", "address_burst", 1, 10'000'000, [](Config& c) -> Target { return &c.limits.rate.address_burst; }},
    {"rate_limit", "failed_auth_per_s", 0, 1'000'000,
     [](Config& c) -> Target { return &c.limits.rate.failed_auth_per_s; }},
    {"rate_limit", "failed_auth_burst", 1, 10'000'000,
     [](Config& c) -> Target { return &c.limits.rate.failed_auth_burst; }},
    {"rate_limit", "places", 1'024, 16'777'216, [](Config& c) -> Target { return &c.limits.rate.places; }},

    // The rules (engine/domain/decide.h).
    {"limits", "delete_window_s", 0, 4'000'000'000,
     [](Config& c) -> Target { return &c.engine.rules.delete_window_s; }},
    {"limits", "members_max", 2, 1'000'000, [](Config& c) -> Target { return &c.engine.rules.members_max; }},
    {"limits", "attachments_max", 0, 1'000, [](Config& c) -> Target { return &c.engine.rules.attachments_max; }},
    {"limits", "emojis_per_message_max", 0, 1'000,
     [](Config& c) -> Target { return &c.engine.rules.emojis_per_message_max; }},
    {"limits", "emojis_per_user_max", 0, 1'000,
     [](Config& c) -> Target { return &c.engine.rules.emojis_per_user_max; }},
    {"limits", "scheduled_per_user_max", 0, 1'000'000,
     [](Config& c) -> Target { return &c.engine.rules.scheduled_per_user_max; }},
    {"limits", "schedule_ahead_days_max", 1, 36'500,
     [](Config& c) -> Target { return &c.engine.rules.schedule_ahead_days_max; }},

    // The engine (engine/options.h).
    {"limits", "queue_wait_max_ms", 10, 60'000, [](Config& c) -> Target { return &c.engine.queue_wait_max_ms; }},
    {"limits", "queue_commands_max", 1, 10'000'000, [](Config& c) -> Target { return &c.engine.queue_commands_max; }},
    {"limits", "queue_bytes_max", kMiB, 64 * kGiB, [](Config& c) -> Target { return &c.engine.queue_bytes_max; }},
    {"limits", "batch_commands_max", 1, 100'000, [](Config& c) -> Target { return &c.engine.batch_commands_max; }},
    {"limits", "batch_bytes_max", 64 * kKiB, kGiB, [](Config& c) -> Target { return &c.engine.batch_bytes_max; }},
    {"limits", "tail_events_max", 1'000, 10'000'000, [](Config& c) -> Target { return &c.engine.tail_events_max; }},
    {"limits", "tail_bytes_max", kMiB, 64 * kGiB, [](Config& c) -> Target { return &c.engine.tail_bytes_max; }},
    {"limits", "index_overlay_events_max", 1'000, 10'000'000,
     [](Config& c) -> Target { return &c.engine.index_overlay_events_max; }},
    {"limits", "index_cache_bytes", kMiB, 64 * kGiB, [](Config& c) -> Target { return &c.engine.index_cache_bytes; }},
    {"limits", "command_days_kept", 1, 3'650, [](Config& c) -> Target { return &c.engine.command_days_kept; }},
    {"limits", "receipt_interval_ms", 0, 3'600'000, [](Config& c) -> Target { return &c.engine.receipt_interval_ms; }},
    {"limits", "receipts_waiting_max", 1, 10'000'000,
     [](Config& c) -> Target { return &c.engine.receipts_waiting_max; }},

    // The event log (engine/log/rocks_log.h).
    {"limits.log", "write_buffer_bytes", kMiB, kGiB,
     [](Config& c) -> Target { return &c.engine.log.write_buffer_bytes; }},
    {"limits.log", "wal_bytes_max", kMiB, kGiB, [](Config& c) -> Target { return &c.engine.log.wal_bytes_max; }},
    {"limits.log", "block_cache_bytes", kMiB, 64 * kGiB,
     [](Config& c) -> Target { return &c.engine.log.block_cache_bytes; }},
    {"limits.log", "disk_reserve_bytes", 16 * kMiB, 1'024 * kGiB,
     [](Config& c) -> Target { return &c.engine.log.disk_reserve_bytes; }},
    {"limits.log", "witness_interval_ms", 10, 60'000,
     [](Config& c) -> Target { return &c.engine.log.witness_interval_ms; }},

    // The typing lane (engine/log/typing_lane.h).
    {"limits.typing", "kept_ms", 1'000, 86'400'000, [](Config& c) -> Target { return &c.engine.typing.kept_ms; }},
    {"limits.typing", "entries_max", 1, 100'000'000, [](Config& c) -> Target { return &c.engine.typing.entries_max; }},

    // The blob store (engine/files/blob_store.h).
    {"limits.files", "transfers_max", 1, 4'000, [](Config& c) -> Target { return &c.files.transfers_max; }},

    // The views (projections/views.h).
    {"limits.views", "batch_events_max", 1, 100'000, [](Config& c) -> Target { return &c.views.batch_events_max; }},
    {"limits.views", "write_buffer_bytes", kMiB, kGiB, [](Config& c) -> Target { return &c.views.write_buffer_bytes; }},
    {"limits.views", "block_cache_bytes", kMiB, 64 * kGiB,
     [](Config& c) -> Target { return &c.views.block_cache_bytes; }},
    {"limits.views", "flush_interval_ms", 100, 3'600'000,
     [](Config& c) -> Target { return &c.views.flush_interval_ms; }},
    {"limits.views", "rebuild_events_per_s", 1'000, 10'000'000,
     [](Config& c) -> Target { return &c.views.rebuild_events_per_s; }},
    {"limits.views", "counters_cached_max", 1, 100'000'000,
     [](Config& c) -> Target { return &c.views.counters_cached_max; }},

    // Search (projections/search/search_view.h).
    {"limits.search", "batch_events_max", 1, 100'000, [](Config& c) -> Target { return &c.search.batch_events_max; }},
    {"limits.search", "batch_interval_ms", 1, 1'000, [](Config& c) -> Target { return &c.search.batch_interval_ms; }},
    {"limits.search", "rebuild_events_max", 1, 1'000'000,
     [](Config& c) -> Target { return &c.search.rebuild_events_max; }},
    {"limits.search", "readers", 1, 64, [](Config& c) -> Target { return &c.search.readers; }},
    {"limits.search", "questions_waiting_max", 1, 100'000,
     [](Config& c) -> Target { return &c.search.questions_waiting_max; }},
    {"limits.search", "scrub_interval_ms", 1, 86'400'000,
     [](Config& c) -> Target { return &c.search.scrub_interval_ms; }},
    {"limits.search", "page_ms", 1, 60'000, [](Config& c) -> Target { return &c.search.budgets.page_ms; }},
    {"limits.search", "count_ms", 0, 60'000, [](Config& c) -> Target { return &c.search.budgets.count_ms; }},
    {"limits.search", "relevance_ms", 0, 60'000, [](Config& c) -> Target { return &c.search.budgets.relevance_ms; }},

    // Proofs (engine/proof/proofs.h, projections/process/proof_keeper.h).
    {"proof", "origin", 0, 0, [](Config& c) -> Target { return &c.proof.origin; }},
    {"proof", "interval_ms", 100, 3'600'000, [](Config& c) -> Target { return &c.proof.interval_ms; }},
    {"proof", "events", 1, 10'000'000, [](Config& c) -> Target { return &c.proof.events; }},
    {"proof", "push_file", 0, 0, [](Config& c) -> Target { return &c.push.file; }},
    {"proof", "push_url", 0, 0, [](Config& c) -> Target { return &c.push.url; }},
    {"proof", "push_ca_file", 0, 0, [](Config& c) -> Target { return &c.push.ca_file; }},
    {"proof", "push_interval_s", 1, 86'400, [](Config& c) -> Target { return &c.push.interval_s; }},
    {"proof", "push_timeout_ms", 100, 60'000, [](Config& c) -> Target { return &c.push.timeout_ms; }},

    // What happens without being asked (projections/process/process.h).
    {"notifications", "after_s", 1, 86'400, [](Config& c) -> Target { return &c.process.notify_after_s; }},
    {"limits.files", "unattached_s", 1, 31'536'000, [](Config& c) -> Target { return &c.process.files_unattached_s; }},
    {"limits.files", "sweep_s", 1, 31'536'000, [](Config& c) -> Target { return &c.process.files_sweep_s; }},
    {"limits", "consumers_max", 0, 1'000, [](Config& c) -> Target { return &c.process.consumers.most; }},
    {"limits", "consumer_flush_interval_ms", 10, 60'000,
     [](Config& c) -> Target { return &c.process.consumers.flush_interval_ms; }},
    {"backup", "folder", 0, 0, [](Config& c) -> Target { return &c.backup_folder; }},
    {"limits", "dead_letters_max", 1, 1'000'000, [](Config& c) -> Target { return &c.process.dead_letters_max; }},
};

constexpr Setting kWebhookSettings[] = {
    {"webhooks", "name", 0, 0, [](Config& c) -> Target { return &c.webhooks.back().name; }},
    {"webhooks", "url", 0, 0, [](Config& c) -> Target { return &c.webhooks.back().url; }},
    {"webhooks", "secret_file", 0, 0, [](Config& c) -> Target { return &c.webhooks.back().secret_file; }},
    {"webhooks", "types", 0, 0, [](Config& c) -> Target { return &c.webhooks.back().types; }},
    {"webhooks", "conversations", 0, 0, [](Config& c) -> Target { return &c.webhooks.back().conversations; }},
    {"webhooks", "from", 0, 0, [](Config& c) -> Target { return &c.webhooks.back().from; }},
    {"webhooks", "ca_file", 0, 0, [](Config& c) -> Target { return &c.webhooks.back().ca_file; }},
    {"webhooks", "timeout_ms", 100, 60'000, [](Config& c) -> Target { return &c.webhooks.back().timeout_ms; }},
    {"webhooks", "max_attempts", 1, 1'000, [](Config& c) -> Target { return &c.webhooks.back().max_attempts; }},
    {"webhooks", "retry_first_ms", 10, 3'600'000,
     [](Config& c) -> Target { return &c.webhooks.back().retry_first_ms; }},
    {"webhooks", "retry_most_ms", 10, 86'400'000, [](Config& c) -> Target { return &c.webhooks.back().retry_most_ms; }},
};

}  // namespace

std::span<const Setting> settings() { return kSettings; }
std::span<const Setting> webhook_settings() { return kWebhookSettings; }

}  // namespace hansard::api
