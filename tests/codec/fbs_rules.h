// When a schema may follow a released one. Stricter than flatc 2.0.8 --conform, which lets pass: deletion of the last
// field, deleted enum and union members, an added `required`, and growth of a struct.
#pragma once

#include <string>
#include <vector>

#include "tests/codec/fbs_model.h"

namespace hansard::codec::testing {

// One sentence for each thing that makes records of `released` unreadable, or readable as something else. Allowed are
// new definitions, new table fields that are not required, and new enum and union members with new numbers.
std::vector<std::string> incompatibilities(const FbsSchema& released, const FbsSchema& current);

// What facts.fbs promises of every schema: each table field has an id, and each table ending in "Facts" has
// `actor:string` with id 0.
std::vector<std::string> broken_laws(const FbsSchema& schema);

}  // namespace hansard::codec::testing
