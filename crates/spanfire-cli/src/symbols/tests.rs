//! This test program names its own functions.

use super::*;
use object::read::{Object, ReadCache};
use spanfire_recording::{CallsiteId, CallsiteKind, Level};
use std::fs::{self, File};
use std::hint::black_box;

#[inline(never)]
fn outer(x: u64) -> u64 {
    black_box(inner(x)) + 1
}

#[inline(always)]
fn inner(x: u64) -> u64 {
    black_box(x) * 3
}

/// The line of `outer` that calls `inner`.
const LINE: u32 = 11;

/// Where this program's code is mapped.
fn image() -> Image {
    let path = std::env::current_exe().unwrap().to_str().unwrap().to_owned();
    let maps = fs::read_to_string("/proc/self/maps").unwrap();
    let hex = |text: &str| u64::from_str_radix(text, 16).unwrap();
    let line = maps.lines().find(|line| line.contains("r-xp") && line.ends_with(&path)).unwrap();
    let words: Vec<&str> = line.split_whitespace().collect();
    let (start, end) = words[0].split_once('-').unwrap();
    let cache = ReadCache::new(File::open(&path).unwrap());
    let object = object::File::parse(&cache).unwrap();
    let build_id = object.build_id().unwrap().unwrap_or_default().to_vec();
    Image { path, build_id, start: hex(start), end: hex(end), file_offset: hex(words[2]) }
}

fn addresses() -> Vec<u64> {
    let start = outer as fn(u64) -> u64 as usize as u64;
    (start..start + 48).collect()
}

fn callsite(file: &str, line: u32) -> Callsite {
    Callsite {
        name: "outer".to_owned(),
        target: "spanfire::symbols".to_owned(),
        file: Some(file.to_owned()),
        line: Some(line),
        level: Level::Info,
        kind: CallsiteKind::Span,
        fields: Vec::new(),
    }
}

fn names(symbolized: &Symbolized) -> Vec<&str> {
    let functions = symbolized.symbols.functions().iter();
    functions.map(|function| function.name.rsplit("::").next().unwrap()).collect()
}

#[test]
fn inlined_functions_are_named_and_a_callsite_finds_its_function() {
    assert_eq!(outer(2), 7);
    let file = "src/symbols/tests.rs";
    let callsites = [callsite(file, LINE), callsite("src/other.rs", LINE)];
    let done = symbolize(&[image()], &addresses(), &callsites);
    assert_eq!(done.notes, Vec::<String>::new());
    assert!(
        names(&done).contains(&"outer") && names(&done).contains(&"inner"),
        "{:?}",
        names(&done)
    );
    let held = |site| {
        let holders = done.symbols.holders(CallsiteId(site)).into_iter().flatten();
        holders.map(|id| done.symbols.functions()[id.0 as usize].name.clone()).collect::<Vec<_>>()
    };
    assert!(held(0).iter().all(|name| name.ends_with("tests::outer")), "{:?}", held(0));
    assert_eq!((held(0).len(), held(1).len()), (1, 0));
    let outer = done.symbols.functions().iter().find(|function| function.name.ends_with("::outer"));
    assert!(outer.unwrap().file.as_ref().unwrap().ends_with(file));
}

#[track_caller]
fn unnamed(image: Image, why: &str) {
    let name = file_name(&image.path).to_owned();
    let done = symbolize(&[image], &addresses(), &[]);
    assert_eq!(done.notes.len(), 1, "one line");
    assert!(done.notes[0].contains(why), "{}", done.notes[0]);
    let functions = done.symbols.functions();
    assert!(functions.iter().all(|function| function.name.starts_with(&format!("[{name}+0x"))));
}

#[test]
fn a_file_that_is_gone_or_another_names_nothing() {
    unnamed(Image { build_id: vec![1, 2, 3], ..image() }, "another build id");
    unnamed(Image { path: "/nowhere/app (deleted)".to_owned(), ..image() }, "No such file");
    let vdso = Image { path: "[vdso]".to_owned(), ..image() };
    let done = symbolize(&[vdso], &addresses(), &[]);
    assert!(done.notes.is_empty() && done.symbols.functions()[0].name.starts_with("[vdso+0x"));
}

#[test]
fn what_is_no_program_names_nothing_and_breaks_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let bytes = fs::read(std::env::current_exe().unwrap()).unwrap();
    let path = dir.path().join("broken");
    for damage in 0..24 {
        let mut bytes = bytes[..4096 + damage * 50_000].to_vec();
        // The header's tables point where they should not.
        bytes[0x20 + damage] ^= 0xa5;
        fs::write(&path, &bytes).unwrap();
        let path = path.to_str().unwrap().to_owned();
        let done = symbolize(&[Image { path, build_id: Vec::new(), ..image() }], &addresses(), &[]);
        assert!(!done.symbols.functions().is_empty());
    }
}
