//! The threads of this process, as Linux shows them.

use std::fs;

/// The system's ids of all threads there are now.
pub(crate) fn all() -> Vec<i32> {
    let Ok(entries) = fs::read_dir("/proc/self/task") else { return Vec::new() };
    entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok()).collect()
}

/// The system's id of the calling thread.
pub(crate) fn this() -> Option<i32> {
    let link = fs::read_link("/proc/thread-self").ok()?;
    link.file_name()?.to_str()?.parse().ok()
}

/// The processors that are on line.
pub(crate) fn processors() -> Vec<i32> {
    let text = fs::read_to_string("/sys/devices/system/cpu/online").unwrap_or_default();
    let listed = list(&text);
    if listed.is_empty() { vec![0] } else { listed }
}

/// A list such as `0-3,8`.
fn list(text: &str) -> Vec<i32> {
    let ranges = text.trim().split(',').filter_map(|range| {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        Some(first.parse::<i32>().ok()?..=last.parse::<i32>().ok()?)
    });
    ranges.flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_thread_is_one_of_all() {
        assert!(all().contains(&this().unwrap()));
        assert_eq!(list("0-2,5,7-8\n"), [0, 1, 2, 5, 7, 8]);
        assert_eq!(list(""), [] as [i32; 0]);
    }
}
