//! A folder as an open handle.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, Mode, OFlags, RenameFlags, ResolveFlags, StatxFlags};
use rustix::io::Errno;

use super::{Error, Result, Stat, is_broken, set_mode, sync};

/// An open folder. Names given to its methods are single names: nothing with a slash, no `.` or `..`.
#[derive(Debug)]
pub struct Folder {
    handle: OwnedFd,
    path: PathBuf,
}

/// Links are refused at every step of a name, and so are the kernel's own, as under `/proc`.
const RESOLVE: ResolveFlags = ResolveFlags::BENEATH
    .union(ResolveFlags::NO_SYMLINKS)
    .union(ResolveFlags::NO_MAGICLINKS);

const OPEN_FOLDER: OFlags = OFlags::RDONLY
    .union(OFlags::DIRECTORY)
    .union(OFlags::NOFOLLOW)
    .union(OFlags::CLOEXEC);

impl Folder {
    /// Opens a folder that the operator named. What leads to it may hold links; the folder itself may not be one.
    pub fn open(path: &Path) -> Result<Self> {
        let opened = rustix::fs::open(path, OPEN_FOLDER, Mode::empty());
        let handle = Error::check("open the folder", path, opened.map_err(Into::into))?;
        Ok(Self {
            handle,
            path: path.to_owned(),
        })
    }

    /// Opens a folder in this one.
    pub fn folder(&self, name: impl AsRef<OsStr>) -> Result<Self> {
        let name = name.as_ref();
        let handle = self.open_at("open the folder", name, OPEN_FOLDER, Mode::empty())?;
        Ok(Self {
            handle,
            path: self.path.join(name),
        })
    }

    /// Opens a folder in this one, and makes it, durably and with this mode, where it is not there.
    pub fn ensure(&self, name: impl AsRef<OsStr>, mode: u32) -> Result<Self> {
        let name = name.as_ref();
        match self.folder(name) {
            Err(fault) if fault.is_not_found() => {}
            done => return done,
        }
        match self.make(name, mode) {
            Err(fault) if fault.is_taken() => self.folder(name),
            done => done,
        }
    }

    /// Makes a folder in this one with this mode; the name must be free. It is durable with the first name in it that is
    /// synced.
    pub fn make(&self, name: impl AsRef<OsStr>, mode: u32) -> Result<Self> {
        let name = name.as_ref();
        let path = self.of("make the folder", name)?;
        let done = rustix::fs::mkdirat(&self.handle, name, Mode::from_raw_mode(mode));
        Error::check("make the folder", &path, done.map_err(Into::into))?;
        let folder = self.folder(name)?;
        let handle = folder.as_file()?;
        set_mode(&handle, mode, &path)?;
        self.sync()?;
        Ok(folder)
    }

    /// Another handle of the same folder.
    pub fn try_clone(&self) -> Result<Self> {
        let handle = Error::check("open the folder", &self.path, self.handle.try_clone())?;
        let path = self.path.clone();
        Ok(Self { handle, path })
    }

    /// Where it was opened.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What is known of the folder itself.
    pub fn stat(&self) -> Result<Stat> {
        Stat::of(&self.as_file()?, &self.path)
    }

    /// What is known of a name, without opening what stands behind it. `None`: the name is free.
    pub fn look(&self, name: impl AsRef<OsStr>) -> Result<Option<Stat>> {
        let name = name.as_ref();
        let path = self.of("look at", name)?;
        // O_PATH with O_NOFOLLOW opens the name itself, a link too, and wakes no pipe or device.
        let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        match rustix::fs::openat(&self.handle, name, flags, Mode::empty()) {
            Ok(handle) => Stat::of(&File::from(handle), &path).map(Some),
            Err(Errno::NOENT) => Ok(None),
            Err(cause) => Err(Error::new("look at", path, cause.into())),
        }
    }

    /// Every name, sorted by its bytes.
    pub fn names(&self) -> Result<Vec<OsString>> {
        let list = || -> io::Result<Vec<OsString>> {
            let mut names = Vec::new();
            for entry in rustix::fs::Dir::read_from(&self.handle)? {
                let entry = entry?;
                let name = OsStr::from_bytes(entry.file_name().to_bytes());
                if name != "." && name != ".." {
                    names.push(name.to_owned());
                }
            }
            names.sort_unstable();
            Ok(names)
        };
        Error::check("list", &self.path, list())
    }

    /// Opens a file for reading, without waiting for a pipe's writer and without following a link. The caller looks
    /// at the [`Stat`] before it reads: what was opened can still be a pipe, a device or a folder.
    pub fn read(&self, name: impl AsRef<OsStr>) -> Result<(File, Stat)> {
        let name = name.as_ref();
        let flags =
            OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOFOLLOW | OFlags::NOCTTY | OFlags::CLOEXEC;
        let file = File::from(self.open_at("open", name, flags, Mode::empty())?);
        let stat = Stat::of(&file, &self.path.join(name))?;
        Ok((file, stat))
    }

    /// The whole of a small plain file of our own or a partner's; `None` where it is no plain file or longer than
    /// `most` bytes.
    pub fn read_small(&self, name: impl AsRef<OsStr>, most: u64) -> Result<Option<Vec<u8>>> {
        let name = name.as_ref();
        let (file, stat) = self.read(name)?;
        if !stat.is_plain() || stat.size > most {
            return Ok(None);
        }
        let mut bytes = Vec::new();
        let count = io::Read::read_to_end(&mut io::Read::take(&file, most + 1), &mut bytes);
        Error::check("read", &self.path.join(name), count)?;
        Ok((bytes.len() as u64 <= most).then_some(bytes))
    }

    /// Makes a file for writing, with exactly this mode; the name must be free.
    pub fn create(&self, name: impl AsRef<OsStr>, mode: u32) -> Result<File> {
        let name = name.as_ref();
        let flags =
            OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = File::from(self.open_at("create", name, flags, Mode::from_raw_mode(mode))?);
        set_mode(&file, mode, &self.path.join(name))?;
        Ok(file)
    }

    /// Puts bytes under a name, whole or not at all, durably; what stood there is replaced.
    pub fn write(&self, name: impl AsRef<OsStr>, mode: u32, bytes: &[u8]) -> Result<()> {
        let name = name.as_ref();
        let mut aside = name.to_owned();
        aside.push(".new");
        // What a crash left aside was never named.
        self.remove(&aside)?;
        let path = self.path.join(&aside);
        let mut file = self.create(&aside, mode)?;
        Error::check("write", &path, file.write_all(bytes))?;
        sync(&file, &path)?;
        let path = self.of("write", name)?;
        let renamed = rustix::fs::renameat(&self.handle, &aside, &self.handle, name);
        Error::check("write", &path, renamed.map_err(Into::into))?;
        self.sync()
    }

    /// Moves a name into another folder of the same file system, a link or pipe as it is. Nothing is replaced: a
    /// taken name is an error ([`Error::is_taken`]). Durable once both folders are synced.
    pub fn rename(&self, name: impl AsRef<OsStr>, to: &Self, new: impl AsRef<OsStr>) -> Result<()> {
        let (name, new) = (name.as_ref(), new.as_ref());
        let from = self.of("move", name)?;
        let path = to.of("move", new)?;
        let flags = RenameFlags::NOREPLACE;
        match rustix::fs::renameat_with(&self.handle, name, &to.handle, new, flags) {
            Ok(()) => Ok(()),
            Err(Errno::NOENT) => Err(Error::new("move", from, Errno::NOENT.into())),
            Err(cause) => Err(Error::new("move a file to", path, cause.into())),
        }
    }

    /// Takes a name away; one that is not there is no error.
    pub fn remove(&self, name: impl AsRef<OsStr>) -> Result<()> {
        self.unlink("remove", name.as_ref(), AtFlags::empty())
    }

    /// Takes an empty folder away; one that is not there is no error.
    pub fn remove_folder(&self, name: impl AsRef<OsStr>) -> Result<()> {
        self.unlink("remove the folder", name.as_ref(), AtFlags::REMOVEDIR)
    }

    /// Takes away every file in this folder; folders in it are an error.
    pub fn empty(&self) -> Result<()> {
        let names = self.names()?;
        if names.is_empty() {
            return Ok(());
        }
        for name in names {
            self.remove(name)?;
        }
        self.sync()
    }

    /// Makes the folder's names durable.
    pub fn sync(&self) -> Result<()> {
        if is_broken("no_folder_sync") {
            return Ok(());
        }
        sync(&self.as_file()?, &self.path)
    }

    /// Bytes that this account may still write on the folder's file system.
    pub fn free(&self) -> Result<u64> {
        let found = rustix::fs::fstatvfs(&self.handle);
        let found = Error::check("look at", &self.path, found.map_err(Into::into))?;
        Ok(found.f_bavail.saturating_mul(found.f_frsize))
    }

    /// What must be equal for a rename from one folder to another: the file system and, where the kernel tells it,
    /// the mount (two mounts of one file system are as far apart as two file systems).
    pub fn mount(&self) -> Result<(u64, u64)> {
        let flags = AtFlags::EMPTY_PATH;
        let mount = rustix::fs::statx(&self.handle, "", flags, StatxFlags::MNT_ID);
        let mount = mount.map_or(0, |found| found.stx_mnt_id);
        Ok((self.stat()?.device, mount))
    }

    fn as_file(&self) -> Result<File> {
        Error::check("open the folder", &self.path, self.handle.try_clone()).map(File::from)
    }

    /// The path of a name, which must be a single one.
    fn of(&self, doing: &'static str, name: &OsStr) -> Result<PathBuf> {
        let bytes = name.as_bytes();
        if bytes.is_empty() || bytes.contains(&b'/') || bytes == b"." || bytes == b".." {
            let cause = io::Error::new(io::ErrorKind::InvalidInput, "not a single name");
            return Err(Error::new(doing, self.path.join(name), cause));
        }
        Ok(self.path.join(name))
    }

    fn open_at(
        &self,
        doing: &'static str,
        name: &OsStr,
        flags: OFlags,
        mode: Mode,
    ) -> Result<OwnedFd> {
        let path = self.of(doing, name)?;
        let opened = match rustix::fs::openat2(&self.handle, name, flags, mode, RESOLVE) {
            // A kernel or sandbox without openat2: O_NOFOLLOW says the same of a single name.
            Err(Errno::NOSYS | Errno::PERM) => rustix::fs::openat(&self.handle, name, flags, mode),
            done => done,
        };
        Error::check(doing, &path, opened.map_err(Into::into))
    }

    fn unlink(&self, doing: &'static str, name: &OsStr, flags: AtFlags) -> Result<()> {
        let path = self.of(doing, name)?;
        match rustix::fs::unlinkat(&self.handle, name, flags) {
            Ok(()) | Err(Errno::NOENT) => Ok(()),
            Err(cause) => Err(Error::new(doing, path, cause.into())),
        }
    }
}
