//! Looks through an inbox: nothing is opened but to compare a checksum, no link is followed, no folder entered.

use std::cmp::Ordering;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use super::ready::{Readiness, Sidecars, judge};
use crate::check::hide_name;
use crate::code::Code;
use crate::os::{self, Folder, Kind, Stat};
use crate::site::Site;
use crate::site::settings::{BatchOrder, Partner};

/// What lies in one inbox.
#[derive(Debug, Default)]
pub struct Scan {
    /// Files, in the order in which the partner's batches are taken.
    pub found: Vec<Found>,
    /// What the operator should know of.
    pub warnings: Vec<Warning>,
}

/// One file, and whether it may be taken.
#[derive(Clone, Debug)]
pub struct Found {
    /// The file.
    pub candidate: Candidate,
    /// Whether it may be taken.
    pub readiness: Readiness,
}

/// One name in an inbox that stands for a batch.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The name as it stands there; perhaps no text.
    pub name: OsString,
    /// What was seen of it.
    pub stat: Stat,
    /// The sequence number in its name, where a format finds one.
    pub sequence: Option<u64>,
    /// How its done-file is named, where it waits for one.
    pub done_pattern: Option<String>,
}

impl Candidate {
    /// The name for people: what is no text in it is replaced, and what is a card number or a person's is masked.
    pub fn shown_name(&self) -> String {
        hide_name(&self.name.display().to_string()).into_owned()
    }
}

/// What the partner's formats say about names.
#[derive(Clone, Copy)]
pub struct Naming<'a> {
    /// What they say about one file's name.
    pub of: &'a dyn Fn(&str) -> Named,
    /// Every pattern of done-files that they name, such as `{name}.done`.
    pub done_files: &'a [String],
}

/// What the formats say about one name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    /// The sequence number in it.
    pub sequence: Option<u64>,
    /// How its done-file is named; `None`: quiet alone decides.
    pub done_file: Option<String>,
}

/// Something in an inbox that is no batch and should be looked at. Never a failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// Where.
    pub path: PathBuf,
    /// What is odd about it.
    pub message: &'static str,
}

impl fmt::Display for Warning {
    /// The path is quoted and escaped, and what must not be told of the name is masked.
    #[expect(clippy::unnecessary_debug_formatting, reason = "Debug is what escapes")]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = format!("{:?}", self.path);
        write!(f, "{}: {}", hide_name(&path), self.message)
    }
}

/// Endings of uploads that are under way, and of editors' copies.
const UNFINISHED: &[&str] = &[".part", ".filepart", ".tmp", ".crdownload", "~"];

/// After this time an ignored name is told: perhaps it was meant to be taken.
const LONG: Duration = Duration::from_secs(24 * 3600);

/// Looks through a partner's inbox. `now` is the real clock's time, whatever the run's.
pub fn scan(
    partner: &Partner,
    inbox: &Folder,
    naming: Naming<'_>,
    now: SystemTime,
    sidecars: &mut Sidecars,
) -> os::Result<Scan> {
    let mut scan = Scan::default();
    let profile = partner.done_file.as_ref().map(std::slice::from_ref);
    let patterns = profile.unwrap_or(naming.done_files);
    for name in inbox.names()? {
        // A name that is gone again was taken away by its owner.
        let Some(stat) = inbox.look(&name)? else {
            continue;
        };
        let mut warn = |message| {
            let path = inbox.path().join(&name);
            scan.warnings.push(Warning { path, message });
        };
        if stat.kind == Kind::Folder && !is_hidden(&name) {
            warn("a folder in an inbox is not entered");
            continue;
        }
        if is_ignored(&name, patterns) {
            if now
                .duration_since(stat.changed_at())
                .is_ok_and(|age| age > LONG)
            {
                warn("a name that is ignored has lain here for more than a day");
            }
            continue;
        }
        if let Some(found) = look_at(partner, inbox, &name, stat, naming, now, sidecars)? {
            scan.found.push(found);
        }
    }
    scan.found
        .sort_by(|a, b| order(partner.order, &a.candidate, &b.candidate));
    Ok(scan)
}

fn look_at(
    partner: &Partner,
    inbox: &Folder,
    name: &OsStr,
    stat: Stat,
    naming: Naming<'_>,
    now: SystemTime,
    sidecars: &mut Sidecars,
) -> os::Result<Option<Found>> {
    let mut candidate = Candidate {
        name: name.to_owned(),
        stat,
        sequence: None,
        done_pattern: None,
    };
    let text = name
        .to_str()
        .filter(|text| !text.chars().any(char::is_control));
    let readiness = match text {
        _ if !stat.is_plain() => refused(Code::NotPlainFile),
        None => refused(Code::BadName),
        Some(text) => {
            let named = (naming.of)(text);
            candidate.sequence = named.sequence;
            candidate.done_pattern = partner.done_file.clone().or(named.done_file);
            let pattern = candidate.done_pattern.as_deref();
            judge(inbox, partner, text, &stat, pattern, now, sidecars)?
        }
    };
    Ok(Some(Found {
        candidate,
        readiness,
    }))
}

fn refused(code: Code) -> Readiness {
    Readiness::Refused {
        code,
        done_file: None,
    }
}

fn order(by: BatchOrder, a: &Candidate, b: &Candidate) -> Ordering {
    let sequence = match by {
        BatchOrder::Name => Ordering::Equal,
        // A name without a number comes behind those that have one.
        BatchOrder::Sequence => {
            (a.sequence.is_none(), a.sequence).cmp(&(b.sequence.is_none(), b.sequence))
        }
    };
    sequence.then_with(|| a.name.cmp(&b.name))
}

fn is_ignored(name: &OsStr, done_files: &[String]) -> bool {
    let bytes = name.as_encoded_bytes();
    if is_hidden(name) {
        return true;
    }
    let unfinished = |end: &str| {
        let end = end.as_bytes();
        bytes.len() >= end.len() && bytes[bytes.len() - end.len()..].eq_ignore_ascii_case(end)
    };
    UNFINISHED.iter().any(|end| unfinished(end))
        || done_files
            .iter()
            .any(|pattern| is_done_file(bytes, pattern))
        || name.to_str().is_some_and(is_our_rejected)
}

fn is_hidden(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".")
}

fn is_done_file(name: &[u8], pattern: &str) -> bool {
    let Some((before, behind)) = pattern.split_once("{name}") else {
        return false;
    };
    name.len() > before.len() + behind.len()
        && name.starts_with(before.as_bytes())
        && name.ends_with(behind.as_bytes())
}

/// Whether a name is one that we give to rejected records: `<stem>.<batch>.rejected.<ext>`, the batch being 12 hex
/// digits and perhaps `.r<n>`. They come back mended, under a new name.
fn is_our_rejected(name: &str) -> bool {
    let mut parts = name.rsplit('.').skip(1);
    if parts.next() != Some("rejected") {
        return false;
    }
    let is_hex = |part: &str| part.len() == 12 && part.bytes().all(|b| b.is_ascii_hexdigit());
    let is_again = |part: &str| {
        part.strip_prefix('r')
            .is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
    };
    match parts.next() {
        Some(part) if is_again(part) => parts.next().is_some_and(is_hex),
        Some(part) => is_hex(part),
        None => false,
    }
}

/// What lies in the site's own `inbox/` and belongs to no partner.
pub fn strays(site: &Site) -> os::Result<Vec<Warning>> {
    let inbox = match Folder::open(&site.root().join("inbox")) {
        Ok(inbox) => inbox,
        Err(fault) if fault.is_not_found() => return Ok(Vec::new()),
        Err(fault) => return Err(fault),
    };
    let mut warnings = Vec::new();
    let partners = &site.settings().partners;
    for name in inbox.names()? {
        let path = inbox.path().join(&name);
        if is_hidden(&name) {
            continue;
        }
        let Some(stat) = inbox.look(&name)? else {
            continue;
        };
        // A partner's inbox may lie deeper: its first folder is no stray then.
        if partners
            .values()
            .any(|partner| partner.inbox.starts_with(&path))
        {
            continue;
        }
        let message = match stat.kind {
            Kind::Folder => "a folder here belongs to no partner of sluss.toml",
            Kind::Plain | Kind::Link | Kind::Other => {
                "a file lies directly in inbox/; a partner's files lie in his folder"
            }
        };
        warnings.push(Warning { path, message });
    }
    Ok(warnings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_no_batches_are_ignored() {
        let patterns = ["{name}.done".to_owned(), "ok_{name}".to_owned()];
        let rows: &[(&str, bool)] = &[
            (".hidden", true),
            ("a.csv.part", true),
            ("a.csv.FILEPART", true),
            ("a.tmp", true),
            ("a.crdownload", true),
            ("a.csv~", true),
            ("a.csv.done", true),
            (".done", true),
            ("ok_a.csv", true),
            ("INS.3f9a00112233.rejected.csv", true),
            ("INS.3f9a00112233.r2.rejected.csv", true),
            ("a.csv", false),
            ("part", false),
            ("a.parts", false),
            ("ok_", false),
            ("a.sha256", false),
            ("INS.rejected.csv", false),
            ("rejected.csv", false),
            ("INS.3f9a0011223.rejected.csv", false),
            ("INS.3f9a00112233.rx.rejected.csv", false),
            ("INS.3f9a00112233.rejected.mended.csv", false),
        ];
        for (name, expected) in rows {
            assert_eq!(is_ignored(OsStr::new(name), &patterns), *expected, "{name}");
        }
    }
}
