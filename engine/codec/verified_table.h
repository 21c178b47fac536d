// What facts_table.cpp and content_table.cpp share. Included by those two only: it drags FlatBuffers in.
#pragma once

#include <bit>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>

#include <flatbuffers/flatbuffers.h>

#include "engine/base/check.h"
#include "engine/base/result.h"
#include "engine/codec/record_layout.h"

#include "ids_generated.h"

namespace hansard::codec {

using Builder = flatbuffers::FlatBufferBuilder;
using StringOffset = flatbuffers::Offset<flatbuffers::String>;

// Null when `bytes` are not a whole, well-formed Table within the limits. They may begin at any address, which is why
// GetRoot is not asked: it alone of FlatBuffers reads as if they were aligned.
template <class Table>
const Table* verified_table(std::string_view bytes) {
  flatbuffers::Verifier verifier(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size(), kTableDepthMax,
                                 kTablesMax);
  if (!verifier.VerifyBuffer<Table>(nullptr)) return nullptr;
  return reinterpret_cast<const Table*>(bytes.data() + flatbuffers::ReadScalar<flatbuffers::uoffset_t>(bytes.data()));
}

// Ends the table at `root` and appends its bytes.
template <class Table>
void append_finished(Builder& builder, flatbuffers::Offset<Table> root, std::string& out) {
  builder.Finish(root);
  CHECK(builder.GetSize() <= kTableBytesMax, builder.GetSize());
  out.append(reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize());
}

// An empty string is not written at all.
inline StringOffset optional_string(Builder& builder, const std::string& text) {
  return text.empty() ? StringOffset{} : builder.CreateString(text);
}

inline std::string text_of(const flatbuffers::String* text) { return text == nullptr ? std::string() : text->str(); }

template <class Tag>
wire::Id wire_id(const base::Uuid<Tag>& id) {
  return std::bit_cast<wire::Id>(id.bytes);
}

template <class Tag>
void read_id(const wire::Id& from, base::Uuid<Tag>& to) {
  std::memcpy(to.bytes.data(), &from, to.bytes.size());
}

// The numbers of the domain's enums are those of the schema. False for a number this build does not know.
template <class Wire, class Domain>
bool read_enum(Wire from, Domain& to) {
  to = static_cast<Domain>(from);
  return from >= Wire::MIN && from <= Wire::MAX;
}

}  // namespace hansard::codec
