//! Where benches write: beside their executable, so in the target directory and on the same disk.

use std::{env, fs, path::PathBuf, process};

/// A path for this process's file of that name; nothing is there.
///
/// # Panics
/// If the directory cannot be made.
pub fn file(name: &str) -> PathBuf {
    let executable = env::current_exe().expect("the bench's own path");
    let directory = executable.with_file_name("spanfire-benches");
    fs::create_dir_all(&directory).expect("a directory beside the bench");
    let path = directory.join(format!("{name}-{}", process::id()));
    let _ = fs::remove_file(&path);
    path
}
