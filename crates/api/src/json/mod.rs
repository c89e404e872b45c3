//! Reads JSON bodies. One struct is the reader and the schema of a body, and one answer names every
//! field that is wrong.

mod body;
mod faults;
mod nearest;
mod patch;
pub(crate) mod value;

pub(crate) use body::{Fields, read_body, read_body_with};
pub(crate) use faults::{Faults, REQUIRED};
pub(crate) use nearest::unknown_name;
pub(crate) use patch::Patch;
