//! One file with code, and its debug information.

use addr2line::{Location, demangle_auto};
use object::read::{Object, ObjectSegment, ReadCache};
use spanfire_recording::Image;
use spanfire_views::{Function, FunctionId, NativeSymbols};
use std::borrow::Cow;
use std::fs::File;
use std::ops::Range;
use std::path::Path;

/// No more functions are inlined in one another.
const DEEPEST_INLINING: usize = 256;

/// A file whose addresses can be looked up.
pub struct Binary {
    loader: addr2line::Loader,
    /// Where in the file its code stands, and at which address it was linked.
    segments: Vec<(Range<u64>, u64)>,
}

impl Binary {
    /// Opens the file of `image`, which must be the one that was mapped; otherwise the error says in
    /// one line why nothing in it has a name, unless it is the kernel's, which has no file.
    pub fn open(image: &Image) -> Result<Binary, Option<String>> {
        let path = Path::new(&image.path);
        let unnamed = |why| Some(format!("{}: {why}: no names of functions in it", image.path));
        if !path.is_absolute() {
            return Err(None);
        }
        let file = File::open(path).map_err(|error| unnamed(error.to_string()))?;
        let cache = ReadCache::new(file);
        let object = object::File::parse(&cache).map_err(|error| unnamed(error.to_string()))?;
        let build_id = object.build_id().ok().flatten().unwrap_or_default();
        if !image.build_id.is_empty() && build_id != image.build_id {
            return Err(unnamed("changed since it was recorded (another build id)".to_owned()));
        }
        let place = |segment: object::Segment<'_, '_, _>| {
            let (start, length) = segment.file_range();
            (start..start.saturating_add(length), segment.address())
        };
        let segments = object.segments().map(place).collect();
        let loader = addr2line::Loader::new(path).map_err(|error| unnamed(error.to_string()))?;
        Ok(Binary { loader, segments })
    }

    /// The functions at a place in the file, innermost first; none if none is known.
    pub fn frames(&self, offset: u64, symbols: &mut NativeSymbols) -> Vec<FunctionId> {
        let segment = self.segments.iter().find(|(range, _)| range.contains(&offset));
        let Some((range, address)) = segment else { return Vec::new() };
        let probe = (offset - range.start).wrapping_add(*address);
        let mut frames = self.frames_at(probe, symbols);
        if frames.is_empty()
            && let Some(name) = self.loader.find_symbol(probe)
        {
            let name = demangle_auto(Cow::Borrowed(name), None).into_owned();
            frames.push(symbols.function(Function { name, file: None, line: None }));
        }
        frames
    }

    /// The same by linked address, and from debug information only.
    pub fn frames_at(&self, probe: u64, symbols: &mut NativeSymbols) -> Vec<FunctionId> {
        let mut functions = Vec::new();
        let Ok(mut frames) = self.loader.find_frames(probe) else { return functions };
        while let Ok(Some(frame)) = frames.next() {
            let Some(name) = frame.function.as_ref().and_then(|name| name.demangle().ok()) else {
                continue;
            };
            let (file, line) = match &frame.location {
                Some(location) => (location.file.map(str::to_owned), location.line),
                None => (None, None),
            };
            functions.push(symbols.function(Function { name: name.into_owned(), file, line }));
            if functions.len() == DEEPEST_INLINING {
                break;
            }
        }
        functions
    }

    /// Every place in the source that code stands for, with the linked address of the code.
    pub fn lines(&self, mut each: impl FnMut(u64, &Location<'_>)) {
        let Ok(lines) = self.loader.find_location_range(0, u64::MAX) else { return };
        for (address, _, location) in lines {
            each(address, &location);
        }
    }
}
