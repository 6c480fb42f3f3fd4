//! What the interactive viewer shows of a diff: one JSON object.
//!
//! Times and counts are those of one recording of a side, on average. Names are unescaped: the page
//! sets them as text.

use super::DiffOptions;
use super::amount::Scale;
use super::rows::MeasuredRow;
use serde::Serialize;
use spanfire_recording::Callsite;
use spanfire_views::{CONFIDENCE, Diff, FALSE_DISCOVERY_RATE, Weight};

#[derive(Serialize)]
struct Page<'a> {
    recordings: [usize; 2],
    threshold: f64,
    false_discovery_rate: f64,
    confidence: f64,
    /// What was asked for: the page begins there.
    weight: &'static str,
    share: bool,
    /// A callsite for each frame.
    frames: Vec<Frame<'a>>,
    /// The frame of each callsite of the two recordings in the page.
    sites: [Vec<Option<u32>>; 2],
    names: Vec<Name<'a>>,
    trees: Trees,
}

#[derive(Serialize)]
struct Frame<'a> {
    name: &'a str,
    target: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
}

#[derive(Serialize)]
struct Name<'a> {
    frame: u32,
    #[serde(flatten)]
    row: MeasuredRow<'a>,
}

#[derive(Serialize)]
struct Trees {
    thread: Tree,
    span: Tree,
}

/// A graph in preorder, without its root; a parent is the index of a node plus one.
#[derive(Serialize, Default)]
struct Tree {
    site: Vec<u32>,
    parent: Vec<usize>,
    before: Own,
    after: Own,
}

/// What every node has by itself on one side.
#[derive(Serialize, Default)]
struct Own {
    busy_ns: Vec<u64>,
    idle_ns: Vec<u64>,
    count: Vec<u64>,
}

/// The object. Both diffs are of the same recordings, by physical and by logical stacks, forward;
/// `sites` are the callsites of the recording of each side that is in the page.
pub(crate) fn page_json(
    by_thread: &Diff,
    by_span: &Diff,
    sites: [&[Callsite]; 2],
    options: &DiffOptions,
) -> serde_json::Result<Vec<u8>> {
    let frame = |side, site| by_thread.frame(side, site).map(|frame| frame.0);
    let frames = |side: usize| sites[side].iter().map(|site| frame(side, site)).collect();
    serde_json::to_vec(&Page {
        recordings: by_thread.recordings(),
        threshold: options.threshold,
        false_discovery_rate: FALSE_DISCOVERY_RATE,
        confidence: CONFIDENCE,
        weight: options.weight.word(),
        share: options.share,
        frames: by_thread.callsites().iter().map(Frame::of).collect(),
        sites: [frames(0), frames(1)],
        names: names(by_thread, options),
        trees: Trees { thread: Tree::of(by_thread), span: Tree::of(by_span) },
    })
}

fn names<'a>(diff: &'a Diff, options: &DiffOptions) -> Vec<Name<'a>> {
    let names = diff.names().iter();
    let names =
        names.map(|name| Name { frame: name.frame.0, row: MeasuredRow::of(diff, name, options) });
    names.collect()
}

impl<'a> Frame<'a> {
    fn of(callsite: &'a Callsite) -> Frame<'a> {
        Frame {
            name: &callsite.name,
            target: &callsite.target,
            file: callsite.file.as_deref(),
            line: callsite.line,
        }
    }
}

impl Tree {
    fn of(diff: &Diff) -> Tree {
        let scale = Scale::per_recording(diff.recordings());
        let mut tree = Tree::default();
        for node in &diff.nodes()[1..] {
            tree.site.push(node.frame.map_or(u32::MAX, |frame| frame.0));
            tree.parent.push(node.parent);
            let [busy, idle, count] =
                [Weight::Busy, Weight::Idle, Weight::Count].map(|of| scale.rounded(node.own(of)));
            for (side, own) in [&mut tree.before, &mut tree.after].into_iter().enumerate() {
                own.busy_ns.push(busy[side]);
                own.idle_ns.push(idle[side]);
                own.count.push(count[side]);
            }
        }
        tree
    }
}
