//! The child as a process: started with nothing but the workbook, waited for no longer than its time, and gone when
//! the reader is.

use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::pipe::fcntl_setpipe_size;

use super::child::{CANNOT_TELL, COMMAND};
use super::request::Request;

/// What the child may say before it is heard: some waves of records, so that it reads on while they are decided. The most
/// that Linux grants to everyone.
const PIPE_BYTES: usize = 1 << 20;

/// A running child.
pub(super) struct Process {
    child: Child,
}

/// The child's output, for as long as it may be waited for. Only waiting counts: a child whose pipe is full waits for
/// us.
pub(super) struct Pipe {
    out: ChildStdout,
    left: Duration,
}

impl Process {
    /// Starts the child. `program`: our own, unless a test says otherwise.
    pub(super) fn start(
        program: Option<PathBuf>,
        file: File,
        request: &Request,
    ) -> anyhow::Result<(Self, Pipe)> {
        // The file that runs now, even where another version has taken its name since.
        let program = program.unwrap_or_else(|| PathBuf::from("/proc/self/exe"));
        let errand = serde_json::to_string(request).context("write the child's errand")?;
        let mut child = Command::new(program)
            .arg(COMMAND)
            .arg(errand)
            .env_clear()
            // The allocator would else reserve more at once than the child's limits allow.
            .env("MIMALLOC_ARENA_RESERVE", "16384")
            .env("MIMALLOC_ARENA_EAGER_COMMIT", "0")
            .current_dir("/")
            .stdin(Stdio::from(file))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("start the reader of workbooks")?;
        let out = child.stdout.take().context("take the child's output")?;
        // A system that grants less is waited for more often; what is read is the same.
        fcntl_setpipe_size(&out, PIPE_BYTES).ok();
        let pipe = Pipe {
            out,
            left: Duration::from_secs(request.seconds.saturating_add(2)),
        };
        Ok((Self { child }, pipe))
    }

    /// Waits for a child that has said its last word; true if it ended well.
    pub(super) fn ended_well(&mut self) -> bool {
        self.child.wait().is_ok_and(|status| status.success())
    }

    /// Whether a child whose pipe has ended was kept from writing to it. One that still runs is ended.
    pub(super) fn could_not_tell(&mut self) -> bool {
        // One that has ended cannot be killed, and its status stays.
        self.child.kill().ok();
        let status = self.child.wait();
        status.is_ok_and(|status| status.code() == Some(CANNOT_TELL.into()))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // A child that has ended cannot be killed; then nothing is lost. Waiting leaves no zombie.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Read for Pipe {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let began = Instant::now();
        loop {
            let Some(left) = self.left.checked_sub(began.elapsed()) else {
                self.left = Duration::ZERO;
                return Err(io::ErrorKind::TimedOut.into());
            };
            let left = Timespec::try_from(left).map_err(io::Error::other)?;
            let mut fds = [PollFd::new(&self.out, PollFlags::IN)];
            match poll(&mut fds, Some(&left)) {
                Ok(0) | Err(rustix::io::Errno::INTR) => {}
                Ok(_) => break,
                Err(error) => return Err(error.into()),
            }
        }
        self.left = self.left.saturating_sub(began.elapsed());
        self.out.read(buffer)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_child_that_says_nothing_is_waited_for_no_longer_than_its_time() {
        let folder = tempfile::tempdir().expect("a folder");
        let program = folder.path().join("child");
        std::fs::write(&program, "#!/bin/sh\nexec sleep 60\n").expect("written");
        let mode = std::fs::Permissions::from_mode(0o700);
        std::fs::set_permissions(&program, mode).expect("made a program");
        let request = Request::default();
        let file = tempfile::tempfile().expect("a file");
        let began = Instant::now();
        let (process, mut pipe) = Process::start(Some(program), file, &request).expect("started");
        let error = pipe.read(&mut [0; 8]).expect_err("nothing came");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        // It is ended with the reader, and not waited for again.
        drop(process);
        assert!(began.elapsed() < Duration::from_secs(10));
    }
}
