//! Interned stacks.
