#include "engine/proof/origin.h"

#include <charconv>

#include "engine/base/durable_file.h"
#include "engine/base/whole_file.h"

namespace hansard::proof {

namespace {
constexpr std::string_view kEpoch = "/epoch-";
constexpr std::size_t kKeyFileBytesMax = 1'024;

Result<SigningKey> make_key(const std::string& path, std::string_view origin, const log::EventLog& log) {
  std::string name(origin);
  if (name.empty()) {
    TRY(auto cluster, log.meta("cluster_id"));
    name = "hansard/" + cluster;
  }
  if (!is_key_name(name)) {
    return base::error(base::ErrorCode::malformed,
                       "proof.origin must be printable ASCII without spaces and \"+\": " + name);
  }
  SigningKey key = SigningKey::make(std::move(name));
  TRY(base::replace_file(path, key.text() + "\n"));
  return key;
}
}  // namespace

std::string origin_of_epoch(std::string_view base, std::uint32_t epoch) {
  std::string origin(base);
  if (epoch > 1) origin += std::string(kEpoch) + std::to_string(epoch);
  return origin;
}

std::optional<std::uint32_t> epoch_of_origin(std::string_view base, std::string_view origin) {
  if (origin == base) return 1;
  if (!origin.starts_with(base)) return std::nullopt;
  origin.remove_prefix(base.size());
  if (!origin.starts_with(kEpoch)) return std::nullopt;
  origin.remove_prefix(kEpoch.size());
  std::uint32_t epoch = 0;
  const auto [end, error] = std::from_chars(origin.data(), origin.data() + origin.size(), epoch);
  if (error != std::errc() || end != origin.data() + origin.size() || epoch < 2) return std::nullopt;
  return epoch;
}

Result<SigningKey> open_signing_key(const std::string& path, std::string_view origin, const log::EventLog& log) {
  TRY(auto text, base::read_file_if_there(path, kKeyFileBytesMax));
  if (!text) return make_key(path, origin, log);
  while (text->ends_with('\n')) text->pop_back();
  auto key = SigningKey::parse(*text);
  if (!key) return base::error(key.error().code, path + ": " + key.error().detail);
  if (!origin.empty() && key.value().verifier().name() != origin) {
    return base::error(base::ErrorCode::refused, path + " is the key of " + key.value().verifier().name() +
                                                     ", and proof.origin is " + std::string(origin) +
                                                     ": an origin does not change; set it back");
  }
  return key;
}

}  // namespace hansard::proof
