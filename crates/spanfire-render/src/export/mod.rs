//! Files of other tools, one module per format.
//!
//! [`folded`]: stacks as lines of text, for the FlameGraph family.

mod folded;

pub use folded::folded;
