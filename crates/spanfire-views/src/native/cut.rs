//! What of a native stack is below a span.
//!
//! ```text
//!   main  lang_start  handle  Instrumented::poll  parse  memcpy      outermost first
//!                     ├ holds the span's callsite
//!                                                 parse  memcpy      is below it
//!   handle  Span::new  spanfire::enter                 handle  [profiler]
//! ```
//!
//! A span stands for the innermost function that holds its callsite. What `tracing` puts between a
//! span and the program's code is left out; where nothing of the program is further in than it, it is
//! what measuring costs.

use super::symbols::{FunctionId, NativeSymbols};
use spanfire_recording::CallsiteId;

/// A frame below a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Seen {
    Function(FunctionId),
    Profiler,
}

/// What is below a span, outermost first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Below {
    pub frames: Vec<Seen>,
    /// Whether the stack holds the function of any span around it; otherwise all of it is here.
    pub cut: bool,
}

/// Whose code a function is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whose {
    /// Ours, and that of what we are called by.
    Machinery,
    /// The standard library's and the system's, which anyone calls.
    Anyones,
    /// The program's, and all that it links.
    Programs,
}

/// Cuts stacks.
#[derive(Clone)]
pub(super) struct Cutter<'a> {
    symbols: &'a NativeSymbols,
    whose: Vec<Whose>,
    /// Below these functions a thread's own work begins.
    starts: Vec<bool>,
}

impl<'a> Cutter<'a> {
    pub(super) fn new(symbols: &'a NativeSymbols) -> Cutter<'a> {
        let functions = symbols.functions().iter();
        let start = |name: &str| name.contains("__rust_begin_short_backtrace");
        Cutter {
            symbols,
            whose: functions.clone().map(|function| whose(&function.name)).collect(),
            starts: functions.map(|function| start(&function.name)).collect(),
        }
    }

    /// Cuts a stack, innermost function first, below the innermost of `spans` whose function is in
    /// it; those are the callsites of what is entered, innermost first.
    pub(super) fn below(
        &self,
        stack: &[FunctionId],
        mut spans: impl Iterator<Item = CallsiteId>,
    ) -> Below {
        let held = spans.find_map(|span| {
            let holders = self.symbols.holders(span)?;
            stack.iter().position(|function| holders.contains(function))
        });
        let started = || stack.iter().position(|function| self.starts[function.0 as usize]);
        let end = held.or_else(started).unwrap_or(stack.len());
        Below { frames: self.trimmed(&stack[..end]), cut: held.is_some() }
    }

    fn trimmed(&self, stack: &[FunctionId]) -> Vec<Seen> {
        let whose = |index: &usize| self.whose[stack[*index].0 as usize];
        let outermost_own = (0..stack.len()).rev().find(|at| whose(at) == Whose::Programs);
        let innermost_own = (0..stack.len()).find(|at| whose(at) == Whose::Programs);
        // Between the span and the program's code.
        let first = outermost_own.map_or(0, |own| own + 1);
        let between = (first..stack.len()).find(|at| whose(at) == Whose::Machinery);
        let end = between.filter(|_| outermost_own.is_some()).unwrap_or(stack.len());
        // Further in than the program's code.
        let inside = innermost_own.unwrap_or(stack.len());
        let measuring = (0..inside).rev().find(|at| whose(at) == Whose::Machinery);
        let start = measuring.map_or(0, |at| at + 1);
        let functions = stack[start..end.max(start)].iter().rev().copied().map(Seen::Function);
        functions.chain(measuring.map(|_| Seen::Profiler)).collect()
    }
}

fn whose(name: &str) -> Whose {
    match crate_of(name) {
        "spanfire" | "spanfire_recording" | "spanfire_sampler" | "quanta" => Whose::Machinery,
        "tracing" | "tracing_core" | "tracing_subscriber" => Whose::Machinery,
        "core" | "std" | "alloc" | "" => Whose::Anyones,
        _ => Whose::Programs,
    }
}

/// The crate that a function's name begins with, or of the type it begins with:
/// `app` of `app::f`, `core::ptr::drop_in_place<app::T>`, `<app::T as core::fmt::Debug>::fmt` and `<&mut app::T>::f`. Empty for what is
/// no Rust function.
fn crate_of(name: &str) -> &str {
    // What runs as a value is dropped is its type's.
    let mut rest = name.strip_prefix("core::ptr::drop_in_place::<").unwrap_or(name);
    rest = rest.strip_prefix("core::ptr::drop_in_place<").unwrap_or(rest);
    let modifiers = ["<", "&", "*const ", "*mut ", "mut ", "dyn ", "(", "["];
    while let Some(inner) = modifiers.iter().find_map(|modifier| rest.strip_prefix(modifier)) {
        rest = inner;
    }
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    let end = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
    match rest[end..].starts_with("::") || rest[end..].starts_with('[') {
        true => &rest[..end],
        false => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::native::symbols::Function;

    #[track_caller]
    fn check(stack: &str, expected: &str) {
        let mut symbols = NativeSymbols::default();
        let mut stack: Vec<FunctionId> = stack
            .split(' ')
            .map(|name| {
                let name = name.to_owned();
                let function =
                    symbols.function(Function { name: name.clone(), file: None, line: None });
                if name.ends_with('!') {
                    symbols.holds(function, CallsiteId(0));
                }
                if name.ends_with('?') {
                    symbols.holds(function, CallsiteId(1));
                }
                function
            })
            .collect();
        stack.reverse();
        let spans = [CallsiteId(0), CallsiteId(1)].into_iter();
        let below = Cutter::new(&symbols).below(&stack, spans);
        let name = |seen: &Seen| match seen {
            Seen::Function(id) => symbols.functions()[id.0 as usize].name.clone(),
            Seen::Profiler => "[profiler]".to_owned(),
        };
        let mut shown: Vec<String> = below.frames.iter().map(name).collect();
        shown.extend((!below.cut).then(|| "uncut".to_owned()));
        assert_eq!(shown.join(" "), expected);
    }

    #[test]
    fn a_stack_is_cut_at_the_innermost_function_that_holds_the_span() {
        check("main app::outer? app::f! app::f! app::g memcpy", "app::g memcpy");
        check("main app::f!", "");
        check("main app::outer? app::g", "app::g");
    }

    #[test]
    fn a_stack_without_the_spans_function_begins_where_the_thread_does() {
        check("main std::sys::backtrace::__rust_begin_short_backtrace app::g", "app::g uncut");
        check("app::f app::g", "app::f app::g uncut");
    }

    #[test]
    fn machinery_without_the_programs_code_in_it_is_the_profiler() {
        check("app::f! tracing::span::Span::new spanfire::lane::push memcpy", "[profiler]");
        check(
            "app::f! app::g core::ops::f <spanfire::Layer>::on_enter",
            "app::g core::ops::f [profiler]",
        );
        check(
            "app::f! core::ptr::drop_in_place tracing::span::Entered::drop",
            "core::ptr::drop_in_place [profiler]",
        );
    }

    #[test]
    fn machinery_around_the_programs_code_is_left_out() {
        check("app::f! <tracing::instrument::Instrumented<T>>::poll app::g", "app::g");
        check(
            "app::f! core::poll tracing::Instrumented::poll core::poll app::g tracing::Span::enter",
            "core::poll app::g [profiler]",
        );
        check("app::f! core::iter::for_each app::g", "core::iter::for_each app::g");
    }

    #[test]
    fn the_crate_is_that_of_the_function_or_its_type() {
        for (name, expected) in [
            ("app::f", "app"),
            ("<app::T as core::fmt::Debug>::fmt", "app"),
            ("<&mut dyn spanfire::Sink>::f", "spanfire"),
            ("app[1234abcd]::f", "app"),
            ("core::ptr::drop_in_place<tracing::span::Span>", "tracing"),
            ("__memmove_avx", ""),
            ("[libc.so.6+0x12]", ""),
            ("<T>::f", ""),
        ] {
            assert_eq!(crate_of(name), expected, "{name}");
        }
    }
}
