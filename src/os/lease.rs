//! Whether another process still writes a file.

// F_SETLEASE stands in no safe wrapper that we use; this file is the one place that calls it.
#![allow(unsafe_code)]

use std::fs::File;
use std::os::fd::AsRawFd;

/// `F_SETSIG` of `<asm-generic/fcntl.h>`, which libc does not name.
const F_SETSIG: libc::c_int = 10;

/// Who has a file open for writing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writers {
    /// Nobody.
    None,
    /// Somebody.
    Some,
    /// The kernel does not tell this account, or not for this file system: a lease is for a file's owner and those
    /// with `CAP_LEASE`, on local file systems.
    Unknown,
}

/// Asks the kernel whether any process has this file open for writing; a rename does not stop such a process.
/// The handle must be open for reading only.
pub fn writers(file: &File) -> Writers {
    let descriptor = file.as_raw_fd();
    // A process that opens the file for writing while the lease is held makes the kernel send its holder a signal,
    // SIGIO by default, which would end this process. SIGURG is ignored by default.
    // SAFETY: these calls take and return integers; the descriptor is open as long as `file` is borrowed.
    let told = unsafe { libc::fcntl(descriptor, F_SETSIG, libc::SIGURG) };
    if told == -1 {
        return Writers::Unknown;
    }
    // SAFETY: as above.
    let taken = unsafe { libc::fcntl(descriptor, libc::F_SETLEASE, libc::F_RDLCK) };
    if taken == -1 {
        return match std::io::Error::last_os_error().raw_os_error() {
            Some(libc::EAGAIN) => Writers::Some,
            _ => Writers::Unknown,
        };
    }
    // Given back at once; were that refused, it ends with the handle.
    // SAFETY: as above.
    unsafe { libc::fcntl(descriptor, libc::F_SETLEASE, libc::F_UNLCK) };
    Writers::None
}
