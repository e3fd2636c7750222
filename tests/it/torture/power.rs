//! A power cut loses nothing that was published: ext4 on loop devices, shut down at any moment, mounted again.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::disk::{Mounted, copy_image, cut, ext4};
use super::left::copy;
use super::night::{Night, Nights};
use super::trace::{Call, WRITING, calls, kill_at};
use super::trials::{Random, Trials, trials};

/// Enough for a night, small enough to copy often.
const MIB: u64 = 24;

/// A night's site on disks of its own: all of it on one, the ledger on another.
struct Disks {
    site: PathBuf,
    ledger: PathBuf,
}

impl Disks {
    fn make(nights: &Nights, night: usize) -> Self {
        let made = Self {
            site: nights.place(&format!("{night}-site.img")),
            ledger: nights.place(&format!("{night}-ledger.img")),
        };
        ext4(&made.site, MIB);
        ext4(&made.ledger, MIB);
        let at = nights.place("filled");
        let disk = Mounted::image(&made.site, &at);
        copy(&nights.all[night].before, &at.join("site"));
        disk.unmount();
        let disk = Mounted::image(&made.ledger, &at);
        let ledger = nights.all[night].before.join("ledger");
        for book in std::fs::read_dir(ledger).expect("a ledger") {
            copy(&book.expect("a book").path(), &at);
        }
        disk.unmount();
        made
    }

    /// Fresh copies, mounted.
    fn mount(&self, nights: &Nights, apart: bool) -> Powered {
        let (site, ledger) = (nights.place("site.img"), nights.place("ledger.img"));
        copy_image(&self.site, &site);
        copy_image(&self.ledger, &ledger);
        Powered::mount(&nights.place("disk"), site, apart.then_some(ledger))
    }
}

/// A site whose disks have power.
struct Powered {
    image: PathBuf,
    ledger_image: Option<PathBuf>,
    ledger: Option<Mounted>,
    disk: Mounted,
}

impl Powered {
    fn mount(at: &Path, image: PathBuf, ledger_image: Option<PathBuf>) -> Self {
        let disk = Mounted::image(&image, at);
        let ledger = ledger_image
            .as_ref()
            .map(|image| Mounted::image(image, &at.join("site/ledger")));
        Self {
            image,
            ledger_image,
            ledger,
            disk,
        }
    }

    fn site(&self) -> PathBuf {
        self.disk.at.join("site")
    }

    /// Takes the power away, at once everywhere.
    fn cut(&self) {
        let ledger = self.ledger.as_ref().map(|ledger| ledger.at.as_path());
        let all: Vec<&Path> = ledger.into_iter().chain([self.disk.at.as_path()]).collect();
        cut(&all);
    }

    /// Gives it back.
    fn again(self) -> Self {
        let at = self.disk.at.clone();
        if let Some(ledger) = self.ledger {
            ledger.unmount();
        }
        self.disk.unmount();
        Self::mount(&at, self.image, self.ledger_image)
    }
}

/// When the power goes.
enum Moment {
    /// As the run enters a call.
    Call(Call),
    /// So long after its start, while it runs.
    Time(Duration),
    /// Behind a step of the protocol, as `SLUSS_FAILPOINT` names it.
    Step(String),
    /// As soon as it has ended.
    End,
}

/// One trial: a run, a cut, what is there then, and the next run.
fn trial(
    night: &Night,
    powered: Powered,
    moment: &Moment,
    trace: &Path,
    broken: Option<&str>,
) -> Option<String> {
    let site = powered.site();
    let mut command = night.run(&site);
    if let Some(promise) = broken {
        command.env("SLUSS_BREAK", promise);
    }
    let ended = match moment {
        Moment::Call(call) => kill_at(&command, trace, call).status,
        Moment::Time(time) => {
            command.stderr(std::process::Stdio::null());
            let mut run = command.spawn().expect("the program runs");
            std::thread::sleep(*time);
            powered.cut();
            // What it still tries is refused by a dead disk; a machine without power would not try.
            run.kill().ok();
            run.wait().expect("a child")
        }
        Moment::Step(step) => {
            command.env("SLUSS_FAILPOINT", step);
            command.output().expect("the program runs").status
        }
        Moment::End => command.output().expect("the program runs").status,
    };
    if !matches!(moment, Moment::Time(_)) {
        powered.cut();
    }
    let powered = powered.again();
    let fault = if matches!(moment, Moment::End) && ended.code().is_some() {
        // It said that it was done.
        night
            .differs(&site)
            .map(|fault| format!("after the end of the run: {fault}"))
    } else {
        lost(night, &site)
    };
    let fault = fault.or_else(|| night.finish(&site, None));
    if let Some(ledger) = powered.ledger {
        ledger.unmount();
    }
    powered.disk.unmount();
    fault
}

/// What the ledger marks as published and is not there whole.
fn lost(night: &Night, site: &Path) -> Option<String> {
    for name in ["nordbank", "havsfaktura"] {
        let path = site.join(format!("ledger/{name}.sqlite"));
        if !path.exists() {
            continue;
        }
        let book = Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_ONLY);
        let book = book.expect("the book");
        let Ok(mut query) = book.prepare(
            "SELECT batch, answers, archive FROM journal JOIN published ON journal.id = published.journal",
        ) else {
            // A new book stands aside until its first batch.
            continue;
        };
        let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
        for row in rows.expect("rows") {
            let (batch, answers, archive): (String, String, Option<String>) = row.expect("a row");
            let names: serde_json::Value = serde_json::from_str(&answers).expect("JSON");
            let names = names.as_array().into_iter().flatten();
            let mut wanted: Vec<String> = names
                .filter_map(|answer| answer["name"].as_str().map(str::to_owned))
                .collect();
            wanted.push(format!("{batch}.summary.json"));
            wanted.extend(archive);
            for name in wanted {
                let expected = night
                    .after
                    .files
                    .iter()
                    .filter(|(path, _)| path.to_string_lossy().ends_with(&name));
                let mut count = 0;
                for (path, bytes) in expected {
                    count += 1;
                    if std::fs::read(site.join(path)).ok().as_ref() != Some(bytes) {
                        return Some(format!(
                            "{batch} is marked as published, and {} is lost",
                            path.display()
                        ));
                    }
                }
                assert!(count > 0, "{name} is no answer of this night");
            }
        }
    }
    None
}

#[test]
fn a_power_cut_loses_nothing_that_was_published() {
    let nights = Nights::make();
    let disks = [1, 2].map(|night| (night, Disks::make(&nights, night)));
    let calls = [1, 2].map(|number| {
        let site = nights.site(number, "traced");
        let names = format!("{WRITING},fsync,fdatasync");
        calls(
            &nights.all[number].run(&site),
            &nights.place("trace"),
            &names,
        )
    });
    let mut random = Random::seeded(5);
    let mut result = Trials::of("a power cut");
    for number in 0..trials(20, 200) {
        let at = number % 2;
        let (night, disks) = &disks[at];
        let apart = random.below(2) == 0;
        let moment = match random.below(10) {
            0 if apart => Moment::Step(format!("marked_published:{}", 1 + random.below(4))),
            0 => Moment::End,
            1..=3 => Moment::Time(nights.all[*night].moment(&mut random)),
            _ => {
                let call = random.below(calls[at].len() as u64);
                Moment::Call(calls[at][usize::try_from(call).expect("small")].clone())
            }
        };
        let powered = disks.mount(&nights, apart);
        let night = &nights.all[*night];
        let fault = trial(night, powered, &moment, &nights.place("trace"), None);
        let shown = match &moment {
            Moment::Call(call) => format!("{} {}", call.name, call.number),
            Moment::Time(time) => format!("{time:?}"),
            Moment::Step(step) => step.clone(),
            Moment::End => "its end".to_owned(),
        };
        result.count(
            fault.map(|fault| format!("{}, ledger apart {apart}, at {shown}: {fault}", night.name)),
        );
    }
    result.end();
}

/// A program that does not sync what it wrote, or the folders it is in, loses it when the power goes behind its mark
/// in a ledger on another disk.
#[test]
fn a_program_that_does_not_sync_is_noticed() {
    let nights = Nights::make();
    let disks = Disks::make(&nights, 1);
    for promise in ["no_folder_sync", "no_file_sync"] {
        let mut result = Trials::of(promise);
        for passing in 1..=2 {
            let powered = disks.mount(&nights, true);
            let moment = Moment::Step(format!("marked_published:{passing}"));
            let trace = nights.place("trace");
            let fault = trial(&nights.all[1], powered, &moment, &trace, Some(promise));
            result.count(fault);
        }
        result.must_have_failed();
    }
}
