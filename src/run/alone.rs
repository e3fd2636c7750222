//! The last try of a file in whose reading the process died: a child reads it alone, within limits.

use std::io::Read as _;
use std::process::{Command, Stdio};
use std::sync::Arc;

use anyhow::{Context as _, Result};
use rustix::process::{Resource, Rlimit, setrlimit};

use crate::format::{Format, ReaderKind};
use crate::inbox::{Claimed, Stream};
use crate::line;
use crate::read::{Fault, HEAD, Input, ReadLimits, Reader, recognise};
use crate::site::Site;
use crate::site::settings::{Partner, Role};

/// Most memory of the child, in bytes.
const MEMORY: u64 = 1 << 30;
/// Most processor time of the child, in seconds.
const SECONDS: u64 = 600;

/// Whether a child of its own can read the file from its beginning to its end.
pub(super) fn survives(site: &Site, partner: &Partner, claimed: &Claimed) -> Result<bool> {
    let program = std::env::current_exe().context("the program's own file")?;
    let status = Command::new(program)
        .env_clear()
        // The allocator would else reserve so much at once that the child could not start a workbook's reader.
        .env("MIMALLOC_ARENA_RESERVE", "16384")
        .env("MIMALLOC_ARENA_EAGER_COMMIT", "0")
        .arg("read-alone")
        .arg("--site")
        .arg(site.root())
        .args(["--partner", &partner.name])
        .arg(claimed.received_name())
        .stdin(Stdio::from(claimed.handle()?))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .context("the child that reads alone could not be started")?;
    Ok(status.success())
}

/// The child: reads standard input as this partner's file of this name, checks its records, and ends.
pub fn main(partner: &Partner, formats: &[Arc<Format>], name: &str) -> Result<()> {
    let limit = |most| Rlimit {
        current: Some(most),
        maximum: Some(most),
    };
    setrlimit(Resource::As, limit(MEMORY))?;
    setrlimit(Resource::Cpu, limit(SECONDS))?;
    setrlimit(Resource::Core, limit(0))?;
    let stdin = std::os::fd::AsFd::as_fd(&std::io::stdin()).try_clone_to_owned()?;
    let file = Arc::new(std::fs::File::from(stdin));
    let mut head = Vec::new();
    let (stream, _) = Stream::over(&file, name.into());
    stream.take(HEAD as u64).read_to_end(&mut head)?;
    let Ok(format) = recognise(formats, name, &head) else {
        return Ok(());
    };
    // A workbook has a child of its own already, and this process may have no more.
    let input = match format.reader {
        ReaderKind::Excel(_) | ReaderKind::Fixed(_) => Input::File(file.try_clone()?),
        ReaderKind::Csv(_) | ReaderKind::Xml(_) => {
            Input::Stream(Box::new(Stream::over(&file, name.into()).0))
        }
    };
    let limits = &partner.limits;
    let limits = ReadLimits {
        columns: limits.columns,
        inflated: limits.inflated,
        ratio: limits.ratio,
    };
    let profile = line::profile(&partner.lines, partner.role == Role::Insurer);
    match read(&format, input, &limits, &profile) {
        Ok(()) | Err(Fault::File(_) | Fault::Batch(_)) => Ok(()),
        Err(Fault::World(error)) => Err(error),
    }
}

fn read(
    format: &Arc<Format>,
    input: Input,
    limits: &ReadLimits,
    profile: &crate::check::Profile,
) -> Result<(), Fault> {
    let mut reader = Reader::open(format, input, limits)?;
    let layout = reader.layout();
    let mut order = crate::check::Order::default();
    while let Some(chunk) = reader.next_chunk()? {
        for raw in layout.each(&chunk) {
            crate::check::record(raw, profile, &mut order);
        }
    }
    reader.finish().map(|_| ())
}
