//! What is mapped and executable, by `/proc/self/maps`.

use crate::build_id;
use spanfire_recording::Image;
use std::{collections::HashMap, fs, path::Path};

/// The images told so far.
#[derive(Debug, Default)]
pub(crate) struct Images {
    told: Vec<Image>,
    build_ids: HashMap<String, Vec<u8>>,
}

impl Images {
    /// Those that are mapped now and were not at the last call.
    pub fn take_new(&mut self) -> Vec<Image> {
        let maps = fs::read("/proc/self/maps").unwrap_or_default();
        let mapped = String::from_utf8_lossy(&maps);
        let mut new = Vec::new();
        for mut image in mapped.lines().filter_map(executable) {
            let is_told = self.told.iter().any(|told| {
                (&told.path, told.start, told.end, told.file_offset)
                    == (&image.path, image.start, image.end, image.file_offset)
            });
            if !is_told {
                let known = self.build_ids.entry(image.path.clone());
                image.build_id =
                    known.or_insert_with_key(|path| build_id::of(Path::new(path))).clone();
                new.push(image);
            }
        }
        self.told.extend(new.iter().cloned());
        new
    }
}

/// A line `start-end rwxp offset device inode path` of an executable mapping with a name.
fn executable(line: &str) -> Option<Image> {
    let (range, rest) = line.split_once(' ')?;
    let (rights, rest) = rest.split_once(' ')?;
    let (offset, rest) = rest.split_once(' ')?;
    let (_device, rest) = rest.split_once(' ')?;
    let (_inode, path) = rest.split_once(' ')?;
    let (start, end) = range.split_once('-')?;
    let hex = |text| u64::from_str_radix(text, 16).ok();
    let path = path.trim_start();
    if !rights.contains('x') || path.is_empty() || path.starts_with("[vsyscall") {
        return None;
    }
    Some(Image {
        path: path.to_owned(),
        build_id: Vec::new(),
        start: hex(start)?,
        end: hex(end)?,
        file_offset: hex(offset)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_executable_mapping_is_an_image() {
        let line = "7f00a000-7f00b000 r-xp 00001000 fd:01 42     /opt/a b/lib.so (deleted)";
        let image = executable(line).expect("it is one");
        assert_eq!((image.start, image.end, image.file_offset), (0x7f00_a000, 0x7f00_b000, 0x1000));
        assert_eq!(image.path, "/opt/a b/lib.so (deleted)");
        for other in [
            "7f00a000-7f00b000 rw-p 00001000 fd:01 42     /opt/lib.so",
            "7f00a000-7f00b000 rwxp 00000000 00:00 0 ",
            "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0 [vsyscall]",
            "nonsense",
        ] {
            assert_eq!(executable(other), None, "{other}");
        }
    }

    #[test]
    fn this_program_is_mapped_and_told_once() {
        let mut images = Images::default();
        let here = this_program_is_mapped_and_told_once as fn() as usize as u64;
        let new = images.take_new();
        let own = new.iter().find(|image| (image.start..image.end).contains(&here));
        let own = own.expect("the test itself is mapped");
        assert_eq!(Some(Path::new(&own.path)), std::env::current_exe().ok().as_deref());
        assert!(images.take_new().is_empty());
    }
}
