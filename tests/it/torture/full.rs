//! A full disk costs only time: a site, its files or its ledger on a file system that is too small, then larger.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::disk::Mounted;
use super::errors::{run, verdict};
use super::left::{copy, walk};
use super::night::Nights;
use super::trials::{Random, Trials, trials};

/// Room for any of these nights, in KiB.
const ROOMY: u64 = 32 << 10;

/// What is on the disk that fills up. Inbox, outbox, archive, quarantine and work are always on one (else refused).
#[derive(Clone, Copy, Debug)]
enum Small {
    /// All of the site.
    Site,
    /// The ledger alone.
    Ledger,
    /// All but the ledger.
    Files,
}

/// A site on disks of their own; unmounted in this order.
struct Disks {
    ledger: Option<Mounted>,
    site: Mounted,
    small: Small,
}

impl Disks {
    fn make(nights: &Nights, night: usize, small: Small, name: &str, kib: u64) -> Self {
        let before = &nights.all[night].before;
        let at = nights.place(name);
        let (site_kib, ledger_kib) = match small {
            Small::Site => (kib, None),
            Small::Ledger => (ROOMY, Some(kib)),
            Small::Files => (kib, Some(ROOMY)),
        };
        let site = Mounted::memory(ROOMY, &at);
        let inner = at.join("site");
        copy(before, &inner);
        let ledger = ledger_kib.map(|kib| {
            for file in walk(&inner.join("ledger")) {
                std::fs::remove_file(file).expect("a book's copy");
            }
            let mounted = Mounted::memory(ROOMY, &inner.join("ledger"));
            for file in walk(&before.join("ledger")) {
                copy(&file, &mounted.at);
            }
            mounted.resize(kib.max(used(&mounted.at) + 4));
            mounted
        });
        site.resize(site_kib.max(used(&site.at) + 4));
        Self {
            ledger,
            site,
            small,
        }
    }

    fn path(&self) -> PathBuf {
        self.site.at.join("site")
    }

    /// The one that fills up.
    fn small(&self) -> &Mounted {
        match (self.small, &self.ledger) {
            (Small::Ledger, Some(ledger)) => ledger,
            _ => &self.site,
        }
    }

    fn unmount(self) {
        if let Some(ledger) = self.ledger {
            ledger.unmount();
        }
        self.site.unmount();
    }
}

/// KiB in use.
fn used(at: &Path) -> u64 {
    let found = rustix::fs::statvfs(at).expect("a file system");
    (found.f_blocks - found.f_bfree) * found.f_frsize / 1024
}

/// KiB by which a night makes the small part of its site grow, roughly, and more than it at its highest.
const GROWTH: u64 = 1_600;

/// A run on a disk that is too small, or that something else fills while it works; then more room, and the next run.
fn trial(
    nights: &Nights,
    (number, small): (usize, Small),
    room: (u64, Option<Duration>),
    broken: Option<&str>,
) -> Option<String> {
    let night = &nights.all[number];
    let (kib, filled_after) = room;
    let name = broken.unwrap_or("small");
    let disks = Disks::make(nights, number, small, name, kib);
    let site = disks.path();
    let mut command = run(night, &site);
    if let Some(promise) = broken {
        command.env("SLUSS_BREAK", promise);
    }
    let ballast = disks.small().at.join("ballast");
    let done = std::thread::scope(|scope| {
        if let Some(time) = filled_after {
            let ballast = &ballast;
            scope.spawn(move || {
                std::thread::sleep(time);
                // Until the disk is full.
                std::fs::write(
                    ballast,
                    vec![1; usize::try_from(ROOMY << 10).expect("small")],
                )
                .ok();
            });
        }
        command.output().expect("the program runs")
    });
    std::fs::remove_file(ballast).ok();
    disks.small().resize(ROOMY);
    let fault = verdict(night, &site, &done, "a full disk");
    let fault = fault.or_else(|| night.finish(&site, None));
    disks.unmount();
    fault
}

#[test]
fn a_full_disk_costs_only_time() {
    let nights = Nights::make();
    let mut random = Random::seeded(7);
    let mut result = Trials::of("a full disk");
    let wanted = trials(10, 100);
    for number in 0..wanted {
        let small = [Small::Site, Small::Ledger, Small::Files][number % 3];
        let night = 1 + number / 3 % 2;
        // Sizes in even steps; in every fourth trial the disk is roomy until something fills it.
        let step =
            u64::try_from(number).expect("small") * GROWTH / u64::try_from(wanted).expect("small");
        let room = match number % 4 {
            3 => (ROOMY, Some(nights.all[night].moment(&mut random))),
            _ => (32 + step, None),
        };
        let fault = trial(&nights, (night, small), room, None);
        result.count(fault.map(|fault| format!("night {night}, {small:?}, {room:?}: {fault}")));
    }
    result.end();
}

#[test]
fn a_program_that_does_not_tell_of_a_full_disk_is_noticed() {
    let nights = Nights::make();
    let mut result = Trials::of("does not tell");
    for small in [Small::Site, Small::Ledger, Small::Files] {
        result.count(trial(
            &nights,
            (1, small),
            (300, None),
            Some("failure_not_told"),
        ));
    }
    result.must_have_failed();
}
