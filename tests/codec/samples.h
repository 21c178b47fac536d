// One literal event of every type, with everything the sequencer adds: the expectations of the golden corpus. Written
// down once, beside tests/golden/records-v1; new samples are added, written ones never change.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/codec/codec.h"

namespace hansard::codec::testing {

struct Sample {
  std::string name;  // of its file in the corpus
  domain::RecordedEvent event;
  base::PartitionId partition = base::kPartition;
  base::ShortDigest actor_hash{};
  Salt facts_salt{};
  Salt content_salt{};
};

std::vector<Sample> samples();
// The one sample of that name.
Sample sample(std::string_view name);

std::string encoded(const Sample& sample);

}  // namespace hansard::codec::testing
