//! Whole files.

use crate::{examine, sealing};

/// The bytes as they are.
pub(super) fn raw(bytes: &[u8]) {
    if let Some(recording) = examine::open(bytes) {
        examine::read(&recording, bytes);
        examine::view(&recording, 0, bytes.len());
    }
}

/// The bytes with right checksums.
pub(super) fn sealed(bytes: &[u8]) {
    let bytes = sealing::sealed(bytes);
    if let Some(recording) = examine::open(&bytes) {
        examine::read(&recording, &bytes);
    }
}

/// The bytes behind the first, which names a selection, with right checksums.
pub(super) fn views(bytes: &[u8]) {
    let Some((&selection, bytes)) = bytes.split_first() else { return };
    let bytes = sealing::sealed(bytes);
    if let Some(recording) = examine::open(&bytes) {
        examine::view(&recording, selection, bytes.len());
    }
}
