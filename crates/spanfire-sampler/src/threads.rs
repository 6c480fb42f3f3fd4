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

/// Time on processors as the kernel's accounts have it, in its ticks: of all threads but the calling
/// one, outside the kernel and in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Accounts {
    user: u64,
    kernel: u64,
}

impl Accounts {
    /// As they stand now.
    pub fn now() -> Option<Accounts> {
        let of = |path| accounts(&fs::read_to_string(path).ok()?);
        let (all, this) = (of("/proc/self/stat")?, of("/proc/thread-self/stat")?);
        let user = all.user.saturating_sub(this.user);
        Some(Accounts { user, kernel: all.kernel.saturating_sub(this.kernel) })
    }

    /// Which part of the time since `before` was outside the kernel; `None` where there was none.
    pub fn user_share_since(self, before: Accounts) -> Option<f64> {
        let user = self.user.saturating_sub(before.user);
        let all = user + self.kernel.saturating_sub(before.kernel);
        (all > 0).then(|| user as f64 / all as f64)
    }
}

/// The 14th and 15th field of a line of `stat`; the second is a name, which may hold anything.
fn accounts(stat: &str) -> Option<Accounts> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(11);
    Some(Accounts { user: fields.next()?.parse().ok()?, kernel: fields.next()?.parse().ok()? })
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

    #[test]
    fn time_outside_the_kernel_is_a_part_of_all() {
        let line = "42 (a ) b) S 1 2 3 4 5 6 7 8 9 10 90 10 0 0 20";
        let now = accounts(line).expect("a line");
        assert_eq!(now, Accounts { user: 90, kernel: 10 });
        assert_eq!(now.user_share_since(Accounts { user: 50, kernel: 0 }), Some(0.8));
        assert_eq!(now.user_share_since(now), None);
        assert_eq!(accounts("42 (a) S 1"), None);
        assert!(Accounts::now().is_some());
    }
}
