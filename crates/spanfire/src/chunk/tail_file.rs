//! The file that a file recording's chunks lie in: see `spanfire_recording::tail`.

use crate::sink::is_at;
use memmap2::{MmapOptions, MmapRaw};
use spanfire_recording::tail::{self, Head, SLOT_BYTES};
use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

/// An open tail file.
pub(crate) struct TailFile {
    path: PathBuf,
    file: File,
    /// Slots reserved so far, with the head's.
    slots: usize,
}

/// When the pages of a mapping take memory.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pages {
    /// At once, if the system knows how: for chunks that will be used soon.
    Now,
    /// When they are written to first: for chunks of which threads may use a small part.
    WhenUsed,
}

impl TailFile {
    /// Creates the tail file of the recording at `path`, replacing one that a killed process left.
    ///
    /// # Errors
    /// If it cannot be, or chunks in memory have another layout than in the file.
    pub fn create(path: &Path, head: &Head) -> io::Result<TailFile> {
        if cfg!(not(all(unix, target_endian = "little"))) {
            return Err(io::ErrorKind::Unsupported.into());
        }
        let path = tail::path_beside(path);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = File::options().read(true).write(true).create_new(true).open(&path)?;
        file.write_all(&head.to_bytes())?;
        Ok(TailFile { path, file, slots: 1 })
    }

    /// Maps `chunks` more slots, shared, with room on the disk: a store to a page that the disk has
    /// no room for would kill the program.
    pub fn extend(&mut self, chunks: usize, pages: Pages) -> io::Result<MmapRaw> {
        let offset = (self.slots * SLOT_BYTES) as u64;
        let length = chunks * SLOT_BYTES;
        reserve(&self.file, offset, length as u64)?;
        let map = MmapOptions::new().offset(offset).len(length).map_raw(&self.file)?;
        if pages == Pages::Now {
            populate(&map);
        }
        self.slots += chunks;
        Ok(map)
    }

    /// Removes the file, if it is still there and not another recorder's. Nothing is to be done if it
    /// cannot be removed: readers of a finished recording do not look at it.
    pub fn remove(&self) {
        if is_at(&self.file, &self.path) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Has the pages there before they are written to, which costs a tenth of the faults of one after
/// the other. Kernels before 5.14 do not know how, and nothing depends on it.
#[cfg(target_os = "linux")]
fn populate(map: &MmapRaw) {
    let _ = map.advise(memmap2::Advice::PopulateWrite);
}

#[cfg(not(target_os = "linux"))]
fn populate(_map: &MmapRaw) {}

#[cfg(target_os = "linux")]
fn reserve(file: &File, offset: u64, length: u64) -> io::Result<()> {
    use std::os::fd::AsRawFd;
    let too_large = || io::Error::from(io::ErrorKind::FileTooLarge);
    // Beyond the limit the call would end the program by a signal.
    let end = offset.checked_add(length).filter(|end| *end <= file_size_limit());
    let end = libc::off64_t::try_from(end.ok_or_else(too_large)?).map_err(|_| too_large())?;
    let length = length as libc::off64_t;
    let offset = end - length;
    // SAFETY: the descriptor is open; the call touches no memory of ours.
    match unsafe { libc::fallocate64(file.as_raw_fd(), 0, offset, length) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// How long the process may make a file.
#[cfg(target_os = "linux")]
fn file_size_limit() -> u64 {
    let mut limit = libc::rlimit64 { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the call writes the struct that it is given.
    match unsafe { libc::getrlimit64(libc::RLIMIT_FSIZE, &mut limit) } {
        0 => limit.rlim_cur,
        _ => 0,
    }
}

/// Where there is no call that reserves, writing does.
#[cfg(not(target_os = "linux"))]
fn reserve(mut file: &File, offset: u64, length: u64) -> io::Result<()> {
    use std::io::{Seek, SeekFrom};
    file.seek(SeekFrom::Start(offset))?;
    let zeros = [0; SLOT_BYTES];
    for _ in 0..length / SLOT_BYTES as u64 {
        file.write_all(&zeros)?;
    }
    Ok(())
}
