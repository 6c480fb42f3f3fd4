//! Paths of spans, with hashes that every process computes alike.
//!
//! A span's path is that of its parent and then itself. Its hash is FNV-1a of 64 bits (Fowler, Noll, Vo;
//! offset basis cbf29ce484222325, prime 100000001b3) of these bytes, from the outermost span inwards:
//!
//! ```text
//! crate FF name FF file FF      the target up to its first `::`, the name, the file or nothing, in UTF-8
//! ```
//!
//! FF occurs in no UTF-8, so no two paths have the same bytes; the hash of a path begins with that of what is
//! around it, so each costs its last span. As a signed integer it keeps its bits. Line numbers are not in it:
//! a path keeps its hash when code above it changes.

use rustc_hash::FxHashMap;
use spanfire_recording::{Callsite, CallsiteId};

pub(super) const BASIS: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;

/// The longest list that is written of a path: ten thousand spans deep, each path would be a list of
/// thousands.
const LONGEST: u32 = 256;

/// The hash of a path that ends with this callsite, after that of what is around it.
fn hashed(around: u64, site: &Callsite) -> u64 {
    let parts = [site.crate_name(), &site.name, site.file.as_deref().unwrap_or_default()];
    fnv(around, parts.into_iter().flat_map(|part| part.bytes().chain([0xff])))
}

/// The hash goes on with these bytes.
pub(super) fn fnv(state: u64, bytes: impl IntoIterator<Item = u8>) -> u64 {
    bytes.into_iter().fold(state, |state, byte| (state ^ u64::from(byte)).wrapping_mul(PRIME))
}

/// A number of [`Paths`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct PathId(u32);

/// Every path that a span had, each once. Callsites with the same hash are one.
pub(super) struct Paths {
    /// The hash of each callsite alone, and the first callsite that has it.
    sites: Vec<(u64, CallsiteId)>,
    known: FxHashMap<(Option<PathId>, CallsiteId), PathId>,
    all: Vec<Path>,
}

/// A path.
#[derive(Clone, Copy)]
pub(super) struct Path {
    /// What is around its innermost span.
    pub parent: Option<PathId>,
    /// The callsite of its innermost span, or one with the same hash.
    pub callsite: CallsiteId,
    /// How many spans it has.
    pub depth: u32,
    hash: u64,
    /// The path that is written for it: of a deep one, one around it.
    written: PathId,
}

impl Path {
    /// The same everywhere.
    pub fn hash(&self) -> i64 {
        self.hash as i64
    }
}

impl Paths {
    /// No paths yet, of these callsites.
    pub fn new(callsites: &[Callsite]) -> Paths {
        let mut first = FxHashMap::default();
        let sites = (0..).map(CallsiteId).zip(callsites).map(|(id, site)| {
            let hash = hashed(BASIS, site);
            (hash, *first.entry(hash).or_insert(id))
        });
        Paths { sites: sites.collect(), known: FxHashMap::default(), all: Vec::new() }
    }

    /// The hash of a path that is this callsite alone.
    pub fn site_hash(&self, callsite: CallsiteId) -> i64 {
        self.sites.get(callsite.index()).map_or(0, |(hash, _)| *hash as i64)
    }

    /// The path of a span at this callsite whose parent has this path.
    pub fn child(
        &mut self,
        parent: Option<PathId>,
        callsite: CallsiteId,
        callsites: &[Callsite],
    ) -> PathId {
        let callsite = self.sites.get(callsite.index()).map_or(callsite, |(_, first)| *first);
        *self.known.entry((parent, callsite)).or_insert_with(|| {
            let around = parent.map(|parent| self.all[parent.index()]);
            let state = around.map_or(BASIS, |around| around.hash);
            let hash = callsites.get(callsite.index()).map_or(state, |site| hashed(state, site));
            let depth = around.map_or(1, |around| around.depth + 1);
            let id = PathId(self.all.len() as u32);
            let written = around.filter(|_| depth > LONGEST).map_or(id, |around| around.written);
            self.all.push(Path { parent, callsite, depth, hash, written });
            id
        })
    }

    /// How many are longer than what is written of them.
    pub fn cut(&self) -> u64 {
        self.all.iter().filter(|path| path.depth > LONGEST).count() as u64
    }

    /// What a path is.
    pub fn get(&self, id: PathId) -> Path {
        self.all[id.index()]
    }

    /// The callsites of a path, the outermost first: all, or the outermost [`LONGEST`].
    pub fn frames(&self, id: PathId) -> Vec<CallsiteId> {
        let around = |path: &Path| path.parent.map(|parent| self.get(parent));
        let written = Some(self.get(self.get(id).written));
        let mut frames: Vec<CallsiteId> =
            std::iter::successors(written, around).map(|path| path.callsite).collect();
        frames.reverse();
        frames
    }

    /// The place of each path when they are sorted as lists of labels; equal lists have equal places.
    pub fn ranks(&self, labels: &[String]) -> Vec<u32> {
        let label =
            |id: &PathId| labels.get(self.get(*id).callsite.index()).map_or("", |label| label);
        let mut roots = Vec::new();
        let mut below: Vec<Vec<PathId>> = vec![Vec::new(); self.all.len()];
        for (path, id) in self.all.iter().zip(0..) {
            path.parent.map_or(&mut roots, |parent| &mut below[parent.index()]).push(PathId(id));
        }
        let mut ranks = vec![0; self.all.len()];
        // What is to be ranked, the first last: each the paths that are one list of labels.
        let mut groups: Vec<Vec<PathId>> = Vec::new();
        let mut inside = roots;
        for rank in 0.. {
            inside.sort_by(|one, other| label(other).cmp(label(one)));
            let same = inside.chunk_by(|one, other| label(one) == label(other));
            groups.extend(same.map(<[PathId]>::to_vec));
            let Some(group) = groups.pop() else { break };
            group.iter().for_each(|id| ranks[id.index()] = rank);
            inside = group.iter().flat_map(|id| std::mem::take(&mut below[id.index()])).collect();
        }
        ranks
    }
}

impl PathId {
    /// As an index.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use spanfire_recording::{CallsiteKind, Level};

    fn site(target: &str, name: &str, file: Option<&str>, line: u32) -> Callsite {
        Callsite {
            kind: CallsiteKind::Span,
            name: name.into(),
            target: target.into(),
            level: Level::Info,
            file: file.map(Into::into),
            line: Some(line),
            fields: Vec::new(),
        }
    }

    /// The vectors of FNV's authors, and a path as `docs/exports.md` computes it.
    #[test]
    fn a_hash_is_that_of_the_bytes_of_the_path() {
        let fnv = |bytes: &[u8]| {
            bytes.iter().fold(BASIS, |state, &byte| (state ^ u64::from(byte)).wrapping_mul(PRIME))
        };
        assert_eq!(fnv(b"foobar"), 0x8594_4171_f739_67e8);
        let sites =
            [site("shop::http", "request", Some("src/http.rs"), 7), site("db", "q", None, 1)];
        let mut paths = Paths::new(&sites);
        let outer = paths.child(None, CallsiteId(0), &sites);
        let inner = paths.child(Some(outer), CallsiteId(1), &sites);
        let bytes = b"shop\xffrequest\xffsrc/http.rs\xffdb\xffq\xff\xff";
        assert_eq!(paths.get(inner).hash(), fnv(bytes) as i64);
        assert_eq!(paths.get(outer).hash(), paths.site_hash(CallsiteId(0)));
    }

    #[test]
    fn a_line_that_moved_is_the_same_path_and_another_file_is_not() {
        let sites = [
            site("a", "x", Some("f"), 1),
            site("a::b", "x", Some("f"), 9),
            site("a", "x", Some("g"), 1),
        ];
        let mut paths = Paths::new(&sites);
        let [first, moved, other] =
            [0, 1, 2].map(|number| paths.child(None, CallsiteId(number), &sites));
        assert_eq!(first, moved);
        assert_ne!(paths.get(first).hash(), paths.get(other).hash());
    }

    #[test]
    fn ranks_sort_paths_as_lists_of_labels() {
        let sites: Vec<Callsite> =
            ["b", "a", "c"].iter().map(|name| site("t", name, None, 1)).collect();
        let labels: Vec<String> = sites.iter().map(|site| site.name.clone()).collect();
        let mut paths = Paths::new(&sites);
        let mut child = |parent, number| paths.child(parent, CallsiteId(number), &sites);
        let b = child(None, 0);
        let bc = child(Some(b), 2);
        let a = child(None, 1);
        let ba = child(Some(b), 1);
        let ranks = paths.ranks(&labels);
        assert_eq!([a, b, ba, bc].map(|id| ranks[id.index()]), [0, 1, 2, 3]);
    }
}
