//! Whether a file is complete: a done-file, a checksum that fits, or quiet.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::time::{Duration, SystemTime};

use crate::code::Code;
use crate::os::{self, Folder, Stat};
use crate::site::settings::Partner;

/// Whether a file may be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// Complete; its done-file, if it has one, is taken with it.
    Complete {
        /// The done-file's name.
        done_file: Option<OsString>,
    },
    /// Never to be read: it is taken and put into quarantine for this reason.
    Refused {
        /// Why.
        code: Code,
        /// The done-file's name, where it has one.
        done_file: Option<OsString>,
    },
    /// It changed a moment ago.
    Settling {
        /// When it will have been quiet for long enough.
        until: SystemTime,
    },
    /// Its done-file is not there.
    WaitingForDone {
        /// The done-file's name.
        done_file: OsString,
        /// Since when the file itself is as it is.
        since: SystemTime,
    },
    /// Its checksum does not fit its bytes: one of the two is still on its way.
    SidecarMismatch {
        /// When it goes into quarantine.
        until: SystemTime,
    },
}

/// Ending of a done-file's name that makes it a checksum.
const SIDECAR: &str = ".sha256";
/// Longest sidecar: a hash, a name and line ends are far shorter.
const SIDECAR_MAX: u64 = 4096;

/// Whether done-files of this pattern hold the SHA-256 of their file.
pub(super) fn is_sidecar(pattern: &str) -> bool {
    pattern.ends_with(SIDECAR)
}

/// Checksums that were compared before, so that a watch does not hash a large file again and again while it waits.
#[derive(Debug, Default)]
pub struct Sidecars {
    known: HashMap<(u64, u64), (Stat, Stat, bool)>,
}

impl Sidecars {
    /// Whether a file has the SHA-256 that its sidecar names. One of the two gone, or no plain file: no.
    fn agree(
        &mut self,
        inbox: &Folder,
        name: &OsStr,
        file: &Stat,
        done: &OsStr,
        sidecar: &Stat,
    ) -> os::Result<bool> {
        let key = (file.device, file.inode);
        if let Some((known_file, known_sidecar, agree)) = self.known.get(&key)
            && (known_file, known_sidecar) == (file, sidecar)
        {
            return Ok(*agree);
        }
        let agree = match (stated(inbox, done), inbox.read(name)) {
            (Ok(Some(stated)), Ok((opened, stat))) if stat.is_plain() => {
                os::hash(&opened, &inbox.path().join(name))?.0 == stated
            }
            (Err(fault), _) | (_, Err(fault)) if !is_of_the_file(&fault) => return Err(fault),
            _ => false,
        };
        if self.known.len() > 10_000 {
            self.known.clear();
        }
        self.known.insert(key, (*file, *sidecar, agree));
        Ok(agree)
    }
}

/// Errors that are about one name, not about the machine.
fn is_of_the_file(fault: &os::Error) -> bool {
    fault.is_not_found() || fault.is_denied() || fault.is_link()
}

/// The SHA-256 that a sidecar states, lower case. `None`: it states none.
pub(super) fn stated(folder: &Folder, sidecar: &OsStr) -> os::Result<Option<String>> {
    let bytes = folder.read_small(sidecar, SIDECAR_MAX)?;
    Ok(bytes.and_then(|bytes| parse(&bytes)))
}

/// `<hex>`, or `<hex>  <name>` as sha256sum writes it; any case, any line end, one line.
fn parse(bytes: &[u8]) -> Option<String> {
    // The name behind the hash need not be text; the hash before it is.
    let bytes = bytes
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(bytes)
        .trim_ascii();
    if bytes.iter().any(|b| matches!(b, b'\n' | b'\r')) {
        return None;
    }
    let hash = bytes.split(u8::is_ascii_whitespace).next()?;
    let fits = hash.len() == 64 && hash.iter().all(u8::is_ascii_hexdigit);
    let hash = std::str::from_utf8(hash).ok().filter(|_| fits)?;
    Some(hash.to_ascii_lowercase())
}

/// Judges one plain file with a good name. `pattern`: how its done-file is named, if it waits for one. `now` is the
/// real clock's time.
pub(super) fn judge(
    inbox: &Folder,
    partner: &Partner,
    name: &str,
    stat: &Stat,
    pattern: Option<&str>,
    now: SystemTime,
    sidecars: &mut Sidecars,
) -> os::Result<Readiness> {
    let Some(pattern) = pattern else {
        return Ok(settle(partner.settle, stat, now));
    };
    let done = OsString::from(pattern.replace("{name}", name));
    let found = inbox.look(&done)?.filter(Stat::is_plain);
    let Some(found) = found else {
        return Ok(Readiness::WaitingForDone {
            done_file: done,
            since: stat.changed_at(),
        });
    };
    let complete = Readiness::Complete {
        done_file: Some(done.clone()),
    };
    // One that is larger than allowed will be refused for that; it is not hashed.
    let too_large = stat.size > partner.limits.bytes;
    if !is_sidecar(pattern)
        || too_large
        || sidecars.agree(inbox, name.as_ref(), stat, &done, &found)?
    {
        return Ok(complete);
    }
    let patience = Duration::from_secs(u64::from(partner.sidecar_hours) * 3600);
    let until = stat.changed_at().max(found.changed_at()) + patience;
    if now < until {
        return Ok(Readiness::SidecarMismatch { until });
    }
    Ok(Readiness::Refused {
        code: Code::Sidecar,
        done_file: Some(done),
    })
}

/// By the change time, which uploads cannot set; one in the future is not quiet.
fn settle(quiet: Duration, stat: &Stat, now: SystemTime) -> Readiness {
    let until = stat.changed_at() + quiet;
    if quiet.is_zero() || until <= now || os::is_broken("half_written_taken") {
        Readiness::Complete { done_file: None }
    } else {
        Readiness::Settling { until }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sidecar_is_one_hash_in_any_dress() {
        let hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let upper = hash.to_uppercase();
        let good = [
            hash.to_owned(),
            format!("{hash}\n"),
            format!("{upper}\r\n"),
            format!("{hash}  INS.csv\n"),
            format!("{hash} *out/INS.csv\r\n"),
            format!("\u{feff}{hash}\tINS.csv"),
        ];
        for text in good {
            assert_eq!(parse(text.as_bytes()).as_deref(), Some(hash), "{text:?}");
        }
        let odd_name = [hash.as_bytes(), b"  \xff.csv\n"].concat();
        assert_eq!(parse(&odd_name).as_deref(), Some(hash));
        let bad = [
            String::new(),
            hash[1..].to_owned(),
            format!("{hash}0"),
            format!("{}g", &hash[1..]),
            format!("{hash}\n{hash}"),
            format!("SHA256 (INS.csv) = {hash}"),
        ];
        for text in bad {
            assert_eq!(parse(text.as_bytes()), None, "{text:?}");
        }
    }
}
