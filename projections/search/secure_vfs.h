// The file system of the search file's connections: SQLite's own, but a page of the database is wiped and sealed on its
// way to the disk and checked on its way back (sealed_page.h), and a page of the write-ahead log that this process
// wrote is held against what it wrote. One that comes back otherwise is read again, four times in all; then it is
// SQLITE_IOERR_DATA.
//
// Everything else SQLite reads of these files (their heads, the frames of a log at recovery) is believed when two reads
// in a row give the same. So no bit that flips on the way from the disk gets into what is written next. If a log decays
// that a killed process left behind, recovery ends at the place where SQLite's own checksums fail, as it does without
// us.
//
// The write-ahead log holds pages as they are in the cache. So what was deleted is gone once the log has been emptied
// into the database and the cache was let go (Connection::empty_wal, forget_pages).
//
// Sources: https://www.sqlite.org/vfs.html; https://www.sqlite.org/cksumvfs.html for the idea of the seal;
// https://www.sqlite.org/fileformat2.html section 4 for the log.
// Thread: any.
#pragma once

struct sqlite3;

namespace hansard::search {

// Its name, registered with the first call.
const char* secure_vfs();

// New databases of this connection have room for the seals. Before anything else.
void leave_room_for_seals(sqlite3* connection);

// Is this a database of SQLite whose pages have no seals: that of an earlier build, or of another program?
bool lacks_seals(sqlite3* connection);

}  // namespace hansard::search
