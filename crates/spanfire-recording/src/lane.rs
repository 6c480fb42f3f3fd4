//! One thread's stream of events.

use minicbor::{Decode, Encode};

/// A lane: one thread, as long as it recorded.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Lane {
    /// The thread's name, where it has one.
    #[n(0)]
    pub thread_name: Option<String>,
    /// The operating system's id of the thread, where it could be had.
    #[n(1)]
    pub os_thread_id: Option<u64>,
}

impl Lane {
    /// The thread's name, or `thread <os id>`, or `thread` and the lane's own number.
    pub fn label(&self, number: crate::LaneId) -> String {
        match (&self.thread_name, self.os_thread_id) {
            (Some(name), _) => name.clone(),
            (None, Some(id)) => format!("thread {id}"),
            (None, None) => format!("thread #{}", number.0),
        }
    }
}
