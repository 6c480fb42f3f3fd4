//! What is known of the calling thread.

use spanfire_recording::Lane;

/// The thread's name and the operating system's id of it.
pub(crate) fn describe() -> Lane {
    Lane {
        thread_name: std::thread::current().name().map(str::to_owned),
        os_thread_id: os_thread_id(),
    }
}

/// Linux shows the calling thread as `/proc/thread-self → <process>/task/<thread>`.
#[cfg(target_os = "linux")]
fn os_thread_id() -> Option<u64> {
    let link = std::fs::read_link("/proc/thread-self").ok()?;
    link.file_name()?.to_str()?.parse().ok()
}

#[cfg(not(target_os = "linux"))]
fn os_thread_id() -> Option<u64> {
    None
}
