//! Every store of the history is held to the same conduct: the one in memory, the one in a file, and, to prove that the
//! checks can fail, some that cheat.

#[path = "storage/backend.rs"]
mod backend;
#[path = "storage/burst.rs"]
mod burst;
#[path = "storage/care.rs"]
mod care;
#[path = "storage/cheats.rs"]
mod cheats;
#[path = "storage/fold.rs"]
mod fold;
#[path = "storage/kills.rs"]
mod kills;
#[path = "storage/memory.rs"]
mod memory;
#[path = "storage/paging.rs"]
mod paging;
#[path = "storage/releases.rs"]
mod releases;
#[path = "storage/words.rs"]
mod words;
