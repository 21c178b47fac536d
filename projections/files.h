// Uploaded files, folded: what they are, which live messages carry them (who may see one of those may read the file),
// and which no message needs, sent or waiting. A deleted message still needs its files, because an auditor may read it;
// an expired or erased one does not. A file that was collected keeps no name.
//
// Thread: the projector's.
#pragma once

#include <vector>

#include "projections/projection.h"

namespace hansard::projections::files {

void fold(Folding& folding, const domain::FileUploaded& body);
void fold(Folding& folding, const domain::FileCollected& body);
template <class Other>
void fold(Folding&, const Other&) {}

// Ascending, each once.
std::vector<FileId> distinct(std::vector<FileId> files);

// A scheduled message that carries `files` waits for its time, or (`waits` is false) waits no longer. It gives nobody
// the right to read them.
void hold(Folding& folding, const std::vector<FileId>& files, bool waits);
// A message came that carries `files`.
void attach(Folding& folding, const domain::MessageFacts& facts, const std::vector<FileId>& files);
// The message is no longer live.
void detach(Folding& folding, const domain::MessageFacts& facts, const std::vector<FileId>& files,
            domain::MessageStatus status);

}  // namespace hansard::projections::files
