//! Frames as one word of a folded stack.
//!
//! The folded format separates frames by `;`, stacks by line ends, and a stack from its number by
//! the last space; it knows a frame by its text alone. So each callsite of a tree gets a text that
//! survives that, and that no other callsite of the tree has:
//!
//! - `;` becomes `:`, as in the collapsers of the FlameGraph family; control characters become
//!   escapes (`\n`); a space that begins or ends a label, or stands before a number that ends it,
//!   becomes `␣`; an annotation such as `_[k]` at the end gets round brackets.
//! - callsites whose labels are then equal get their place, ` (file:line)`, and if that is not
//!   enough, ` #2`, ` #3`, … in the order of the recording.

use crate::tables::printable;
use spanfire_recording::{Callsite, CallsiteId};
use spanfire_views::{CallTree, Names, Node};
use std::collections::{BTreeMap, HashMap, HashSet};

/// What time outside every selected span is called.
const NO_SPAN: &str = "(no span)";

/// The text of every frame of one tree.
pub(crate) struct FrameLabels {
    labels: BTreeMap<CallsiteId, String>,
}

impl FrameLabels {
    /// Labels the frames that occur in `tree`.
    pub(crate) fn of(tree: &CallTree, names: Names) -> FrameLabels {
        FrameLabels::among(
            tree.nodes().iter().filter_map(|node| node.frame),
            tree.callsites(),
            names,
        )
    }

    /// Labels `frames`, each as often as it comes, of these callsites.
    pub(crate) fn among(
        frames: impl Iterator<Item = CallsiteId>,
        callsites: &[Callsite],
        names: Names,
    ) -> FrameLabels {
        let frames: BTreeMap<CallsiteId, &Callsite> =
            frames.filter_map(|frame| Some((frame, callsites.get(frame.index())?))).collect();
        FrameLabels { labels: distinct(&frames, names) }
    }

    /// The text of a node's frame.
    pub(crate) fn get(&self, frame: Option<CallsiteId>) -> &str {
        frame.and_then(|frame| self.labels.get(&frame)).map_or(NO_SPAN, String::as_str)
    }

    /// Every frame with its text.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (CallsiteId, &str)> {
        self.labels.iter().map(|(&frame, label)| (frame, label.as_str()))
    }
}

/// The text of whole stacks, node after node in preorder; nodes may be left out with all under
/// them.
pub(crate) struct StackText<'a> {
    labels: &'a FrameLabels,
    text: String,
    /// Where the text of the frame at each depth ends; the root has none.
    ends: Vec<usize>,
}

impl<'a> StackText<'a> {
    pub(crate) fn new(labels: &'a FrameLabels) -> Self {
        StackText { labels, text: String::new(), ends: vec![0] }
    }

    /// The frames from the base to `node`, with `;` between them.
    pub(crate) fn of(&mut self, node: &Node) -> &str {
        self.at(node.frame, node.depth)
    }

    /// The frames from the base to one at this depth.
    pub(crate) fn at(&mut self, frame: Option<CallsiteId>, depth: usize) -> &str {
        self.with(self.labels.get(frame), depth)
    }

    /// The frames from the base to one of this label at this depth.
    pub(crate) fn with(&mut self, label: &str, depth: usize) -> &str {
        let Some(around) = depth.checked_sub(1) else { return NO_SPAN };
        self.ends.truncate(depth);
        self.text.truncate(self.ends.get(around).copied().unwrap_or(0));
        if around > 0 {
            self.text.push(';');
        }
        self.text.push_str(label);
        self.ends.push(self.text.len());
        &self.text
    }
}

fn distinct(
    frames: &BTreeMap<CallsiteId, &Callsite>,
    names: Names,
) -> BTreeMap<CallsiteId, String> {
    let mut uses: HashMap<String, usize> = HashMap::new();
    for callsite in frames.values() {
        *uses.entry(folded_word(&names.label(callsite))).or_default() += 1;
    }
    let mut taken = HashSet::from([NO_SPAN.to_owned()]);
    let mut labels = BTreeMap::new();
    for (&frame, callsite) in frames {
        let mut label = folded_word(&names.label(callsite));
        if uses[&label] > 1 && names != Names::Location {
            label = with_place(&label, callsite);
        }
        labels.insert(frame, untaken(label, &mut taken));
    }
    labels
}

fn with_place(label: &str, callsite: &Callsite) -> String {
    match (&callsite.file, callsite.line) {
        (Some(file), Some(line)) => folded_word(&format!("{label} ({file}:{line})")),
        _ => label.to_owned(),
    }
}

fn untaken(label: String, taken: &mut HashSet<String>) -> String {
    let mut candidate = label.clone();
    for number in 2.. {
        if taken.insert(candidate.clone()) {
            break;
        }
        candidate = format!("{label} #{number}");
    }
    candidate
}

/// `label` as a frame that every reader of the folded format takes for one frame.
fn folded_word(label: &str) -> String {
    let mut word = xml_text(label).replace(';', ":");
    if word.is_empty() {
        return "(unnamed)".to_owned();
    }
    if let Some(space) = word.rfind(char::is_whitespace)
        && is_number(word[space..].trim_start())
    {
        replace_at(&mut word, space);
    }
    without_annotation(visible_ends(&word))
}

/// `text` without what a terminal obeys and without what XML cannot hold.
pub(crate) fn xml_text(text: &str) -> String {
    printable(text).replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}

/// Readers trim what stands around a stack: spaces there become `␣`.
fn visible_ends(word: &str) -> String {
    let inner = word.trim();
    let before = word.chars().count() - word.trim_start().chars().count();
    let after = word.trim_start().chars().count() - inner.chars().count();
    format!("{}{inner}{}", "␣".repeat(before), "␣".repeat(after))
}

/// Whether a reader could take `text` for a stack's count, or for the first of two.
fn is_number(text: &str) -> bool {
    text.chars().all(|char| char.is_ascii_digit() || char == '.')
}

fn replace_at(word: &mut String, index: usize) {
    let char_length = word[index..].chars().next().map_or(0, char::len_utf8);
    word.replace_range(index..index + char_length, "␣");
}

/// `inferno` and `flamegraph.pl` cut `_[k]`, `_[w]`, `_[i]` and `_[j]` off and colour by them.
/// Both skip a line that starts with `# `.
fn without_annotation(word: String) -> String {
    let word = match word.strip_prefix("# ") {
        Some(rest) => format!("#␣{rest}"),
        None => word,
    };
    match word.strip_suffix(']').and_then(|head| head.rsplit_once("_[")) {
        Some((head, kind)) if kind.len() == 1 => format!("{head}_({kind})"),
        _ => word,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use spanfire_recording::{CallsiteKind, Level};

    #[track_caller]
    fn check(label: &str, expected: &str) {
        assert_eq!(folded_word(label), expected);
    }

    /// [T59]
    #[test]
    fn hostile_names_become_one_word() {
        check("a;b", "a:b");
        check("a\nb\r\0", "a\\nb\\r\\u{0}");
        check("step 5", "step␣5");
        check("step 5 6.5", "step 5␣6.5");
        check("  both ends ", "␣␣both ends␣");
        check(" ", "␣");
        check("\u{2003}5", "␣5");
        check("", "(unnamed)");
        check("# comment", "#␣comment");
        check("kernel_[k]", "kernel_(k)");
        check("<script>alert(\"1\")</script>", "<script>alert(\"1\")</script>");
        check("two words", "two words");
    }

    fn callsite(name: &str, line: Option<u32>) -> Callsite {
        Callsite {
            name: name.to_owned(),
            target: "app".to_owned(),
            file: line.map(|_| "src/a.rs".to_owned()),
            line,
            level: Level::Info,
            kind: CallsiteKind::Span,
            fields: Vec::new(),
        }
    }

    #[track_caller]
    fn check_distinct(callsites: &[Callsite], expected: &[&str]) {
        let frames =
            callsites.iter().enumerate().map(|(at, callsite)| (CallsiteId(at as u32), callsite));
        let labels = distinct(&frames.collect(), Names::Name);
        assert_eq!(labels.into_values().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn callsites_of_one_label_get_their_place_and_others_do_not() {
        check_distinct(
            &[callsite("read", Some(3)), callsite("write", Some(5)), callsite("read", Some(9))],
            &["read (src/a.rs:3)", "write", "read (src/a.rs:9)"],
        );
    }

    #[test]
    fn callsites_of_one_label_and_place_get_a_number() {
        check_distinct(
            &[callsite("a;b", None), callsite("a:b", None), callsite("(no span)", None)],
            &["a:b", "a:b #2", "(no span) #2"],
        );
    }
}
