//! File systems of the trials' own: ext4 on a loop device, and memory of a given size. Both need root.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A mounted file system, unmounted when it goes.
pub(crate) struct Mounted {
    pub(crate) at: PathBuf,
}

impl Drop for Mounted {
    fn drop(&mut self) {
        // Lazily, so that a trial that failed leaves nothing behind.
        Command::new("umount").arg("-l").arg(&self.at).status().ok();
    }
}

impl Mounted {
    /// The file system in an image, on a loop device.
    pub(crate) fn image(image: &Path, at: &Path) -> Self {
        mount(&["-o", "loop"], &image.to_string_lossy(), at)
    }

    /// An empty file system in memory, of so many KiB.
    pub(crate) fn memory(kib: u64, at: &Path) -> Self {
        mount(&["-t", "tmpfs", "-o", &format!("size={kib}k")], "tmpfs", at)
    }

    /// Gives a file system in memory another size.
    pub(crate) fn resize(&self, kib: u64) {
        let size = format!("remount,size={kib}k");
        must(Command::new("mount").args(["-o", &size]).arg(&self.at));
    }

    /// Unmounts it and says so if that fails.
    pub(crate) fn unmount(self) {
        must(Command::new("umount").arg(&self.at));
        std::mem::forget(self);
    }
}

fn mount(options: &[&str], what: &str, at: &Path) -> Mounted {
    std::fs::create_dir_all(at).expect("a place to mount at");
    must(Command::new("mount").args(options).arg(what).arg(at));
    Mounted { at: at.to_owned() }
}

/// Makes an image of so many MiB with an empty ext4 in it.
pub(crate) fn ext4(image: &Path, mib: u64) {
    let file = std::fs::File::create(image).expect("an image");
    file.set_len(mib << 20).expect("a length");
    // A small journal; no checks that only old age needs.
    must(Command::new("mkfs.ext4").args(["-q", "-F"]).arg(image));
}

/// Copies an image without its holes.
pub(crate) fn copy_image(from: &Path, to: &Path) {
    must(
        Command::new("cp")
            .args(["--sparse=always"])
            .arg(from)
            .arg(to),
    );
}

/// Takes the power from mounted file systems, all at once.
pub(crate) fn cut(mounted: &[&Path]) {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/torture/powercut.py");
    must(Command::new("python3").arg(script).args(mounted));
}

/// Runs a command that has to work. These tests need root, loop devices and mounts: where they are not to be had, no
/// trial is made, and that is a failure.
fn must(command: &mut Command) {
    let done = command.output();
    let done = done.unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(
        done.status.success(),
        "{command:?}: {} (needs root with mounts and loop devices)",
        String::from_utf8_lossy(&done.stderr)
    );
}
