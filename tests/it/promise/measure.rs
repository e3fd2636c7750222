//! A run of the program, with what it took: time, and memory at its peak, its own and its children's.

use std::fs::File;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// What the promise allows one file.
pub(super) const TIME: Duration = Duration::from_secs(10);
/// The same, of memory: bytes of the process or of its child, whichever held more.
pub(super) const MEMORY: u64 = 512 << 20;

/// What came of a process.
#[derive(Debug)]
pub(super) struct Measured {
    pub(super) status: ExitStatus,
    pub(super) stdout: Vec<u8>,
    pub(super) stderr: String,
    /// From start to end; of one that was stopped for taking too long, until then.
    pub(super) took: Duration,
    /// Most memory that was resident, in bytes.
    pub(super) peak: u64,
}

impl Measured {
    /// Why the promise of an end that is soon, small and orderly is broken; `None`: it holds.
    pub(super) fn broken(&self, time: Duration, memory: u64) -> Option<String> {
        if self.took > time {
            return Some(format!("it took {:?}", self.took));
        }
        if self.peak > memory {
            return Some(format!("it held {} MiB", self.peak >> 20));
        }
        if self.status.signal().is_some() || self.stderr.contains("a fault of the program") {
            return Some(format!("it died: {} {}", self.status, self.stderr));
        }
        None
    }
}

/// Runs a command to its end, or to twice the time that is allowed.
#[expect(clippy::zombie_processes, reason = "`ended` waits for it")]
pub(super) fn measure(command: &mut Command, time: Duration) -> Measured {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str| File::create(folder.path().join(name)).expect("a file");
    let began = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(file("out"))
        .stderr(file("err"))
        .spawn()
        .expect("the program starts");
    let id = i32::try_from(child.id()).expect("a process id");
    let (status, peak) = loop {
        if let Some(ended) = ended(id) {
            break ended;
        }
        if began.elapsed() > time * 2 {
            child.kill().expect("it is still there");
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    let took = began.elapsed();
    let read = |name: &str| std::fs::read(folder.path().join(name)).expect("its output");
    Measured {
        status,
        stdout: read("out"),
        stderr: String::from_utf8_lossy(&read("err")).into_owned(),
        took,
        peak,
    }
}

/// How a child ended, and its peak of memory in bytes or that of a child of its own; `None`: it still runs.
#[expect(
    unsafe_code,
    reason = "no safe wrapper tells the resources of one child that has ended"
)]
fn ended(id: i32) -> Option<(ExitStatus, u64)> {
    let mut status = 0;
    // SAFETY: all zeros is a value of this C struct of numbers.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: both pointers are of live variables of the right types; the call keeps neither.
    let found = unsafe { libc::wait4(id, &raw mut status, libc::WNOHANG, &raw mut usage) };
    assert!(found >= 0, "the child is ours");
    let kibibytes = u64::try_from(usage.ru_maxrss).expect("an amount");
    (found == id).then(|| (ExitStatus::from_raw(status), kibibytes << 10))
}

/// The measures can fail: they see what swells, hangs and dies, in a child of a child too.
#[test]
fn what_swells_hangs_or_dies_is_seen() {
    let shell = |script: &str| {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        measure(&mut command, Duration::from_secs(5))
    };
    let second = Duration::from_secs(1);
    let good = shell("exit 0");
    assert_eq!(good.broken(second * 5, MEMORY), None);
    // `tail` keeps what has no line end.
    let swollen = shell("head -c 600000000 /dev/zero | tail -n 1 | wc -c >/dev/null; exit 0");
    let told = swollen.broken(second * 60, MEMORY).expect("it swelled");
    assert!(told.contains("held"), "{told}");
    let slow = shell("sleep 2");
    let told = slow.broken(second, MEMORY).expect("it was slow");
    assert!(told.contains("took"), "{told}");
    let dead = shell("kill -ABRT $$");
    let told = dead.broken(second * 5, MEMORY).expect("it died");
    assert!(told.contains("died"), "{told}");
}
