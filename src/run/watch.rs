//! A run that stays: notifications are hints, a full scan is the truth.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use notify::{RecursiveMode, Watcher as _};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use super::{Options, Report, RunError, run};
use crate::os::is_broken;
use crate::site::Site;

/// How long nothing is looked at without a hint.
const RESCAN: Duration = Duration::from_secs(30);
/// How soon a file that is waiting is looked at again.
const AGAIN: Duration = Duration::from_secs(1);
/// How soon a signal to end is seen.
const TICK: Duration = Duration::from_millis(200);

/// Runs again and again until SIGTERM or SIGINT; the batch in hand is brought to its end. A second signal ends the
/// process at once, and the next start does the rest.
pub fn watch(
    dir: &Path,
    options: &Options<'_>,
    tell: &mut dyn FnMut(&Report) -> Result<()>,
) -> Result<(), RunError> {
    let ending = Arc::new(AtomicBool::new(false));
    let signals = if is_broken("ends_at_once") {
        &[][..]
    } else {
        &[SIGTERM, SIGINT]
    };
    for &signal in signals {
        flag::register_conditional_shutdown(signal, 1, Arc::clone(&ending)).context("signals")?;
        flag::register(signal, Arc::clone(&ending)).context("signals")?;
    }
    let (hint, hints) = channel();
    let mut watcher = notify::recommended_watcher(move |_| {
        // Nobody listens any more: the watch is ending.
        hint.send(()).ok();
    })
    .context("notifications")?;
    for partner in Site::open(dir)?.settings().partners.values() {
        if let Err(error) = watcher.watch(&partner.inbox, RecursiveMode::NonRecursive) {
            tracing::warn!(
                "{}: no notifications, so it is looked at every 30 s: {error}",
                partner.inbox.display()
            );
        }
    }
    let stop = || ending.load(Ordering::SeqCst);
    while !stop() {
        let options = Options {
            partner: options.partner.clone(),
            stop: &stop,
            progress: options.progress,
            business_date: options.business_date,
            now: options.now,
            threads: options.threads,
            patience: options.patience,
        };
        let waiting = match run(dir, &options) {
            Ok(report) => {
                tell(&report)?;
                !report.waiting.is_empty()
            }
            Err(RunError::Held) => true,
            Err(error) => return Err(error),
        };
        pause(&hints, if waiting { AGAIN } else { RESCAN }, &stop);
    }
    Ok(())
}

/// Waits for a hint, for the time to pass, or for a signal.
fn pause(hints: &Receiver<()>, most: Duration, stop: &dyn Fn() -> bool) {
    while !stop() && is_broken("watch_is_deaf") {
        std::thread::sleep(TICK);
    }
    let end = Instant::now() + most;
    while !stop() && Instant::now() < end {
        match hints.recv_timeout(TICK) {
            // Files come in bursts: what is in the queue is one hint.
            Ok(()) => {
                while hints.try_recv().is_ok() {}
                return;
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => std::thread::sleep(TICK),
        }
    }
}
