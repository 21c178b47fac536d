// CRC32C of bytes that come in pieces; of a whole one it is crc32c() in hash.h.
//
// Thread: any; a plain function.
#pragma once

#include <cstdint>
#include <string_view>

namespace hansard::base {

// Of what `crc` stands for, followed by `bytes`; 0 stands for nothing.
std::uint32_t crc32c_extend(std::uint32_t crc, std::string_view bytes);

// Has this processor an instruction for it? Otherwise it is taken from tables, byte by byte.
bool has_crc32c_instruction();

}  // namespace hansard::base
