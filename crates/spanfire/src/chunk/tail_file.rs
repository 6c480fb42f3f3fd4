//! The file that a file recording's chunks lie in: see `spanfire_recording::tail`.

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
    pub fn extend(&mut self, chunks: usize) -> io::Result<MmapRaw> {
        let offset = (self.slots * SLOT_BYTES) as u64;
        let length = chunks * SLOT_BYTES;
        reserve(&self.file, offset, length as u64)?;
        let map = MmapOptions::new().offset(offset).len(length).map_raw(&self.file)?;
        self.slots += chunks;
        Ok(map)
    }

    /// Removes the file. That somebody else did so before is no error, nor is anything to be done
    /// if it cannot be removed: readers of a finished recording do not look at it.
    pub fn remove(&self) {
        let _ = fs::remove_file(&self.path);
    }
}

#[cfg(target_os = "linux")]
fn reserve(file: &File, offset: u64, length: u64) -> io::Result<()> {
    use std::os::fd::AsRawFd;
    let too_large = |_| io::Error::from(io::ErrorKind::FileTooLarge);
    let offset = libc::off64_t::try_from(offset).map_err(too_large)?;
    let length = libc::off64_t::try_from(length).map_err(too_large)?;
    // SAFETY: the descriptor is open; the call touches no memory of ours.
    match unsafe { libc::fallocate64(file.as_raw_fd(), 0, offset, length) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
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
