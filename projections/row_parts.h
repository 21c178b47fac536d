// Parts that several rows are made of.
//
// Thread: any; plain functions.
#pragma once

#include <optional>

#include "engine/domain/values.h"
#include "projections/queries.h"
#include "projections/row_bytes.h"

namespace hansard::projections {

void write_time(RowWriter& out, const std::optional<Timestamp>& time);
std::optional<Timestamp> read_time(RowReader& in);
void write_settings(RowWriter& out, const domain::Settings& settings);
void read_settings(RowReader& in, domain::Settings& settings);
void write_reader(RowWriter& out, const ReaderView& reader);
void read_reader(RowReader& in, ReaderView& reader);

}  // namespace hansard::projections
