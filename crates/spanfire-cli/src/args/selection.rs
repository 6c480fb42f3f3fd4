//! The selection flags, the same on every command that reads a recording.

use clap::Args;

/// Which part of the recording is looked at, as typed.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Selection")]
pub struct SelectionArgs {
    /// Cut off everything before this time of the recording, such as 1.5s or 300ms
    #[arg(long, value_name = "TIME")]
    pub from: Option<String>,
    /// Cut off everything from this time of the recording on
    // A list since `export` has one more `--to`, of the format.
    #[arg(long, value_name = "TIME")]
    pub to: Vec<String>,
    /// Only threads whose name matches
    #[arg(long, value_name = "RE")]
    pub thread: Option<String>,
    /// Only spans of this name and what descends from them; stacks and requests start there
    #[arg(long, value_name = "NAME")]
    pub root: Option<String>,
    /// Only moments inside a matching span or its callees, with all their callers
    #[arg(long, value_name = "RE")]
    pub focus: Option<String>,
    /// No moments inside a matching span or its callees
    #[arg(long, value_name = "RE")]
    pub ignore: Option<String>,
    /// Take matching spans out of stacks; their time goes to the span around them
    #[arg(long, value_name = "RE")]
    pub hide: Option<String>,
    /// Take out spans that lived shorter, in the same way
    #[arg(long, value_name = "TIME")]
    pub min_duration: Option<String>,
}

impl SelectionArgs {
    /// Whether anything is left out.
    pub fn is_narrowing(&self) -> bool {
        self.typed().next().is_some()
    }

    /// The flags as they were typed, for a picture to say what it shows; `None` if it is all.
    pub fn described(&self) -> Option<String> {
        let flags: Vec<String> =
            self.typed().map(|(flag, value)| format!("--{flag} {value}")).collect();
        (!flags.is_empty()).then(|| flags.join(" "))
    }

    fn typed(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let SelectionArgs { from, to, thread, root, focus, ignore, hide, min_duration } = self;
        let flags = [
            ("from", from.as_deref()),
            ("to", to.first().map(String::as_str)),
            ("thread", thread.as_deref()),
            ("root", root.as_deref()),
            ("focus", focus.as_deref()),
            ("ignore", ignore.as_deref()),
            ("hide", hide.as_deref()),
            ("min-duration", min_duration.as_deref()),
        ];
        flags.into_iter().filter_map(|(flag, value)| Some((flag, value?)))
    }
}
