//! Points at which a test can kill the process, and promises that a test can break: in debug builds alone.

/// Every step of the batch protocol that a kill can fall behind, in order. A batch passes each that concerns it.
pub const STEPS: &[&str] = &[
    // Taking (inbox).
    "claim_folder_made",
    "claim_written",
    "input_taken",
    "claim_synced",
    "done_file_taken",
    "retry_copied",
    // Reading, deciding, recording (run).
    "reading_begun",
    "reading_ended",
    "answers_written",
    "answers_synced",
    "batch_named",
    "before_commit",
    "book_made",
    "after_commit",
    // Publishing (outbox).
    "summary_written",
    "publishing_begun",
    "answer_published",
    "answers_published",
    "summary_published",
    "reason_written",
    "input_put_away",
    "done_file_put_away",
    "claim_emptied",
    "claim_removed",
    // Behind it (run).
    "marked_published",
    // Removing what is kept no longer (run): no batch passes these.
    "purged_input_removed",
    "purged_book_scrubbed",
];

/// Promises that a debug build can be told to break, so that a test of the promise can show that it would notice.
pub const BREAKS: &[&str] = &[
    // A folder's names are not brought to the disk.
    "no_folder_sync",
    // A file's bytes are not brought to the disk.
    "no_file_sync",
    // A sync that fails is taken for one that did not.
    "sync_errors_swallowed",
    // What cannot be written is passed over.
    "write_errors_swallowed",
    // What an earlier run left in hand is forgotten.
    "nothing_recovered",
    // Bytes that were taken before are taken again.
    "bytes_taken_again",
    // A run that could not finish says nothing and ends with 0.
    "failure_not_told",
    // Nobody looks whether a file is still being written, nor whether it is quiet.
    "half_written_taken",
    // A watch hears of nothing, and looks at nothing again.
    "watch_is_deaf",
    // A watch ends where it is at the first signal.
    "ends_at_once",
];

/// Says that a step of [`STEPS`] is done. In a debug build the process kills itself here where `SLUSS_FAILPOINT`
/// names the step, as `name`, or `name:n` for its n-th time; a release build does nothing.
pub fn step(name: &'static str) {
    debug_assert!(STEPS.contains(&name), "unknown step {name}");
    if cfg!(debug_assertions) && is_due(name) {
        // As a crash would: nothing is flushed, nothing is dropped.
        let own = rustix::process::getpid();
        rustix::process::kill_process(own, rustix::process::Signal::KILL)
            .expect("a process may kill itself");
        std::thread::park();
    }
}

/// Whether a promise of [`BREAKS`] is to be broken: in a debug build, where `SLUSS_BREAK` names it; never in a release
/// build.
pub fn is_broken(name: &'static str) -> bool {
    use std::sync::OnceLock;
    static WANTED: OnceLock<Option<String>> = OnceLock::new();
    debug_assert!(BREAKS.contains(&name), "unknown promise {name}");
    cfg!(debug_assertions)
        && WANTED
            .get_or_init(|| std::env::var("SLUSS_BREAK").ok())
            .as_deref()
            == Some(name)
}

fn is_due(name: &str) -> bool {
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU64, Ordering};
    static WANTED: OnceLock<Option<(String, u64)>> = OnceLock::new();
    static SEEN: AtomicU64 = AtomicU64::new(0);
    let wanted = WANTED.get_or_init(|| {
        let text = std::env::var("SLUSS_FAILPOINT").ok()?;
        let (name, count) = text.split_once(':').unwrap_or((&text, "1"));
        Some((name.to_owned(), count.parse().ok()?))
    });
    match wanted {
        Some((wanted, count)) if wanted == name => {
            SEEN.fetch_add(1, Ordering::Relaxed) + 1 == *count
        }
        _ => false,
    }
}
