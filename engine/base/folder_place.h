// Can a folder that is made beside be put in place by one rename? That is known before anything is made: not onto a
// link, a file or a mount point.
//
// Thread: any; a plain function that changes nothing.
#pragma once

#include <string>

#include "engine/base/result.h"

namespace hansard::base {

enum class Place { nothing, folder, link, file, mount_point };

// What is there, links not followed. Errors: io.
Result<Place> place_at(const std::string& path);

// `refused`, in a sentence that names `path`; io where it cannot be looked at. Whether a folder that is there is empty
// is the caller's question.
Result<void> check_place(const std::string& path);

}  // namespace hansard::base
