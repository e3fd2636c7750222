//! The operating system as the rest needs it: folders as handles, links never followed, renames that replace nothing,
//! syncs whose failure is told. Every error names the path and what was tried.
//!
//! All names that partners choose go through [`Folder`], one name at a time and relative to an open handle, so that
//! neither a link nor a swap between two calls leads out of the folder.

mod ahead;
mod error;
mod folder;
mod growing;
mod lease;
mod step;
#[cfg(test)]
mod tests;

use std::fs::File;
use std::io::Read;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::Path;
use std::time::{Duration, SystemTime};

use rustix::fs::{FlockOperation, Mode};
use sha2::{Digest, Sha256};

pub use ahead::{Ahead, syncing};
pub use error::{Error, Result};
pub use folder::Folder;
pub use growing::Growing;
pub use lease::{Writers, writers};
pub use step::{BREAKS, STEPS, is_broken, step};

/// What a name in a folder stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A plain file.
    Plain,
    /// A folder.
    Folder,
    /// A symbolic link.
    Link,
    /// A pipe, socket or device.
    Other,
}

/// What is known of a file without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stat {
    /// What it is.
    pub kind: Kind,
    /// How many names it has.
    pub links: u64,
    /// Bytes.
    pub size: u64,
    /// Permission bits.
    pub mode: u32,
    /// Owning group.
    pub group: u32,
    /// File system.
    pub device: u64,
    /// Number within its file system.
    pub inode: u64,
    /// When its content last changed by its owner's account, in seconds and nanoseconds; uploads may set it.
    pub modified: (i64, i64),
    /// When content, name or mode last changed by the kernel's account, in seconds and nanoseconds.
    pub changed: (i64, i64),
}

impl Stat {
    /// Of an open file.
    pub fn of(file: &File, path: &Path) -> Result<Self> {
        let data = Error::check("look at", path, file.metadata())?;
        let kind = data.file_type();
        Ok(Self {
            kind: match () {
                () if kind.is_file() => Kind::Plain,
                () if kind.is_dir() => Kind::Folder,
                () if kind.is_symlink() => Kind::Link,
                () => Kind::Other,
            },
            links: data.nlink(),
            size: data.size(),
            mode: data.mode() & 0o7777,
            group: data.gid(),
            device: data.dev(),
            inode: data.ino(),
            modified: (data.mtime(), data.mtime_nsec()),
            changed: (data.ctime(), data.ctime_nsec()),
        })
    }

    /// Whether it is a plain file with one name: nothing that another name, process or device can stand behind.
    pub fn is_plain(&self) -> bool {
        self.kind == Kind::Plain && self.links == 1
    }

    /// Whether it is the same file.
    pub fn is_same_file(&self, other: &Self) -> bool {
        (self.device, self.inode) == (other.device, other.inode)
    }

    /// When anything about it last changed. A time before 1970 counts as 1970.
    pub fn changed_at(&self) -> SystemTime {
        let seconds = u64::try_from(self.changed.0).unwrap_or(0);
        let nanos = u32::try_from(self.changed.1).unwrap_or(0);
        SystemTime::UNIX_EPOCH + Duration::new(seconds, nanos)
    }
}

/// The whole of a plain file that the operator named; what leads to it, and the file itself, may be a link.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    let data = Error::check("read", path, path.metadata())?;
    if !data.is_file() {
        let cause = std::io::Error::new(std::io::ErrorKind::InvalidInput, "it is no plain file");
        return Err(Error::new("read", path, cause));
    }
    Error::check("read", path, std::fs::read(path))
}

/// Takes an exclusive lock that the kernel frees when the process ends, however it ends. `false`: another has it.
pub fn try_lock(file: &File, path: &Path) -> Result<bool> {
    match rustix::fs::flock(file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(true),
        Err(rustix::io::Errno::WOULDBLOCK) => Ok(false),
        Err(cause) => Err(Error::new("lock", path, cause.into())),
    }
}

/// Brings a file's bytes to the disk. After a failure the file's content is unknown: it is written anew, never
/// synced again (a second call can succeed without the bytes).
pub fn sync(file: &File, path: &Path) -> Result<()> {
    if is_broken("no_file_sync") {
        return Ok(());
    }
    match file.sync_all() {
        Err(_) if is_broken("sync_errors_swallowed") => Ok(()),
        done => Error::check("sync", path, done),
    }
}

/// Sets a file's permission bits, whatever the umask.
pub fn set_mode(file: &File, mode: u32, path: &Path) -> Result<()> {
    let done = rustix::fs::fchmod(file, Mode::from_raw_mode(mode));
    Error::check("set the mode of", path, done.map_err(Into::into))
}

/// Gives a file to a group. `false`: this process may not.
pub fn set_group(file: &File, group: u32, path: &Path) -> Result<bool> {
    match rustix::fs::fchown(file, None, Some(rustix::fs::Gid::from_raw(group))) {
        Ok(()) => Ok(true),
        Err(rustix::io::Errno::PERM) => Ok(false),
        Err(cause) => Err(Error::new("set the group of", path, cause.into())),
    }
}

/// SHA-256 of a whole file, lower-case hex, and its length in bytes. The handle's position is neither used nor moved.
pub fn hash(file: &File, path: &Path) -> Result<(String, u64)> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 256 << 10];
    let mut offset = 0;
    loop {
        let count = Error::check("read", path, read_at(file, &mut buffer, offset))?;
        if count == 0 {
            return Ok((hex(&hasher.finalize()), offset));
        }
        hasher.update(&buffer[..count]);
        offset += count as u64;
    }
}

/// Reads at an offset, again where a signal came in between.
pub fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> std::io::Result<usize> {
    loop {
        match file.read_at(buffer, offset) {
            Err(cause) if cause.kind() == std::io::ErrorKind::Interrupted => {}
            done => return done,
        }
    }
}

/// Bytes that nobody can foretell, for keys.
pub fn random<const N: usize>() -> Result<[u8; N]> {
    let path = Path::new("/dev/urandom");
    let mut bytes = [0; N];
    let mut source = Error::check("open", path, File::open(path))?;
    Error::check("read", path, source.read_exact(&mut bytes))?;
    Ok(bytes)
}

/// Lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            write!(text, "{byte:02x}").expect("a string takes all that is written");
            text
        })
}
