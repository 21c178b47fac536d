// Where a view stands, as the bytes of its checkpoint row.
#include "projections/row_bytes.h"
#include "projections/view_store.h"

namespace hansard::projections {

namespace {
constexpr std::uint8_t kCheckpointVersion = 1;
}

void Checkpoint::encode(std::string& out) const {
  RowWriter w(out);
  w.byte(kCheckpointVersion).fixed(epoch).fixed(position.value);
  w.fixed(digest.sum().high).fixed(digest.sum().low).fixed(unknown_events);
}

bool Checkpoint::decode(std::string_view bytes) {
  RowReader in(bytes);
  if (in.byte() != kCheckpointVersion) return false;
  epoch = in.fixed<std::uint32_t>();
  position.value = in.fixed<std::uint64_t>();
  RowHash sum{in.fixed<std::uint64_t>(), in.fixed<std::uint64_t>()};
  digest = RowDigest(sum);
  unknown_events = in.fixed<std::uint64_t>();
  return in.finished();
}

}  // namespace hansard::projections
