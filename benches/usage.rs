//! What this process has used so far.

use rustix::time::{ClockId, clock_gettime};
use std::fs;

/// CPU time of the calling thread, in ns.
pub fn thread_cpu_ns() -> u64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}

/// CPU time of another thread of this process, in ns; the kernel may be one tick of its own behind.
pub fn named_thread_cpu_ns(name: &str) -> Option<u64> {
    let tasks = fs::read_dir("/proc/self/task").ok()?;
    let paths = tasks.filter_map(|task| Some(task.ok()?.path()));
    let is_named = |path: &std::path::PathBuf| {
        fs::read_to_string(path.join("comm")).is_ok_and(|comm| comm.trim_end() == name)
    };
    let path = paths.into_iter().find(is_named)?;
    let text = fs::read_to_string(path.join("schedstat")).ok()?;
    text.split_whitespace().next()?.parse().ok()
}

/// The most memory this process has held, in bytes.
pub fn peak_memory_bytes() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kibibytes * 1024)
}
