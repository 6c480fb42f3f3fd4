//! What addresses are called.

use rustc_hash::{FxHashMap, FxHashSet};
use spanfire_recording::CallsiteId;

/// The number of a function in [`NativeSymbols`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FunctionId(pub u32);

/// A function, or what stands for one: `[libc.so.6+0x1234]` where no name is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Its full name, as the language writes it.
    pub name: String,
    /// The source file, where known.
    pub file: Option<String>,
    /// The first line of it that was met.
    pub line: Option<u32>,
}

/// What addresses are called, and which functions spans are made in.
#[derive(Clone, Debug, Default)]
pub struct NativeSymbols {
    functions: Vec<Function>,
    numbers: FxHashMap<(String, Option<String>), FunctionId>,
    frames: FxHashMap<u64, Box<[FunctionId]>>,
    holders: FxHashMap<CallsiteId, FxHashSet<FunctionId>>,
}

impl NativeSymbols {
    /// The number of a function; the same for those of one name in one file.
    pub fn function(&mut self, function: Function) -> FunctionId {
        let key = (function.name.clone(), function.file.clone());
        if let Some(&id) = self.numbers.get(&key) {
            let known = &mut self.functions[id.0 as usize].line;
            *known = known.iter().copied().chain(function.line).min();
            return id;
        }
        let id = FunctionId(self.functions.len() as u32);
        self.functions.push(function);
        self.numbers.insert(key, id);
        id
    }

    /// Says what executes at `address`: the innermost function first, then those that it is inlined
    /// in.
    pub fn at(&mut self, address: u64, functions: Vec<FunctionId>) {
        self.frames.insert(address, functions.into());
    }

    /// Says that the source of `function` holds `callsite`.
    pub fn holds(&mut self, function: FunctionId, callsite: CallsiteId) {
        self.holders.entry(callsite).or_default().insert(function);
    }

    /// All functions, by their number.
    pub fn functions(&self) -> &[Function] {
        &self.functions
    }

    /// The functions whose source holds `callsite`; `None` if none is known.
    pub fn holders(&self, callsite: CallsiteId) -> Option<&FxHashSet<FunctionId>> {
        self.holders.get(&callsite)
    }

    /// The functions of a stack, innermost first; of addresses that nothing is known of, none.
    pub(super) fn expand(&self, stack: &[u64]) -> Vec<FunctionId> {
        let at = |address| self.frames.get(address).map_or(&[][..], |frames| frames);
        stack.iter().flat_map(at).copied().collect()
    }
}
