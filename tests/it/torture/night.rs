//! The nights that the trials disturb: small sites, each with what an undisturbed run leaves of it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use sluss::site::Site;

use super::left::{Left, copy, difference, left, walk};
use super::trials::Random;

/// Two books, one with an insurer's feed that has done-files.
const SETTINGS: &str = r#"
[site]
time_zone = "Europe/Stockholm"

[partner.nordbank]
formats = ["insurance-csv-1", "insurance-xml-1", "insurance-excel-1", "premium-collection-csv-1"]
lines = ["insurance"]
order = "sequence"
settle = "0s"
answers = { pain002 = true }

[partner.havsfaktura]
formats = ["invoice-cover-csv-1", "canonical-csv"]
lines = ["cover"]
settle = "0s"

[partner.kreditskydd]
formats = ["canonical-csv", "canonical-xml"]
lines = ["cover"]
book = "havsfaktura"
role = "insurer"
settle = "0s"
done_file = "{name}.done"

[product.LOANPROT-A]
line = "insurance"
currency = ["SEK"]

[product.LOANPROT-B]
line = "insurance"
currency = ["SEK"]

[product.SPOT-REINSURE]
line = "cover"
channel = "reinsure"

[product.SPOT-INSURE]
line = "cover"
channel = "insure"
"#;

/// Partly accepted, a workbook, one that is scheduled, cut off, of wrong totals; a cover's offers and their answers.
const FIRST: [&str; 7] = [
    "nordbank/INS_20261120_001.csv",
    "nordbank/INS_20261120_004.xlsx",
    "nordbank/INS_20261120_005.csv",
    "nordbank/INS_20261120_007.xml",
    "nordbank/INS_20261120_008.xml",
    "havsfaktura/COVER_20261120_001.csv",
    "kreditskydd/canonical_20261120_01_answers.csv",
];

/// The bytes of the first file again, and new ones.
const LATER: [&str; 3] = [
    "nordbank/INS_20261120_006.csv",
    "nordbank/BET_20261120_002.csv",
    "kreditskydd/canonical_20261120_02_answers.xml",
];

/// A site before a run, and what the run leaves.
pub(crate) struct Night {
    pub(crate) name: &'static str,
    pub(crate) before: PathBuf,
    pub(crate) after: Left,
    /// How long the undisturbed run took: what moments are drawn from.
    pub(crate) took: Duration,
    date: &'static str,
    now: &'static str,
}

/// All nights, in a folder that goes with them.
pub(crate) struct Nights {
    above: tempfile::TempDir,
    pub(crate) all: Vec<Night>,
}

impl Nights {
    /// Makes the sites and runs each once. In memory, where there is such a place: most trials need no disk.
    pub(crate) fn make() -> Self {
        let memory = Path::new("/dev/shm");
        let above = if memory.is_dir() {
            tempfile::tempdir_in(memory)
        } else {
            tempfile::tempdir()
        };
        let mut nights = Self {
            above: above.expect("a folder for a test"),
            all: Vec::new(),
        };
        let (date, now) = ("2026-11-20", "2026-11-20T02:00:00+01:00");
        let fresh = nights.above.path().join("fresh");
        Site::init_with(
            &fresh,
            SETTINGS,
            &["nordbank", "havsfaktura", "kreditskydd"],
        )
        .expect("a new site");
        let made = nights.above.path().join("made");
        copy(&fresh, &made);
        drop_files(&fresh, &FIRST);
        nights.add("fresh", &fresh, date, now);
        // The folders are there already: all that is written is written by the batches.
        let empty = nights.all[0].run(&made).status().expect("the program runs");
        assert_eq!(empty.code(), Some(0));
        drop_files(&made, &FIRST);
        let after = nights.add("made", &made, date, now);
        drop_files(&after, &LATER);
        nights.add("later", &after, "2027-01-15", "2027-01-15T02:00:00+01:00");
        let due = |path: &PathBuf| path.to_string_lossy().contains("/due-");
        let later = &nights.all[2].after;
        assert!(later.files.keys().any(due), "nothing fell due");
        nights
    }

    /// Runs a copy of the site, which is returned.
    fn add(
        &mut self,
        name: &'static str,
        before: &Path,
        date: &'static str,
        now: &'static str,
    ) -> PathBuf {
        let mut night = Night {
            name,
            before: before.to_owned(),
            after: left(before),
            took: Duration::ZERO,
            date,
            now,
        };
        let after = self.above.path().join(format!("{name}-after"));
        copy(before, &after);
        let begun = Instant::now();
        let status = night.run(&after).status().expect("the program runs");
        night.took = begun.elapsed();
        assert_eq!(status.code(), Some(1), "some records of the night are bad");
        night.after = left(&after);
        self.all.push(night);
        after
    }

    /// A name for a site of a trial.
    pub(crate) fn place(&self, name: &str) -> PathBuf {
        self.above.path().join(name)
    }

    /// A fresh copy of a night's site.
    pub(crate) fn site(&self, night: usize, name: &str) -> PathBuf {
        let site = self.place(name);
        if site.exists() {
            std::fs::remove_dir_all(&site).expect("a site of the test");
        }
        copy(&self.all[night].before, &site);
        site
    }
}

impl Night {
    /// The command that runs this night in a site.
    pub(crate) fn run(&self, site: &Path) -> Command {
        let mut command = self.command("run", site);
        command.args(["--quiet", "--threads", "1"]);
        command
    }

    /// A command at this night's clock.
    pub(crate) fn command(&self, name: &str, site: &Path) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sluss"));
        command
            .args([name, "--business-date", self.date, "--now", self.now])
            .arg("--site")
            .arg(site)
            .env_remove("SLUSS_FAILPOINT")
            .env_remove("SLUSS_BREAK");
        command
    }

    /// A moment of a run, drawn by chance; now and then behind its end.
    pub(crate) fn moment(&self, random: &mut Random) -> Duration {
        self.took * u32::try_from(random.below(1_100)).expect("small") / 1_000
    }

    /// Runs the night to its end and says in what the site is another than after an undisturbed run.
    pub(crate) fn finish(&self, site: &Path, broken: Option<&str>) -> Option<String> {
        let mut command = self.run(site);
        if let Some(promise) = broken {
            command.env("SLUSS_BREAK", promise);
        }
        let again = command.output().expect("the program runs");
        if again.status.code().is_none_or(|code| code > 1) {
            let told = String::from_utf8_lossy(&again.stderr);
            return Some(format!("the next run: {}: {told}", again.status));
        }
        self.differs(site)
    }

    /// The same, where batches were taken in another order: every file is archived and answered as in an undisturbed
    /// run, but for what the order decides.
    pub(crate) fn finish_in_another_order(&self, site: &Path) -> Option<String> {
        let again = self.run(site).output().expect("the program runs");
        if again.status.code().is_none_or(|code| code > 1) {
            let told = String::from_utf8_lossy(&again.stderr);
            return Some(format!("the next run: {}: {told}", again.status));
        }
        let found = left(site);
        let taken = |left: &Left| -> Vec<PathBuf> {
            let files = left.files.keys().filter(|path| !path.starts_with("outbox"));
            files.cloned().collect()
        };
        if taken(&found) != taken(&self.after) {
            return Some(format!("differs: {}", difference(&found, &self.after)));
        }
        let summaries = |left: &Left| {
            let summary = |path: &&PathBuf| path.to_string_lossy().ends_with(".summary.json");
            left.files.keys().filter(summary).count()
        };
        let (there, wanted) = (summaries(&found), summaries(&self.after));
        (there != wanted).then(|| format!("{there} summaries, not {wanted}"))
    }

    /// In what the site is another than after an undisturbed run.
    pub(crate) fn differs(&self, site: &Path) -> Option<String> {
        let found = left(site);
        if found != self.after {
            return Some(format!("differs: {}", difference(&found, &self.after)));
        }
        let in_hand: Vec<PathBuf> = walk(&site.join("work"))
            .into_iter()
            .filter(|path| path.parent() != Some(&site.join("work")))
            .collect();
        (!in_hand.is_empty()).then(|| format!("still in hand: {in_hand:?}"))
    }
}

fn drop_files(site: &Path, files: &[&str]) {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("inbox-sample");
    for file in files {
        let to = site.join("inbox").join(file);
        std::fs::copy(samples.join(file), &to).expect("a sample");
        if file.starts_with("kreditskydd/") {
            let done = format!("{}.done", to.display());
            std::fs::write(done, "").expect("a done-file");
        }
    }
}
