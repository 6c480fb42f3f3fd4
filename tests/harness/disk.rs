//! A disk that is small enough to fill.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

/// A file system in memory, mounted for a test.
pub struct SmallDisk(TempDir);

impl SmallDisk {
    /// A disk of so many bytes; `None` where the test may not mount one.
    pub fn mounted(bytes: u64) -> Option<SmallDisk> {
        let folder = tempfile::tempdir().expect("a folder");
        let mount = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={bytes}"), "spanfire-test"])
            .arg(folder.path())
            .output();
        mount.is_ok_and(|done| done.status.success()).then_some(SmallDisk(folder))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Takes all the room that is left.
    pub fn fill(&self) {
        let mut ballast = File::create(self.path().join("ballast")).expect("a file");
        for part in [&[0; 4096][..], &[0]] {
            while ballast.write_all(part).is_ok() {}
        }
    }

    /// Gives back what [`fill`](Self::fill) took.
    pub fn make_room(&self) {
        fs::remove_file(self.path().join("ballast")).expect("the ballast");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // A process that a failed test left may still use it: it goes when that does.
        let _ = Command::new("umount").arg("--lazy").arg(self.path()).status();
    }
}
