//! What is known of the process.

use spanfire_recording::{ClockInfo, Form, Header};
use std::{
    env,
    path::{Path, PathBuf},
};

/// The recording's header.
pub(crate) fn header(form: Form, clock: ClockInfo) -> Header {
    Header {
        form,
        clock,
        process_id: std::process::id(),
        executable: env::current_exe().map_or_else(|_| String::new(), |path| lossy(&path)),
        arguments: env::args_os().map(|argument| argument.to_string_lossy().into_owned()).collect(),
        os: env::consts::OS.to_owned(),
        arch: env::consts::ARCH.to_owned(),
        parallelism: std::thread::available_parallelism()
            .ok()
            .and_then(|threads| u32::try_from(threads.get()).ok()),
        recorder_version: env!("CARGO_PKG_VERSION").to_owned(),
        origin: None,
    }
}

/// `<executable>-<process id>.spanfire`, in the current directory.
pub(crate) fn default_output() -> PathBuf {
    let executable = env::current_exe().ok();
    let name = executable.as_deref().and_then(Path::file_stem).map(|name| lossy(Path::new(name)));
    let name = name.unwrap_or_else(|| "program".to_owned());
    PathBuf::from(format!("{name}-{}.spanfire", std::process::id()))
}

fn lossy(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
