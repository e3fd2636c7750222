//! An error of the operating system, with what was tried and where.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// What the system refused.
#[derive(Debug)]
pub struct Error {
    doing: &'static str,
    path: PathBuf,
    cause: io::Error,
}

/// Of a call to the system.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// `doing` continues "cannot …".
    pub fn new(doing: &'static str, path: impl Into<PathBuf>, cause: io::Error) -> Self {
        Self {
            doing,
            path: path.into(),
            cause,
        }
    }

    /// Adds what was tried and where to an error.
    pub(crate) fn check<T>(doing: &'static str, path: &Path, done: io::Result<T>) -> Result<T> {
        done.map_err(|cause| Self::new(doing, path, cause))
    }

    /// What kind of error it is.
    pub fn kind(&self) -> io::ErrorKind {
        self.cause.kind()
    }

    /// Nothing has that name.
    pub fn is_not_found(&self) -> bool {
        self.kind() == io::ErrorKind::NotFound
    }

    /// The name is taken.
    pub fn is_taken(&self) -> bool {
        self.kind() == io::ErrorKind::AlreadyExists
    }

    /// A link stood where none is followed.
    pub fn is_link(&self) -> bool {
        self.cause.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error())
    }

    /// This account may not.
    pub fn is_denied(&self) -> bool {
        self.kind() == io::ErrorKind::PermissionDenied
    }
}

impl fmt::Display for Error {
    /// The path is quoted and escaped: a name may hold line ends and terminal codes.
    #[expect(clippy::unnecessary_debug_formatting, reason = "Debug is what escapes")]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot {} {:?}", self.doing, self.path)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.cause)
    }
}
