//! What the profiler colours by: a category for each crate of spans, and others for what was seen below
//! them, with a subcategory for each crate of functions.

use spanfire_recording::{Callsite, CallsiteId};
use spanfire_views::{CallTree, FrameKind, Marker};

/// The colours that crates have in turn. Grey is for what belongs to none, and the colours that
/// are not here for what was seen below spans.
const COLOURS: [&str; 9] =
    ["blue", "orange", "green", "purple", "yellow", "lightblue", "magenta", "brown", "red"];

/// Below spans. The profiler knows the name of the last: it takes that for time in which nothing happens.
const BELOW: [(&str, &str); 4] = [
    ("Functions", "lightred"),
    ("Profiler", "darkgrey"),
    ("Not sampled", "grey"),
    ("Idle", "transparent"),
];

/// The categories of a profile.
pub(super) struct Categories {
    list: Vec<Category>,
    /// The category and the subcategory of each frame.
    frames: Vec<(usize, usize)>,
}

/// A category.
pub(super) struct Category {
    pub name: String,
    pub colour: &'static str,
    /// The first is for what belongs to no other.
    pub subcategories: Vec<String>,
}

impl Categories {
    /// Those of the frames of a merged graph.
    pub fn of(tree: &CallTree) -> Categories {
        let frames = || (0..).map(CallsiteId).zip(tree.callsites());
        let spans = crates(frames().filter(|(id, _)| !tree.is_native(*id)));
        let functions = crates(frames().filter(|(id, _)| tree.kind(*id) == FrameKind::Function));
        let number = |crates: &[String], frame: &Callsite| {
            let found = crates.binary_search_by(|name| name.as_str().cmp(frame.crate_name()));
            found.map_or(0, |index| index + 1)
        };
        let below = spans.len() + 1;
        let of = |(id, frame)| match tree.kind(id) {
            FrameKind::Span => (number(&spans, frame), 0),
            FrameKind::Function => (below, number(&functions, frame)),
            FrameKind::Marker(Marker::Profiler) => (below + 1, 0),
            FrameKind::Marker(Marker::NotSampled) => (below + 2, 0),
            FrameKind::Marker(Marker::Blocked) => (below + 3, 0),
        };
        let frames: Vec<(usize, usize)> = frames().map(of).collect();
        let mut list = vec![Category::new("Other", "grey")];
        let colours = COLOURS.iter().cycle();
        list.extend(spans.iter().zip(colours).map(|(name, colour)| Category::new(name, colour)));
        if tree.callsites().iter().len() > frames.iter().filter(|of| of.0 < below).count() {
            list.extend(BELOW.iter().map(|(name, colour)| Category::new(name, colour)));
            list[below].subcategories.extend(functions);
        }
        Categories { list, frames }
    }

    /// The numbers of a frame's category and subcategory; 0 is none.
    pub fn of_frame(&self, frame: CallsiteId) -> (usize, usize) {
        self.frames.get(frame.index()).copied().unwrap_or((0, 0))
    }

    /// All, by their number.
    pub fn list(&self) -> &[Category] {
        &self.list
    }
}

impl Category {
    fn new(name: &str, colour: &'static str) -> Category {
        Category { name: name.to_owned(), colour, subcategories: vec!["Other".to_owned()] }
    }
}

/// The crates of these frames, in the order of their names. What is of no crate has none.
fn crates<'a>(frames: impl Iterator<Item = (CallsiteId, &'a Callsite)>) -> Vec<String> {
    let mut crates: Vec<String> = frames.map(|(_, frame)| frame.crate_name().to_owned()).collect();
    crates.sort_unstable();
    crates.dedup();
    crates
}
