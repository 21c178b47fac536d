// Which processors a thread may run on. Where this process has two or more, those who work behind the log keep off the
// first of them while nobody waits for them: whoever is woken to answer finds one where nobody is in the middle of
// something else. A low niceness alone does not do that: the kernel leaves a thread its core to the end of its slice
// (docs/adr/0063).
//
// Only who calls keep_one_processor_free has this: a server. Tools use what there is.
//
// Thread: keep_one_processor_free before others begin; the rest from any. What the kernel refuses is left as it is.
#pragma once

namespace hansard::base {

// From now on, where there are two.
void keep_one_processor_free();
// False: nobody asked for it, this process may run on one only, or the kernel does not say on which.
bool is_one_processor_kept_free();

// `thread`: the kernel's number of one of this process.
void keep_off_free_processor(int thread);
void run_anywhere(int thread);

}  // namespace hansard::base
